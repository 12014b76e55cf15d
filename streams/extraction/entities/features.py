"""What the tagger knows of a word: attributes that depend on the written form alone, so that they are computed once.

The tagger scores a token by the attributes of its own form and of its neighbours' forms. No attribute joins two
positions; that is what lets `builtin.py` cache one score vector a form and position.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.extraction.lexicon import Lexicon
from streams.extraction.text import normalize

WINDOW = (-2, -1, 1, 2)
_PROCLITICS = "وفبلك"


@dataclass(frozen=True, slots=True)
class WordKnowledge:
    """The tables that attributes are read from.

    `clusters` maps a normalized word to (fine, coarse) cluster numbers; `names` to given, family or both;
    `places` holds normalized words of CLDR's territories.
    """

    lexicon: Lexicon
    clusters: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]
    places: frozenset[str]


def stems(norm: str) -> tuple[str, ...]:
    """The word and what is left of it without attached particles and article, longest first, at most four.

    >>> stems("وللرياض")
    ('وللرياض', 'للرياض', 'رياض')
    >>> stems("بالسودان")
    ('بالسودان', 'السودان', 'سودان')
    """
    out = [norm]
    word = norm
    if len(word) > 4 and word[0] in "وف":
        word = word[1:]
        out.append(word)
    if len(word) > 4 and word.startswith("لل"):
        word = word[2:]
        out.append(word)
    else:
        if len(word) > 4 and word[0] in _PROCLITICS:
            word = word[1:]
            out.append(word)
        if len(word) > 4 and word.startswith("ال"):
            out.append(word[2:])
    return tuple(out)


def own_attributes(text: str, knowledge: WordKnowledge) -> list[str]:
    """Attributes of a token by its own form."""
    norm = normalize(text)
    parts = stems(norm)
    out = ["b", f"w={norm}", f"n={min(len(norm), 9)}"]
    out += [f"p{k}={norm[:k]}" for k in (1, 2, 3, 4) if len(norm) > k]
    out += [f"s{k}={norm[-k:]}" for k in (1, 2, 3, 4) if len(norm) > k]
    out += [f"t={part}" for part in parts[1:]]
    if len(norm) > 3 and norm.startswith("ال"):
        out.append("al")
    if not norm[:1].isalpha():
        out.append("digit" if norm[:1].isdigit() else f"mark={norm}")
    elif norm.isascii():
        out.append("latin")
        out.append("upper" if text.isupper() else "title" if text.istitle() else "lower")
    out += _table_attributes(parts, knowledge)
    return out


def neighbour_attributes(text: str, knowledge: WordKnowledge) -> list[str]:
    """Attributes by which a form helps to tag the tokens beside it."""
    norm = normalize(text)
    out = [f"w={norm}"]
    if len(norm) > 3:
        out += [f"s2={norm[-2:]}", f"p2={norm[:2]}"]
    out += _table_attributes(stems(norm), knowledge)
    return out


def _table_attributes(parts: tuple[str, ...], knowledge: WordKnowledge) -> list[str]:
    out: list[str] = []
    lexicon = knowledge.lexicon
    clustered = False
    for n, part in enumerate(parts):
        where = "" if n == 0 else "~"  # an attribute of the bare word weighs less than one of the written word
        cluster = knowledge.clusters.get(part)
        if cluster is not None and not clustered:
            out += [f"{where}c={cluster[0]}", f"{where}k={cluster[1]}"]
            clustered = True
        name = knowledge.names.get(part)
        if name is not None:
            out.append(f"{where}name={name}")
        if part in knowledge.places:
            out.append(f"{where}place")
        title = lexicon.titles.get(part)
        if title is not None:
            out.append(f"{where}title={title.kind}")
        if part in lexicon.organizations:
            out.append(f"{where}org={lexicon.organizations[part]}")
        if part in lexicon.calendar:
            out.append(f"{where}date={lexicon.calendar[part]}")
        if part in lexicon.nationalities or "ال" + part in lexicon.nationalities:
            out.append(f"{where}nation")
        if part in lexicon.unnamed:
            out.append(f"{where}unnamed")
        if part in lexicon.function:
            out.append(f"{where}f={min(lexicon.function[part])}")
    if any(r.form in ("past", "present") for r in lexicon.cue_readings(parts[0])):
        out.append("saying")
    return out
