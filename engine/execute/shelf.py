"""Tables that may soon be asked for again, in memory."""

import threading
from collections import OrderedDict
from collections.abc import Mapping

import pyarrow as pa

Tables = Mapping[str, pa.Table]
"""The outputs of one node, by port."""


class Shelf:
    """Results by fingerprint; what was not asked for the longest goes first.

    Parameters
    ----------
    most_bytes
        Of all tables together. One result that is larger than that is not kept at all.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, Tables] = OrderedDict()
        self._size = 0
        self._changing = threading.Lock()

    def get(self, fingerprint: str) -> Tables | None:
        """What was put here under this name, if it is still there."""
        with self._changing:
            found = self._kept.get(fingerprint)
            if found is not None:
                self._kept.move_to_end(fingerprint)
            return found

    def put(self, fingerprint: str, tables: Tables) -> None:
        """Keep a result, and let go of others to make room."""
        with self._changing:
            if fingerprint in self._kept or _size(tables) > self._most:
                return
            self._kept[fingerprint] = tables
            self._size += _size(tables)
            while self._size > self._most:
                self._size -= _size(self._kept.popitem(last=False)[1])

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._kept


def _size(tables: Tables) -> int:
    return sum(table.nbytes for table in tables.values())
