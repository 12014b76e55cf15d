"""What is an article and what is not: each fault names the field and what was expected."""

import pytest

from schemas.codec import InvalidPayload, decode_article, encode

BAD = {
    "null value": (None, "null_value", "$"),
    "not UTF-8": (b'{"article_id": "a", "body": "\xff"}', "not_utf8", "$"),
    "not JSON": (b"{", "not_json", "$"),
    "empty bytes": (b"", "not_json", "$"),
    "an array": (b"[]", "invalid_field", "$"),
    "nested 100,000 deep": (b'{"a":' + b"[" * 100_000, "not_json", "$"),
    "a lone surrogate": (b'{"article_id": "a", "body": "\\ud800"}', "not_json", "$"),
    "no article_id": (b'{"body": "x"}', "missing_field", "article_id"),
    "no body": (b'{"article_id": "a"}', "missing_field", "body"),
    "body is a number": (b'{"article_id": "a", "body": 3}', "invalid_field", "body"),
    "body is null": (b'{"article_id": "a", "body": null}', "invalid_field", "body"),
    "body is empty": (b'{"article_id": "a", "body": ""}', "body_empty", "body"),
    "body is white space": (b'{"article_id": "a", "body": " \\n"}', "body_empty", "body"),
    "body is over the limit": (b'{"article_id": "a", "body": "' + b"x" * 101 + b'"}', "body_too_long", "body"),
    "article_id is empty": (b'{"article_id": "", "body": "x"}', "invalid_field", "article_id"),
    "article_id is too long": (b'{"article_id": "' + b"a" * 513 + b'", "body": "x"}', "invalid_field", "article_id"),
    "version is 0": (b'{"article_id": "a", "body": "x", "version": 0}', "invalid_field", "version"),
    "version is huge": (b'{"article_id": "a", "body": "x", "version": 1e400}', "invalid_field", "version"),
    "date without offset": (
        b'{"article_id": "a", "body": "x", "published_at": "2026-01-01T00:00:00"}',
        "invalid_field",
        "published_at",
    ),
    "unknown status": (b'{"article_id": "a", "body": "x", "status": "live"}', "invalid_field", "status"),
    "a category is a number": (
        b'{"article_id": "a", "body": "x", "categories": [1]}',
        "invalid_field",
        "categories[0]",
    ),
    "unknown schema version": (
        b'{"article_id": "a", "body": "x", "schema": "qawl/article/9"}',
        "unknown_schema",
        "schema",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_article_is_refused_naming_the_field(name: str) -> None:
    data, error, field = BAD[name]
    with pytest.raises(InvalidPayload) as caught:
        decode_article(data, max_body_chars=100)
    assert (caught.value.error, caught.value.field) == (error, field)
    assert caught.value.expected


def test_an_article_without_a_body_is_written_without_the_field() -> None:
    killed = decode_article(b'{"article_id": "a", "status": "canceled", "version": 2}')
    assert b'"body"' not in encode(killed)
    assert decode_article(encode(killed)) == killed


def test_defaults_and_unknown_fields() -> None:
    article = decode_article(b'{"article_id": "a", "body": "x", "from_the_future": [1, {}]}')
    assert (article.language, article.version, article.categories) == ("ar", 1, ())


def test_duplicate_keys_take_the_last_value() -> None:
    assert decode_article(b'{"article_id": "a", "body": "x", "body": "y"}').body == "y"
