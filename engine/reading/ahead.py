"""Reading goes on while what was read is being worked with."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
MOST = 4
_END = object()


def ahead(items: Generator[T, None, None], most: int = MOST) -> Iterator[T]:
    """The same items in the same order, made by another thread, so many in advance; their errors come through."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        coming = deque(thread.submit(next, items, _END) for _ in range(most))
        try:
            while (item := coming.popleft().result()) is not _END:
                coming.append(thread.submit(next, items, _END))
                yield item  # type: ignore[misc]  # the end is no item
        finally:
            for future in coming:
                future.cancel()
            thread.submit(items.close)
