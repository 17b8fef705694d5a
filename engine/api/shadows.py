"""Versions that listen: asked in the background what others have answered, and never in anybody's way."""

import logging
import queue
import threading
import time
from collections.abc import Sequence

import pyarrow as pa

from engine.api.answering import Batch
from engine.api.deployed import Answerer
from engine.api.noting import Note, Noting
from engine.serve.fields import Field

MOST_WAITING = 64
"""So many batches wait at most; those of a busier time are not asked."""

log = logging.getLogger("canvasback.api")


class Shadows:
    """Asks the shadows of an endpoint and keeps what they say, under the ids of the predictions that were heard."""

    def __init__(self, noting: Noting) -> None:
        self._noting = noting
        self._waiting: queue.Queue[Batch | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="shadows", daemon=True)
        self._is_ended = False
        self.dropped = 0
        """Predictions that a shadow was not asked for, because there was more to do."""
        self.failed = 0
        """Predictions that a shadow could not make."""

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more; what still waits is dropped."""
        self._is_ended = True
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def ask(self, batch: Batch) -> None:
        """Let the shadows hear what was asked, when they have time."""
        if not batch.live.shadows:
            return
        try:
            self._waiting.put_nowait(batch)
        except queue.Full:
            self.dropped += batch.rows.num_rows * len(batch.live.shadows)

    def _run(self) -> None:
        while (batch := self._waiting.get()) is not None:
            for shadow in batch.live.shadows:
                if self._is_ended:
                    self.dropped += batch.rows.num_rows
                else:
                    self._ask(shadow, batch)

    def _ask(self, shadow: Answerer, batch: Batch) -> None:
        began = time.perf_counter()
        try:
            rows = as_fields(batch.rows, shadow.scorer.fields)
            scored = shadow.scorer.attempt(rows)
        except Exception as error:  # noqa: BLE001  nobody waits for it, and the next batch may go well
            self.failed += batch.rows.num_rows
            told = f"{shadow.part.model} v{shadow.part.version}"
            log.warning("%s cannot shadow endpoint %s: %s", told, batch.live.endpoint, type(error).__name__)
            return
        took = [(time.perf_counter() - began) * 1_000] * len(batch.requests)
        self._noting.note(Note(batch, shadow, "shadow", rows, scored, took))


def as_fields(rows: pa.Table, fields: Sequence[Field]) -> pa.Table:
    """Rows that one version was asked, as another one reads them; what may be missing is missing.

    Raises
    ------
    KeyError, pyarrow.ArrowInvalid
        Where a field is not there, or has values of another type.
    """
    missing = {field.name for field in fields if field.nullable} - {*rows.column_names}
    return pa.table(
        {
            field.name: pa.nulls(rows.num_rows, field.arrow)
            if field.name in missing
            else rows.column(field.name).cast(field.arrow)
            for field in fields
        }
    )
