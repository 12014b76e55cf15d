"""The encoder's layers: as a convolution that is written down word by word, whatever the text's length."""

from typing import Any

import numpy as np
import pytest

from streams.extraction.words.convolutions import Convolutions

WIDTH, DILATIONS = 8, (1, 2, 4, 16)


def word_by_word(h: Any, layers: list[tuple[Any, Any]]) -> Any:
    """Each word's layer of itself, the word a dilation before and the one behind; zeros outside of the text."""
    for (taps, bias), dilation in zip(layers, DILATIONS, strict=True):
        around = np.pad(h, ((dilation, dilation), (0, 0)))
        sums = [around[k * dilation : k * dilation + len(h)] @ taps[k] for k in range(3)]
        h = h + np.maximum(sum(sums) + bias, 0)
    return h


@pytest.mark.parametrize("length", [1, 2, 3, 4, 63, 64, 65, 511, 512, 513, 1500])
def test_a_text_is_read_as_word_by_word(length: int) -> None:
    draw = np.random.default_rng(length)
    layers = [
        (draw.normal(0, 0.2, (3, WIDTH, WIDTH)).astype(np.float32), draw.normal(0, 1, WIDTH).astype(np.float32))
        for _ in DILATIONS
    ]
    h = draw.normal(0, 1, (length, WIDTH)).astype(np.float32)
    read = Convolutions(layers, DILATIONS)
    expected = word_by_word(h, layers)
    assert np.allclose(read(h), expected, rtol=1e-4, atol=1e-3)
    assert np.array_equal(read(h), read(h)), "a text that was read before changes nothing"
