"""What the reader told of an article's statements: its likely cues, and where the content of each is, of which type.

`training.reader` writes it; here it becomes evidence for the candidates of each choice (`training.ranking.distil`).
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from streams.extraction.choices.content_end import End
from streams.extraction.choices.content_type import TYPES
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.proposals import Proposal
from streams.extraction.tokens import NUMBER, WORD

BEFORE = 190  # words before a cue that are read to find its content, speaker and actor
LIKELY = 0.5
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98)  # of probabilities
_BEHIND = (1e-6, 0.5, 1, 2, 4, 8, 16, 32)  # of how many log-odds a candidate is behind the likeliest
_CONTENT_BEGINS, _CONTENT = range(2)
_UNHEARD = ["untold"]


class ToldCue(NamedTuple):
    """A cue's probabilities: of reporting, core and extended, of the types; by token from `first` on, of the spans.

    The first two columns of `spans`: a content begins, a content is.
    """

    core: float
    extended: float
    types: Sequence[float]
    first: int
    spans: Any

    @property
    def reports(self) -> float:
        """How probable it is that it reports at all."""
        return self.core + self.extended

    def most(self, column: int, first: int, last: int) -> float:
        """The highest probability of a column among tokens [first, last), 0 outside of the window."""
        part = self.spans[max(0, first - self.first) : max(0, last - self.first), column]
        return float(part.max(initial=0.0))

    def behind(self, column: int, last: Sequence[int]) -> list[float]:
        """How many log-odds each end (token after it) of the spans of a column is behind the likeliest of them."""
        inside = np.clip(self.spans[:, column], 0.01, 0.99)
        total = np.concatenate([[0.0], np.cumsum(np.log(inside) - np.log(1 - inside))])
        at = total[np.clip(np.array(last) - self.first, 0, len(inside))]
        return [float(x) for x in at.max() - at]

    def shared(self, proposal: Proposal) -> float:
        """Expected intersection over union of its content and a proposal's."""
        inside, content = self.spans[:, _CONTENT], proposal.content
        first, last = max(0, content.first - self.first), max(0, content.last - self.first)
        common = float(inside[first:last].sum())
        return common / max(1e-6, last - first + float(inside.sum()) - common)

    def begins(self, proposal: Proposal) -> float:
        """How probable it is that its content begins where a proposal's does, or a word beside."""
        first = proposal.content.first
        return self.most(_CONTENT_BEGINS, first - 1, first + 2)


Told = Mapping[int, ToldCue]  # by the cue's token


def told_of(told: Told, cue: Cue) -> ToldCue | None:
    """What is told of a cue, of several words of any of them."""
    return next((told[i] for i in range(cue.first, cue.at + 1) if i in told), None)


def read_told(path: Path, wanted: Container[str]) -> dict[str, dict[int, ToldCue]]:
    """What `training.reader` wrote of the articles of these names, by article and token."""
    with np.load(path) as z:
        names, places, says, types, spans = (z[name] for name in ("names", "places", "says", "types", "spans"))
    found: dict[str, dict[int, ToldCue]] = {str(name): {} for name in names if str(name) in wanted}
    for (article, at), (core, extended), kinds, window in zip(places, says, types, spans, strict=True):
        if str(names[article]) not in found:
            continue
        begin = int(at) - BEFORE
        inside = window[max(0, -begin) :].astype(np.float32) / 255
        inside[:, _CONTENT] += inside[:, _CONTENT_BEGINS]
        found[str(names[article])][int(at)] = ToldCue(
            float(core), float(extended), kinds.tolist(), max(0, begin), inside
        )
    return found


def statements(told: Told, doc: Document) -> Iterator[dict[str, Any]]:
    """The likeliest reading of it, as annotations are written; speakers and actors are left open."""

    def spans(likely: Any, first: int) -> list[list[int]]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], likely, [0]])))
        ranges = [(first + int(a), first + int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        words = [[i for i in range(a, b) if doc.kinds[i] in (WORD, NUMBER)] for a, b in ranges]
        return [list(doc.span(w[0], w[-1] + 1)) for w in words if w]

    for at, cue in told.items():
        content = spans(cue.spans[:, _CONTENT] > LIKELY, cue.first)
        if cue.reports > LIKELY and content:
            yield {
                "cue": list(doc.span(at, at + 1)),
                "content": content,
                "type": TYPES[int(np.argmax(cue.types))],
            }


def _step(share: float) -> int:
    return int(np.digitize(share, _STEPS))


def of_way(told: Told, p: Proposal) -> list[str]:
    """Of a way to read a cue."""
    cue = told_of(told, p.cue)
    if cue is None:
        return [*_UNHEARD, f"untold,{p.opener}"]
    reports, begins, shared = _step(cue.reports), _step(cue.begins(p)), int(10 * cue.shared(p))
    return [
        f"reports={reports}",
        f"reports={reports},{p.opener}",
        f"core={_step(cue.core)},{p.opener}",
        f"extended={_step(cue.extended)},{p.opener}",
        f"begins={begins}",
        f"begins={begins},{p.opener}",
        f"shared={shared}",
        f"shared={shared},{p.opener}",
        f"shared={shared},{reports}",
    ]


def of_ends(told: Told, p: Proposal, ends: Sequence[End]) -> Iterator[list[str]]:
    """Of each end of a content."""
    cue = told_of(told, p.cue)
    if cue is None:
        yield from (_UNHEARD for _ in ends)
        return
    behind = cue.behind(_CONTENT, [e.last for e in ends])
    order = sorted(behind)
    for end, less in zip(ends, behind, strict=True):
        far = int(np.digitize(less, _BEHIND))
        falls = cue.most(_CONTENT, end.last - 1, end.last) - cue.most(_CONTENT, end.last, end.last + 2)
        yield [
            f"far={far}",
            f"far={far},{end.why}",
            f"far={far},{p.opener}",
            f"place={min(order.index(less), 5)}",
            f"falls={int(10 * falls)}",
            f"falls={int(10 * falls)},{far}",
        ]


def of_type(told: Told, p: Proposal, kind: str) -> list[str]:
    """Of a type of a content."""
    cue = told_of(told, p.cue)
    if cue is None:
        return _UNHEARD
    share = _step(cue.types[TYPES.index(kind)])
    return [f"type={share}", f"type={share},{kind}"]
