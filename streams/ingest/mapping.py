"""Which field of somebody else's JSON is which field of an article: `body=text`, `published_at=meta.dates.0`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from streams.ingest.draft import Draft, Rejected

FIELDS: Final = tuple(f.name for f in fields(Draft))
_MISSING = object()
_TAKEN_BACK = ("withheld", "canceled", "cancelled")  # these need no body


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Paths of the fields that are called otherwise; all others have their own names.

    `source` is that of articles that name none.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None

    @classmethod
    def parse(cls, options: Sequence[str], source: str | None = None) -> "FieldMapping":
        """From `FIELD=PATH` each.

        Raises:
            ValueError: there is no such field, or no path.

        >>> FieldMapping.parse(["body=text"]).draft({"text": "قال", "article_id": 7}).body
        'قال'
        """
        paths = {}
        for option in options:
            name, _, path = option.partition("=")
            if name not in FIELDS or not path:
                raise ValueError(f"expected FIELD=PATH with a field of {', '.join(FIELDS)}, got {option!r}")
            paths[name] = path
        return cls(paths, source)

    def draft(self, value: Any) -> Draft:
        """What a JSON value says of an article.

        Raises:
            Rejected: it is no object, or has no body.
        """
        if not isinstance(value, dict):
            raise Rejected(error="invalid_field", field="$", expected="expected a JSON object")
        found = {name: at(value, self.paths.get(name, name)) for name in FIELDS}
        given = {name: what for name, what in found.items() if what is not _MISSING}
        if "body" not in given and str(given.get("status")).lower() not in _TAKEN_BACK:
            path = self.paths.get("body", "body")
            raise Rejected(error="missing_field", field=path, expected="expected this field, it is missing")
        if not given.get("source"):
            given["source"] = self.source
        return Draft(**given)


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path, where a number is a place in a list; a key that has dots in it wins.

    >>> at({"a": [{"b": 1}]}, "a.0.b"), at({"a.b": 2}, "a.b")
    (1, 2)
    """
    if isinstance(value, dict) and path in value:
        return value[path]
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value
