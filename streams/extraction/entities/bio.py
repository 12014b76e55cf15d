"""Labels of the B-X, I-X, O kind, and the spans that they mean."""

from collections.abc import Iterator, Sequence

from schemas import EntityType

# Names that corpora and models use for our types.
TYPES: dict[str, EntityType] = {"PER": "PER", "PERS": "PER", "LOC": "LOC", "ORG": "ORG", "MISC": "MISC"}


def spans(labels: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(first, last, type) of every entity: labels [first, last).

    An I- that continues nothing begins an entity, as the CoNLL scorer has it.

    >>> list(spans(["B-PERS", "I-PERS", "O", "B-LOC", "B-LOC", "I-ORG", "I-ORG"]))
    [(0, 2, 'PERS'), (3, 4, 'LOC'), (4, 5, 'LOC'), (5, 7, 'ORG')]
    """
    first, inside = 0, ""
    for n, label in enumerate((*labels, "O")):
        if inside and label != f"I-{inside}":
            yield first, n, inside
            inside = ""
        if not inside and label != "O":
            first, inside = n, label[2:]
