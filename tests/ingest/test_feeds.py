"""Feeds as papers write them: character sets, references, entities."""

import pytest

from tests.ingest.test_formats import error, read, sample

SPELT = {
    "a title that ends in meem, of which UTF-8's last byte is white space in Latin-1": ("منذ اليوم", "منذ اليوم"),
    "references to characters": ("قال &#8220;نعم&#8221;&#8230;", "قال “نعم”…"),
    "an ampersand that is none": ("اليوم & غدا نعم", "اليوم & غدا نعم"),
}


@pytest.mark.parametrize("name", SPELT)
def test_a_feed_in_utf_8_is_read_as_it_is_written(name: str) -> None:
    written, expected = SPELT[name]
    entry = f"<item><guid>1</guid><title>{written}</title><description>قال {written}</description></item>"
    feed = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{written}</title>{entry}'
    (article,) = read("rss", f"{feed}</channel></rss>".encode())
    assert (article.title, article.source, article.body) == (expected, expected, f"قال {expected}")


def test_a_feed_may_speak_of_entities() -> None:
    told = sample("feed.rss").replace(b"<![CDATA[", "<![CDATA[<p>في الملف «<!ENTITY a>».</p>".encode())
    assert len(read("rss", told)) == 2
    assert error("rss", told.replace(b"<rss ", b"<!DOCTYPE rss><rss ", 1)) == "unsafe_xml"
