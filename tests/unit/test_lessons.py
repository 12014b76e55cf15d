"""What the encoder and the reader learn from: no annotated article is among those that the reader labels."""

import numpy as np

from streams.extraction.training.encoder_data import NO_LINK, Raw, Text
from streams.extraction.training.lessons import HEAD, chosen, packed

LENGTH = HEAD + 50


def article(n: int) -> list[int]:
    return list(range(n * 1000, n * 1000 + LENGTH))


def test_the_reader_labels_no_article_that_is_annotated() -> None:
    """They would be held out of a fold and taught in it."""
    raw = Raw(np.array([*article(1), *article(2), *article(3)]), {"large": [LENGTH, 2 * LENGTH], "news": [3 * LENGTH]})
    every = {tuple(found) for found in chosen(raw, set()).tolist()}
    assert every == {(0, LENGTH), (LENGTH, 2 * LENGTH), (2 * LENGTH, 3 * LENGTH)}
    left = {tuple(found) for found in chosen(raw, {tuple(article(2)[:HEAD])}).tolist()}
    assert left == every - {(LENGTH, 2 * LENGTH)}


def test_actors_of_two_texts_have_different_numbers() -> None:
    links = np.array([[1, 1, 0, 1, 0], [NO_LINK, NO_LINK, NO_LINK, 0, 1]], np.int32)
    both = packed([Text([5, 6], [0, 0], links=links), Text([7, 8], [0, 0], links=links), Text([9], [0])])
    assert both.links[:, 3].tolist() == [1, 0, 2, 0, 0]
    assert both.links[:, 4].tolist() == [0, 1, 0, 2, 0]
    assert both.links[-1].tolist() == [NO_LINK, NO_LINK, NO_LINK, 0, 0]
    assert both.ends.tolist() == [2, 4, 5]
