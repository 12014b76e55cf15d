"""Text, character sets, dates and ids: what feeds write, and what comes of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.ingest import charset, dates, identity
from streams.ingest.draft import Draft, Rules, item
from streams.ingest.text import plain

ARABIC = "قال وزير الصحة سامي الحداد إن اللقاح متوفر، وأضاف أن «الحملة» تبدأ غدا."

TEXTS = {
    "paragraphs": ("<p>قال.</p><p>وأضاف.</p>", "قال.\nوأضاف."),
    "line breaks": ("قال.<br>وأضاف.<br/>وختم.", "قال.\nوأضاف.\nوختم."),
    "a list": ("<ul><li>أولا</li><li>ثانيا</li></ul>", "أولا\nثانيا"),
    "inline tags part no words": ("<p>الو<b>زي</b>ر</p>", "الوزير"),
    "entities": ("<p>&quot;نعم&quot; &amp; &#1606;&#1593;&#1605;</p>", '"نعم" & نعم'),
    "scripts and styles": ("<p>قال</p><script>alert('<p>')</script><style>p{}</style><p>نعم</p>", "قال\nنعم"),
    "comments": ("<p>قال<!-- <p>سر</p> --> نعم</p>", "قال نعم"),
    "tags that do not match": ("<p>قال <b>نعم<p>وأضاف</div>", "قال نعم\nوأضاف"),
    "a tag that never ends": ("<p>قال نعم</p><a href='", "قال نعم"),
    "no HTML but signs": ("5 < 7 & 8 > 3", "5 < 7 & 8 > 3"),
    "white space": ("  قال\t نعم \r\n\r\n\r\nوأضاف\u2028وختم ", "قال نعم\nوأضاف\nوختم"),
    "many tags that are never closed": ("<p><font><b>قال" * 400, "\n".join(["قال"] * 400)),
    "boxes in boxes": ("<div>قال" * 1000 + "</div>وأضاف" * 1000, "\n".join(["قال"] * 1000 + ["وأضاف"] * 1000)),
    "a script alone": ("<script>alert(1)</script>قال", "قال"),
    "old tags": ("<font color=red><u>قال</u></font><section>نعم</section>", "قال\nنعم"),
    "references without a tag": ("قال &quot;نعم&quot;&nbsp;&amp; &#1606;\nوأضاف", 'قال "نعم" & ن\nوأضاف'),
    "an address is no reference": ("http://e.com/?a=1&copy=2&b", "http://e.com/?a=1&copy=2&b"),
    "escaped as a whole": ("&lt;p&gt;قال&lt;/p&gt;&lt;p&gt;نعم&lt;/p&gt;", "قال\nنعم"),
    "what nobody sees": ("\ufeffقال\x00 نعم\ud800", "قال نعم"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_html_becomes_text_with_its_paragraphs(name: str) -> None:
    written, expected = TEXTS[name]
    assert plain(written) == expected


def test_html_whose_end_would_be_lost_is_refused() -> None:
    made = item(Draft(article_id="a", body="<b>قال" * 5000), Rules(), origin="feed", raw=b"")
    assert made.rejected is not None
    assert (made.rejected.error, made.rejected.field) == ("too_deep", "body")


def test_a_date_or_address_that_is_not_understood_is_told_once_for_each_source(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A wrong `--map published_at=` would else leave all articles without a date, and nobody would know."""
    rules = Rules()
    for source in ("desk", "wire"):
        for n in range(3):
            given = Draft(body="قال", source=source, url="/a/1", published_at="مساء الثلاثاء")
            assert item(given, rules, origin=f"{source}.jsonl:{n}", raw=b"").article is not None
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 4
    assert told[0].startswith("desk.jsonl:0: published_at: expected a date, got 'مساء الثلاثاء': ")
    assert told[3].startswith("wire.jsonl:0: url: expected an http address, got '/a/1': ")
    item(Draft(body="قال", url=" ", published_at=""), rules, origin="", raw=b"")
    assert len(caplog.records) == 4  # what is not there is not told


LIES = {
    "windows-1256 declared UTF-8": (ARABIC.encode("cp1256"), "utf-8"),
    "windows-1256 declared windows-1252": (ARABIC.encode("cp1256"), "windows-1252"),
    "windows-1256 declared nothing": (ARABIC.encode("cp1256"), None),
    "windows-1256 declared by a name that there is not": (ARABIC.encode("cp1256"), "x-arabic\0"),
    "UTF-8 declared windows-1256": (ARABIC.encode(), "windows-1256"),
    "UTF-8 declared latin-1": (ARABIC.encode(), "iso-8859-1"),
    "ISO 8859-6 declared itself": (ARABIC.replace("«", "").replace("»", "").encode("iso8859-6"), "iso-8859-6"),
    "UTF-16 with its mark": (ARABIC.encode("utf-16"), "utf-8"),
    "UTF-16 without one": (f'{{"body": "{ARABIC}"}}'.encode("utf-16-be"), "utf-16"),
    "UTF-16 without one, declared nothing": (f'{{"body": "{ARABIC}"}}'.encode("utf-16-le"), None),
    "windows-1256 declared a codec that is no character set": (ARABIC.encode("cp1256") * 2000, "punycode"),
    "UTF-8 with a mark": (b"\xef\xbb\xbf" + ARABIC.encode(), None),
}


@pytest.mark.parametrize("name", LIES)
def test_bytes_are_read_whatever_is_declared(name: str) -> None:
    data, declared = LIES[name]
    assert ARABIC.replace("«", "").replace("»", "") in charset.decode(data, declared).replace("«", "").replace("»", "")


def test_a_declaration_in_xml_that_lies_is_not_passed_on() -> None:
    data = f'<?xml version="1.0" encoding="utf-8"?><a>{ARABIC}</a>'.encode("cp1256")
    assert charset.decode_xml(data) == f"<a>{ARABIC}</a>".encode()


MOJIBAKE = ["cp1256", "latin-1", "sloppy-windows-1252"]


@pytest.mark.parametrize("wrong", MOJIBAKE)
def test_text_that_was_read_wrongly_is_repaired(wrong: str) -> None:
    import ftfy.bad_codecs  # noqa: F401

    assert charset.repaired(ARABIC.encode().decode(wrong)) == ARABIC


@pytest.mark.parametrize("text", ["Café à Paris — déjà vu", "Привет, мир", "我说", "قال: ‹نعم›", "پاکستان", ""])
def test_text_that_was_read_aright_is_left_alone(text: str) -> None:
    assert charset.repaired(text) == text


DATES = {
    "2026-03-03T09:15:00+03:00": "2026-03-03T09:15:00+03:00",
    "2026-03-03T09:15:00Z": "2026-03-03T09:15:00+00:00",
    "20260303T091500Z": "2026-03-03T09:15:00+00:00",
    "20260303T091500+0300": "2026-03-03T09:15:00+03:00",
    "2026-03-03": "2026-03-03T00:00:00+00:00",
    "Tue, 03 Mar 2026 09:15:00 GMT": "2026-03-03T09:15:00+00:00",
    "Tue, 3 Mar 2026 09:15 +0200": "2026-03-03T09:15:00+02:00",
    "1772529300": "2026-03-03T09:15:00+00:00",
    "1772529300000": "2026-03-03T09:15:00+00:00",
    "March 3, 2026 9:15 pm": "2026-03-03T21:15:00+00:00",
    "3 نيسان 2026": "2026-04-03T00:00:00+00:00",
    "3 أبريل 2026": "2026-04-03T00:00:00+00:00",
    "3 نيسان/أبريل 2026": "2026-04-03T00:00:00+00:00",
    "الجمعة، 3 نيسان (أبريل) 2026": "2026-04-03T00:00:00+00:00",
    "٣ أَبريل ٢٠٢٦، ٩:١٥ صباحاً": "2026-04-03T09:15:00+00:00",
    "12 كانون الأول 2025 - 12:05 ص": "2025-12-12T00:05:00+00:00",
    "12 تشرين الثاني 2025 12:05 م": "2025-11-12T12:05:00+00:00",
    "5 غشت 2026": "2026-08-05T00:00:00+00:00",
    "5 جويلية 2026": "2026-07-05T00:00:00+00:00",
    "5 آب 2026 بتوقيت مكة المكرمة 10:00": "2026-08-05T10:00:00+03:00",
    "5 آب 2026 10:00 بتوقيت غرينتش": "2026-08-05T10:00:00+00:00",
    "5 آب 2026 10:00 غرينتش+3": "2026-08-05T10:00:00+03:00",
    "03/04/2026 14:30": "2026-04-03T14:30:00+00:00",
    "14 رمضان 1447هـ": "2026-03-03T00:00:00+00:00",
    "14/09/1447": "2026-03-03T00:00:00+00:00",
    "الثلاثاء ١٤ رمضان ١٤٤٧ هـ - ٣ مارس ٢٠٢٦ م": "2026-03-03T00:00:00+00:00",
    "26-11-2026 09:15": "2026-11-26T09:15:00+00:00",
    "26-11-2026": "2026-11-26T00:00:00+00:00",
    "09:15 26-11-2026": "2026-11-26T09:15:00+00:00",
    "2026-11-26 09:15:00 GMT": "2026-11-26T09:15:00+00:00",
    "26/11/2026 09:15 +0300": "2026-11-26T09:15:00+03:00",
    "٢٠٢٦-٠٣-٠٣T٠٩:١٥:٠٠+٠٣:٠٠": "2026-03-03T09:15:00+03:00",
    "28 November 2026 9 pm": "2026-11-28T21:00:00+00:00",
    "3 مارس 2026 الساعة 9 مساءً": "2026-03-03T21:00:00+00:00",
    "3 مارس 2026 الساعة 21": "2026-03-03T21:00:00+00:00",
    "3 مارس 2026 9:15 ليلاً": "2026-03-03T21:15:00+00:00",
    "3 مارس 2026 12:30 ليلاً": "2026-03-03T00:30:00+00:00",
    "3 مارس 2026 4:30 عصراً": "2026-03-03T16:30:00+00:00",
    "3 مارس 2026 2:30 بعد الظهر": "2026-03-03T14:30:00+00:00",
    "3 مارس 2026 11:30 ظهراً": "2026-03-03T11:30:00+00:00",
    "3 مارس 2026 1:30 ظهراً": "2026-03-03T13:30:00+00:00",
    "3 مارس 2026 5:05 فجراً": "2026-03-03T05:05:00+00:00",
    "03 Mar 2026 09:15 م": "2026-03-03T21:15:00+00:00",
    "Tue, 03 Mar 2026 09:15:00 GMT+0300": "2026-03-03T09:15:00+03:00",
    "Tue Mar 03 2026 09:15:00 GMT+0300 (Arabian Standard Time)": "2026-03-03T09:15:00+03:00",
    "03 Mar 2026 09:15 GMT+3": "2026-03-03T09:15:00+03:00",
    "5 تشرين أول 2026": "2026-10-05T00:00:00+00:00",
    "5 كانون ثاني 2026": "2026-01-05T00:00:00+00:00",
    "Tue, 03 Mar 2026 09:15:00 AST": "2026-03-03T09:15:00+03:00",
    "3 مارس 2026 21:15 (18:15 بتوقيت غرينتش)": "2026-03-03T18:15:00+00:00",
    "3 مارس 2026 12:30 بعد منتصف الليل": "2026-03-03T00:30:00+00:00",
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_in_any_form_is_an_instant(written: str) -> None:
    found = dates.instant(written)
    assert found is not None
    assert found.isoformat() == DATES[written]


def test_a_date_without_a_zone_is_in_the_given_one() -> None:
    found = dates.instant("3 أبريل 2026 10:00", ZoneInfo("Asia/Riyadh"))
    assert found == datetime(2026, 4, 3, 7, tzinfo=UTC)


def test_an_unknown_zone_written_as_minus_zero_is_utc_wherever_the_reader_is() -> None:
    found = dates.instant("Tue, 03 Mar 2026 09:15:00 -0000", ZoneInfo("Asia/Riyadh"))
    assert found == datetime(2026, 3, 3, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("written", ["3 مارس 2026 الساعة التاسعة مساءً", "3 مارس 2026 منتصف الليل"])
def test_an_hour_that_is_not_understood_leaves_the_day_to_a_date_and_nothing_to_an_embargo(written: str) -> None:
    assert dates.instant(written) == datetime(2026, 3, 3, tzinfo=UTC)
    assert dates.instant(written, exact=True) is None
    assert dates.instant("الثلاثاء 3 مارس 2026 م", exact=True) == datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["", "غدا", "2026-13-40", "0", "-1", "2026", "1e400", "99/99/2026", "31 شباط 2026", None, [], True]
)
def test_what_is_no_date_is_none(written: object) -> None:
    assert dates.instant(written) is None


IDS = [
    ("http://e.com/news.asp?t=%C7", "http://e.com/news.asp?t=%C7"),  # not the same as ?t=%C8
    ("http://e.com/?4711", "http://e.com/?4711"),
    ("https://e.com/#/story/1", "https://e.com/#/story/1"),  # a page of its own
    ("https://e.com/#!/story/1", "https://e.com/#!/story/1"),
    ("http://e.com/?ref=1", "http://e.com/?ref=1"),
    ("http://e.com/?q=قال&utm_source=x", "http://e.com/?q=%D9%82%D8%A7%D9%84"),
    ("http://EXAMPLE.com:80/a?utm_medium=x&id=1#c", "http://example.com/a?id=1"),
    ("https://example.com/a?fbclid=1", "https://example.com/a"),
    ("urn:newsml:example.com:20260303:a", "urn:newsml:example.com:20260303:a"),
    ("1001", "example.com:1001"),
    (" a\n1 ", "example.com:a 1"),
]


@pytest.mark.parametrize(("written", "expected"), IDS)
def test_an_id_is_the_same_however_it_is_written(written: str, expected: str) -> None:
    assert identity.article_id(written, within="example.com") == expected


def test_an_article_without_an_id_has_its_address_or_its_text_as_one() -> None:
    assert identity.article_id(None, url="http://e.com/a#b", within="x") == "http://e.com/a"
    first, same, other = (identity.article_id(None, within="x", otherwise=text) for text in ("قال", "قال", "نعم"))
    assert first == same != other
    assert len(identity.article_id("x" * 10_000)) <= 512


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="0123456789٣:/-+هـم ربيعالأول.,TZ"))
@example("31/12/9999 99:99")
def test_no_text_breaks_dates_text_or_ids(written: str) -> None:
    found = dates.instant(written)
    assert found is None or found.tzinfo is not None
    assert plain(plain(written)) is not None
    assert 0 < len(identity.article_id(written, url=written, otherwise=written)) <= 512


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_no_bytes_break_the_reading(data: bytes, declared: str | None) -> None:
    charset.repaired(charset.decode(data, declared))
    charset.decode_xml(data, declared).decode()
