"""One call of a scorer for several requests, of which each gets its own answer or its own refusal."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, chain, pairwise, repeat
from typing import Any

import pyarrow as pa

from engine.api.deployed import Answerer, Live
from engine.errors import InvalidRecord
from engine.serve.records import Mistake, Reading, join, read_as_usual, read_one_by_one
from engine.serve.scorer import Scored
from storage.ids import new_ids

log = logging.getLogger("canvasback.api")


@dataclass(frozen=True)
class Asked:
    """One request on its way to a model.

    Parameters
    ----------
    since
        When it began, by `time.perf_counter`.
    """

    records: Sequence[Any]
    key: str
    since: float


@dataclass(frozen=True)
class Batch:
    """Requests that one call of a scorer has answered.

    Parameters
    ----------
    rows, scored, ids
        Of all requests, one after the other.
    milliseconds
        What each request took, from its records to its answer.
    waiting
        How many requests waited when the batch began, those in it included.
    """

    live: Live
    by: Answerer
    requests: Sequence[Asked]
    rows: pa.Table
    scored: Scored
    ids: Sequence[str]
    milliseconds: Sequence[float]
    waiting: int
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def counts(self) -> list[int]:
        """Records of each request."""
        return [len(one.records) for one in self.requests]


@dataclass(frozen=True)
class Share:
    """One request's part of a batch."""

    batch: Batch
    start: int
    count: int
    warnings: Sequence[Mistake] = ()

    @property
    def rows(self) -> pa.Table:
        """Its records as the model read them."""
        return self.batch.rows.slice(self.start, self.count)

    @property
    def scored(self) -> Scored:
        """What the model said of them."""
        return self.batch.scored.part(self.start, self.count)

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the predictions."""
        return self.batch.ids[self.start : self.start + self.count]


Told = Share | Exception
"""What becomes of a request: an answer, or what it is refused with."""


class Turn:
    """One turn of a version to answer.

    Parameters
    ----------
    waiting
        How many requests wait, those that are answered in this turn included.
    """

    def __init__(self, live: Live, by: Answerer, waiting: int) -> None:
        self._live = live
        self._by = by
        self._waiting = waiting

    def answer(self, requests: Sequence[Asked]) -> list[Told]:
        """What becomes of each request, in order.

        Their records are checked all at once, which is quick where nothing is wrong; else request by request.
        """
        whole = read_as_usual([*chain.from_iterable(one.records for one in requests)], self._by.scorer.fields)
        told = self._together(requests, [whole]) if whole else None
        return self._carefully(requests) if told is None else told

    def _carefully(self, requests: Sequence[Asked]) -> list[Told]:
        read = [self._read(one) for one in requests]
        good = [(one, reading) for one, reading in zip(requests, read, strict=True) if isinstance(reading, Reading)]
        told = self._together([one for one, _ in good], [reading for _, reading in good]) if len(good) > 1 else None
        answers = iter([self._alone(*one) for one in good] if told is None else told)
        return [next(answers) if isinstance(reading, Reading) else reading for reading in read]

    def _read(self, asked: Asked) -> Reading | InvalidRecord:
        try:
            return read_one_by_one(asked.records, self._by.scorer.fields, strict=self._live.settings.strict)
        except InvalidRecord as error:
            return error

    def _together(self, requests: Sequence[Asked], readings: Sequence[Reading]) -> list[Told] | None:
        """The answers of requests that go through the model as one table; None where it takes them only apart."""
        try:
            return self._shares(requests, readings, self._by.scorer.attempt)
        except Exception as error:  # noqa: BLE001  whichever of them is to blame will be told
            kind = type(error).__name__
            log.info("endpoint %s: %d requests are answered apart: %s", self._live.endpoint, len(requests), kind)
            return None

    def _alone(self, asked: Asked, reading: Reading) -> Told:
        try:
            return self._shares([asked], [reading], self._by.scorer.score)[0]
        except Exception as error:  # noqa: BLE001  raised again where its request is answered
            return error

    def _shares(
        self, requests: Sequence[Asked], readings: Sequence[Reading], score: Callable[[pa.Table], Scored]
    ) -> list[Told]:
        rows = join(readings, self._by.scorer.fields)
        scored, now = score(rows), time.perf_counter()
        took = [(now - one.since) * 1_000 for one in requests]
        batch = Batch(self._live, self._by, requests, rows, scored, new_ids(rows.num_rows), took, self._waiting)
        ends = pairwise(accumulate(batch.counts, initial=0))
        warnings = [one.warnings for one in readings] if len(readings) == len(requests) else repeat(())
        return [Share(batch, start, end - start, told) for (start, end), told in zip(ends, warnings, strict=False)]
