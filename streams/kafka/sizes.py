"""How large the records are that each topic takes."""

from collections.abc import Mapping

from streams.kafka.topics import describe
from streams.settings import Settings

_FRAMING_BYTES = 1024  # what Kafka puts around a record's key, value and headers


async def largest_records(settings: Settings) -> Mapping[str, int]:
    """Bytes of key, value and headers together, by topic: as the cluster has it, or as declared where it does not tell.

    A cluster may allow less than is declared; what is larger must be known before an article's outputs are sent.

    Raises:
        BrokerUnreachable: no broker answered.
    """
    key = "max.message.bytes"
    declared = {s.topic.name: (int(s.topic.config[key]), s.config.get(key, "")) for s in await describe(settings)}
    return {
        name: min(most, int(found) if found.isdecimal() else most) - _FRAMING_BYTES
        for name, (most, found) in declared.items()
    }
