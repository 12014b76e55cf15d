"""Train the reader and let it label raw news: entities, cues, and where contents and speakers begin and end.

    python -m streams.extraction.training.reader_data ../shared WORK
    python -m streams.extraction.training.reader WORK [--minutes 4.2]

It reads raw news for some minutes (a share of the words is hidden, and it tells them), then learns all tasks of the
annotated texts at once, and labels raw articles: WORK/taught.npz. The same again for each fold of gold/train, from
raw news on: WORK/taught-K.npz, by a reader that did not learn from fold K, so that what learns from it is not scored
on what it saw.

Made for one graphics card. The shipped encoder's labels come from one run on an H100 of 9 minutes, 250 seconds of raw
news among them (3,700 steps, 5.9 epochs), which ended before fold 4 and knew gold/train alone. F1 there, on gold/dev
and (in brackets) on folds 0 to 3: exact entity mentions 0.857 (0.855), cues 0.894 (0.916), core cues 0.919 (0.945). A
reader like it that told whole statements by itself had core.attributed 0.735 (0.671): the choices do better without.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.training.folds import folds_of
from streams.extraction.training.reader_model import CUES, DOMAINS, LENGTH, TARGETS, Knowledge, Muon, Reader
from streams.extraction.training.reader_windows import Windows, label, windows, write

SEED = 20261126
FOLDS = 5
RAW_BATCH, MOST_HIDDEN, LEAST_HIDDEN = 96, 0.28, 0.15
RAW_RATES, RATES = (1.2e-3, 1.5e-3), (4e-4, 3e-4)  # of Muon and of AdamW
EPOCHS = 10
STATEMENT_BATCH, TEXT_BATCH, TEXT_LENGTH = 48, 24, 256
FOLD_ARTICLES = 5_000  # raw articles that a fold's reader labels


def optimizers(model: Reader, rates: tuple[float, float]) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for all else."""
    matrices = [p for block in model.blocks for p in block.parameters() if p.ndim == 2]
    rest = [p for p in model.parameters() if not any(p is m for m in matrices)]
    adam = torch.optim.AdamW(rest, rates[1], betas=(0.9, 0.98), weight_decay=0.01)
    found: list[torch.optim.Optimizer] = [Muon(matrices, rates[0]), adam]
    for optimizer in found:
        for group in optimizer.param_groups:
            group["full"] = group["lr"]
    return found


def step(optimizers: Sequence[torch.optim.Optimizer], loss: torch.Tensor, share: float) -> None:
    """One step at a share of the full rates."""
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(optimizers[1].param_groups[0]["params"], 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["full"] * share
        optimizer.step()


def read_raw(model: Reader, raw: torch.Tensor, category_of: torch.Tensor, seconds: float) -> None:
    """Hide words of raw news and tell them and their categories, until the time is over."""
    using = optimizers(model, RAW_RATES)
    began, steps = time.monotonic(), 0
    while (spent := (time.monotonic() - began) / seconds) < 1:
        starts = torch.randint(0, len(raw) - LENGTH - 1, (RAW_BATCH,), device=raw.device)
        ids = raw[starts[:, None] + torch.arange(LENGTH, device=raw.device)].long()
        share = MOST_HIDDEN + (LEAST_HIDDEN - MOST_HIDDEN) * spent
        hidden = torch.rand(ids.shape, device=raw.device) < share
        h = model(ids, hidden=hidden)
        told, sorted_out = hidden & (ids < TARGETS), hidden & (category_of[ids] >= 0)
        words = functional.cross_entropy(model.guessed(h[told]), ids[told])
        loss = words + 0.3 * functional.cross_entropy(model.category(h[sorted_out]), category_of[ids][sorted_out])
        step(using, loss, min(1.0, steps / 200) * min(1.0, max(0.02, (1 - spent) / 0.75)))
        steps += 1
        if steps % 200 == 0:
            print("raw", steps, round(float(words.detach()), 3), flush=True)


def text_loss(model: Reader, domain: str, text: Sequence[torch.Tensor], starts: torch.Tensor) -> torch.Tensor:
    """Of entity labels, and of cues in gold, in windows of one domain's text."""
    at = starts[:, None] + torch.arange(TEXT_LENGTH, device=starts.device)
    h = model(text[0][at])
    labels = model.entity[domain](h).flatten(0, 1)
    loss = functional.cross_entropy(labels, text[1][at].flatten(), label_smoothing=0.02)
    if domain == DOMAINS[0]:
        loss = loss + 2 * functional.cross_entropy(model.cue(h).flatten(0, 1), text[2][at].flatten())
    return loss


def statement_loss(model: Reader, w: Windows, at: torch.Tensor) -> torch.Tensor:
    """Of content, speaker, actor and type, given the cue."""
    ids, marked, padding, content, speaker, actor, kind = (x[at] for x in w)
    h, seen = model(ids, marked=marked, padding=padding), ~padding
    cue = (h * marked[..., None]).sum(1) / marked.sum(1, keepdim=True)
    return (
        2 * functional.cross_entropy(model.content(h)[seen], content[seen])
        + 3 * functional.cross_entropy(model.speaker(h)[seen], speaker[seen])
        + 2 * functional.binary_cross_entropy_with_logits(model.actor(h)[..., 0][seen], actor[seen].float())
        + 0.3 * functional.cross_entropy(model.kind(cue), kind)
    )


def learn(model: Reader, articles: Sequence[dict[str, Any]], known: dict[str, Any], unknown: int) -> None:
    """All tasks at once, from these articles and the other labelled texts."""
    device = model.hidden.device.type
    draw = torch.Generator().manual_seed(SEED)
    gap = [known["end"]] * 4
    columns: list[list[int]] = [[], [], []]
    for a in articles:
        cues = np.zeros(len(a["ids"]), np.int64)
        for s in a["statements"]:
            first, last = s["cue"]
            cues[first:last] = CUES.index("goes on")
            cues[first] = CUES.index("core" if s["core"] else "extended")
        for column, values in zip(columns, (a["ids"], a["labels"], cues.tolist()), strict=True):
            column += [*values, *(gap if column is columns[0] else [0] * 4)]
    texts = {DOMAINS[0]: [torch.tensor(c, device=device) for c in columns]}
    for domain, pairs in known["texts"].items():
        flat = [[x for ids, _ in pairs for x in (*ids, *gap)], [x for _, y in pairs for x in (*y, *[0] * 4)]]
        texts[domain] = [torch.tensor(c, device=device) for c in flat]
    around = windows(articles, unknown, device)

    def epoch() -> Iterator[tuple[str, torch.Tensor]]:
        for at in torch.split(torch.randperm(len(around.ids), generator=draw), STATEMENT_BATCH):
            yield "statements", at
        for domain in (DOMAINS[0], *DOMAINS):  # gold twice
            begin = int(torch.randint(0, TEXT_LENGTH, (1,), generator=draw))
            starts = torch.arange(begin, len(texts[domain][0]) - TEXT_LENGTH, TEXT_LENGTH)
            for at in torch.split(starts[torch.randperm(len(starts), generator=draw)], TEXT_BATCH):
                yield domain, at

    todo: list[tuple[str, torch.Tensor]] = []
    for _ in range(EPOCHS):
        batches = list(epoch())
        todo += [batches[n] for n in torch.randperm(len(batches), generator=draw)]
    using = optimizers(model, RATES)
    model.train()
    for n, (what, at) in enumerate(todo):
        here = at.to(device)
        loss = (
            statement_loss(model, around, here) if what == "statements" else text_loss(model, what, texts[what], here)
        )
        step(using, loss, min(1.0, n / 60) * (1 - n / len(todo)) + 0.01)
    model.eval()


def main() -> None:
    """Read, learn, label; then the same for each fold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=4.2, help="of raw news")
    a = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    known = torch.load(a.work / "reader_data.pt", weights_only=False)
    torch.manual_seed(SEED)
    attributes = torch.from_numpy(known["attributes"].astype(np.int32)).to(device)
    model = Reader(Knowledge(attributes, known["many_attributes"], known["categories"])).to(device)
    raw = torch.from_numpy(known["raw"]).to(device)
    read_raw(model, raw, torch.from_numpy(known["category_of"]).to(device), a.minutes * 60)
    read = {name: value.clone() for name, value in model.state_dict().items()}
    gold, unknown = known["annotated"]["gold"], len(attributes) - 1
    to_label = [known["raw"][first:last] for first, last in known["to_label"]]
    folds = folds_of(len(gold), FOLDS)
    for fold, held in [(None, set()), *enumerate(folds)]:
        model.load_state_dict(read)
        learn(model, [text for n, text in enumerate(gold) if n not in held], known, unknown)
        texts = to_label if fold is None else to_label[:FOLD_ARTICLES]
        name = "taught.npz" if fold is None else f"taught-{fold}.npz"
        write(a.work / name, known["forms"], texts, label(model, texts, unknown))
        print(name, flush=True)


if __name__ == "__main__":
    main()
