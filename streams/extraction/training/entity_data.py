"""Training data of the entity tagger: labelled sentences from CoNLL files and from the gold articles."""

import json
import sqlite3
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from streams.extraction.document import read
from streams.extraction.text import normalize, stems
from streams.extraction.tokens import LINE

_TYPES = {"PERS": "PER", "PER": "PER", "LOC": "LOC", "ORG": "ORG"}


class Sentence(NamedTuple):
    """Tokens and their BIO labels; `domain` tells the annotation scheme apart."""

    words: list[str]
    labels: list[str]
    domain: str


def read_conll(path: Path, domain: str) -> list[Sentence]:
    """Sentences of a two-column file. MISC is no type of ours and becomes O."""
    out: list[Sentence] = []
    words: list[str] = []
    labels: list[str] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        cells = line.split()
        if len(cells) < 2:
            if words:
                out.append(Sentence(words, labels, domain))
            words, labels = [], []
            continue
        prefix, _, kind = cells[-1].partition("-")
        words.append(cells[0])
        labels.append(f"{prefix}-{_TYPES[kind]}" if kind in _TYPES else "O")
    return out


def project_gold(article: dict[str, object], domain: str = "gold") -> list[Sentence]:
    """The sentences of a gold article, every occurrence of its entities labelled, longest names first.

    Gold lists each name once, without attached particles: the first word of an occurrence may carry them.
    """
    doc = read(str(article["body"]))
    labels = ["O"] * len(doc.tokens)
    entities = sorted(article["entities"], key=lambda e: -len(e[0]))  # type: ignore[call-overload]
    by_word: dict[str, list[int]] = defaultdict(list)
    for i, norm in enumerate(doc.norms):
        for stem in stems(norm):
            by_word[stem].append(i)
        if norm.startswith("لل"):
            by_word["ال" + norm[2:]].append(i)
    for text, kind in entities:
        wanted = [t.form.norm for t in read(text).tokens]
        if not wanted:
            continue
        for i in by_word.get(wanted[0], ()):
            last = i + len(wanted)
            if last > len(labels) or any(x != "O" for x in labels[i:last]):
                continue
            if list(doc.norms[i + 1 : last]) != wanted[1:]:
                continue
            if doc.norms[i] != wanted[0] and not _is_attached(doc.norms[i], wanted[0]):
                continue
            labels[i:last] = [f"B-{kind}"] + [f"I-{kind}"] * (len(wanted) - 1)
    out = []
    for s in doc.sentences:
        keep = [i for i in range(s.first, s.last) if doc.kinds[i] is not LINE]
        out.append(Sentence([doc.tokens[i].form.text for i in keep], [labels[i] for i in keep], domain))
    return out


def _is_attached(written: str, name: str) -> bool:
    if not written.endswith(name):
        return written.startswith("لل") and name == "ال" + written[2:]
    particles = written.removesuffix(name)
    return particles in {"و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل"}


def tokens_of(starts: Sequence[int], span: Sequence[int]) -> range:
    """The tokens that a span of code points touches; `starts` are the tokens' first offsets.

    >>> tokens_of([0, 4, 9], (4, 12))
    range(1, 3)
    """
    return range(max(0, bisect_right(starts, span[0]) - 1), bisect_right(starts, span[1] - 1))


def read_gold(path: Path) -> list[dict[str, object]]:
    """The articles of a gold.jsonl."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def person_names(minimum: int = 2) -> dict[str, str]:
    """Name words of arabic-name-romanizer (Wikidata, CC0): normalized word -> given | family | both."""
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    with sqlite3.connect(str(files("arabic_name_romanizer") / "resources" / "names.sqlite3")) as db:
        for key, role, count in db.execute("select arabic_key, role, sum(count) from units group by 1, 2"):
            roles[normalize(key)][role] += count
    out = {}
    for word, counts in roles.items():
        if counts.total() >= minimum and len(word) > 1:
            given, family = counts["given"], counts["surname"]
            out[word] = "given" if given > 3 * family else "family" if family > 3 * given else "both"
    return out


def places() -> frozenset[str]:
    """Words of the Arabic names of CLDR's territories (Unicode License), from Babel."""
    from babel import Locale

    names = Locale("ar").territories.values()
    words = {normalize(word.strip("()")) for name in names for word in name.split()}
    return frozenset(w for w in words if len(w) > 2)
