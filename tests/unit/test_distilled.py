"""A smaller encoder is made of a larger one: units go, what is left computes what the worker computes."""

import itertools
from typing import Any

import numpy as np
import torch

from streams.extraction.training.distilled import HELD_OUT, Corpus, judged, learn
from streams.extraction.training.distilled_model import LENGTH, Convolved, Teacher
from streams.extraction.words.convolutions import Convolutions, Layer
from streams.extraction.words.encoder import DILATIONS, Weights
from streams.extraction.words.links import DISTANCES, LINK_WIDTH, LINKS

WORD, HIDDEN = 4, 6  # widths of the small encoder's word vectors and layers


def small() -> Weights:
    """An encoder of random weights."""
    draw = np.random.default_rng(5)

    def of(*shape: int) -> Any:
        return (draw.standard_normal(shape) / 3).astype(np.float32)

    widths = [WORD, *(HIDDEN for _ in DILATIONS[1:])]
    layers = [Layer(of(3, width, HIDDEN) / 3, of(HIDDEN), np.arange(HIDDEN)) for width in widths]
    heads = {
        f"{name}_head": (of(HIDDEN, n), of(n))
        for name, n in (("label", 7), ("category", 3), ("sign", 8), ("link", 2 * len(LINKS) * LINK_WIDTH))
    }
    heads["sign_head"] = heads["sign_head"][0] / 1000, of(8) - 5  # no word is a cue: links would take long
    known: dict[str, Any] = dict.fromkeys(Weights._fields)
    known |= {"layers": layers, "link_weights": of(len(LINKS), len(DISTANCES) + 1), **heads}
    return Weights(**known)


def corpus(rows: int) -> Corpus:
    draw = torch.Generator().manual_seed(5)
    ids = torch.randint(0, 40, (rows, LENGTH), generator=draw)
    return Corpus(ids, torch.randn(40, WORD, generator=draw), torch.zeros(40, 3))


def as_worker(network: Convolved, x: Any) -> Any:
    """The last layer that the worker makes of the network's arrays; (length, h)."""
    a = network.arrays()
    layers = [Layer(a[f"taps{n}"], a[f"bias{n}"], a[f"units{n}"]) for n in range(len(DILATIONS))]
    return Convolutions(layers, DILATIONS, HIDDEN)(x.T).T


def test_the_module_computes_what_the_worker_computes() -> None:
    network = Convolved(small())
    x = torch.randn(1, 60, WORD)
    found = network(x)[0].detach().numpy()
    assert np.allclose(found, as_worker(network, x[0].numpy()), atol=0.05, rtol=0.01)  # shipped in half precision


def test_units_are_taken_with_all_that_they_weigh() -> None:
    network = Convolved(small())
    optimizer = torch.optim.Adam(network.parameters())
    before = network.products()
    network.keep(3, torch.tensor([True, False, True, False, False, True]), optimizer)
    assert before - network.products() == 3 * HIDDEN * 3
    assert network.units[3].tolist() == [0, 2, 5]
    x = torch.randn(1, 60, WORD)
    assert np.allclose(network(x)[0].detach().numpy(), as_worker(network, x[0].numpy()), atol=0.05, rtol=0.01)


def test_a_copy_lacks_nothing() -> None:
    weights = small()
    lacking = judged(Teacher(weights), Convolved(weights), corpus(HELD_OUT))
    assert max(lacking.values()) < 1e-5


def test_the_student_becomes_as_small_as_asked_and_learns_what_the_teacher_says() -> None:
    weights, texts = small(), corpus(HELD_OUT + 32)
    teacher, student = Teacher(weights), Convolved(weights)
    wanted = student.products() - 360
    learn(teacher, student, texts, wanted, seconds=150, clock=itertools.count(0.0).__next__)  # a second a step
    assert student.products() <= wanted
    cut = Convolved(weights)
    optimizer = torch.optim.Adam(cut.parameters())
    for n, (all_units, kept) in enumerate(zip(cut.units, student.units, strict=True)):
        cut.keep(n, torch.isin(all_units, kept), optimizer)
    assert judged(teacher, student, texts)["labels"] < judged(teacher, cut, texts)["labels"]
