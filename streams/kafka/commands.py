"""Kafka's own commands, as an operator types them where a message asks for one."""

from streams.kafka.security import bootstrap
from streams.settings import Settings


def reset_offsets(settings: Settings, group: str, topic: str, partition: int | None = None) -> str:
    """Lets a group read a topic, or one partition of it, from its beginning; nothing of the group may run then."""
    which = topic if partition is None else f"{topic}:{partition}"
    return (
        f"kafka-consumer-groups.sh --bootstrap-server {bootstrap(settings)} --group {group} --topic {which} "
        "--reset-offsets --to-earliest --execute"
    )


def set_cleanup_policy(settings: Settings, topic: str, policy: str) -> str:
    """Changes what a topic removes; the brackets hold a list together, the quotes keep the shell off them."""
    return (
        f"kafka-configs.sh --bootstrap-server {bootstrap(settings)} --alter --entity-type topics --entity-name {topic} "
        f"--add-config 'cleanup.policy=[{policy}]'"
    )
