"""Rows on their way in: their columns first, then their batches, and then all that was noticed."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from engine.findings import Finding
from engine.reading.left_out import LeftOut
from engine.reading.read_as import Rejected


class Batches(Protocol):
    """What is read once, batch by batch; `findings` and `rejected` are complete behind the last one."""

    @property
    def rejected_count(self) -> int:
        """How many lines could not be read so far."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """Of every batch."""
        ...

    @property
    def findings(self) -> Sequence[Finding]:
        """What was noticed so far."""
        ...

    @property
    def rejected(self) -> Sequence[Rejected]:
        """Lines that could not be read; the first thousand."""
        ...

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """The rows, once."""
        ...


@dataclass(frozen=True)
class Incoming:
    """Rows that are to become a version of a dataset.

    Parameters
    ----------
    told
        Where they come from, in the words of the dataset's page.
    read_as
        How they are read, as a JSON document.
    bytes
        How much there is to read, for the progress; None where nobody knows.
    rows
        How many rows are expected, where the source says so.
    noticed
        Findings from before the first row.
    left_out
        Every line that could not be read, in a file: complete behind the last batch.
    """

    reading: Batches
    told: dict[str, Any]
    read_as: dict[str, Any] = field(default_factory=dict)
    bytes: int | None = None
    rows: int | None = None
    noticed: Sequence[Finding] = ()
    left_out: LeftOut | None = None

    @property
    def findings(self) -> list[Finding]:
        """All that was noticed, once each."""
        every = [*self.noticed, *self.reading.findings]
        return list({(one.code, one.column, one.message): one for one in every}.values())
