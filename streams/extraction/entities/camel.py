"""The camel engine: a fine-tuned BERT through camel-tools' `NERecognizer`; better than the builtin one, and slow.

Importing this module is cheap: torch is loaded with the model.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from schemas import EntityType
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.entities.agreement import agree
from streams.extraction.entities.bio import TYPES, spans
from streams.extraction.entities.camel_data import NoCamelData, has_catalogue, model_folder
from streams.extraction.text import written
from streams.extraction.tokens import LINE


class Labeller(Protocol):
    """What the engine needs of a model: `Recognizer`, or a stand-in."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """All labels that it can give."""
        ...

    def labels(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """A label for each word of each sentence."""
        ...


class CamelEngine:
    """Entities as a model of camel-tools labels them. Types that are not ours are left out."""

    name = "camel"
    # Twice as many are in hand, and a rebalance waits 15 s for them (see delivery/outbox.py): on one core a BERT-base
    # takes half a second for an article.
    at_once = 4

    def __init__(self, labeller: Labeller) -> None:
        """One engine is used by one thread at a time.

        Raises:
            NoCamelData: the model gives no labels of entities.
        """
        self._labeller = labeller
        given = {TYPES.get(name[2:]) for name in labeller.label_names if name[:2] in ("B-", "I-")}
        self.types: frozenset[EntityType] = frozenset(t for t in given if t is not None)
        if not self.types:
            raise NoCamelData(f"the model's labels are {', '.join(labeller.label_names)}: expected B-PERS, I-PERS, O …")

    @classmethod
    def load(cls, model: str | None = None) -> "CamelEngine":
        """The engine with a model: a folder, a name of camel-tools' catalogue, or None for its default. No network.

        Raises:
            NoCamelData: the model is missing or cannot be loaded; the text says what to do.
        """
        path = model_folder(model)
        try:
            with _offline():
                from camel_tools.ner import NERecognizer
                from transformers.utils.logging import disable_progress_bar

                from streams.extraction.entities.recognizer import Recognizer

                disable_progress_bar()  # type: ignore[no-untyped-call]
                return cls(Recognizer(NERecognizer(str(path))))
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as e:
            reason = " ".join(str(e).split())[:300]
            raise NoCamelData(f"the entity model in {path} cannot be loaded: {type(e).__name__}: {reason}") from e

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        """All mentions in order, not overlapping."""
        return self.find_many([doc])[0]

    def find_many(self, docs: Sequence[Document]) -> list[tuple[EntityMention, ...]]:
        """The mentions of each document; the model sees the sentences of all together."""
        sentences = [
            (n, tuple(i for i in range(s.first, s.last) if doc.kinds[i] is not LINE))
            for n, doc in enumerate(docs)
            for s in doc.sentences
        ]
        labels = self._labeller.labels([[written(docs[n].tokens[i].form.text) for i in at] for n, at in sentences])
        found: list[list[EntityMention]] = [[] for _ in docs]
        for (n, at), of_sentence in zip(sentences, labels, strict=True):
            for first, last, name in spans(of_sentence):
                if name in TYPES:
                    found[n].append(EntityMention(at[first], at[last - 1] + 1, TYPES[name]))
        return [agree(doc, tuple(mentions)) for doc, mentions in zip(docs, found, strict=True)]


@contextmanager
def _offline() -> Iterator[None]:
    """Nothing imported or loaded herein uses the network.

    A model in a folder needs no catalogue, but camel-tools insists on one when it is imported: without any it is shown
    an empty one, which it reads once.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if has_catalogue():
        yield
        return
    before = os.environ.get("CAMELTOOLS_DATA")
    with TemporaryDirectory(prefix="qawl-") as empty:
        nothing = {"version": "0", "packages": {}, "components": {}}
        (Path(empty) / "catalogue.json").write_text(json.dumps(nothing), encoding="utf-8")
        os.environ["CAMELTOOLS_DATA"] = empty
        try:
            yield
        finally:
            del os.environ["CAMELTOOLS_DATA"]
            if before is not None:
                os.environ["CAMELTOOLS_DATA"] = before
