"""Networks beside the linear models: what only several signs together tell is learned, written and read again."""

from pathlib import Path

import numpy as np

from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.network import Network, Scorer
from streams.extraction.training import network
from streams.extraction.training.ranking import Choice


def decisions(many: int) -> list[Choice]:
    """Of two candidates the one is right whose two numbers are both high or both low: no sum of them tells that."""
    draw = np.random.default_rng(1)
    out = []
    for _ in range(many):
        same, other = (np.array([a, a]) for a in draw.choice([-1.0, 1.0], 2))
        other[1] *= -1
        first = bool(draw.integers(2))
        numbers = np.array([same, other] if first else [other, same], np.float32)
        names = [[f"a={a}", f"b={b}"] for a, b in numbers]
        out.append(Choice(names, [first, not first], numbers))
    return out


def share_right(scorer: Scorer, choices: list[Choice]) -> float:
    found = [np.argmax(scorer.scores(c.candidates, c.numbers)) for c in choices]
    return float(np.mean([c.right[n] for c, n in zip(choices, found, strict=True)]))


def test_a_network_learns_what_signs_tell_only_together(tmp_path: Path) -> None:
    scorer = network.learn(decisions(3_000), 1.0)
    unseen = decisions(3_400)[3_000:]
    assert share_right(Scorer(scorer.linear), unseen) < 0.7
    assert share_right(scorer, unseen) == 1.0

    assert scorer.network is not None
    network.write(scorer.network, tmp_path / "n.npz")
    again = Scorer(scorer.linear, Network.load(tmp_path / "n.npz"))
    assert share_right(again, unseen) == 1.0


def test_a_candidate_without_numbers_keeps_its_linear_score() -> None:
    """As "no statement" does, which stands beside all ways to read a cue."""
    yes = np.array([[1.0], [1.0]], np.float32)
    choices = [Choice([["way"], []], [n % 10 > 0, n % 10 == 0], yes[:1] if n % 10 else -yes[:1]) for n in range(3_000)]
    scorer = network.learn(choices, 1.0)
    assert scorer.scores([["way"]], yes[:1])[0] > 2.0
    assert scorer.scores([["way"]], -yes[:1])[0] < -2.0


def test_no_network_leaves_the_linear_score() -> None:
    assert Scorer(LinearModel({"a": 2.0})).scores([["a"], ["b"]], None) == [2.0, 0.0]
