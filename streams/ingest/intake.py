"""What becomes of each thing that a source gives: it leaves, waits, stays, or is told to be unreadable.

In this order: unreadable -> dead letter; seen already -> nothing; withheld -> noted, and what left before taken back;
embargoed -> kept until its time; else sent, and noted once Kafka has it.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from schemas import Article, DeadLetterHeaders
from schemas.codec import InvalidPayload, encode
from streams.delivery.records import Record, as_headers
from streams.delivery.replay import INGEST
from streams.ingest.draft import Item, Rejected, fingerprint
from streams.ingest.duplicates import Duplicates
from streams.ingest.identity import digest, shown
from streams.ingest.publisher import Publisher, TooLarge
from streams.ingest.state import Known, State, Waiting
from streams.kafka.topics import MAX_MESSAGE_BYTES
from streams.observability import metrics

logger = logging.getLogger("qawl.ingest")

Outcome = Literal["accepted", "duplicate", "outdated", "embargoed", "withheld", "rejected"]
_OUTSIDE = -1  # in place of a partition: it was not read from Kafka
_MESSAGE_CHARS = 1000
_MOST_BYTES = MAX_MESSAGE_BYTES - 64 * 1024  # what is longer is cut: the topic takes no larger record
_RELEASE_SECONDS = 1.0


class Intake:
    """One for each process: `await intake.take(items)` returns when all of them are safe.

    `source` is the kind of source, a metric's label.
    """

    def __init__(self, source: str, publisher: Publisher, state: State, duplicates: Duplicates | None) -> None:
        self._source, self._publisher, self._state, self._duplicates = source, publisher, state, duplicates
        self._in_hand: dict[str, tuple[Known, asyncio.Future[Outcome]]] = {}
        self._rejecting: dict[str, asyncio.Future[None]] = {}
        self._order = asyncio.Lock()  # between looking whether an article is known and having it in hand, nobody else
        metrics.ingest_waiting.set(state.count_waiting())

    @property
    def in_hand(self) -> int:
        """Articles that are sent and not acknowledged yet."""
        return len(self._in_hand)

    async def take(self, items: Iterable[Item]) -> list[Outcome]:
        """The outcome of each, once it is safe: acknowledged by Kafka, or kept.

        Raises:
            KafkaError: the brokers refuse for good; nothing is noted that they do not have.
        """
        begun: list[asyncio.Future[Outcome]] = []
        try:
            for item in items:
                async with self._order:
                    begun.append(await self._begin(item))
            # Whoever is told to stop meanwhile leaves the acknowledgements to `settled`.
            outcomes = [await asyncio.shield(outcome) for outcome in begun]
        except Exception:
            await asyncio.gather(*begun, return_exceptions=True)  # so that no error is left unheard
            raise
        for outcome in outcomes:
            metrics.ingest_articles.labels(self._source, outcome).inc()
        metrics.ingest_waiting.set(self._state.count_waiting())
        metrics.ingest_last_success.labels(self._source).set_to_current_time()
        return outcomes

    async def settled(self, seconds: float) -> None:
        """Wait until all that was sent is acknowledged and noted, but not for ever."""
        sent: list[asyncio.Future[Any]] = [*(future for _, future in self._in_hand.values()), *self._rejecting.values()]
        if sent:
            await asyncio.wait(sent, timeout=seconds)

    def failed(self, error: str, message: str, origin: str) -> None:
        """Tell that a source could not be read, which is no fault of an article."""
        metrics.ingest_errors.labels(self._source, error).inc()
        logger.warning("%s: %s", origin, message[:_MESSAGE_CHARS], extra={"stage": INGEST, "error": error})

    async def release(self) -> int:
        """Send the embargoed articles whose time has come; how many."""
        due = self._state.due(time.time())
        for waiting in due:
            article = waiting.article
            known = self._state.known(article.article_id)
            if known is None or known.version < article.version:
                item = Item(f"embargoed article {article.article_id!r}", encode(article))
                outcome = await (await self._handed_over(item, article, Known(article.version, waiting.digest)))
                metrics.ingest_articles.labels(waiting.source, outcome).inc()
            self._state.release(article.article_id, article.version)
        metrics.ingest_waiting.set(self._state.count_waiting())
        return len(due)

    async def release_for_ever(self) -> None:
        """Look every second whether the time of an embargoed article has come."""
        while True:
            await self.release()
            await asyncio.sleep(_RELEASE_SECONDS)

    async def _begin(self, item: Item) -> "asyncio.Future[Outcome]":
        if item.article is None:
            return await self._reject(item, item.rejected or _unknown())
        article, said = item.article, item.fingerprint or fingerprint(item.article)
        known, in_hand = self._known(article.article_id)
        if known is not None:
            changed = not item.versioned and said != known.digest
            if changed and self._is_another_view(item, article, said):
                return asyncio.ensure_future(_after(in_hand, "duplicate"))
            if changed:
                article = msgspec.structs.replace(article, version=known.version + 1)
            elif not item.versioned or (
                article.version == known.version and (article.status == "usable" or said == known.digest)
            ):
                # The other one may fail: this one is told to be safe only when that one is.
                self._shown_before(item, article, said)
                return asyncio.ensure_future(_after(in_hand, "duplicate"))
            elif article.version < known.version:
                return asyncio.ensure_future(_after(in_hand, "outdated"))
        mark = Known(article.version, said)
        never_left = in_hand is None and self._state.known(article.article_id) is None
        if article.status == "canceled" and known is not None and never_left:  # nor does a word of it now
            article = Article(article_id=article.article_id, version=article.version, status="canceled")
        if article.status == "withheld":
            self._state.release(article.article_id, article.version)
            if never_left:
                self._state.note(article.article_id, mark)
                return _done("withheld")
            # An earlier version may have left: that is taken back by a notice without a word of the new one.
            notice = Article(article_id=article.article_id, version=article.version, status="withheld")
            return asyncio.ensure_future(_after(await self._send(notice, mark), "withheld"))
        if article.status == "usable" and article.embargoed_until is not None:
            due = article.embargoed_until.timestamp()
            if due > time.time():
                self._state.wait(Waiting(article, said, due, self._source))
                return _done("embargoed")
        self._state.release(article.article_id, article.version)
        return await self._handed_over(item, article, mark)

    def _is_another_view(self, item: Item, article: Article, said: str) -> bool:
        """Whether a feed shows a known article in its own way, as that of a section does, and did not change it."""
        return item.feed is not None and self._shown_before(item, article, said) in (None, said)

    def _shown_before(self, item: Item, article: Article, said: str) -> str | None:
        """What its feed showed of an article before; what it shows for the first time is noted."""
        if item.feed is None:
            return None
        before = self._state.shown(article.article_id, item.feed)
        if before is None:
            self._state.show(article.article_id, item.feed, said)
        return before

    def _known(self, article_id: str) -> "tuple[Known | None, asyncio.Future[Outcome] | None]":
        if article_id in self._in_hand:
            return self._in_hand[article_id]
        found = [k for k in (self._state.known(article_id), self._state.waiting(article_id)) if k is not None]
        return (max(found) if found else None), None

    async def _send(self, article: Article, mark: Known, feed: str | None = None) -> "asyncio.Future[Outcome]":
        if self._duplicates is not None and article.duplicate_of is None and article.status == "usable":
            original = self._duplicates.original(article)
            if original is not None:
                article = msgspec.structs.replace(article, duplicate_of=original)
                metrics.ingest_near_duplicates.labels(self._source).inc()
        acknowledged = await self._publisher.send(self._publisher.article(article))
        sent = asyncio.ensure_future(self._noted(article, mark, acknowledged, feed))
        self._in_hand[article.article_id] = (mark, sent)
        return sent

    async def _handed_over(self, item: Item, article: Article, mark: Known) -> "asyncio.Future[Outcome]":
        """Send an article, or its dead letter where the brokers do not take it: it must not be tried for ever."""
        try:
            sent = await self._send(article, mark, item.feed)
        except TooLarge as e:
            return await self._reject(item, _too_large(e))
        return asyncio.ensure_future(self._sent_or_rejected(item, sent))

    async def _sent_or_rejected(self, item: Item, sent: "asyncio.Future[Outcome]") -> Outcome:
        try:
            return await sent
        except TooLarge as e:
            return await (await self._reject(item, _too_large(e)))

    async def _noted(
        self, article: Article, mark: Known, acknowledged: "asyncio.Future[None]", feed: str | None
    ) -> Outcome:
        try:
            await acknowledged
            self._state.note(article.article_id, mark)
            if feed is not None:
                self._state.show(article.article_id, feed, mark.digest)
            if article.published_at is not None:
                lag = max(0.0, time.time() - article.published_at.timestamp())
                metrics.ingest_lag_seconds.labels(self._source).set(lag)
            return "accepted"
        finally:
            if self._in_hand.get(article.article_id, (None,))[0] == mark:
                del self._in_hand[article.article_id]

    async def _reject(self, item: Item, why: InvalidPayload) -> "asyncio.Future[Outcome]":
        metrics.ingest_errors.labels(self._source, why.error).inc()
        origin = shown(item.origin)
        mark = digest(item.raw + f"\n{origin}\n{why.error}".encode())
        if self._state.is_rejected(mark):
            return _done("rejected")
        if mark not in self._rejecting:
            message = f"{origin}: {why}"[:_MESSAGE_CHARS]
            acknowledged = await self._publisher.send(self._dead_letter(item, why.error, message))
            self._rejecting[mark] = asyncio.ensure_future(self._rejected(mark, why.error, message, acknowledged))
        return asyncio.ensure_future(_after(self._rejecting[mark], "rejected"))

    async def _rejected(self, mark: str, error: str, message: str, acknowledged: "asyncio.Future[None]") -> None:
        """Note and tell a dead letter, once it is one: noted before, it would be none for ever if this process died."""
        try:
            await acknowledged
            self._state.note_rejection(mark)
            metrics.deadletters.labels(INGEST, error).inc()
            logger.warning(
                "what was read went to %s: %s",
                self._publisher.topics.deadletter.name,
                message,
                extra={"stage": INGEST, "error": error},
            )
        finally:
            self._rejecting.pop(mark, None)

    def _dead_letter(self, item: Item, error: str, message: str) -> Record:
        """Its `source.topic` is where a repaired article belongs, so that `qawl deadletters replay` sends it there."""
        topics = self._publisher.topics
        headers = DeadLetterHeaders(
            error_type=error,
            error_message=message,
            error_stage=INGEST,
            source_topic=topics.raw.name,
            source_partition=_OUTSIDE,
            source_offset=item.line,
            failed_at=datetime.now(UTC),
        )
        return Record(topics.deadletter.name, None, item.raw[:_MOST_BYTES], as_headers(headers))


def summary(outcomes: Mapping[Outcome, int]) -> str:
    """How many had which outcome, for people.

    >>> summary({"accepted": 2, "rejected": 1}), summary({})
    ('3 items: 2 accepted, 1 rejected', '0 items')
    """
    told, count = ", ".join(f"{n} {name}" for name, n in outcomes.items()), sum(outcomes.values())
    return f"{count} item{'' if count == 1 else 's'}" + (f": {told}" if told else "")


async def _after(other: "asyncio.Future[Outcome] | asyncio.Future[None] | None", outcome: Outcome) -> Outcome:
    if other is not None:
        await asyncio.shield(other)
    return outcome


def _done(outcome: Outcome) -> "asyncio.Future[Outcome]":
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    done.set_result(outcome)
    return done


def _too_large(error: TooLarge) -> InvalidPayload:
    return Rejected(error="too_large", field="$", expected=f"expected less: {error}")


def _unknown() -> InvalidPayload:
    return Rejected(error="invalid_field", field="$", expected="expected an article")
