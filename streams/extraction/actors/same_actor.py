"""Whether a name stands for an annotated actor, as the gold's scorer has it."""

import re
from typing import Any

from streams.extraction.text import spelling_key

_WORD = re.compile(r"[^\W_]+")
# Those of the gold's scorer, not the titles of the lexicon: the measure stays what it is when those change.
_HONORIFICS = frozenset(
    spelling_key(
        "السيد السيدة الدكتور د الشيخ الأمير الملك معالي سعادة سمو سموه جلالة فخامة المهندس م الأستاذ اللواء العميد "
        "العقيد الفريق المستشار الحاج"
    ).split()
)
_JOINT = 3  # one of so many joint sources, by words, stands for them
_ALIKE = 0.5  # share of common words from which on two names of one institution or group are the same


def is_actor(name: str, actor: dict[str, Any]) -> bool:
    """`actor` is an entry of a gold article's `actors`: any of its names, or a fuller name of a person, is right."""
    words = _words(name)
    if not words:
        return False
    for alias in actor["aliases"]:
        other = _words(alias)
        if words == other:
            return True
        if actor["kind"] != "person" and other and len(words & other) >= _ALIKE * len(words | other):
            return True
        joint = other | {w[1:] for w in other if w.startswith("و")}
        if actor["kind"] == "group" and words < joint and len(words) * _JOINT >= len(other):
            return True  # `بريطانيا` of `بريطانيا وفرنسا`
    full = _words(actor["name"])
    return actor["kind"] == "person" and len(full) > 1 and full <= words


def _words(name: str) -> frozenset[str]:
    return frozenset(w for w in _WORD.findall(spelling_key(name)) if w not in _HONORIFICS)
