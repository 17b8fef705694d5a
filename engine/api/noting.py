"""What was asked and answered, kept: gathered in memory, written in the background, never in anybody's way."""

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import ibis
import numpy as np
import pyarrow as pa

from engine.api.answering import Batch
from engine.api.background import Background
from engine.api.deployed import Answerer
from engine.serve.scorer import Scored
from storage.errors import StorageError
from storage.ids import ID_DIGITS, TIME_DIGITS
from storage.schema import Role
from storage.served import (
    AT,
    ID,
    KEY,
    MILLISECONDS,
    OURS,
    PREDICTION,
    PROBABILITIES,
    REVISION,
    ROLE,
    SCORE,
    PredictionLog,
)

WRITE_SECONDS = 2.0
WRITE_ROWS = 5_000
"""So many rows are written before their time."""
MOST_ROWS = 100_000
"""More are not held while the disk cannot keep up: the oldest go."""

log = logging.getLogger("canvasback.api")


@dataclass(frozen=True)
class Note:
    """What one version said of the requests of a batch."""

    batch: Batch
    by: Answerer
    role: Role
    rows: pa.Table
    scored: Scored
    milliseconds: Sequence[float]

    @classmethod
    def of(cls, batch: Batch) -> "Note":
        """What was answered."""
        return cls(batch, batch.by, "live", batch.rows, batch.scored, batch.milliseconds)

    @property
    def place(self) -> tuple[str, str, date]:
        """Endpoint, model version and day: such rows have the same columns, and are found by their ids."""
        return self.batch.live.endpoint_id, self.by.part.version_id, self.batch.at.date()

    def table(self) -> pa.Table:
        """The rows that are kept; fields that are masked are empty."""
        batch, rows, count = self.batch, self.rows, self.rows.num_rows
        masked = frozenset(batch.live.settings.masked)
        asked = {
            name: pa.nulls(count, column.type) if name in masked else column
            for name, column in zip(rows.column_names, rows.columns, strict=True)
        }
        chances, scores = self.scored.probabilities, self.scored.scores
        ours = {
            ID: batch.ids,
            AT: [batch.at.replace(tzinfo=None)] * count,
            ROLE: [self.role] * count,
            REVISION: [batch.live.revision] * count,
            PROBABILITIES: [None] * count if chances is None else chances.tolist(),
            SCORE: [None] * count if scores is None else scores,
            MILLISECONDS: np.repeat(self.milliseconds, batch.counts),
            KEY: np.repeat([one.key for one in batch.requests], batch.counts),
        }
        said = pa.array(self.scored.labels, ibis.dtype(self.by.scorer.model.target_type).to_pyarrow())
        columns = {name: pa.array(values).cast(OURS.field(name).type) for name, values in ours.items()}
        return pa.table({**asked, PREDICTION: said, **columns}).filter(_drawn(batch))


def _drawn(batch: Batch) -> pa.Array:
    """Which rows are kept, where not all are: whole requests, drawn by their ids, so that shadows' are the same."""
    share = batch.live.settings.log_share
    firsts = accumulate(batch.counts[:-1], initial=0)
    kept = [int(batch.ids[first][TIME_DIGITS:], 16) < share * 16 ** (ID_DIGITS - TIME_DIGITS) for first in firsts]
    return pa.array(np.repeat(kept, batch.counts))


class Noting:
    """Keeps predictions, as the settings of their endpoint say.

    Parameters
    ----------
    kept
        Where they are written.
    """

    def __init__(self, kept: PredictionLog) -> None:
        self._kept = kept
        self._notes: deque[Note] = deque()
        self._lock = threading.Lock()
        self._rows = 0
        self.dropped = 0
        """Predictions that are not kept, because the disk could not keep up."""
        self._writer = Background("prediction log", WRITE_SECONDS, self.write)

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()

    def stop(self) -> None:
        """Write what is left."""
        self._writer.stop()

    def note(self, note: Note) -> None:
        """Keep what a version said of a batch."""
        if not note.batch.live.settings.log:
            return
        with self._lock:
            self._add([note])
            is_much = self._rows >= WRITE_ROWS
        if is_much:
            self._writer.wake()

    def write(self) -> None:
        """Write what was gathered, one file for each version; what cannot be written waits for the next time."""
        with self._lock:
            notes, self._notes, self._rows = self._notes, deque[Note](), 0
        found: defaultdict[tuple[str, str, date], list[Note]] = defaultdict(list)
        for note in notes:
            found[note.place].append(note)
        for some in found.values():
            self._write(some)

    def _write(self, some: Sequence[Note]) -> None:
        endpoint_id, version_id, _ = some[0].place
        try:
            table = pa.concat_tables(note.table() for note in some)
            if table.num_rows:
                self._kept.append(endpoint_id, version_id, table, some[0].batch.at)
        except StorageError as error:
            log.warning("predictions of endpoint %s could not be kept yet: %s", endpoint_id, error.message)
            with self._lock:
                self._add(some, as_oldest=True)
        except pa.ArrowException:
            log.exception("predictions of endpoint %s cannot be kept", endpoint_id)
            with self._lock:
                self.dropped += sum(note.rows.num_rows for note in some)

    def _add(self, notes: Sequence[Note], *, as_oldest: bool = False) -> None:
        if as_oldest:
            self._notes.extendleft(reversed(notes))
        else:
            self._notes.extend(notes)
        self._rows += sum(note.rows.num_rows for note in notes)
        while self._rows > MOST_ROWS:
            oldest = self._notes.popleft().rows.num_rows
            self._rows -= oldest
            self.dropped += oldest
