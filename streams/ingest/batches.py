"""Items of a blocking reader as they come: a silent pipe holds nothing back, a file goes through in large parts."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

T = TypeVar("T")
_MOST = 500


async def batches(items: Iterator[T]) -> AsyncIterator[list[T]]:
    """What is there now, at least one item and at most 500, again and again to the end.

    A thread of its own reads, which does not keep the process from ending where nothing more comes.

    Raises:
        Exception: what reading raised, after all that came before.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[T] | Exception | None] = asyncio.Queue(_MOST)

    def put(one: tuple[T] | Exception | None) -> None:
        putting = queue.put(one)
        try:
            asyncio.run_coroutine_threadsafe(putting, loop).result()  # waits while the queue is full
        except RuntimeError:  # the loop has ended, and with it whoever wanted the items
            putting.close()
            raise

    def read() -> None:
        try:
            for one in items:
                put((one,))
        except RuntimeError:
            return
        except Exception as e:  # told where it can be handled
            put(e)
        else:
            put(None)

    threading.Thread(target=read, daemon=True).start()
    one = await queue.get()
    while isinstance(one, tuple):
        batch = [one[0]]
        while not queue.empty() and isinstance(one := queue.get_nowait(), tuple):
            batch.append(one[0])
        yield batch
        if isinstance(one, tuple):
            one = await queue.get()
    if one is not None:
        raise one
