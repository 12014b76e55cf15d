"""Dilated convolutions of width 3 with a rectifier and a residual, as matrix products: the encoder's layers.

Four outputs that stand a dilation apart share six inputs, so that six products make what would take twelve: Winograd's
minimal filtering F(4, 3), as Lavin and Gray apply it ("Fast Algorithms for Convolutional Neural Networks", 2016). Sums
are of another order than a plain convolution's, results differ from its by some 1e-5.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

_OUT = 4  # outputs that are computed together
_BLOCK = 512  # words whose products are made at once, so that they stay in the processor's cache
_TWO, _FOUR = np.float32(2), np.float32(4)


def _filters(taps: Any) -> Any:
    """(6, h, h) of (3, h, h): the matrices of the six products."""
    g0, g1, g2 = taps.astype(np.float64)
    sides, middle = (g0 + g2) / 6, g1 / 6
    far, odd = g0 / 24 + g2 / 6, g1 / 12
    return np.stack([g0 / 4, -(sides + middle), middle - sides, far + odd, far - odd, g2]).astype(np.float32)


class Convolutions:
    """Layers that each add to every word what they see of it and of two others; used by one thread at a time.

    >>> taps, bias = np.zeros((3, 1, 1), np.float32), np.zeros(1, np.float32)
    >>> taps[:, 0, 0] = 1, 10, 100  # for the word before, the word itself and the word behind
    >>> layers = Convolutions([(taps, bias)], [1])
    >>> layers(np.array([[1], [2], [3]], np.float32)).round(3).ravel().tolist()
    [211.0, 323.0, 35.0]
    """

    def __init__(self, layers: Iterable[tuple[Any, Any]], dilations: Sequence[int]) -> None:
        """`layers` are (taps, bias) with taps (3, h, h) and bias (h,), one for each of `dilations`."""
        self._layers = [(_filters(taps), bias, d) for (taps, bias), d in zip(layers, dilations, strict=True)]
        self._before, self._behind = max(dilations), 2 * _OUT * max(dilations)  # rows of zeros about a text
        width = self._layers[0][1].shape[0]
        rows = _BLOCK // _OUT + max(dilations)
        self._inputs, self._products = (np.empty((6, rows, width), np.float32) for _ in range(2))
        self._sums = np.empty((3, rows, width), np.float32)
        self._parted = np.empty(_OUT * (rows + max(dilations)) * width, np.float32)
        self._nothing = np.zeros(width, np.float32)  # a row is compared three times as fast as a number

    def __call__(self, h: Any) -> Any:
        """(n, h) of the last layer for (n, h) of the first."""
        n, before = len(h), self._before
        here = np.zeros((before + n + self._behind, h.shape[1]), np.float32)
        there = here.copy()
        here[before : before + n] = h
        for filters, bias, dilation in self._layers:
            for first in range(before, before + n, _BLOCK):
                groups = -(-min(_BLOCK, before + n - first) // (_OUT * dilation))
                self._convolve(here, there, first, groups, (filters, bias, dilation))
            there[before + n :] = 0  # the last groups may reach beyond the text
            here, there = there, here
        return here[before : before + n]

    def _convolve(self, h: Any, out: Any, first: int, groups: int, layer: tuple[Any, Any, int]) -> None:
        """Write into `out` what a layer makes of `groups` of four times a dilation of words, from `first` on."""
        filters, bias, d = layer
        rows, width = groups * d, h.shape[1]
        seen = h[first - d : first - d + (groups + 1) * _OUT * d].reshape(groups + 1, _OUT, d, width)
        parted = self._parted[: seen.size].reshape(_OUT, rows + d, width)
        np.copyto(parted.reshape(_OUT, groups + 1, d, width), seen.swapaxes(0, 1))
        (x0, x1, x2, x3), (x4, x5) = parted[:, :rows], parted[:2, d:]
        inputs = self._inputs[:, :rows]
        t0, t1, t2, t3, t4, t5 = inputs
        even, odd, step = self._sums[:, :rows]
        np.subtract(x4, np.multiply(x2, _FOUR, out=even), out=even)
        np.subtract(x3, np.multiply(x1, _FOUR, out=odd), out=odd)
        np.add(even, odd, out=t1)
        np.subtract(even, odd, out=t2)
        np.subtract(x4, x2, out=even)
        np.multiply(np.subtract(x3, x1, out=step), _TWO, out=step)
        np.add(even, step, out=t3)
        np.subtract(even, step, out=t4)
        np.multiply(np.subtract(x0, x2, out=t0), _FOUR, out=t0)
        t0 += even
        np.subtract(x5, x3, out=t5)
        t5 -= np.multiply(step, _TWO, out=step)
        products = np.matmul(inputs, filters, out=self._products[:, :rows])
        y0, y1, y2, y3, y4, y5 = products
        both, far, turn = even, odd, step
        y1 += bias
        np.add(y1, y2, out=both)
        np.subtract(y1, y2, out=y2)
        np.add(y3, y4, out=far)
        np.subtract(y3, y4, out=turn)
        y0 += both
        y0 += far
        turn *= _TWO
        np.add(y2, turn, out=y1)
        turn *= _FOUR
        np.add(y2, turn, out=y3)
        y3 += y5
        far *= _FOUR
        np.add(both, far, out=y2)
        new = products[:_OUT]
        np.maximum(new, self._nothing, out=new)
        new[:3] += parted[1:, :rows]
        y3 += x4
        words = out[first : first + groups * _OUT * d].reshape(groups, _OUT, d, width)
        np.copyto(words, new.reshape(_OUT, groups, d, width).swapaxes(0, 1))
