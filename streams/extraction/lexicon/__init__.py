"""Linguistic knowledge as data: what the files of this folder say, loaded once and never changed.

Look-ups take normalized words (`streams.extraction.text.normalize`). Functions strip attached particles themselves; the
mappings hold the words just as the files list them.
"""

from streams.extraction.lexicon.load import CueEntry, CueReading, Lexicon, SourceKind, load_lexicon
from streams.extraction.lexicon.tables import LexiconError

__all__ = ["CueEntry", "CueReading", "Lexicon", "LexiconError", "SourceKind", "load_lexicon"]
