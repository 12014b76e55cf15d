"""The encoder's layers: as a convolution that is written down word by word, whatever the text's length."""

from typing import Any

import numpy as np
import pytest

from streams.extraction.words.convolutions import Convolutions, Layer

SEEN, WIDTH, DILATIONS = 5, 8, (1, 2, 4, 16)


def word_by_word(x: Any, layers: list[Layer]) -> Any:
    """Each word's layer of itself, the word a dilation before and the one behind; zeros outside of the text."""
    h = np.zeros((len(x), WIDTH))
    for layer, dilation in zip(layers, DILATIONS, strict=True):
        around = np.pad(x, ((dilation, dilation), (0, 0)))
        sums = [around[k * dilation : k * dilation + len(x)] @ layer.taps[k] for k in range(3)]
        for n, unit in enumerate(layer.units):
            h[:, unit] += np.maximum(sum(sums) + layer.bias, 0)[:, n]
        x = h.copy()
    return h


@pytest.mark.parametrize("length", [1, 2, 3, 4, 15, 16, 17, 63, 64, 65, 511, 512, 513, 1500])
def test_a_text_is_read_as_word_by_word(length: int) -> None:
    draw = np.random.default_rng(length)
    layers = [
        Layer(
            draw.normal(0, 0.2, (3, SEEN if n == 0 else WIDTH, many)).astype(np.float32),
            draw.normal(0, 1, many).astype(np.float32),
            draw.permutation(WIDTH)[:many],
        )
        for n, many in enumerate((WIDTH, 6, 1, 3))
    ]
    x = draw.normal(0, 1, (length, SEEN)).astype(np.float32)
    read = Convolutions(layers, DILATIONS, WIDTH)
    assert np.allclose(read(x.T), word_by_word(x, layers).T, rtol=1e-4, atol=1e-3)
    assert np.array_equal(read(x.T), read(x.T)), "a text that was read before changes nothing"
