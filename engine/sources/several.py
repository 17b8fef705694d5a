"""Several files that hold parts of one table, read one after the other."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.errors import DataError
from engine.findings import Finding
from engine.reading import detect, read
from engine.reading.read_as import Rejected
from engine.reading.reading import Reading


class Parts:
    """The rows of all parts; they must have the same columns."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings
        self.rejected_count = 0
        self.schema: pa.Schema = readings[0].schema
        for number, other in enumerate(readings[1:], start=2):
            if other.schema != self.schema:
                raise DataError(
                    f"File {number} has other columns than the first: {_differences(self.schema, other.schema)}.",
                    hint="Import them apart, or impose the types of the columns that differ.",
                )

    @property
    def rejected(self) -> list[Rejected]:
        """The first of them."""
        return [line for one in self._readings for line in one.rejected]

    @property
    def findings(self) -> list[Finding]:
        """What was noticed in each."""
        return [finding for one in self._readings for finding in one.findings]

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """The rows, once, in the order of the files."""
        for one in self._readings:
            yield from one.batches()
            self.rejected_count += one.rejected_count


@contextmanager
def open_parts(
    paths: Sequence[Path], overrides: Mapping[str, Any] | None = None
) -> Iterator[tuple[Parts, dict[str, Any], list[Finding]]]:
    """The parts, how the first is read, and what was noticed before the first row.

    Raises
    ------
    UnreadableFile, DataError
    """
    noticed: list[Finding] = []
    with ExitStack() as opened:
        readings = []
        for path in paths:
            how, found = detect(path, overrides)
            noticed += found
            readings.append(opened.enter_context(read(path, how)))
        yield Parts(readings), readings[0].read_as.model_dump(mode="json"), noticed


def _differences(first: pa.Schema, other: pa.Schema) -> str:
    was, now = ({field.name: str(field.type) for field in schema} for schema in (first, other))
    found = [f"{name} is {now.get(name, 'missing')}" for name in was if now.get(name) != was[name]]
    found += [f"{name} is new" for name in now if name not in was]
    return ", ".join(found[:5]) or "their order differs"
