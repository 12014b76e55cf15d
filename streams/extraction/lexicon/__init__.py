"""Linguistic knowledge as data: what the files of this folder say, loaded once and never changed.

Look-ups take normalized words (`streams.extraction.text.normalize`) and strip attached particles themselves.
"""

from streams.extraction.lexicon.load import CueEntry, CueReading, Lexicon, SourceKind, load_lexicon
from streams.extraction.lexicon.tables import LexiconError

__all__ = ["CueEntry", "CueReading", "Lexicon", "LexiconError", "SourceKind", "load_lexicon"]
