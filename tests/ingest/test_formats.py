"""What each format says of an article, and that bytes of whatever kind are an article or a reasoned rejection."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Article
from schemas.codec import decode_article, encode
from streams.ingest import newsml, ninjs, rss
from streams.ingest.draft import Item, Rules
from streams.ingest.jsonl import from_file, from_json
from streams.ingest.mapping import FieldMapping
from tests.ingest.running import SAMPLES

RULES = Rules()
READERS: dict[str, Callable[[bytes], list[Item]]] = {
    "ninjs": lambda data: ninjs.items(data, RULES, origin="test"),
    "newsml": lambda data: newsml.items(data, RULES, origin="test"),
    "rss": lambda data: rss.entries(data, RULES, url="http://paper.example.com/rss")[0],
    "jsonl": lambda data: [from_json(data, FieldMapping(), RULES, origin="test")],
}
BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="x"><a>&lol3;</a></newsItem>"""
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><newsItem guid="x"><a>&x;</a></newsItem>'


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def read(kind: str, data: bytes) -> list[Article]:
    items = READERS[kind](data)
    assert [one.rejected for one in items if one.rejected] == []
    return [one.article for one in items if one.article]


def error(kind: str, data: bytes) -> str:
    (one,) = READERS[kind](data)
    assert one.rejected is not None
    return one.rejected.error


def test_ninjs_1() -> None:
    (article,) = read("ninjs", sample("ninjs-1.json"))
    assert article.article_id == article.url == "http://wire.example.com/items/20260303-vaccine"
    assert article.body == "قال وزير الصحة سامي الحداد إن اللقاح متوفر.\nوأضاف أن الحملة تبدأ غدا."
    assert (article.title, article.source, article.language) == ("اللقاح متوفر في جميع المدن", "وكالة المثال", "ar")
    assert (article.version, article.status, article.categories) == (1, "usable", ("صحة",))
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-03-03T09:15:00+03:00"


def test_ninjs_2() -> None:
    (article,) = read("ninjs", sample("ninjs-2.json"))
    assert (article.title, article.source, article.version) == ("افتتاح الجسر الجديد", "وكالة المثال", 2)
    assert article.body == "أعلن محافظ المدينة رامي السعيد أن الجسر جاهز."
    assert article.categories == ("نقل",)


def test_ninjs_3_by_its_marked_up_body() -> None:
    (article,) = read("ninjs", sample("ninjs-3.json"))
    assert article.body == "توقعت وزيرة الزراعة هدى الخطيب موسما وفيرا.\nوقالت إن الأسعار ثابتة."
    assert (article.article_id, article.source) == ("urn:newsml:wire.example.com:20260303:harvest", "وكالة المثال")
    assert article.embargoed_until is not None
    assert article.embargoed_until.isoformat() == "2026-03-03T08:00:00+00:00"


def test_a_version_that_no_number_holds_is_told() -> None:
    assert error("ninjs", b'{"uri": "urn:x", "body_text": "x", "version": "%s"}' % (b"9" * 5000)) == "invalid_field"


def test_ninjs_of_other_kinds() -> None:
    text = json.loads(sample("ninjs-1.json"))
    assert read("ninjs", json.dumps({"uri": "x", "type": "picture"}).encode()) == []
    assert len(read("ninjs", json.dumps([text, text | {"uri": "urn:x:2"}]).encode())) == 2
    both = {"uri": "urn:x:3", "type": "composite", "associations": {"main": text, "photo": {"type": "picture"}}}
    assert [a.article_id for a in read("ninjs", json.dumps(both).encode())] == [text["uri"]]
    killed = {"uri": "urn:x:4", "type": "text", "pubstatus": "canceled", "version": "2"}
    (article,) = read("ninjs", json.dumps(killed).encode())
    assert (article.status, article.version, article.body) == ("canceled", 2, "")


def test_ninjs_without_a_type_is_text_whatever_its_profile() -> None:
    text = {name: value for name, value in json.loads(sample("ninjs-1.json")).items() if name != "type"}
    assert len(read("ninjs", json.dumps(text | {"profile": "text-photo"}).encode())) == 1
    assert read("ninjs", json.dumps({"uri": "urn:x", "profile": "photo", "renditions": [{"name": "t"}]}).encode()) == []
    assert error("ninjs", json.dumps({"uri": "urn:x", "profile": "text-only"}).encode()) == "body_empty"


def test_ninjs_whose_source_has_no_name_but_a_code_of_its_own() -> None:
    data = json.dumps(json.loads(sample("ninjs-3.json")) | {"infoSources": [{"literal": "example"}]})
    assert read("ninjs", data.encode())[0].source == "example"


@pytest.mark.parametrize(
    ("name", "field"),
    [("ninjs-1.json", "embargoed"), ("ninjs-2.json", "embargoed"), ("ninjs-3.json", "embargoedUntil")],
)
def test_ninjs_under_an_embargo(name: str, field: str) -> None:
    data = json.dumps(json.loads(sample(name)) | {field: "2126-03-03T10:00:00Z"})
    embargoed = read("ninjs", data.encode())[0].embargoed_until
    assert embargoed is not None
    assert embargoed.year == 2126


def test_newsml_item() -> None:
    (article,) = read("newsml", sample("newsml-item.xml"))
    assert (article.article_id, article.version) == ("urn:newsml:wire.example.com:20260303:port", 3)
    assert article.body == "قال مدير المرفأ وليد النجار إن العمل استؤنف.\nوأكد أن السفن تفرغ حمولتها بانتظام."
    assert (article.title, article.source, article.categories) == ("المرفأ يستأنف العمل", "وكالة المثال", ("نقل",))


def test_newsml_message_with_a_package() -> None:
    told, killed = read("newsml", sample("newsml-message.xml"))
    assert told.body == "أعلنت وزارة الري أن السد امتلأ.\nوحذرت من السباحة فيه."
    assert (told.title, told.source) == ("السد يمتلئ", "example")
    assert (killed.article_id, killed.version, killed.status) == (
        "urn:newsml:wire.example.com:20260303:old",
        4,
        "canceled",
    )


def test_newsml_whose_text_is_encoded_gives_no_nonsense() -> None:
    plain = '<inlineData contenttype="text/plain">قال الوزير إن اللقاح متوفر.</inlineData>'
    before, _, rest = sample("newsml-item.xml").decode().partition("<inlineXML")
    data = before + plain + rest.partition("</inlineXML>")[2]
    assert read("newsml", data.encode())[0].body == "قال الوزير إن اللقاح متوفر."
    encoded = data.replace("<inlineData", '<inlineData encoding="encd:b64"')
    assert error("newsml", encoded.encode()) == "body_empty"


@pytest.mark.parametrize(
    ("written", "status"),
    [('<pubStatus qcode="stat:withheld"/>', "withheld"), ('<pubStatus qcode="stat:usable"/><embargoed/>', "withheld")],
)
def test_newsml_that_must_not_leave(written: str, status: str) -> None:
    data = sample("newsml-item.xml").replace(b'<pubStatus qcode="stat:usable"/>', written.encode())
    assert read("newsml", data)[0].status == status


def test_newsml_under_an_embargo() -> None:
    data = sample("newsml-item.xml").replace(b"<pubStatus", b"<embargoed>2126-03-03T10:00:00Z</embargoed><pubStatus")
    embargoed = read("newsml", data)[0].embargoed_until
    assert embargoed is not None
    assert embargoed.year == 2126


def test_an_embargo_that_is_not_understood_keeps_the_article_back() -> None:
    for field in ("embargoed", "embargoedUntil"):
        text = json.loads(sample("ninjs-1.json")) | {field: "soon"}
        assert error("ninjs", json.dumps(text).encode()) == "invalid_field"


def test_rss() -> None:
    first, second = read("rss", sample("feed.rss"))
    assert first.article_id == "paper.example.com:1001"
    assert first.body == "قال وزير الصحة سامي الحداد إن اللقاح متوفر.\nوأضاف أن الحملة تبدأ غدا."
    assert (first.url, first.source) == ("http://paper.example.com/news/1", "صحيفة المثال")
    assert second.article_id == "http://paper.example.com/news/2"
    assert second.published_at is not None
    assert second.published_at.isoformat() == "2026-03-03T00:00:00+00:00"


def test_atom() -> None:
    (article,) = read("rss", sample("feed.atom"))
    assert article.article_id == "tag:radio.example.com,2026:harvest"
    assert (article.body, article.source) == ("توقعت وزيرة الزراعة هدى الخطيب موسما وفيرا.", "إذاعة المثال")


def test_a_feed_in_windows_1256_that_says_it_is_utf_8() -> None:
    data = sample("feed.rss").decode().replace("٣", "3").replace("٢٠٢٦", "2026").encode("cp1256")
    assert [a.article_id for a in read("rss", data)] == [a.article_id for a in read("rss", sample("feed.rss"))]
    assert read("rss", data)[0].body == read("rss", sample("feed.rss"))[0].body


def test_a_feed_that_is_cut_off_gives_what_is_whole() -> None:
    data = sample("feed.rss")
    first, cut = READERS["rss"](data[: data.index("الجسر جاهز.".encode()) + 4])
    assert first.article is not None
    assert cut.rejected is not None
    assert cut.rejected.error == "truncated"


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("newsml", BOMB, "unsafe_xml"),
        ("newsml", OUTSIDE, "unsafe_xml"),
        ("newsml", b"<newsItem><a>" * 1000 + b"</a></newsItem>" * 1000, "unsafe_xml"),
        ("newsml", sample("newsml-item.xml")[:900], "not_xml"),
        ("newsml", b"<html/>", "not_newsml"),
        ("newsml", b"", "not_xml"),
        ("rss", BOMB, "unsafe_xml"),
        ("rss", b"<html><body>404</body></html>", "not_a_feed"),
        ("rss", b"", "not_a_feed"),
        ("ninjs", b'{"uri": ', "not_json"),
        ("ninjs", b"[" * 100_000, "not_json"),
        ("ninjs", b'"text"', "invalid_field"),
        ("ninjs", b"[7]", "invalid_field"),
        ("jsonl", b"[]", "invalid_field"),
        ("jsonl", b'{"article_id": "a"}', "missing_field"),
        ("jsonl", b'{"article_id": "a", "body": "<p> </p>"}', "body_empty"),
        ("jsonl", b'{"article_id": "a", "body": "x", "version": "two"}', "invalid_field"),
        ("jsonl", b'{"article_id": "a", "body": "x", "status": "live"}', "invalid_field"),
        ("jsonl", b'{"article_id": "a", "body": ["x"]}', "invalid_field"),
    ],
)
def test_what_is_no_article_is_told_to_be_none(kind: str, data: bytes, expected: str) -> None:
    assert error(kind, data) == expected


def test_lines_of_a_damaged_archive_before_the_damage(tmp_path: Path) -> None:
    import gzip

    file = tmp_path / "a.jsonl.gz"
    lines = b"".join(
        json.dumps({"article_id": f"a{n}", "body": f"قال {n * 7919}"}).encode() + b"\n" for n in range(5000)
    )
    file.write_bytes(gzip.compress(lines)[:-20_000])
    *whole, last = from_file(file, FieldMapping(), RULES)
    assert len(whole) > 100
    assert last.rejected is not None
    assert last.rejected.error in ("not_gzip", "not_json")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = [
    "uri",
    "type",
    "body_text",
    "bodies",
    "headlines",
    "version",
    "embargoed",
    "pubstatus",
    "subject",
    "infosource",
]
_NAMES += ["article_id", "body", "title", "url", "published_at", "categories", "status", "language", "associations"]
_OBJECTS = st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=8)


def _is_reasoned(items: list[Item]) -> None:
    for one in items:
        if one.article is None:
            assert one.rejected is not None
            assert one.rejected.error and one.rejected.field and one.rejected.expected
        else:
            assert decode_article(encode(one.article)) == one.article


@settings(max_examples=300, deadline=None)
@given(_OBJECTS.map(lambda value: json.dumps(value).encode()), st.sampled_from(["ninjs", "jsonl"]))
def test_any_json_is_an_article_or_a_reasoned_rejection(data: bytes, kind: str) -> None:
    _is_reasoned(READERS[kind](data))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(READERS)),
    st.sampled_from(["feed.rss", "feed.atom", "newsml-item.xml", "newsml-message.xml", "ninjs-1.json"]),
    st.integers(0, 3000),
    st.integers(0, 200),
    st.binary(max_size=30),
)
def test_a_damaged_document_is_articles_or_a_reasoned_rejection(
    kind: str, name: str, at: int, removed: int, put_in: bytes
) -> None:
    data = sample(name)
    _is_reasoned(READERS[kind](data[:at] + put_in + data[at + removed :]))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=200))
def test_any_bytes_are_articles_or_a_reasoned_rejection(kind: str, data: bytes) -> None:
    _is_reasoned(READERS[kind](data))
