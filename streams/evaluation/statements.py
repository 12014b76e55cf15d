"""Statements found beside annotated ones: who said what, right or not, as `qawl evaluate statements` prints it.

A found statement is matched to the annotated one whose content shares most words with it (intersection over union, one
to one). It is right in `content` from a half on, `attributed` if its actor is right too, `strict` if content and actor
are right and the content is equal word for word; a `cue` is right where it overlaps an annotated one. Found statements
that match an annotated one outside of a tier are left out of that tier's count.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from streams.evaluation.entities import Counts
from streams.extraction.actors.same_actor import is_actor
from streams.extraction.text import normalize

TIERS = ("core", "all")
MEASURES = ("attributed", "strict", "content", "cue")
_WORD = re.compile(r"[^\W_]+")
_ALIKE = 0.5  # share of common words from which on two contents are the same
_COMPLEMENTIZERS = frozenset(["ان", "بان", "لان", "وان", "وبان"])  # they may stand before a content or not
Span = Sequence[int]


class Judged(NamedTuple):
    """A found statement: how sure the extractor was, and whether content and actor are right."""

    confidence: float
    right: bool


@dataclass(slots=True)
class StatementScore:
    """Counts by (tier, measure) and by source; accuracies on statements whose content is right; all found ones."""

    counts: dict[tuple[str, str], Counts] = field(
        default_factory=lambda: {(t, m): Counts() for t in TIERS for m in MEASURES}
    )
    sources: dict[str, Counts] = field(default_factory=dict)
    accuracy: dict[str, Counts] = field(default_factory=lambda: {k: Counts() for k in ("actor", "type", "speaker")})
    judged: list[Judged] = field(default_factory=list)
    articles: int = 0
    missing: list[str] = field(default_factory=list)


def score(gold: Mapping[str, dict[str, Any]], found: Mapping[str, dict[str, Any]]) -> StatementScore:
    """The score of found statements, by article id, beside annotated ones."""
    total = StatementScore(articles=len(gold))
    for article_id, article in gold.items():
        if article_id not in found:
            total.missing.append(article_id)
        _add(total, article, found.get(article_id, {}).get("statements", []))
    return total


def _add(total: StatementScore, article: dict[str, Any], found: list[dict[str, Any]]) -> None:
    body, annotated = article["body"], article["statements"]
    wanted = [_words(body, s["content"]) for s in annotated]
    contents = [_words(body, s["content"]["spans"]) for s in found]
    matched = _match((_overlap(c, w), j, i) for j, c in enumerate(contents) for i, w in enumerate(wanted))
    cues = _match(
        (1.0 * _touch(f["cue"]["span"], s["cue"]), j, i) for j, f in enumerate(found) for i, s in enumerate(annotated)
    )
    by_wanted = {i: j for j, (i, share) in matched.items() if share >= _ALIKE}
    right = {
        i: is_actor(found[j]["actor"]["name"], article["actors"][annotated[i]["actor"]]) for i, j in by_wanted.items()
    }
    source = total.sources.setdefault(str(article.get("source") or "?"), Counts())
    for tier in TIERS:
        inside = {i for i, s in enumerate(annotated) if tier == "all" or s["tier"] == tier}
        outside = {j for i, j in by_wanted.items() if i not in inside}
        cues_outside = {j for j, (i, _) in cues.items() if i not in inside}
        for measure in MEASURES:
            c = total.counts[tier, measure]
            c.gold += len(inside)
            c.found += len(found) - len(cues_outside if measure == "cue" else outside)
        attributed = {i for i in inside if right.get(i)}
        total.counts[tier, "content"].right += len(inside & by_wanted.keys())
        total.counts[tier, "attributed"].right += len(attributed)
        total.counts[tier, "strict"].right += sum(
            list(wanted[i].values()) == list(contents[by_wanted[i]].values()) for i in attributed
        )
        total.counts[tier, "cue"].right += len({i for i, _ in cues.values()} & inside)
        if tier == "core":
            source.add(Counts(len(inside), len(found) - len(outside), len(attributed)))
    for i, j in by_wanted.items():
        _count(total.accuracy["actor"], right[i])
        _count(total.accuracy["type"], found[j]["type"] == annotated[i]["type"])
        if annotated[i]["speaker"]:
            speaker = (found[j].get("speaker") or {}).get("span")
            _count(total.accuracy["speaker"], _touch(speaker, annotated[i]["speaker"]))
    good = {j for i, j in by_wanted.items() if right[i]}
    total.judged += [Judged(float(f.get("confidence", 1.0)), j in good) for j, f in enumerate(found)]


def _count(counts: Counts, right: bool) -> None:
    counts.gold += 1
    counts.found += 1
    counts.right += right


def _words(body: str, spans: Iterable[Span]) -> dict[int, str]:
    """Offset -> normalized word of spans, complementizers at their heads left out."""
    out: dict[int, str] = {}
    for start, end in spans:
        part = [(start + m.start(), normalize(m.group())) for m in _WORD.finditer(body[start:end])]
        while part and part[0][1] in _COMPLEMENTIZERS:
            part = part[1:]
        out |= dict(part)
    return out


def _overlap(a: Mapping[int, str], b: Mapping[int, str]) -> float:
    return len(a.keys() & b.keys()) / len(a.keys() | b.keys()) if a or b else 0.0


def _touch(a: Span | None, b: Span | None) -> bool:
    return bool(a and b) and a[0] < b[1] and b[0] < a[1]  # type: ignore[index]


def _match(pairs: Iterable[tuple[float, int, int]]) -> dict[int, tuple[int, float]]:
    """Best pairs first, each side once: left -> (right, share)."""
    out: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for share, left, right in sorted((p for p in pairs if p[0] > 0), key=lambda p: -p[0]):
        if left not in out and right not in taken:
            out[left] = (right, share)
            taken.add(right)
    return out


def reliability(judged: Sequence[Judged], bins: int = 10) -> Iterator[tuple[float, float, int]]:
    """(mean confidence, share that is right, number) of the statements of each tenth of confidence that has any.

    >>> list(reliability([Judged(0.9, True), Judged(0.92, False), Judged(0.31, False)]))
    [(0.31, 0.0, 1), (0.91, 0.5, 2)]
    """
    for n in range(bins):
        part = [j for j in judged if n / bins <= j.confidence < (n + 1) / bins or (n + 1 == bins and j.confidence == 1)]
        if part:
            yield (
                round(sum(j.confidence for j in part) / len(part), 4),
                sum(j.right for j in part) / len(part),
                len(part),
            )
