"""A BERT of random weights, in the files that camel-tools' entity model comes in: what it finds is fixed nonsense."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from streams.extraction.tokens import tokenize

LABELS = ("B-LOC", "B-ORG", "B-PERS", "B-MISC", "I-LOC", "I-ORG", "I-PERS", "I-MISC", "O")
# The weights are large enough for scores that differ by more than rounding.
SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "initializer_range": 0.1,
}


def make_model(
    folder: Path, texts: Iterable[str], *, vocabulary: int = 2000, labels: tuple[str, ...] = LABELS, **config: Any
) -> Path:
    """Write a model whose vocabulary is of these texts; `config` overrides the sizes of BERT-base."""
    import torch
    from transformers import BertConfig, BertForTokenClassification

    folder.mkdir(parents=True, exist_ok=True)
    pieces = _vocabulary(texts, vocabulary)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": False, "max_len": 512}))
    numbers = {label: number for number, label in enumerate(labels)}
    names = dict(enumerate(labels))
    torch.manual_seed(20261125)
    bert: Any = BertForTokenClassification
    model = bert(BertConfig(vocab_size=len(pieces), id2label=names, label2id=numbers, **config))
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


def _vocabulary(texts: Iterable[str], size: int) -> list[str]:
    """Letters, frequent words and frequent endings. (The trainers of `tokenizers` choose otherwise each time.)"""
    words = Counter(token.form.text for text in texts for token in tokenize(text) if token.form.text.strip())
    endings: Counter[str] = Counter()
    for word, times in words.items():
        for n in range(1, len(word)):
            endings[f"##{word[n:]}"] += times
    letters = sorted({c for word in words for c in word})
    first = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]

    def most(counts: Counter[str], many: int) -> list[str]:
        return sorted(counts, key=lambda x: (-counts[x], x))[:many]

    return list(dict.fromkeys([*first, *most(words, size * 3 // 4), *most(endings, size // 4)]))
