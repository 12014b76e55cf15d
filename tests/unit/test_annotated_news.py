"""The articles annotated for Qawl: offsets that fit the raw corpus, and nothing of its text."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from streams.extraction.training.annotated_news import ANNOTATIONS, OtherText, annotated_news, without_text, write
from tests.conftest import SHARED

corpus = pytest.mark.skipif(
    not (SHARED / "corpus" / "news.jsonl.gz").exists(), reason="needs the raw corpus beside the repository"
)
BODY = "قال سيرغي لافروف لرويترز إن الاتفاق قريب. وأضاف أنه ينتظر."
ARTICLE: dict[str, Any] = {
    "id": "a",
    "source": "desk",
    "body": BODY,
    "actors": {"A1": {"name": "سيرغي لافروف", "kind": "person", "aliases": ["سيرغي لافروف", "لافروف"]}},
    "statements": [
        {
            "tier": "core",
            "type": "indirect",
            "nested": False,
            "via": "رويترز",
            "actor": "A1",
            "cue": [0, 3],
            "speaker": [4, 16],
            "content": [[28, 40]],
        }
    ],
    "entities": [["سيرغي لافروف", "PER"], ["رويترز", "ORG"]],
}


def read() -> list[dict[str, Any]]:
    with ANNOTATIONS.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_what_is_kept_of_an_article_is_where_it_says_what_and_no_word_of_it() -> None:
    kept = without_text(ARTICLE)
    assert kept["actors"] == {"A1": {"kind": "person", "mentions": [[4, 16], [10, 16]]}}
    assert kept["statements"][0]["via"] == [18, 24]
    assert kept["entities"] == [[[4, 16], "PER"], [[18, 24], "ORG"]]
    assert not re.search(r"[؀-ۿ]", json.dumps(kept, ensure_ascii=False))


def test_a_name_that_the_body_never_has_as_such_is_written_out() -> None:
    joint = {**ARTICLE, "actors": {"A1": {"name": "روسيا وإيران", "kind": "group", "aliases": ["روسيا وإيران"]}}}
    assert without_text(joint)["actors"] == {"A1": {"kind": "group", "name": "روسيا وإيران", "mentions": []}}


def test_an_article_that_is_annotated_again_replaces_itself(tmp_path: Path) -> None:
    path = tmp_path / "annotated.jsonl"
    assert write([ARTICLE], path) == 1
    assert write([{**ARTICLE, "statements": []}, {**ARTICLE, "id": "b"}], path) == 2
    assert [len(json.loads(line)["statements"]) for line in path.read_text(encoding="utf-8").splitlines()] == [0, 1]


@corpus
def test_every_offset_points_into_the_body_that_was_annotated() -> None:
    articles = list(annotated_news(SHARED))
    assert len(articles) > 1_000
    for a in articles:
        spans = [s["cue"] for s in a["statements"]]
        spans += [span for s in a["statements"] for span in s["content"]]
        spans += [s["speaker"] for s in a["statements"] if s["speaker"]]
        assert all(0 <= first < last <= len(a["body"]) for first, last in spans), a["id"]
        assert all(s["actor"] in a["actors"] for s in a["statements"]), a["id"]


@corpus
def test_another_text_under_an_articles_id_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "annotated.jsonl"
    changed.write_text(json.dumps({**read()[0], "crc32": 1}) + "\n", encoding="utf-8")
    with pytest.raises(OtherText, match=str(read()[0]["id"])):
        list(annotated_news(SHARED, changed))


@corpus
def test_no_article_of_the_gold_is_among_them_nor_one_that_repeats_a_part_of_it() -> None:
    def shingles(body: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[^\W_]+", re.sub("[\u064b-\u065f\u0640]", "", body))
        return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}

    gold: set[tuple[str, ...]] = set()
    for split in ("train", "dev"):
        with (SHARED / "gold" / split / "gold.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                gold |= shingles(json.loads(line)["body"])
    for a in annotated_news(SHARED):
        own = shingles(a["body"])
        assert len(own & gold) <= 0.1 * len(own), a["id"]
