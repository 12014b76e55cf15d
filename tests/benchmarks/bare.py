"""The yardstick of the pipeline: a Faust app that sends each article on as it came, and does nothing else.

    python -m tests.benchmarks.bare BOOTSTRAP GROUP SOURCE TARGET PARTITIONS FOLDER

Bytes in, bytes out, Faust's own settings, started by `tests.benchmarks.pipeline` in a process of its own.
"""

import sys
from typing import Any

import faust


def main() -> None:
    bootstrap, group, source, target, partitions, folder = sys.argv[1:]
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        consumer_auto_offset_reset="earliest",
        topic_partitions=int(partitions),
        topic_allow_declare=False,
        topic_disable_leader=True,
        reply_create_topic=False,
        store="memory://",
        datadir=folder,
        web_enabled=False,
    )
    raw: Any = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    incoming = app.topic(source, **raw)
    outgoing = app.topic(target, **raw)

    async def pass_on(stream: Any) -> None:
        async for key, value in stream.items():
            await outgoing.send(key=key, value=value)

    app.agent(incoming, name="pass_on")(pass_on)
    faust.Worker(app, loglevel="warning", quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
