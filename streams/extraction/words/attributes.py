"""What the encoder knows of a word from its written form alone, as attribute names; computed once a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.extraction.lexicon import Lexicon
from streams.extraction.text import stems, unified
from streams.extraction.tokens import BREAK
from streams.extraction.words.morphology import Morphology, Outline

_LIKELY, _CERTAIN = 0.15, 0.6  # shares of a category from which on it is told


@dataclass(frozen=True, slots=True)
class WordKnowledge:
    """The tables that attributes are read from.

    `listed` maps a normalized word to what name lists and lexicon say of it (`list_words` makes it); `seen` tells how
    a first tagger labelled it over the raw corpus (codes parted by spaces).
    """

    lexicon: Lexicon
    morphology: Morphology
    listed: Mapping[str, tuple[str, ...]]
    seen: Mapping[str, str]


def list_words(lexicon: Lexicon, names: Mapping[str, str], places: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Normalized word -> attributes from all tables, so that a word is looked up once.

    `names` maps a word to given, family or both; `places` are words of CLDR's territories.
    """
    out: dict[str, list[str]] = {}

    def add(words: Iterable[str], attribute: str) -> None:
        for word in words:
            out.setdefault(word, []).append(attribute)

    for word, role in names.items():
        add([word], f"name={role}")
    add(places, "place")
    for word, title in lexicon.titles.items():
        add([word], f"title={title.kind}")
    for label, table in (
        ("org", lexicon.organizations),
        ("date", lexicon.calendar),
        ("unnamed", lexicon.unnamed),
        ("occ", lexicon.occasions),
    ):
        for word, kind in table.items():
            add([word], f"{label}={kind}")
    for word, categories in lexicon.function.items():
        for category in sorted(categories):
            add([word], f"f={category}")
    add({form for word in lexicon.nationalities for form in (word, word.removeprefix("ال"))}, "nation")
    return {word: tuple(attributes) for word, attributes in out.items()}


def attributes(written: str, knowledge: WordKnowledge, outline: Outline | None) -> list[str]:
    """Attributes of a written form with its outline in `knowledge.morphology`; a line break is the form `BREAK`."""
    if written == BREAK:
        return ["break"]
    norm = unified(written)
    if not norm[:1].isalpha():
        return ["b", "digit" if norm[:1].isdigit() else f"mark={norm}"]
    if norm.isascii():
        case = "upper" if written.isupper() else "title" if written.istitle() else "lower"
        return ["b", "latin", case, f"w={norm}", *_seen((norm,), knowledge.seen)]
    parts = stems(norm)
    out = ["b", f"w={norm}", f"n={min(len(norm), 9)}"]
    if len(norm) > 4:  # most words; a loop takes twice the time
        out += (f"p1={norm[:1]}", f"p2={norm[:2]}", f"p3={norm[:3]}", f"p4={norm[:4]}")
        out += (f"s1={norm[-1:]}", f"s2={norm[-2:]}", f"s3={norm[-3:]}", f"s4={norm[-4:]}")
    else:
        out += [f"p{k}={norm[:k]}" for k in range(1, len(norm))]
        out += [f"s{k}={norm[-k:]}" for k in range(1, len(norm))]
    out += [f"t={part}" for part in parts[1:]]
    if len(norm) > 3 and norm.startswith("ال"):
        out.append("al")
    out += _of_tables(parts, knowledge)
    out += _of_morphology(outline)
    out += _seen(parts, knowledge.seen)
    return out


def _seen(parts: tuple[str, ...], seen: Mapping[str, str]) -> list[str]:
    """How the word, and `~` the bare word, was labelled over the raw corpus."""
    out: list[str] = []
    for n, part in enumerate(parts):
        codes = seen.get(part)
        if codes is not None:
            mark = "z=" if n == 0 else "~z="
            out += [mark + code for code in codes.split(" ")]
    return out or (["z?"] if seen else out)


def _of_tables(parts: tuple[str, ...], knowledge: WordKnowledge) -> list[str]:
    """What the name lists and the lexicon say; `~` marks what is true of the bare word only."""
    out: list[str] = []
    for n, part in enumerate(parts):
        found = knowledge.listed.get(part)
        if found is not None:
            out += found if n == 0 else [f"~{attribute}" for attribute in found]
    for r in knowledge.lexicon.cue_readings(parts[0]):
        entry = r.entry
        out += (
            f"cue={r.form},{r.prefix},{entry.clause},{entry.nominal}",
            f"lem={entry.lemma}",
            f"cls={entry.cue_class}",
        )
    return out


def _of_morphology(outline: Outline | None) -> list[str]:
    if outline is None:
        return ["m?"]
    shares, first = outline
    out: list[str] = []
    for category, share in shares.items():
        if share > _LIKELY:
            out.append(f"m={category}")
        if share > _CERTAIN:
            out.append(f"M={category}")
    out += first
    return out
