"""Train the encoder: word vectors and raw news first, then entity labels; a second round learns from the first.

    python -m streams.extraction.training.vectors ../shared/corpus WORK
    python -m streams.extraction.training.encoder ../shared WORK [--folds 5]
    python -m streams.extraction.training.categories ../shared/corpus

1. The network learns from raw news to tell a hidden word's cluster and category from its neighbours, and the category
   of words that have only one. 2. It learns entity labels (CRF) from gold/train, ANERcorp train and AQMAR. 3. The
   tagger of step 2 labels the raw corpus: how it labelled a word there becomes an attribute of the word. 4. The network
   of step 1 learns entity labels again, with those attributes; `training.categories` then learns the head for word
   categories anew, which step 4 does not look at. Cross-validation repeats step 4 on parts of the articles
   (gold) or of blocks of 100 sentences (ANERcorp); the attributes of step 3 come from a tagger that saw them all.
Some twenty minutes on two cores, and twenty-five more with `--folds 5`. Needs the `train` extra and torch.
"""

import argparse
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.entities.labels import LABELS
from streams.extraction.lexicon import load_lexicon
from streams.extraction.tokens import BREAK
from streams.extraction.training import encoder_data as data
from streams.extraction.training.encoder_export import Tables, export
from streams.extraction.training.encoder_model import EncoderModel, best_labels, crf_loss
from streams.extraction.training.encoder_scores import scores
from streams.extraction.training.entity_data import person_names, places
from streams.extraction.words.attributes import WordKnowledge, list_words
from streams.extraction.words.morphology import load_morphology

SEED = 20261125
RAW_STEPS, RAW_BATCH, RAW_LENGTH, RAW_RATE = 2400, 64, 128, 2.5e-3
EPOCHS, BATCH, LENGTH, RATE = 14, 24, 96, 2e-3
HIDDEN = 0.15  # share of words hidden from the network on raw text
Streams = dict[str, tuple[Any, Any]]


def learn_raw(model: EncoderModel, ids: Any, clusters: Any, categories: Any) -> None:
    """Step 1. `clusters` and `categories` are targets a form, -1 for none."""
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=RAW_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RAW_RATE, total_steps=RAW_STEPS, pct_start=0.1)
    draw = np.random.default_rng(SEED)
    model.train()
    step = 0
    while step < RAW_STEPS:
        for positions in data.windows(ids, RAW_LENGTH, RAW_BATCH, draw):
            batch = ids[positions]
            hidden = draw.random(batch.shape) < HIDDEN
            h = model(batch, torch.from_numpy(hidden))
            losses = [
                _loss(model.cluster_head, h, np.where(hidden, clusters[batch], -1)),
                0.7 * _loss(model.category_head, h, np.where(hidden, categories[batch], -1)),
                0.3 * _loss(model.category_head, h, np.where(draw.random(batch.shape) < 0.5, categories[batch], -1)),
            ]
            _step(model, optimizer, torch.stack(losses).sum())
            schedule.step()
            step += 1
            if step % 200 == 0:
                print("raw", step, [round(float(x), 3) for x in losses], flush=True)
            if step == RAW_STEPS:
                break


def _loss(head: torch.nn.Module, h: torch.Tensor, targets: Any) -> torch.Tensor:
    target = torch.from_numpy(targets)
    return functional.cross_entropy(head(h[target >= 0]), target[target >= 0])


def _step(model: EncoderModel, optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def learn_labels(model: EncoderModel, streams: Streams) -> EncoderModel:
    """Steps 2 and 4: `streams` are (ids, labels) a domain. The result is the mean of the last three epochs' weights."""
    draw, order = np.random.default_rng(SEED), random.Random(SEED)
    model.drop.p = 0.3
    batches = sum(len(ids) // (LENGTH * BATCH) + 1 for ids, _ in streams.values())
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=EPOCHS * (batches + len(streams)) + 1, pct_start=0.1
    )
    mean: dict[str, Any] = {}
    for epoch in range(EPOCHS):
        model.train()
        todo = [(d, p) for d, (ids, _) in streams.items() for p in data.windows(ids, LENGTH, BATCH, draw)]
        order.shuffle(todo)
        for domain, positions in todo:
            ids, labels = streams[domain]
            target = torch.from_numpy(labels[positions])
            emitted = model.label_heads[domain](model(ids[positions]))
            loss = crf_loss(emitted, target, model.transitions[domain])
            loss = loss + 0.2 * functional.cross_entropy(emitted.flatten(0, 1), target.flatten(), label_smoothing=0.03)
            _step(model, optimizer, loss)
            schedule.step()
            if epoch >= EPOCHS - 3:
                for name, value in model.named_parameters():
                    mean[name] = (
                        mean[name] + 0.02 * (value.detach() - mean[name]) if name in mean else value.detach().clone()
                    )
    model.load_state_dict(mean, strict=False)
    return model.eval()


def stream(texts: Iterable[data.Labelled], end: int | None = None) -> tuple[Any, Any]:
    """Texts as one, each followed by the form `end` if given."""
    ids: list[int] = []
    labels: list[int] = []
    for text in texts:
        ids += text.ids + ([end] if end is not None else [])
        labels += text.labels + ([0] if end is not None else [])
    return np.array(ids), np.array(labels)


def count_labels(model: EncoderModel, ids: Any, forms: int) -> Any:
    """Step 3: (forms, labels), how often each form was labelled how over the raw corpus."""
    counted = np.zeros((forms, len(LABELS)), np.int64)
    with torch.no_grad():
        for n in range(0, len(ids) - 256 * 64, 256 * 64):
            batch = ids[n : n + 256 * 64].reshape(64, 256)
            labels = best_labels(model.label_heads["gold"](model(batch)), model.transitions["gold"])
            np.add.at(counted, (batch.ravel(), labels.ravel()), 1)
    return counted


def label(model: EncoderModel, ids: list[int], domain: str) -> list[int]:
    """The labels of one text."""
    with torch.no_grad():
        emitted = model.label_heads[domain](model(np.array(ids)[None]))
        return [int(x) for x in best_labels(emitted, model.transitions[domain])[0]]


def main() -> None:
    """Train, score on dev, cross-validate if asked to, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path, help="folder of vectors.npz")
    parser.add_argument("--folds", type=int, default=0)
    a = parser.parse_args()
    torch.manual_seed(SEED)
    np.random.seed(SEED)
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
    kept, rows = data.form_attributes(inventory, knowledge, needed)
    forms = data.arrays(rows, inventory, words, needed)
    print(f"{len(inventory.forms)} forms, {len(kept)} attributes, {len(categories)} categories", flush=True)

    first = EncoderModel(forms, vectors, len(kept), data.DOMAINS, len(categories), int(word_clusters.max()) + 1)
    cluster_of = np.where(forms.vector_rows >= 0, word_clusters[forms.vector_rows, 0], -1).astype(np.int64)
    learn_raw(first, raw, cluster_of, category_of)
    learned = {name: value.detach().clone() for name, value in first.named_parameters()}
    end = inventory.number(BREAK)
    domains = {"gold": stream(texts["gold"], end), "aner": stream(texts["aner"]), "aqmar": stream(texts["aqmar"])}
    teacher = learn_labels(first, domains)
    print("first round, dev:", scores(texts["dev"], inventory, lambda ids: label(teacher, ids, "gold")), flush=True)
    knowledge = WordKnowledge(
        lexicon,
        knowledge.morphology,
        listed,
        seen=data.seen_table(inventory, count_labels(teacher, raw, len(inventory.forms))),
    )
    kept_now, rows = data.form_attributes(inventory, knowledge, needed)
    forms = data.arrays(rows, inventory, words, needed)

    def second(streams: Streams) -> EncoderModel:
        torch.manual_seed(SEED)
        model = EncoderModel(forms, vectors, len(kept_now), data.DOMAINS, len(categories), int(word_clusters.max()) + 1)
        old = {name: n + 1 for n, name in enumerate(kept)}
        with torch.no_grad():
            for name, value in model.named_parameters():
                if name == "attributes.weight":
                    for n, attribute in enumerate(kept_now, 1):
                        value[n] = learned[name][old[attribute]] if attribute in old else value[n] * 0.3
                elif name in learned:
                    value.copy_(learned[name])
        return learn_labels(model, streams)

    final = second(domains)
    shipped = Tables(kept_now, words, word_clusters, categories, names, territories, knowledge.seen)
    found = {"dev": scores(texts["dev"], inventory, lambda ids: label(final, ids, "gold"))}
    print("second round, dev:", found, round(time.monotonic() - started), "s", flush=True)
    export(final, shipped, found)
    for domain in ("gold", "aner") if a.folds else ():
        block = 1 if domain == "gold" else 100  # neighbouring sentences share their article
        blocks = [texts[domain][n : n + block] for n in range(0, len(texts[domain]), block)]
        order = list(range(len(blocks)))
        random.Random(SEED).shuffle(order)
        held_out: list[tuple[data.Labelled, list[int]]] = []
        for k in range(a.folds):
            held = set(order[k :: a.folds])
            rest = [t for n, texts_ in enumerate(blocks) if n not in held for t in texts_]
            model = second(domains | {domain: stream(rest, end if domain == "gold" else None)})
            held_out += [(t, label(model, t.ids, domain)) for n in sorted(held) for t in blocks[n]]
            given = {id(t): labels for t, labels in held_out}
            found[f"{domain}_cv"] = scores([t for t, _ in held_out], inventory, None, given)
            print(domain, "fold", k, found[f"{domain}_cv"], round(time.monotonic() - started), "s", flush=True)
        export(final, shipped, found)


if __name__ == "__main__":
    main()
