"""Raw articles that were annotated for this project, by the gold's guidelines, as offsets into their bodies.

    python -m streams.extraction.training.annotated_news ../shared COMPILED.jsonl [--drawn NAME]

`annotated_news.jsonl` tells who said what in articles of the raw corpus and holds no text of theirs: each line has the
article's id and, as code points of its body, the mentions of every actor, every statement and every name; an actor's
name stands there only where the body never has it as such (`بريطانيا وفرنسا` of two that speak together). The command
adds articles that were compiled by `../shared/gold/compile.py` or replaces them; `drawn` names those that were drawn
together, so that what is learned from articles that the shipped encoder has not seen finds them.

The annotators were language models who read each article by the guidelines and eight annotated examples; gold articles
were hidden among theirs, and `annotated_news.meta.json` says how well they agreed with the gold there.
"""

import argparse
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

ANNOTATIONS = Path(__file__).with_suffix(".jsonl")
_FILES = ("news.jsonl.gz", "large.jsonl.gz")
Span = list[int]


class OtherText(ValueError):
    """The corpus has another body under an id, so that offsets into it mean nothing."""


def annotated_news(shared: Path, annotations: Path = ANNOTATIONS) -> Iterator[dict[str, Any]]:
    """The articles with their bodies from `shared`, in the form of a gold.jsonl's lines.

    Raises:
        OtherText: the corpus has not the article that was annotated.
    """
    with annotations.open(encoding="utf-8") as lines:
        compact = [json.loads(line) for line in lines]
    bodies = _bodies(shared, {a["id"] for a in compact})
    for a in compact:
        body = bodies.get(a["id"], "")
        if crc32(body.encode()) != a["crc32"]:
            raise OtherText(f"{a['id']}: the body in {shared / 'corpus'} is not the one that was annotated")
        yield _with_text(a, body)


def _bodies(shared: Path, wanted: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _FILES:
        with gzip.open(shared / "corpus" / name, "rt", encoding="utf-8") as lines:
            articles = map(json.loads, lines)
            found |= {a["article_id"]: a["body"] for a in articles if a["article_id"] in wanted}
        if len(found) == len(wanted):
            break
    return found


def _with_text(a: dict[str, Any], body: str) -> dict[str, Any]:
    def text(span: Span) -> str:
        return body[slice(*span)]

    def actor(x: dict[str, Any]) -> dict[str, Any]:
        mentions = [text(span) for span in x["mentions"]]
        name = x.get("name") or mentions[0]
        return {"name": name, "kind": x["kind"], "aliases": sorted({name, *mentions})}

    actors = {number: actor(x) for number, x in a["actors"].items()}
    statements = [{**s, "via": text(s["via"]) if s["via"] else None} for s in a["statements"]]
    entities = None if a["entities"] is None else [[text(span), kind] for span, kind in a["entities"]]
    return {**a, "body": body, "actors": actors, "statements": statements, "entities": entities}


def without_text(article: dict[str, Any], drawn: str | None = None) -> dict[str, Any]:
    """An annotated article as `annotated_news.jsonl` holds it. Entities are None where they were not annotated.

    >>> body = "قال سامي إن المطر قريب."
    >>> sami = {"name": "سامي", "kind": "person", "aliases": ["سامي"]}
    >>> said = {"actor": "A1", "cue": [0, 3], "speaker": [4, 8], "content": [[12, 22]], "via": None}
    >>> a = {"id": "a", "source": "s", "body": body, "actors": {"A1": sami}, "statements": [said], "entities": []}
    >>> without_text(a)["actors"]
    {'A1': {'kind': 'person', 'mentions': [[4, 8]]}}
    """
    body = article["body"]

    def span(text: str | None) -> Span | None:
        at = body.find(text) if text else -1
        return [at, at + len(text)] if text and at >= 0 else None

    def actor(x: dict[str, Any]) -> dict[str, Any]:
        names = [x["name"], *sorted(x["aliases"], key=lambda a: (-len(a), a))]
        own = {} if span(x["name"]) else {"name": x["name"]}
        return {"kind": x["kind"], **own, "mentions": [s for name in dict.fromkeys(names) if (s := span(name))]}

    entities = article.get("entities")
    return {
        "id": article["id"],
        "source": article["source"],
        "crc32": crc32(body.encode()),
        **({"drawn": drawn} if drawn else {}),
        "actors": {number: actor(x) for number, x in article["actors"].items()},
        "statements": [{**s, "via": span(s["via"])} for s in article["statements"]],
        "entities": entities and [[s, kind] for text, kind in entities if (s := span(text))],
    }


def write(articles: Iterable[dict[str, Any]], annotations: Path = ANNOTATIONS, drawn: str | None = None) -> int:
    """Add or replace articles; how many there are then."""
    kept: dict[str, str] = {}
    if annotations.exists():
        kept = {json.loads(line)["id"]: line for line in annotations.read_text(encoding="utf-8").splitlines()}
    kept |= {a["id"]: json.dumps(without_text(a, drawn), separators=(",", ":")) for a in articles}
    annotations.write_text("".join(f"{kept[name]}\n" for name in sorted(kept)), encoding="utf-8")
    return len(kept)


def main() -> None:
    """Add what was annotated."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("compiled", type=Path)
    parser.add_argument("--drawn", help="what these articles are called together")
    a = parser.parse_args()
    with a.compiled.open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    known = _bodies(a.shared, {x["id"] for x in articles})
    strange = [x["id"] for x in articles if known.get(x["id"]) != x["body"]]
    if strange:
        raise OtherText(f"not articles of the corpus: {', '.join(strange)}")
    print(write(articles, drawn=a.drawn), "articles")


if __name__ == "__main__":
    main()
