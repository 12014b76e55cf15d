"""What cannot be processed goes to the dead letters, byte for byte; the articles around it all come through."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.foreign import GZIP, publish_foreign
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, headers, publish, read_until

pytestmark = pytest.mark.kafka

MAX_BODY_CHARS = 5000


class Bad(NamedTuple):
    """A record that cannot be processed, and what its dead letter must say."""

    value: bytes | None
    error: str
    message: str
    key: bytes | None = b"bad"


BAD = {
    "not JSON": Bad(b"<html>503</html>", "not_json", "$: expected JSON"),
    "cut JSON": Bad(article("cut")[:-9], "not_json", "$: expected JSON"),
    "empty value": Bad(b"", "not_json", "$: expected JSON"),
    "not UTF-8": Bad(article("a").replace("قال".encode(), "قال".encode("cp1256")), "not_utf8", "expected UTF-8"),
    "UTF-16": Bad(article("a").decode().encode("utf-16"), "not_utf8", "expected UTF-8"),
    "not an object": Bad(b'["a1"]', "invalid_field", "$: expected `object`, got `array`"),
    "no body": Bad(b'{"article_id": "a1"}', "missing_field", "body: expected this field"),
    "no id": Bad('{"body": "قال"}'.encode(), "missing_field", "article_id: expected this field"),
    "empty id": Bad(article(""), "invalid_field", "article_id: expected `str` of length >= 1"),
    "long id": Bad(article("x" * 513), "invalid_field", "article_id: expected `str` of length <= 512"),
    "mistyped body": Bad(b'{"article_id": "a1", "body": 5}', "invalid_field", "body: expected `str`, got `int`"),
    "mistyped version": Bad(article("a", version="2"), "invalid_field", "version: expected `int`, got `str`"),
    "version 0": Bad(article("a", version=0), "invalid_field", "version: expected `int` >= 1"),
    "mistyped time": Bad(article("a", published_at="yesterday"), "invalid_field", "published_at: invalid RFC3339"),
    "empty body": Bad(b'{"article_id": "a1", "body": ""}', "body_empty", "body: expected text"),
    "white body": Bad(article("a1", " \n\t "), "body_empty", "body: expected text, got only white space"),
    "long body": Bad(
        article("a1", "ق" * (MAX_BODY_CHARS + 1)), "body_too_long", "body: expected at most 5000 characters"
    ),
    "null value": Bad(None, "null_value", "$: expected a JSON object, got a null value"),
    "null value and key": Bad(None, "null_value", "$: expected a JSON object", key=None),
    "unknown schema": Bad(article("a1", schema="qawl/article/9"), "unknown_schema", "schema: "),
    "no key": Bad(b"{", "not_json", "$: expected JSON", key=None),
    "binary key": Bad(b"\x00\xff", "not_utf8", "expected UTF-8", key=b"\xfe\x00\xff"),
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_body_chars": MAX_BODY_CHARS})


@pytest_asyncio.fixture
async def topics(settings: Settings) -> AsyncIterator[None]:
    await create(settings)
    yield


async def test_every_kind_of_bad_record_becomes_a_dead_letter_and_no_good_one_is_lost(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    feed: list[tuple[bytes | None, bytes | None]] = []
    for number, bad in enumerate(BAD.values()):
        feed += [(b"good", article(f"good-{number}")), (bad.key, bad.value)]
    feed.append((b"good", article("good-last")))
    with WorkerProcess(settings, tmp_path) as worker:
        places = await publish(settings, feed, partition=2)
        letters = await read_until(settings, declared(settings).deadletter, lambda found: len(found) >= len(BAD))
        enriched = await enriched_until(settings, len(BAD) + 1)
        assert worker.metric("qawl_articles_total", outcome="dead_letter") == len(BAD)
        assert worker.metric("qawl_deadletters_total", stage="decode") == len(BAD)
        assert worker.metric("qawl_deadletters_total", stage="decode", error="null_value") == 2
        warnings = [e for e in worker.logged() if e["level"] == "warning"]
        assert worker.stop() == 0

    good = [json.loads(value)["article_id"] for key, value in feed if key == b"good" and value]
    assert sorted(e.article_id for e in enriched) == sorted(good)
    by_offset = {int(headers(r)["source.offset"]): r for r in letters}
    assert len(by_offset) == len(letters) == len(BAD)
    for (name, bad), (partition, offset) in zip(BAD.items(), places[1::2], strict=True):
        letter = by_offset[offset]
        assert (letter.key, letter.value) == (bad.key, bad.value), name
        told = headers(letter)
        assert told.pop("failed.at") > "2026", name
        assert bad.message in told.pop("error.message"), name
        assert told == {
            "error.type": bad.error,
            "error.stage": "decode",
            "source.topic": declared(settings).raw.name,
            "source.partition": str(partition),
            "source.offset": str(offset),
        }, name
    # Logged once each, with the position and what was expected.
    told_by_log = {(e["topic"], e["partition"], e["offset"]): e["message"] for e in warnings}
    assert len(told_by_log) == len(warnings) == len(BAD)
    for bad, place in zip(BAD.values(), places[1::2], strict=True):
        assert bad.message in told_by_log[declared(settings).raw.name, *place]


@pytest.mark.parametrize("compression", [0, GZIP], ids=["plain", "gzip"])
async def test_a_header_whose_name_is_no_utf_8_is_told_and_its_article_read(
    settings: Settings, topics: None, tmp_path: Path, compression: int
) -> None:
    raw = declared(settings).raw.name
    names = (b"sound", b"caf\xe9", "اسم".encode())
    feed = [(name.encode(), article(name), header) for name, header in zip(("one", "two", "three"), names, strict=True)]
    with WorkerProcess(settings, tmp_path) as worker:
        first = await publish_foreign(settings, raw, *feed, compression=compression)
        assert {e.article_id for e in await enriched_until(settings, 3)} == {"one", "two", "three"}
        (warning,) = [e["message"] for e in worker.logged() if e["level"] == "warning"]
        assert worker.stop() == 0
    assert warning.startswith(
        f"{raw}/0: the record at offset {first + 1} has a header whose name is no UTF-8: b'caf\\xe9'."
    )


async def test_text_that_is_not_arabic_is_enriched_without_statements(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    english = article("english", "The minister of health said that the vaccine was available in every town.")
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, [english, article("arabic")])
        enriched = {e.article_id: e for e in await enriched_until(settings, 2)}
        assert enriched["english"].language != "ar"
        assert enriched["english"].statements == ()
        assert (enriched["arabic"].language, len(enriched["arabic"].statements)) == ("ar", 1)
        assert worker.metric("qawl_articles_total", outcome="not_arabic") == 1


async def test_an_exception_inside_extraction_is_a_dead_letter_with_its_stage(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    feed = [(b"k", article(name)) for name in ("one", "raises", "two", "interrupts", "three")]
    command = (sys.executable, str(Path(__file__).with_name("failing_worker.py")))
    with WorkerProcess(settings, tmp_path, command) as worker:
        await publish(settings, feed, partition=0)
        letters = await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 2)
        assert {e.article_id for e in await enriched_until(settings, 3)} == {"one", "two", "three"}
        assert worker.metric("qawl_deadletters_total", stage="actors", error="ZeroDivisionError") == 1
    assert [(r.key, r.value) for r in sorted(letters, key=lambda r: int(headers(r)["source.offset"]))] == feed[1::2]
    told = {headers(r)["error.stage"]: headers(r) for r in letters}
    assert told["actors"]["error.type"] == "ZeroDivisionError"
    assert told["actors"]["error.message"] == (
        "extraction stage 'actors' failed on article 'raises': ZeroDivisionError: division by zero ?"
    )
    assert told["contents"]["error.type"] == "RecursionError"


async def test_an_output_that_its_topic_does_not_take_is_a_dead_letter(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    """Sent again and again it would be refused again and again, and all behind it would wait for ever."""
    command = (sys.executable, str(Path(__file__).with_name("failing_worker.py")))
    feed = [(b"k", article(name)) for name in ("one", "swells", "two")]
    with WorkerProcess(settings, tmp_path, command) as worker:
        await publish(settings, feed, partition=0)
        (letter,) = await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 1)
        assert {e.article_id for e in await enriched_until(settings, 2)} == {"one", "two"}
        assert worker.metric("qawl_articles_total", outcome="dead_letter") == 1
    assert (letter.key, letter.value) == feed[1]
    assert (headers(letter)["error.type"], headers(letter)["error.stage"]) == ("too_large", "deliver")
