"""The extractor without a class of the lexicon: an example of the class must come out otherwise there."""

from dataclasses import replace
from typing import Any

from streams.extraction import Extractor
from streams.extraction.lexicon import Lexicon


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
        case _:
            left = {file: {word: kind for word, kind in getattr(lexicon, file).items() if kind != lost}}
    return replace(lexicon, **left, _facts={})
