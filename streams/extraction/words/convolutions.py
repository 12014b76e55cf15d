"""Dilated convolutions of width 3 with a rectifier and a residual, as matrix products: the encoder's layers.

Most units of a trained encoder's layers are silent, whatever is read: their rectifier lets nothing through. A layer
here holds only the others (`training.silent` tells them), less than half. Words are columns, so that what a unit
says of all words lies together.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np


class Layer(NamedTuple):
    """What the k units of a layer of h values see and where they add what they say of it.

    `taps` (3, w, k) weigh the word before, the word itself and the word behind, `bias` is (k,), `units` (k,) are the
    values that they add to.
    """

    taps: Any
    bias: Any
    units: Any


class Convolutions:
    """Layers that each add to every word what they see of it and of two others.

    >>> taps = np.array([[[1]], [[10]], [[100]]], np.float32)  # for the word before, the word itself, the word behind
    >>> layer = Layer(taps, np.zeros(1, np.float32), np.array([0]))
    >>> Convolutions([layer], [1], 1)(np.array([[1, 2, 3]], np.float32)).tolist()
    [[210.0, 321.0, 32.0]]
    """

    def __init__(self, layers: Iterable[Layer], dilations: Sequence[int], width: int) -> None:
        """`dilations` are one a layer, `width` is h. The first layer reads what is given, the others h values."""
        self._width = width
        self._layers = [
            (np.concatenate(list(taps.swapaxes(1, 2))).astype(np.float32), bias[:, None], units, dilation)
            for (taps, bias, units), dilation in zip(layers, dilations, strict=True)
        ]

    def __call__(self, x: Any) -> Any:
        """(h, n) of the last layer for (w, n) of n words."""
        _, h = deque(self.layers(x), maxlen=1).pop()
        return h

    def layers(self, x: Any) -> Iterator[tuple[Any, Any]]:
        """Layer by layer what its units say of n words, (k, n), and (h, n) with it added, which the next one sees.

        >>> layer = Layer(np.ones((3, 1, 1), np.float32), np.zeros(1, np.float32), np.array([0]))
        >>> read = Convolutions([layer, layer], [1, 1], 1)
        >>> [said.tolist() for said, _ in read.layers(np.array([[1, 0, 0]], np.float32))]
        [[[1.0, 1.0, 0.0]], [[2.0, 2.0, 1.0]]]
        """
        h = np.zeros((self._width, x.shape[1]), np.float32)
        seen = x
        for matrix, bias, units, d in self._layers:
            before, here, behind = (matrix @ seen).reshape(3, len(units), x.shape[1])
            here += bias
            here[:, d:] += before[:, :-d]
            here[:, :-d] += behind[:, d:]
            h[units] += np.maximum(here, 0, out=here)
            seen = h
            yield here, h
