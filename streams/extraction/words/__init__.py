"""What each word is: the analysed forms of Arabic news, a guesser for the rest, and the choice in context."""

from streams.extraction.words.analysis import NO_READING, Analysis, Reading
from streams.extraction.words.morphology import Morphology, load_morphology

__all__ = ["NO_READING", "Analysis", "Morphology", "Reading", "load_morphology"]
