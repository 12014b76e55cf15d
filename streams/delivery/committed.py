"""The group's offset of a partition, as it is once no transaction can change it any more.

aiokafka's own request is of a version whose answer tells an error of the whole group (its coordinator is still loading
after a broker's restart, say) beside the partitions; aiokafka does not look there and takes the empty list for "never
committed" (0.14, `GroupCoordinator._do_fetch_commit_offsets`): the partition would be read from its beginning. It also
cannot ask for stable offsets (KIP-447): Kafka answers a commit before the offset in it can be read.
"""

import asyncio
from typing import Any

from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    for_code,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.commit import OffsetFetchRequest_v3
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)
from aiokafka.structs import TopicPartition

from streams.delivery.transactions import Committed

_UNSTABLE = 88  # UNSTABLE_OFFSET_COMMIT: a transaction is about to change the offset
_PAUSE_SECONDS = 0.05
# What an answer says of a partition, by version.
_FIELDS = {
    3: ("partition", "offset", "metadata", "error_code"),
    7: ("partition", "offset", "leader_epoch", "metadata", "error_code", "tags"),
}


class OffsetFetchResponse_v7(Response):  # type: ignore[misc]
    """Of Kafka 2.5 and newer."""

    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", CompactString("utf-8")),
                        ("error_code", Int16),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("error_code", Int16),
        ("tags", TaggedFields),
    )


class OffsetFetchRequest_v7(RequestStruct):  # type: ignore[misc]
    """With `require_stable`."""

    API_KEY = 9
    API_VERSION = 7
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = OffsetFetchResponse_v7
    SCHEMA = Schema(
        ("consumer_group", CompactString("utf-8")),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                ("partitions", CompactArray(Int32)),
                ("tags", TaggedFields),
            ),
        ),
        ("require_stable", Boolean),
        ("tags", TaggedFields),
    )


class StableOffsetFetch(Request[OffsetFetchRequest_v3 | OffsetFetchRequest_v7]):  # type: ignore[misc]
    """Version 7, or 3 where a broker has no other."""

    API_KEY = 9

    def __init__(self, group: str, tp: TopicPartition) -> None:
        self._group, self._tp = group, tp

    def build(self, request_struct_class: Any) -> Any:
        """The request in the version that was agreed on."""
        if request_struct_class is OffsetFetchRequest_v7:
            return OffsetFetchRequest_v7(self._group, [(self._tp.topic, [self._tp.partition], {})], True, {})
        return OffsetFetchRequest_v3(self._group, [(self._tp.topic, [self._tp.partition])])


async def committed(coordinator: Any, tp: TopicPartition) -> Committed:
    """Ask a consumer's group coordinator; waits while it is loading, and while a transaction is being ended.

    Raises:
        KafkaError: anything else is wrong.
    """
    while True:
        await coordinator.ensure_coordinator_known()
        answer = await coordinator._send_req(StableOffsetFetch(coordinator.group_id, tp))
        rows = [dict(zip(_FIELDS[answer.API_VERSION], p, strict=True)) for t in answer.topics or () for p in t[1]]
        code = next((code for code in (answer.error_code, *(row["error_code"] for row in rows)) if code), 0)
        error: Any = for_code(code)
        if not code and rows:
            row = rows[0]
            return Committed(row["offset"], row["metadata"] or "") if row["offset"] >= 0 else Committed(None, "")
        if error in (NotCoordinatorForGroupError, GroupCoordinatorNotAvailableError):
            coordinator.coordinator_dead()
        elif not code or (error is not GroupLoadInProgressError and code != _UNSTABLE):
            error = error if code else KafkaError
            raise error(f"the broker does not say what is committed of {tp.topic}/{tp.partition}")
        await asyncio.sleep(_PAUSE_SECONDS)
