"""The extractor without a class of the lexicon: an example of the class must come out otherwise there."""

from dataclasses import replace
from functools import partial
from typing import Any

from streams.extraction import Extractor
from streams.extraction.lexicon import CueEntry, Lexicon
from streams.extraction.lexicon.load import CueForm


def without(extractor: Extractor, name: str) -> Extractor:
    """The extractor with a lexicon that lacks the class of that name, as the examples call it (`titles: kin`).

    What was learned stays: the encoder goes on knowing the attributes that it was trained with.
    """
    lexicon = _lacking(extractor._lexicon, name)
    return Extractor(lexicon, extractor._encoder, extractor.entities, extractor._models, extractor._identities)


def _lacking(lexicon: Lexicon, name: str) -> Lexicon:
    file, _, lost = name.partition(": ")
    left: dict[str, Any]
    match file:
        case "constructions":
            left = {"words_of": {**lexicon.words_of, lost: frozenset()}}
        case "function_words":
            left = {"function": {word: roles - {lost} for word, roles in lexicon.function.items()}}
        case "titles":
            left = {file: {word: title for word, title in lexicon.titles.items() if title.kind != lost}}
        case "masculine_names":
            left = {file: frozenset()}
        case "cues":
            left = _cues_lacking(lexicon, lost)
        case "nationalities":
            left = {"capitals": {}, file: frozenset()}
        case "governs":
            left = {"cues": {word: tuple(map(partial(_governing_less, lost), c)) for word, c in lexicon.cues.items()}}
        case _:
            left = {file: {word: kind for word, kind in getattr(lexicon, file).items() if kind != lost}}
    return replace(lexicon, **left, _facts={})


def _cues_lacking(lexicon: Lexicon, lost: str) -> dict[str, Any]:
    """Without cues of a class, or without those that are verbs, participles, nouns, prepositions or phrases."""
    forms = ("past", "present") if lost == "verb" else (lost,)
    phrases = {} if lost == "phrase" else lexicon.phrases
    return {
        "cues": {
            word: tuple((entry, form) for entry, form in cues if form not in forms and entry.cue_class != lost)
            for word, cues in lexicon.cues.items()
        },
        "phrases": {
            word: tuple(way for way in ways if way[1].entry.cue_class != lost) for word, ways in phrases.items()
        },
    }


def _governing_less(lost: str, cue: tuple[CueEntry, CueForm]) -> tuple[CueEntry, CueForm]:
    entry, form = cue
    return entry._replace(governs=entry.governs - {lost}), form
