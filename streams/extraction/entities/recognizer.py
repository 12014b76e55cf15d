"""The labels that camel-tools' entity recognizer gives, without its padding.

`NERecognizer.predict` pads each sentence, of some 40 word pieces in news, to 256 and computes all of them. Here
sentences of like length go together with hardly any padding. In 32-bit arithmetic, which both use, that is all that can
be saved: the processor multiplies matrices as fast as it can.

Segments, pieces and the choice of labels are exactly those of `predict`, and a test holds them equal. (What is not
equal is the last bit of a score: a label could differ where a model gives two labels the same score but for 1e-6.)
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch

_LONGEST = 256  # pieces of one segment with [CLS] and [SEP], as in `predict`
_ROWS = 384  # pieces of a batch: of fewer the weights' way from memory shows, more must be padded more
_CACHED_WORDS = 50_000


class _Segment(NamedTuple):
    """As much of a sentence as the model takes: word pieces, and where in them which word begins."""

    sentence: int
    words: tuple[int, ...]
    starts: tuple[int, ...]
    pieces: tuple[int, ...]


class Recognizer:
    """A loaded `NERecognizer`, used by one thread at a time."""

    def __init__(self, loaded: Any) -> None:
        """`loaded` is a `camel_tools.ner.NERecognizer`; its model, tokenizer, labels and choice of GPU are used.

        Raises:
            ValueError: model and tokenizer do not belong together.
        """
        if len(loaded.tokenizer) > loaded.model.config.vocab_size:
            # It would fail on some articles, and only on them.
            raise ValueError(
                f"the tokenizer knows {len(loaded.tokenizer)} pieces, the model {loaded.model.config.vocab_size}"
            )
        self._tokenizer = loaded.tokenizer
        self._device = "cuda" if loaded.use_gpu and torch.cuda.is_available() else "cpu"
        self._model = loaded.model.to(self._device).eval()
        self._labels: dict[int, str] = loaded.labels_map
        self._room = min(_LONGEST, self._model.config.max_position_embeddings) - 2
        self._pieces: dict[str, tuple[int, ...]] = {}

    @property
    def label_names(self) -> tuple[str, ...]:
        """All labels that the model can give."""
        return tuple(self._labels.values())

    def labels(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """A label for each word of each sentence.

        A word of which the tokenizer leaves nothing (invisible characters alone) is O; `predict` gives no label for it.
        Of a word of more pieces than a segment takes, on which `predict` may fail, the first ones are used.
        """
        if len(self._pieces) > _CACHED_WORDS:
            self._pieces.clear()
        out = [["O"] * len(words) for words in sentences]
        segments = [s for n, words in enumerate(sentences) for s in self._segments(n, words)]
        segments.sort(key=lambda s: -len(s.pieces))
        for batch in _batches(segments):
            for segment, numbers in zip(batch, self._best(batch), strict=True):
                for word, start in zip(segment.words, segment.starts, strict=True):
                    out[segment.sentence][word] = self._labels[int(numbers[start])]
        return out

    def _segments(self, sentence: int, words: Sequence[str]) -> Iterator[_Segment]:
        """A sentence in segments that end where a word ends."""
        numbers: list[int] = []
        starts: list[int] = []
        pieces: list[int] = []
        for number, word in enumerate(words):
            of_word = self._pieces_of(word)
            if not of_word:
                continue
            if len(pieces) + len(of_word) > self._room:
                yield _Segment(sentence, tuple(numbers), tuple(starts), tuple(pieces))
                numbers, starts, pieces = [], [], []
            numbers.append(number)
            starts.append(len(pieces))
            pieces.extend(of_word)
        if pieces:
            yield _Segment(sentence, tuple(numbers), tuple(starts), tuple(pieces))

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        known = self._pieces.get(word)
        if known is None:
            tokenizer = self._tokenizer
            known = tuple(tokenizer.convert_tokens_to_ids(tokenizer.tokenize(word))[: self._room])
            self._pieces[word] = known
        return known

    def _best(self, batch: Sequence[_Segment]) -> Any:
        """Number of the best label of every piece: (segments, pieces)."""
        longest = len(batch[0].pieces) + 2
        ids = torch.full((len(batch), longest), self._tokenizer.pad_token_id)
        mask = torch.zeros((len(batch), longest), dtype=torch.long)
        for row, segment in enumerate(batch):
            marked = (self._tokenizer.cls_token_id, *segment.pieces, self._tokenizer.sep_token_id)
            ids[row, : len(marked)] = torch.tensor(marked)
            mask[row, : len(marked)] = 1
        with torch.inference_mode():
            scores = self._model(input_ids=ids.to(self._device), attention_mask=mask.to(self._device)).logits
        return scores[:, 1:].cpu().numpy().argmax(2)  # numpy's: of equal scores the first, as in `predict`


def _batches(segments: Sequence[_Segment]) -> Iterator[list[_Segment]]:
    """Segments, longest first, in batches of `_ROWS` pieces at most, or of one segment."""
    first = 0
    while first < len(segments):
        many = max(1, _ROWS // (len(segments[first].pieces) + 2))
        yield list(segments[first : first + many])
        first += many
