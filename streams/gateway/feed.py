"""The statements as they come, from one consumer of all partitions to all clients of this copy of the gateway."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.codec import InvalidPayload, decode_told
from streams.gateway import metrics
from streams.gateway.positions import Positions, reaches
from streams.gateway.reading import known_end, partitions_of, reader
from streams.gateway.selection import Selection
from streams.gateway.subscription import Subscription, Told
from streams.kafka.topics import declared
from streams.observability.logs import position
from streams.settings import Settings

logger = logging.getLogger("qawl.gateway.feed")

_MOST_KEPT, _MOST_KEPT_BYTES = 20_000, 64 << 20  # statements in memory, for clients that come back
_FETCH_MS = 200
_LEAST_REST = 0.02  # seconds; what comes meanwhile is written to a client at once
_RETRY_SECONDS = 1.0
_ASK_SECONDS, _ANSWER_SECONDS = 5.0, 10.0  # a fetch from a broker that is gone finds nothing, for ever, and no fault


class Feed:
    """Reads from near the end of the topic on, keeps the last statements, and gives each to all who want it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = declared(settings).statements.name
        self._kept: deque[Told] = deque()
        self._kept_bytes = 0
        self._kept_from: Positions = {}  # what is kept begins here
        self._subscriptions: set[Subscription] = set()
        self.positions: Positions = {}  # empty until the first answer of the broker
        self.broker_answers = False
        self.started = asyncio.Event()

    @property
    def partitions(self) -> int:
        """How many the topic has; 0 before the feed has started."""
        return len(self.positions)

    def holds(self, after: Mapping[int, int]) -> bool:
        """Whether all that comes behind these positions is in memory or yet to be read, for sure."""
        return reaches(after, self._kept_from) and reaches(self.positions, after)

    def subscribe(self, selection: Selection, after: Mapping[int, int] | None) -> Subscription | None:
        """A client that has everything before `after` (None: that begins with what comes next) and nothing behind it.

        None where the client is too far back for what is kept: it must read from Kafka first.
        """
        if after is not None and not reaches(after, self._kept_from):
            return None
        ahead = None if after is None or (not self._kept and reaches(self.positions, after)) else dict(after)
        subscription = Subscription(selection, self._settings.gateway_client_bytes, ahead)
        if ahead is not None:
            for told in self._kept:
                _give_one(subscription, told)
            subscription.settle(self.positions)
            if subscription.too_slow:
                return None  # more than a client may have waiting: it reads at its own pace, and would never get on
        self._subscriptions.add(subscription)
        metrics.clients.set(len(self._subscriptions))
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """It gets nothing more."""
        self._subscriptions.discard(subscription)
        metrics.clients.set(len(self._subscriptions))

    def end(self, reason: str) -> None:
        """Let all clients go: "stopping" or "reset"."""
        for subscription in self._subscriptions:
            subscription.end(reason)

    async def run(self) -> None:
        """Until cancelled; over failures of the broker."""
        beat = asyncio.create_task(self._beat())
        try:
            while True:
                try:
                    await self._read()
                except (KafkaError, OSError, TimeoutError) as e:
                    self._broker(False)
                    logger.warning("the broker does not answer, trying again: %s", str(e) or type(e).__name__)
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            beat.cancel()

    async def _read(self) -> None:
        async with reader(self._settings) as consumer:
            tps = await partitions_of(consumer, self._topic)
            consumer.assign(tps)
            await self._begin(consumer, tps)
            self._broker(True)
            asked = time.monotonic()
            while True:
                began = time.monotonic()
                if began > asked + _ASK_SECONDS:
                    await asyncio.wait_for(consumer.end_offsets(tps), _ANSWER_SECONDS)
                    asked = time.monotonic()
                batches: dict[TopicPartition, list[Any]] = await consumer.getmany(timeout_ms=_FETCH_MS)
                if batches:
                    self._take(batches)
                    # At most half of the time goes into giving: with more clients, more statements go at once.
                    took = time.monotonic() - began
                    await asyncio.sleep(max(_LEAST_REST, min(took, _FETCH_MS / 1000)))
                await self._look(consumer, tps)

    async def _begin(self, consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]) -> None:
        begins, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        known = [self.positions.get(tp.partition, -1) for tp in tps]
        if not all(begins[tp] <= at <= ends[tp] for tp, at in zip(tps, known, strict=True)):
            if self.positions:  # clients come back at once, and are told what they missed
                logger.error("%s was made anew, or has lost what was not read yet: beginning again", self._topic)
                self.end("reset")
            self.positions = {tp.partition: max(begins[tp], ends[tp] - _MOST_KEPT // len(tps)) for tp in tps}
            self._kept.clear()
            self._kept_bytes, self._kept_from = 0, dict(self.positions)
        for tp in tps:
            consumer.seek(tp, self.positions[tp.partition])

    async def _look(self, consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]) -> None:
        """Positions also pass markers of transactions; once the end is reached the feed has started."""
        behind = False
        for tp in tps:
            self.positions[tp.partition] = await consumer.position(tp)
            end = known_end(consumer, tp)
            behind |= end is None or self.positions[tp.partition] < end
        if not behind:
            self.started.set()

    def _take(self, batches: Mapping[TopicPartition, Sequence[Any]]) -> None:
        now, fresh = time.time(), []
        for tp, records in batches.items():
            for record in records:
                self.positions[tp.partition] = record.offset + 1
                try:
                    event = decode_told(record.value)
                except InvalidPayload as e:
                    metrics.read.labels(tp.topic, "invalid").inc()
                    logger.error("passed over: %s", e, extra=position(tp.topic, tp.partition, record.offset))
                    continue
                fresh.append(Told.of(event, record.value, tp.partition, record.offset, dict(self.positions)))
                metrics.delay_seconds.observe(max(0.0, now - record.timestamp / 1000))
        if fresh:
            metrics.read.labels(self._topic, "taken").inc(len(fresh))
            self._keep(fresh)
            self._give(fresh)

    def _keep(self, fresh: Sequence[Told]) -> None:
        self._kept.extend(fresh)
        self._kept_bytes += sum(len(told.frame) for told in fresh)
        while len(self._kept) > _MOST_KEPT or self._kept_bytes > _MOST_KEPT_BYTES:
            oldest = self._kept.popleft()
            self._kept_bytes -= len(oldest.frame)
            self._kept_from[oldest.partition] = oldest.offset + 1

    def _give(self, fresh: Sequence[Told]) -> None:
        chunks: dict[Selection, tuple[bytes, int]] = {}
        for subscription in self._subscriptions:
            if not subscription.shares:
                for told in fresh:
                    _give_one(subscription, told)
                continue
            selection = subscription.selection
            if selection not in chunks:  # most clients want the same: everything, or one of a few filters
                frames = [told.frame for told in fresh if selection.takes(told.event)]
                chunks[selection] = b"".join(frames), len(frames)
            chunk, count = chunks[selection]
            if count:
                subscription.put(chunk)
                metrics.events.inc(count)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._settings.gateway_heartbeat_seconds)
            for subscription in self._subscriptions:
                subscription.progress(self.positions)

    def _broker(self, answers: bool) -> None:
        self.broker_answers = answers
        metrics.broker_up.set(answers)


def _give_one(subscription: Subscription, told: Told) -> None:
    if not subscription.shares:
        given = subscription.catch_up(told)
    elif given := subscription.selection.takes(told.event):
        subscription.put(told.frame)
    if given:
        metrics.events.inc()
