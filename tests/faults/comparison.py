"""What came out beside what should have: lost, duplicated, different."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from aiokafka import ConsumerRecord

from schemas import ActorProfile, AppliedPosition, Article, ArticleState, Retraction
from schemas.codec import (
    InvalidPayload,
    decode_article,
    decode_enriched,
    decode_profile,
    decode_state,
    decode_told,
    encode,
)
from streams.agents.profile import apply_retraction, apply_statement
from streams.agents.versions import revise
from streams.extraction import Extractor
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.kafka.pipeline import read

_WHEN = datetime(2026, 1, 1, tzinfo=UTC)


class Result(NamedTuple):
    """Outputs that are missing, there more than once, or not what `qawl extract` gives."""

    lost: int
    duplicated: int
    different: int
    articles: int
    statements: int
    examples: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        return self.lost == self.duplicated == self.different == 0


class Output(NamedTuple):
    """One output: which it is, and its content without times."""

    what: tuple[Any, ...]
    content: bytes


def _plain(event: Any, **more: Any) -> bytes:
    at = "retracted_at" if isinstance(event, Retraction) else "extracted_at"
    return encode(msgspec.structs.replace(event, **{at: _WHEN}, **more))


def _told(event: Any) -> Output:
    version = event.article.version
    kind = "retraction" if isinstance(event, Retraction) else "statement"
    return Output((kind, event.statement_id, version), _plain(event))


class Expectation:
    """What each raw record should give, by what `qawl extract` does and what its article told before; found once a
    record. Records must be asked for in their order.
    """

    def __init__(self, settings: Settings, extractor: Extractor) -> None:
        self._settings, self._extractor = settings, extractor
        self._known: dict[tuple[int, int], list[Output]] = {}
        self.states: dict[str, ArticleState] = {}

    def of(self, record: ConsumerRecord) -> list[Output]:
        """The outputs of a record of `articles.raw`."""
        place = (record.partition, record.offset)
        if place not in self._known:
            self._known[place] = self._find(record)
        return self._known[place]

    def _find(self, record: ConsumerRecord) -> list[Output]:
        try:
            article: Article = decode_article(record.value, max_body_chars=self._settings.max_body_chars)
        except InvalidPayload:
            return [Output(("dead letter", record.partition, record.offset), record.value or b"")]
        result = self._extractor.enrich(article, extracted_at=_WHEN, clock=lambda: 0.0)
        revision = revise(self.states.get(article.article_id), article, result.events, _WHEN)
        if revision.state is None:
            return []
        self.states[article.article_id] = revision.state
        enriched = Output(("enriched", article.article_id, article.version), _plain(result.enriched, timings_ms={}))
        return [enriched, *map(_told, (*revision.retractions, *revision.statements))]


async def compare(settings: Settings, expectation: Expectation) -> Result:
    """Read all topics as a client of committed records sees them, and compare."""
    topics = declared(settings)
    raw = await read(settings, topics.raw)
    wanted = [output for record in raw for output in expectation.of(record)]
    found: list[Output] = []
    for record in await read(settings, topics.deadletter):
        headers = {name: value.decode() for name, value in record.headers}
        place = (int(headers["source.partition"]), int(headers["source.offset"]))
        found.append(Output(("dead letter", *place), record.value or b""))
    for record in await read(settings, topics.enriched):
        enriched = decode_enriched(record.value)
        found.append(Output(("enriched", enriched.article_id, enriched.version), _plain(enriched, timings_ms={})))
    profiles: dict[bytes, ActorProfile] = {}
    statements = 0
    for record in await read(settings, topics.statements):
        event = decode_told(record.value)
        found.append(_told(event))
        at = AppliedPosition(topic=record.topic, partition=record.partition, offset=record.offset)
        if isinstance(event, Retraction):
            before = profiles.pop(record.key, None)  # none: it is told twice, or what it takes back was lost
            changed = None if before is None else apply_retraction(before, event, at)
        else:
            statements += 1
            changed = apply_statement(profiles.get(record.key), event, at)
        if changed is not None:
            profiles[record.key] = changed
    wanted += [Output(("profile", key), encode(p)) for key, p in profiles.items()]
    latest = {record.key: record.value for record in await read(settings, topics.actors)}
    found += [Output(("profile", key), encode(decode_profile(p))) for key, p in latest.items() if p is not None]
    wanted += [Output(("state", s.article_id), _state(s)) for s in expectation.states.values()]
    states = {record.key: decode_state(record.value) for record in await read(settings, topics.state)}
    found += [Output(("state", s.article_id), _state(s)) for s in states.values()]
    return _result(wanted, found, len(raw), statements)


def _state(state: ArticleState) -> bytes:
    return encode(msgspec.structs.replace(state, told_at=_WHEN))


def _result(wanted: list[Output], found: list[Output], articles: int, statements: int) -> Result:
    should, did = Counter(o.what for o in wanted), Counter(o.what for o in found)
    lost, twice = should - did, did - should
    contents = {o.what: o.content for o in wanted}
    other = [o for o in found if o.what in contents and contents[o.what] != o.content]
    examples = [f"lost {what}" for what in lost] + [f"twice {what}" for what in twice]
    examples += [f"other {o.what}\n  {contents[o.what].decode()[:700]}\n  {o.content.decode()[:700]}" for o in other]
    return Result(lost.total(), twice.total(), len(other), articles, statements, tuple(examples[:10]))
