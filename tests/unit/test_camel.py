"""The camel engine, with small models of random weights that go through the real loading code."""

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from schemas import Article
from schemas.codec import decode_article
from streams.extraction import Enrichment, ExtractionFailed, Extractor
from streams.extraction.batches import enrich_many
from streams.extraction.document import read
from streams.extraction.entities import BatchEngine, EntityMention
from streams.extraction.entities.camel import CamelEngine
from streams.extraction.entities.camel_data import NoCamelData, model_folder
from streams.samples import sample_feed
from tests.random_bert import LABELS, SMALL, make_model

ARTICLES = [decode_article(line) for line in sample_feed()]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def no_data_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMELTOOLS_DATA", str(tmp_path_factory.mktemp("camel")))
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model"), [a.body for a in ARTICLES], vocabulary=600, **SMALL)


@pytest.fixture(scope="module")
def engine(model: Path) -> CamelEngine:
    return CamelEngine.load(str(model))


def sentences() -> list[list[str]]:
    """Sentences of the sample; then what a model does not like to see."""
    out = []
    for article in ARTICLES:
        doc = read(article.body)
        out += [[t.form.text for t in doc.tokens[s.first : s.last]] for s in doc.sentences]
    words = [word for sentence in out for word in sentence]
    seeded = random.Random(1)
    out += [[seeded.choice(words) for _ in range(n)] for n in (1, 2, 3, 100, 253, 254, 255, 256, 600, 2000)]
    odd = [
        "",
        " ",
        "\u200f",
        "\u064b",
        "ـــ",
        "😀",
        "مُشيــراً",
        "中文字",
        "a" * 101,
        "[CLS]",
        "[PAD]",
        "[UNK]",
        "##ال",
        "é",
        "\x00",
    ]
    out += [[], [""], ["\u200f", " "], odd, [*odd, *words[:300], *odd], ["طرابلس"] * 300, ["1.2.3"] * 100]
    return out


def test_the_labels_are_those_of_camel_tools(model: Path, engine: CamelEngine) -> None:
    from camel_tools.ner import NERecognizer

    theirs = NERecognizer(str(model))
    given = sentences()
    ours = engine._labeller.labels(given)
    assert [len(x) for x in ours] == [len(x) for x in given]
    # `predict` passes over words of which the tokenizer leaves nothing.
    kept = [
        [label for word, label in zip(words, labels, strict=True) if theirs.tokenizer.tokenize(word)]
        for words, labels in zip(given, ours, strict=True)
    ]
    assert kept == theirs.predict(given)
    assert {label for labels in kept for label in labels} == set(LABELS)  # otherwise the test would show little


def test_a_word_of_more_pieces_than_fit_is_labelled_by_its_beginning(engine: CamelEngine) -> None:
    words = ["قال", "1." * 2000 + "1", "الوزير"]
    (labels,) = engine._labeller.labels([words])
    assert len(labels) == 3


def test_no_sentences(engine: CamelEngine) -> None:
    assert engine._labeller.labels([]) == []
    assert engine.find_many([]) == []
    assert engine.find(read("\n \n")) == ()


def test_several_documents_at_once_give_what_each_gives_alone(engine: CamelEngine) -> None:
    docs = [read(a.body) for a in ARTICLES]
    assert isinstance(engine, BatchEngine)
    assert engine.find_many(docs) == [engine.find(doc) for doc in docs]


class Scripted:
    """A model that knows some words."""

    label_names = (*LABELS, "B-DATE")

    def __init__(self, **labels: str) -> None:
        self.known = labels

    def labels(self, sentences: Any) -> list[list[str]]:
        return [[self.known.get(word, "O") for word in words] for words in sentences]


def test_labels_become_mentions_without_attached_particles() -> None:
    labels = {"سامي": "B-PERS", "الحداد": "I-PERS", "وبالأردن": "B-LOC", "الأمم": "B-ORG", "المتحدة": "I-ORG"}
    engine = CamelEngine(Scripted(**labels, كأس="B-MISC", العرب="I-MISC", أمس="B-DATE"))
    doc = read("وصل سامي الحدّاد أمس وبالأردن الأمم المتحدة\nكأس العرب")
    found = [(doc.text(m.first, m.last)[m.skip :], m.type) for m in engine.find(doc)]
    assert found == [("سامي الحدّاد", "PER"), ("الأردن", "LOC"), ("الأمم المتحدة", "ORG"), ("كأس العرب", "MISC")]
    assert engine.types == {"PER", "LOC", "ORG", "MISC"}


def test_an_engine_for_several_articles_changes_no_event(engine: CamelEngine) -> None:
    extractor = Extractor.load(engine)
    assert extractor.articles_at_once == engine.at_once > 1
    ticks = count()
    articles = [*ARTICLES[:3], Article(article_id="en", body="Not Arabic."), ARTICLES[0]]
    together = enrich_many(extractor, articles, extracted_at=NOW, clock=lambda: next(ticks))
    for article, result in zip(articles, together, strict=True):
        alone = extractor.enrich(article, extracted_at=NOW, clock=lambda: next(ticks))
        assert isinstance(result, Enrichment)
        assert result.events == alone.events
        assert result.enriched.entities == alone.enriched.entities
        assert result.enriched.extractor.engine == "camel"
        assert list(result.enriched.timings_ms) == list(alone.enriched.timings_ms)


def test_an_article_that_fails_leaves_the_others_alone() -> None:
    class Failing(CamelEngine):
        def find_many(self, docs: Any) -> list[tuple[EntityMention, ...]]:
            if any("سبب" in doc.body for doc in docs):
                raise MemoryError("too much")
            return super().find_many(docs)

    extractor = Extractor.load(Failing(Scripted(سامي="B-PERS")))
    bodies = ["قال سامي إن اللقاح متوفر.", "سبب", "قال سامي إن الحملة تبدأ غدا."]
    articles = [Article(article_id=str(n), body=body) for n, body in enumerate(bodies)]
    first, second, third = enrich_many(extractor, articles, extracted_at=NOW, clock=lambda: 0.0)
    assert isinstance(first, Enrichment) and first.events
    assert isinstance(third, Enrichment) and third.events
    assert isinstance(second, ExtractionFailed)
    assert (second.stage, type(second.cause)) == ("entities", MemoryError)


def catalogue(folder: Path) -> None:
    """A catalogue of camel-tools with its one entity model."""
    component = {"default": "arabert", "datasets": {"arabert": {"path": "ner/arabert"}}}
    folder.mkdir(parents=True, exist_ok=True)
    content = {"version": "1.6", "packages": {}, "components": {"NamedEntityRecognition": component}}
    (folder / "catalogue.json").write_text(json.dumps(content))


def test_an_installed_model_is_found_by_name_and_as_the_default(tmp_path: Path, monkeypatch: Any, model: Path) -> None:
    monkeypatch.setenv("CAMELTOOLS_DATA", str(tmp_path))
    catalogue(tmp_path)
    (tmp_path / "data/ner").mkdir(parents=True)
    (tmp_path / "data/ner/arabert").symlink_to(model)
    assert model_folder(None) == model_folder("arabert") == tmp_path / "data/ner/arabert"
    assert CamelEngine.load().name == "camel"
    with pytest.raises(NoCamelData, match=r"is called bert \(it has: arabert\)"):
        CamelEngine.load("bert")


def test_without_a_model_the_error_names_the_command(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("CAMELTOOLS_DATA", str(tmp_path / "none"))
    with pytest.raises(NoCamelData, match=r"no data of camel-tools is installed in .*: run `qawl models install`"):
        CamelEngine.load()
    catalogue(tmp_path / "none")
    with pytest.raises(NoCamelData, match="arabert is not installed, run `qawl models install`"):
        CamelEngine.load()
    (tmp_path / "none/catalogue.json").write_text("<html>")
    with pytest.raises(NoCamelData, match=r"catalogue\.json is damaged: run `qawl models install`"):
        CamelEngine.load()


def test_a_folder_that_holds_no_model_is_told(tmp_path: Path, model: Path) -> None:
    with pytest.raises(NoCamelData, match=r"is no entity model \(.* has no config\.json\)"):
        CamelEngine.load(str(tmp_path))
    with pytest.raises(NoCamelData, match="there is no folder"):
        CamelEngine.load(str(tmp_path / "missing"))
    for file in model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[:100])
    with pytest.raises(NoCamelData, match="cannot be loaded") as caught:
        CamelEngine.load(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_vocabulary_of_another_model_is_told(tmp_path: Path, model: Path) -> None:
    for file in model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "vocab.txt").open("a", encoding="utf-8") as vocabulary:
        vocabulary.write("زائد\n")
    with pytest.raises(NoCamelData, match=r"the tokenizer knows [0-9]+ pieces, the model [0-9]+"):
        CamelEngine.load(str(tmp_path))


def test_a_model_of_something_else_is_told(tmp_path: Path) -> None:
    make_model(tmp_path, ["نعم"], vocabulary=50, labels=("positive", "negative"), **SMALL)
    with pytest.raises(NoCamelData, match="labels are positive, negative: expected B-PERS"):
        CamelEngine.load(str(tmp_path))


def test_a_missing_model_is_one_line_and_exit_status_2(tmp_path: Path) -> None:
    environment = os.environ | {"QAWL_ENTITY_ENGINE": "camel", "CAMELTOOLS_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "extract", "-"], input="", capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "qawl: the camel entity engine cannot start: "
        f"no data of camel-tools is installed in {tmp_path}: run `qawl models install`\n"
    )


def test_nothing_touches_the_network(model: Path, tmp_path: Path) -> None:
    """In a process of its own, because camel-tools reads its catalogue once, when it is first imported."""
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from streams.extraction.entities.camel import CamelEngine\n"
        "assert 'torch' not in sys.modules\n"
        "CamelEngine.load(sys.argv[1])\n"
    )
    environment = os.environ | {"CAMELTOOLS_DATA": str(tmp_path / "none"), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code, str(model)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
