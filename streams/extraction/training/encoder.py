"""Train the encoder: raw news first, then entity labels and signs of statements, also what the reader says of raw news.

    python -m streams.extraction.training.vectors ../shared/corpus WORK
    python -m streams.extraction.training.reader ../shared WORK
    python -m streams.extraction.training.encoder ../shared WORK [--folds 5] [--only-folds]
    python -m streams.extraction.training.categories ../shared/corpus

1. The network learns from raw news to tell a hidden word's cluster and category from its neighbours, and the category
   of words that have only one.
2. It learns entity labels (CRF) and signs from gold/train and the annotated news (`training.annotated_news`), entity
   labels from ANERcorp train and AQMAR, and labels the raw corpus: how it labelled a word there becomes an attribute.
3. The network of step 1, with those attributes, learns the same again and, beside it, what the reader (a transformer,
   `training.reader`) says of 10,000 raw articles. It is shipped.

`training.categories` then learns the head for word categories anew. `--folds` repeats step 3 on parts of the annotated
articles, with the reader that learned from the same part of gold/train (on blocks of 100 sentences of ANERcorp: without
the reader), scores the rest, and writes what it found to WORK/held_out.npz, for `training.choices`; the attributes of
step 2 come from a tagger that saw all. What WORK holds already of steps 1 and 2 is taken from there. Half an hour and,
for each fold, ten minutes on one core.

The shipped encoder took the weights of step 1 and the attributes of step 2 from earlier runs; its fourth convolution
began as it was drawn. Its folds learned from 857 of the annotated news, it itself from all that had names by then
(1,649); of what the folds did not have, WORK/held_out.npz has what an encoder said that had not seen it either.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.entities.labels import LABELS
from streams.extraction.tokens import BREAK
from streams.extraction.training import encoder_data as data
from streams.extraction.training.encoder_export import Tables, export
from streams.extraction.training.encoder_learning import TAUGHT_LENGTH, label, label_raw, learn, learn_raw, signs
from streams.extraction.training.encoder_model import EncoderModel, Labelled, Shape, Taught
from streams.extraction.training.encoder_scores import scores, sign_scores
from streams.extraction.training.folds import folds_of
from streams.extraction.words.attributes import WordKnowledge
from streams.extraction.words.signs import SIGNS

SEED = 20261125


class Laboratory(NamedTuple):
    """What all trainings share: the encoder's shape, the attributes and weights of step 1, other labelled texts.

    `end` is the form that parts articles, `category_of` are the categories of forms that have only one, -1 for others;
    what the reader says is in the folder `work`.
    """

    shape: Shape
    learned: tuple[list[str], dict[str, Any]]
    others: dict[str, Labelled]
    end: int
    category_of: Any
    inventory: data.Inventory
    work: Path

    def taught(self, fold: int | None) -> Taught | None:
        """What the reader says that did not learn from a fold of gold/train, or from all for None.

        None where the reader did not get to it.
        """
        path = self.work / ("taught.npz" if fold is None else f"taught-{fold}.npz")
        return data.read_taught(path, self.inventory, TAUGHT_LENGTH) if path.exists() else None

    def fresh(self) -> EncoderModel:
        """A network that has read raw news; attributes that it did not have then begin small."""
        torch.manual_seed(SEED)
        model = EncoderModel(self.shape)
        attributes, learned = self.learned
        old = {name: n + 1 for n, name in enumerate(attributes)}
        with torch.no_grad():
            for name, value in model.named_parameters():
                if name == "attributes.weight":
                    for n, attribute in enumerate(self.shape.attributes, 1):
                        value[n] = learned[name][old[attribute]] if attribute in old else value[n] * 0.3
                elif name in learned:
                    value.copy_(learned[name])
        return model

    def student(self, articles: Sequence[data.Text], fold: int | None) -> EncoderModel:
        """Step 3 on these annotated articles and all other labelled texts."""
        labels = {"gold": stream(articles, self.end)} | self.others
        return learn(self.fresh(), labels, self.taught(fold), self.category_of, SEED)


def stream(texts: Sequence[data.Text], end: int | None = None) -> Labelled:
    """Texts as one, each followed by the form `end` if given."""
    ids: list[int] = []
    labels: list[int] = []
    found: list[Any] = []
    for text in texts:
        after = [end] if end is not None else []
        ids += text.ids + after
        labels += text.labels + [0 for _ in after]
        if text.signs is not None:
            found += [text.signs, np.zeros((len(after), len(SIGNS)), np.uint8)]
    return Labelled(np.array(ids), np.array(labels), np.concatenate(found) if found else None)


def kept(path: Path, make: Callable[[], Any]) -> Any:
    """What a step made, from WORK if it is there."""
    if not path.exists():
        torch.save(make(), path)
    return torch.load(path)


def main() -> None:
    """Train, score on dev, cross-validate if asked to, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path, help="folder of vectors.npz, and of what the steps make")
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="folds that are learned at once")
    parser.add_argument("--only-folds", action="store_true", help="cross-validate, leave the shipped model")
    a = parser.parse_args()
    started = time.monotonic()

    with np.load(a.work / "vectors.npz") as z:
        words = {w: n for n, w in enumerate(z["words"].tobytes().decode().split("\n"))}
        vectors, word_clusters = z["unit"] * 2, z["clusters"]
    inventory, raw, texts, knowledge, names, territories, needed, categories, category_of = data.prepare(a.shared)

    def shape_with(knowledge: WordKnowledge) -> Shape:
        attributes, rows = data.form_attributes(inventory, knowledge, needed)
        forms = data.arrays(rows, inventory, words, needed)
        clusters = int(word_clusters.max()) + 1
        return Shape(forms, vectors, attributes, data.DOMAINS, len(categories), clusters)

    plain = shape_with(knowledge)
    cluster_of = np.where(plain.forms.vector_rows >= 0, word_clusters[plain.forms.vector_rows, 0], -1).astype(np.int64)
    print(f"{len(inventory.forms)} forms, {len(plain.attributes)} attributes, {len(categories)} categories", flush=True)

    def read_raw() -> tuple[list[str], dict[str, Any]]:
        torch.manual_seed(SEED)
        model = EncoderModel(plain)
        learn_raw(model, raw.ids, cluster_of, category_of, SEED)
        weights = {name: value.detach().clone() for name, value in model.named_parameters() if value.requires_grad}
        return plain.attributes, weights

    learned = kept(a.work / "raw.pt", read_raw)
    end = inventory.number(BREAK)
    others = {"aner": stream(texts["aner"]), "aqmar": stream(texts["aqmar"])}
    annotated = texts["gold"] + texts["news"]

    def see() -> dict[str, str]:
        first = Laboratory(plain, learned, others, end, category_of, inventory, a.work).fresh()
        tagger = learn(first, {"gold": stream(annotated, end)} | others, None, category_of, SEED)
        counted = np.zeros((len(inventory.forms), len(LABELS)), np.int64)
        for ids, found in label_raw(tagger, raw.ids):
            np.add.at(counted, (ids.ravel(), found.ravel()), 1)
        return data.seen_table(inventory, counted)

    seen = kept(a.work / "seen.pt", see)
    shape = shape_with(replace(knowledge, seen=seen))
    laboratory = Laboratory(shape, learned, others, end, category_of, inventory, a.work)
    found: dict[str, Any] = {}
    if not a.only_folds:
        final = laboratory.student(annotated, None)
        found["dev"] = scores(texts["dev"], inventory, lambda ids: label(final, ids, "gold"))
        found["dev_signs"] = sign_scores((t.signs, signs(final, t.ids)) for t in texts["dev"])
        print("dev:", found, round(time.monotonic() - started), "s", flush=True)
        shipped = Tables(shape.attributes, words, word_clusters, categories, names, territories, seen)
        export(final, shipped, found)
    if a.folds:
        found |= cross_validate(laboratory, texts, a.folds, a.jobs)
        (a.work / "folds.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        if not a.only_folds:
            export(final, shipped, found)


def cross_validate(laboratory: Laboratory, texts: dict[str, list[data.Text]], folds: int, jobs: int) -> dict[str, Any]:
    """Scores by whole articles of gold/train, and by blocks of ANERcorp; writes held_out.npz."""
    found: dict[str, Any] = {}
    parts = zip(folds_of(len(texts["gold"]), folds), folds_of(len(texts["news"]), folds), strict=True)
    held = [[texts["gold"][n] for n in sorted(gold)] + [texts["news"][n] for n in sorted(news)] for gold, news in parts]
    annotated = texts["gold"] + texts["news"]
    held_out: dict[str, Any] = {}
    with ProcessPoolExecutor(jobs) as pool:
        for said in pool.map(_read_held_out, repeat(laboratory), repeat(annotated), held, range(folds)):
            held_out |= said
            scored = [t for t in texts["gold"] if f"{t.name}/labels" in held_out]
            given = {id(t): held_out[f"{t.name}/labels"].tolist() for t in scored}
            found["gold_cv"] = scores(scored, laboratory.inventory, None, given)
            found["gold_cv_signs"] = sign_scores((t.signs, held_out[f"{t.name}/signs"]) for t in scored)
            print("gold", len(scored), "articles", found["gold_cv"], found["gold_cv_signs"], flush=True)
            np.savez_compressed(laboratory.work / "held_out.npz", **held_out)
        sentences = texts["aner"]
        labelled: dict[int, list[int]] = {}
        blocks = folds_of(len(sentences), folds, block=100)
        for labels in pool.map(_label_held_out, repeat(laboratory), repeat(annotated), repeat(sentences), blocks):
            labelled |= {id(sentences[n]): said for n, said in labels.items()}
            scored = [t for t in sentences if id(t) in labelled]
            found["aner_cv"] = scores(scored, laboratory.inventory, None, labelled)
            print("aner", found["aner_cv"], flush=True)
    return found


def _read_held_out(
    laboratory: Laboratory, annotated: Sequence[data.Text], held: Sequence[data.Text], fold: int
) -> dict[str, Any]:
    """Labels and signs of the articles of a fold, by an encoder that did not learn from them."""
    names = {t.name for t in held}
    model = laboratory.student([t for t in annotated if t.name not in names], fold)
    return {f"{t.name}/labels": np.array(label(model, t.ids, "gold"), np.uint8) for t in held} | {
        f"{t.name}/signs": signs(model, t.ids).astype(np.float16) for t in held
    }


def _label_held_out(
    laboratory: Laboratory, annotated: Sequence[data.Text], sentences: Sequence[data.Text], held: set[int]
) -> dict[int, list[int]]:
    """Labels of sentences of ANERcorp by an encoder that did not learn from them."""
    rest = {"aner": stream([t for n, t in enumerate(sentences) if n not in held])}
    streams = {"gold": stream(annotated, laboratory.end)} | laboratory.others | rest
    model = learn(laboratory.fresh(), streams, None, laboratory.category_of, SEED)
    return {n: label(model, sentences[n].ids, "aner") for n in held}


if __name__ == "__main__":
    main()
