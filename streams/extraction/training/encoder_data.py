"""The raw corpus as form numbers, the labelled texts, the attributes of all forms; `training.lessons` writes them."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from streams.extraction.document import Document, read
from streams.extraction.entities.labels import LABELS
from streams.extraction.lexicon import load_lexicon
from streams.extraction.text import normalize, written
from streams.extraction.tokens import BREAK, LINE, NUMBER, WORD, tokenize
from streams.extraction.training.annotated_news import annotated_news
from streams.extraction.training.entity_data import person_names, places, project_gold, read_conll, read_gold, tokens_of
from streams.extraction.words.attributes import WordKnowledge, attributes, list_words
from streams.extraction.words.clusters import word_row
from streams.extraction.words.morphology import load_morphology
from streams.extraction.words.signs import (
    ACTOR,
    CONTENT,
    CONTENT_BEGINS,
    CONTENT_ENDS,
    CORE_CUE,
    EXTENDED_CUE,
    SIGNS,
    SPEAKER_BEGINS,
    SPEAKER_GOES_ON,
)

_ATTRIBUTE_FORMS = 8  # forms that must have an attribute for it to be learned
_IDENTITIES = 6_000  # frequent forms that are attributes themselves
NO_LABEL = -100  # of words whose names were not annotated
NO_LINK = -(2**15)  # of words that are no cue, or whose target is not annotated
# Columns of annotated links: distances in words to the targets, the number of who says it, of whom the word mentions.
LINK_COLUMNS = ("begins", "ends", "speaker", "says", "mentions")
_RARE = 3  # raw forms below this count are read by their neighbours only


class Text(NamedTuple):
    """A text as form numbers with label numbers, and the signs (n, signs) and links of each word where annotated."""

    ids: list[int]
    labels: list[int]
    signs: Any = None
    links: Any = None


class Prepared(NamedTuple):
    """All that a training learns from: forms, raw news, labelled texts, and what is known of words without reading.

    `needed` are the forms that are known by their letters, `category_of` (forms,) their only category, -1 for others.
    """

    inventory: "Inventory"
    raw: "Raw"
    texts: dict[str, list[Text]]
    knowledge: WordKnowledge
    names: Mapping[str, str]
    territories: frozenset[str]
    needed: set[int]
    categories: list[str]
    category_of: Any


class Inventory:
    """All forms, numbered by falling frequency in the raw corpus; the rest are numbered as they come."""

    def __init__(self, counts: Counter[str]) -> None:
        """`counts` are the raw corpus's."""
        ordered = counts.most_common()
        self.forms = [form for form, _ in ordered]
        self.counts = [n for _, n in ordered]
        self._index = {form: n for n, form in enumerate(self.forms)}

    def number(self, form: str) -> int:
        """A form's number; a new form gets the next."""
        if form not in self._index:
            self._index[form] = len(self.forms)
            self.forms.append(form)
            self.counts.append(0)
        return self._index[form]


def _form_of(text: str) -> str:
    """The form of a token of a CoNLL file, which is tokenized already."""
    return "0" if text[:1].isdigit() else written(text)


class Raw(NamedTuple):
    """Raw news as one text: form numbers (n,), and where each article ends, by file."""

    ids: Any
    ends: dict[str, list[int]]


def raw_corpus(folder: Path) -> tuple[Inventory, Raw]:
    """The inventory and the corpus, a `BREAK` after each article; agencies' texts that come again are taken once."""
    counts: Counter[str] = Counter()
    texts: list[list[str]] = []
    ends: dict[str, list[int]] = {}
    seen: set[str] = set()
    total = 0
    for name in ("large.jsonl.gz", "news.jsonl.gz"):
        ends[name] = []
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                body = json.loads(line)["body"]
                if body[:200] in seen:
                    continue
                seen.add(body[:200])
                forms = [t.form.written for t in tokenize(body)]
                forms.append(BREAK)
                counts.update(forms)
                texts.append(forms)
                total += len(forms)
                ends[name].append(total)
    inventory = Inventory(counts)
    return inventory, Raw(np.fromiter((inventory.number(f) for forms in texts for f in forms), np.int32), ends)


def labelled(inventory: Inventory, shared: Path) -> dict[str, list[Text]]:
    """Sentences of the CoNLL files and annotated articles by domain: gold/train, the project's `news`, gold/dev."""

    def numbers(words: Iterable[str]) -> list[int]:
        return [inventory.number(_form_of(w)) for w in words]

    out: dict[str, list[Text]] = {}
    for domain, file in (("aner", "anercorp-train.conll"), ("aqmar", "aqmar.conll")):
        sentences = read_conll(shared / "ner" / file, domain)
        out[domain] = [Text(numbers(s.words), [LABELS.index(x) for x in s.labels]) for s in sentences]
    annotated = {
        "gold": read_gold(shared / "gold" / "train" / "gold.jsonl"),
        "news": list(annotated_news(shared)),
        "dev": read_gold(shared / "gold" / "dev" / "gold.jsonl"),
    }
    for domain, articles in annotated.items():
        out[domain] = []
        for article in articles:
            doc = read(str(article["body"]))
            named = article["entities"] is not None
            labels = [0 if named else NO_LABEL] * len(doc.tokens)
            for sentence, projected in zip(doc.sentences, project_gold(article), strict=True) if named else ():
                words = [i for i in range(sentence.first, sentence.last) if doc.kinds[i] is not LINE]
                for i, label in zip(words, projected.labels, strict=True):
                    labels[i] = LABELS.index(label)
            ids = [inventory.number(t.form.written) for t in doc.tokens]
            signs, links = gold_signs(article, doc), gold_links(article, doc)
            out[domain].append(Text(ids, labels, signs, links))
    return out


def prepare(shared: Path) -> Prepared:
    """Read all of it; a minute and a half."""
    lexicon, names, territories = load_lexicon(), person_names(), places()
    knowledge = WordKnowledge(lexicon, load_morphology(), list_words(lexicon, names, territories), seen={})
    inventory, raw = raw_corpus(shared / "corpus")
    texts = labelled(inventory, shared)
    needed = needed_forms(inventory, texts)
    categories, category_of = category_numbers(inventory, knowledge, needed)
    return Prepared(inventory, raw, texts, knowledge, names, territories, needed, categories, category_of)


def gold_signs(article: Mapping[str, Any], doc: Document) -> Any:
    """(tokens, signs) of an annotated article's statements, 1 where a sign stands."""
    found = np.zeros((len(doc.tokens), len(SIGNS)), np.uint8)
    starts = [t.start for t in doc.tokens]

    for statement in article["statements"]:
        if statement["cue"]:
            cue = tokens_of(starts, statement["cue"])[0]
            found[cue, CORE_CUE if statement["tier"] == "core" else EXTENDED_CUE] = 1
        spans = [tokens_of(starts, span) for span in statement["content"]]
        words = [[i for i in span if doc.kinds[i] in (WORD, NUMBER)] for span in spans]
        for span in words:
            found[span, CONTENT] = 1
        if words and words[0] and words[-1]:
            found[words[0][0], CONTENT_BEGINS] = found[words[-1][-1], CONTENT_ENDS] = 1
        if statement["speaker"]:
            speaker = tokens_of(starts, statement["speaker"])
            found[speaker[0], SPEAKER_BEGINS] = 1
            found[speaker[1:], SPEAKER_GOES_ON] = 1
    for name in {name for actor in article["actors"].values() for name in actor["aliases"]}:
        for mention in _mentions(doc, starts, name):
            found[mention, ACTOR] = 1
    return found


def _mentions(doc: Document, starts: list[int], name: str) -> Iterator[Any]:
    """The tokens of each place where a document has a name."""
    at = doc.body.find(name)
    while at >= 0:
        yield tokens_of(starts, [at, at + len(name)])
        at = doc.body.find(name, at + 1)


def gold_links(article: Mapping[str, Any], doc: Document) -> Any:
    """(tokens, LINK_COLUMNS) of an annotated article's cues; actors are numbered from 1, 0 for none."""
    found = np.zeros((len(doc.tokens), len(LINK_COLUMNS)), np.int32)
    found[:, :3] = NO_LINK
    starts = [t.start for t in doc.tokens]
    for number, actor in enumerate(article["actors"].values(), 1):
        for name in sorted(actor["aliases"], key=len):
            for mention in _mentions(doc, starts, name):
                found[mention, 4] = number
    numbers = {name: number for number, name in enumerate(article["actors"], 1)}
    for statement in article["statements"]:
        if not statement["cue"]:
            continue
        cue = tokens_of(starts, statement["cue"])[0]
        words = [i for span in statement["content"] for i in tokens_of(starts, span) if doc.kinds[i] in (WORD, NUMBER)]
        if words:
            found[cue, :2] = words[0] - cue, words[-1] - cue
        speaker = tokens_of(starts, statement["speaker"])[0] if statement["speaker"] else cue
        found[cue, 2:4] = speaker - cue, numbers[statement["actor"]]
    return found


def form_attributes(
    inventory: Inventory, knowledge: WordKnowledge, needed: set[int]
) -> tuple[Sequence[str], list[list[int]]]:
    """The attributes that are learned, and the rows (from 1) of each form's; none for forms outside `needed`.

    Those that tell how the raw corpus was labelled come last.
    """
    outline = knowledge.morphology.outline
    found = {n: attributes(f, knowledge, outline(f)) for n in sorted(needed) for f in [inventory.forms[n]]}
    counts = Counter(a for names in found.values() for a in names)
    frequent = {normalize(form) for form in inventory.forms[:_IDENTITIES]}
    many = (a for a, n in counts.items() if (a[2:] in frequent if a[:2] in ("w=", "t=") else n >= _ATTRIBUTE_FORMS))
    kept = sorted(many, key=lambda a: (is_seen(a), a))
    row = {a: n + 1 for n, a in enumerate(kept)}
    empty: list[int] = []
    return kept, [[row[a] for a in found[n] if a in row] if n in found else empty for n in range(len(inventory.forms))]


def is_seen(attribute: str) -> bool:
    """Whether an attribute tells how a first tagger labelled the word over the raw corpus."""
    return attribute.startswith(("z=", "~z=", "z?"))


def needed_forms(inventory: Inventory, texts: dict[str, list[Text]]) -> set[int]:
    """Forms frequent enough to be known by their letters, and all of the labelled texts."""
    frequent = {n for n, count in enumerate(inventory.counts) if count >= _RARE}
    return frequent | {n for group in texts.values() for text in group for n in text.ids}


def vector_rows(inventory: Inventory, words: dict[str, int], needed: set[int]) -> Any:
    """(forms,) rows of the forms' word vectors, -1 for none."""
    rows = np.full(len(inventory.forms), -1, np.int32)
    for n in needed:
        rows[n] = word_row(inventory.forms[n], words)
    return rows


def category_numbers(inventory: Inventory, knowledge: WordKnowledge, needed: set[int]) -> tuple[list[str], Any]:
    """The categories, and each form's where all its readings agree (-1 elsewhere)."""
    found: dict[int, str] = {}
    every: Counter[str] = Counter()
    for n in sorted(needed):
        analysis = knowledge.morphology.analyse(inventory.forms[n])
        if analysis.known:
            shares = analysis.categories()
            every.update(shares)
            best = max(shares, key=shares.__getitem__)
            if shares[best] > 0.97 * sum(shares.values()):
                found[n] = best
    names = [name for name, _ in every.most_common()]
    numbers = np.full(len(inventory.forms), -1, np.int64)
    for n, name in found.items():
        numbers[n] = names.index(name)
    return names, numbers
