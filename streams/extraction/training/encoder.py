"""Train the encoder: raw news first, then entity labels, then what better encoders say of raw news.

    python -m streams.extraction.training.vectors ../shared/corpus WORK
    python -m streams.extraction.training.encoder ../shared WORK [--folds 5] [--only-folds]
    python -m streams.extraction.training.categories ../shared/corpus

1. Two networks, a narrow and a wide one, learn from raw news to tell a hidden word's cluster and category from its
   neighbours, and the category of words that have only one.
2. The narrow one learns entity labels (CRF) from gold/train, ANERcorp train and AQMAR, and labels the raw corpus: how
   it labelled a word there becomes an attribute of the word.
3. Teachers, wide networks of step 1 with those attributes, learn entity labels and label windows of the raw corpus.
4. The narrow network of step 1 learns entity labels, and on those windows what the teachers say. It is shipped.

`training.categories` then learns the head for word categories anew. `--folds` repeats steps 3 and 4, with one teacher,
on parts of the articles of gold/train (on blocks of 100 sentences of ANERcorp: step 4 without a teacher), scores the
rest, and writes what it found there to WORK/held_out.json, for `training.choices`; the attributes of step 2 come from
a tagger that saw all. What WORK holds already of steps 1 and 2 is taken from there. Three quarters of an hour on one
core, and nine minutes a fold.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.entities.labels import LABELS
from streams.extraction.lexicon import load_lexicon
from streams.extraction.tokens import BREAK
from streams.extraction.training import encoder_data as data
from streams.extraction.training.encoder_export import Tables, export
from streams.extraction.training.encoder_learning import TAUGHT_LENGTH, label, label_raw, learn, learn_raw, teach
from streams.extraction.training.encoder_model import TEACHER_WIDTH, WIDTH, EncoderModel, Shape
from streams.extraction.training.encoder_scores import scores
from streams.extraction.training.entity_data import person_names, places
from streams.extraction.words.attributes import WordKnowledge, list_words
from streams.extraction.words.morphology import load_morphology

SEED = 20261125
TEACHERS = 3
WINDOWS = 16_000  # of raw news, each of TAUGHT_LENGTH words, that teachers label


class Laboratory(NamedTuple):
    """What all trainings share: the encoder's shape, raw text, the attributes and weights of step 1 by width."""

    shape: Shape
    raw: Any
    learned: dict[int, tuple[list[str], dict[str, Any]]]
    others: dict[str, tuple[Any, Any]]
    end: int

    def fresh(self, width: int, seed: int) -> EncoderModel:
        """A network that has read raw news; attributes that it did not have then begin small."""
        torch.manual_seed(seed)
        model = EncoderModel(self.shape, width)
        attributes, learned = self.learned[width]
        old = {name: n + 1 for n, name in enumerate(attributes)}
        with torch.no_grad():
            for name, value in model.named_parameters():
                if name == "attributes.weight":
                    for n, attribute in enumerate(self.shape.attributes, 1):
                        value[n] = learned[name][old[attribute]] if attribute in old else value[n] * 0.3
                elif name in learned:
                    value.copy_(learned[name])
        return model

    def student(self, articles: Sequence[data.Labelled], teachers: int) -> EncoderModel:
        """Steps 3 and 4 on these articles of gold/train and all other labelled texts."""
        labels = {"gold": stream(articles, self.end)} | self.others
        draw = np.random.default_rng(SEED)
        begins = draw.choice(len(self.raw) // TAUGHT_LENGTH - 1, WINDOWS, replace=False) * TAUGHT_LENGTH
        taught = teach(
            [learn(self.fresh(TEACHER_WIDTH, SEED + n), labels, None, SEED + n) for n in range(teachers)],
            self.raw[begins[:, None] + np.arange(TAUGHT_LENGTH)],
        )
        return learn(self.fresh(WIDTH, SEED), labels, taught, SEED)


def stream(texts: Sequence[data.Labelled], end: int | None = None) -> tuple[Any, Any]:
    """Texts as one, each followed by the form `end` if given."""
    ids: list[int] = []
    labels: list[int] = []
    for text in texts:
        ids += text.ids + ([end] if end is not None else [])
        labels += text.labels + ([0] if end is not None else [])
    return np.array(ids), np.array(labels)


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """What a step made, from WORK if it is there."""
    if not path.exists():
        torch.save(make(), path)
    return torch.load(path)


def folds_of(many: int, folds: int, block: int = 1) -> list[set[int]]:
    """Numbers of the texts that each fold holds out; neighbours of one block stay together."""
    blocks = list(range((many + block - 1) // block))
    random.Random(SEED).shuffle(blocks)
    return [{n for b in blocks[k::folds] for n in range(b * block, min(many, (b + 1) * block))} for k in range(folds)]


def main() -> None:
    """Train, score on dev, cross-validate if asked to, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path, help="folder of vectors.npz, and of what the steps make")
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--only-folds", action="store_true", help="cross-validate, leave the shipped model")
    a = parser.parse_args()
    started = time.monotonic()

    with np.load(a.work / "vectors.npz") as z:
        words = {w: n for n, w in enumerate(z["words"].tobytes().decode().split("\n"))}
        vectors, word_clusters = z["unit"] * 2, z["clusters"]
    lexicon, names, territories = load_lexicon(), person_names(), places()
    listed = list_words(lexicon, names, territories)
    knowledge = WordKnowledge(lexicon, load_morphology(), listed, seen={})
    inventory, raw = data.raw_corpus(a.shared / "corpus")
    texts = data.labelled(inventory, a.shared)
    needed = data.needed_forms(inventory, texts)
    categories, category_of = data.category_numbers(inventory, knowledge, needed)

    def shape_with(knowledge: WordKnowledge) -> Shape:
        attributes, rows = data.form_attributes(inventory, knowledge, needed)
        forms = data.arrays(rows, inventory, words, needed)
        clusters = int(word_clusters.max()) + 1
        return Shape(forms, vectors, attributes, data.DOMAINS, len(categories), clusters)

    plain = shape_with(knowledge)
    cluster_of = np.where(plain.forms.vector_rows >= 0, word_clusters[plain.forms.vector_rows, 0], -1).astype(np.int64)
    print(f"{len(inventory.forms)} forms, {len(plain.attributes)} attributes, {len(categories)} categories", flush=True)

    def read_raw(width: int) -> tuple[list[str], dict[str, Any]]:
        torch.manual_seed(SEED)
        model = EncoderModel(plain, width)
        learn_raw(model, raw, cluster_of, category_of, SEED)
        weights = {name: value.detach().clone() for name, value in model.named_parameters() if value.requires_grad}
        return plain.attributes, weights

    learned = {w: kept(a.work / f"raw-{w}.pt", partial(read_raw, w)) for w in (WIDTH, TEACHER_WIDTH)}
    end = inventory.number(BREAK)
    others = {"aner": stream(texts["aner"]), "aqmar": stream(texts["aqmar"])}

    def see() -> dict[str, str]:
        first = Laboratory(plain, raw, learned, others, end).fresh(WIDTH, SEED)
        tagger = learn(first, {"gold": stream(texts["gold"], end)} | others, None, SEED)
        counted = np.zeros((len(inventory.forms), len(LABELS)), np.int64)
        for ids, found in label_raw(tagger, raw):
            np.add.at(counted, (ids.ravel(), found.ravel()), 1)
        return data.seen_table(inventory, counted)

    seen = kept(a.work / "seen.pt", see)
    shape = shape_with(WordKnowledge(lexicon, knowledge.morphology, listed, seen))
    laboratory = Laboratory(shape, raw, learned, others, end)
    found: dict[str, Any] = {}
    if not a.only_folds:
        final = laboratory.student(texts["gold"], TEACHERS)
        found["dev"] = scores(texts["dev"], inventory, lambda ids: label(final, ids, "gold"))
        print("dev:", found, round(time.monotonic() - started), "s", flush=True)
        shipped = Tables(shape.attributes, words, word_clusters, categories, names, territories, seen)
        export(final, shipped, found)
    if a.folds:
        found |= cross_validate(laboratory, texts["gold"], texts["aner"], inventory, a.folds, a.work)
        (a.work / "folds.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        if not a.only_folds:
            export(final, shipped, found)


def cross_validate(
    laboratory: Laboratory,
    articles: Sequence[data.Labelled],
    sentences: Sequence[data.Labelled],
    inventory: data.Inventory,
    folds: int,
    work: Path,
) -> dict[str, Any]:
    """Scores by whole articles of gold/train, and by blocks of ANERcorp; writes held_out.json."""
    found: dict[str, Any] = {}
    given: dict[int, list[int]] = {}
    held_out: dict[str, list[int]] = {}
    for held in folds_of(len(articles), folds):
        model = laboratory.student([t for n, t in enumerate(articles) if n not in held], 1)
        for text in (articles[n] for n in sorted(held)):
            given[id(text)] = labels = label(model, text.ids, "gold")
            held_out[text.name] = [x for i, x in zip(text.ids, labels, strict=True) if i != laboratory.end]
        found["gold_cv"] = scores([t for t in articles if id(t) in given], inventory, None, given)
        print("gold", len(held_out), "articles", found["gold_cv"], flush=True)
        (work / "held_out.json").write_text(json.dumps(held_out), encoding="utf-8")
    for held in folds_of(len(sentences), folds, block=100):
        rest = {"aner": stream([t for n, t in enumerate(sentences) if n not in held])}
        streams = {"gold": stream(articles, laboratory.end)} | laboratory.others | rest
        model = learn(laboratory.fresh(WIDTH, SEED), streams, None, SEED)
        given |= {id(sentences[n]): label(model, sentences[n].ids, "aner") for n in held}
        found["aner_cv"] = scores([t for t in sentences if id(t) in given], inventory, None, given)
        print("aner", found["aner_cv"], flush=True)
    return found


if __name__ == "__main__":
    main()
