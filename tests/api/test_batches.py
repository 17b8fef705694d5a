"""Requests that arrive together are answered by one call of the model, and each gets its own answer."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pyarrow as pa
import pytest

from engine.api.answering import Asked, Batch, Share, Turn
from engine.api.batching import Batching
from engine.api.deployed import Deployed, Live
from engine.errors import InvalidRecord
from engine.serve.scorer import Scored, Scorer
from tests.homes import Published

Kind = TypeVar("Kind", bound=Scorer)


@pytest.fixture(scope="module")
def live(filled_home: Published) -> Live:
    deployed = Deployed(filled_home.workspace)
    deployed.refresh()
    return deployed.get("churn")


def like(live: Live, kind: type[Kind]) -> Kind:
    """The model that answers, as another kind of scorer."""
    made = kind.__new__(kind)
    made.__dict__ = dict(live.main.scorer.__dict__)
    return made


def asked(*records: Any) -> Asked:
    return Asked(records, "cbk_some", time.perf_counter())


def answered(live: Live, *requests: Asked) -> list[Any]:
    return Turn(live, live.main, len(requests)).answer(requests)


def aged(home: Published, *ages: Any) -> Asked:
    return asked(*({**home.record, "age": age} for age in ages))


def test_each_request_gets_what_it_would_get_alone(live: Live, filled_home: Published) -> None:
    requests = [aged(filled_home, 20), aged(filled_home, 50, 90), aged(filled_home, 33)]
    shares = answered(live, *requests)
    assert len({id(share.batch) for share in shares}) == 1
    assert len({share.ids[0] for share in shares}) == 3
    for request, share in zip(requests, shares, strict=True):
        alone = answered(live, request)[0]
        assert share.scored.labels == alone.scored.labels
        assert share.scored.probabilities == pytest.approx(alone.scored.probabilities, abs=1e-12)
        assert share.rows.column("age").to_pylist() == [record["age"] for record in request.records]


def test_a_bad_record_refuses_its_own_request_alone(live: Live, filled_home: Published) -> None:
    good, bad, other = answered(live, aged(filled_home, 20), aged(filled_home, 50, "x"), aged(filled_home, 33))
    assert isinstance(bad, InvalidRecord)
    assert bad.detail["errors"] == [{"record": 1, "field": "age", "message": "must be a whole number, not 'x'"}]
    assert good.batch is other.batch


class Picky(Scorer):
    """A real scorer whose pipeline cannot take an age."""

    def attempt(self, rows: pa.Table) -> Scored:
        if 99 in rows.column("age").to_pylist():
            raise ValueError("99 is out of range")
        return super().attempt(rows)


def test_where_the_model_cannot_take_a_batch_each_request_is_answered_alone(live: Live, filled_home: Published) -> None:
    picky = replace(live.main, scorer=like(live, Picky))
    requests = [aged(filled_home, 20), aged(filled_home, 30, 99), aged(filled_home, 33)]
    good, bad, other = Turn(live, picky, 3).answer(requests)
    assert isinstance(bad, InvalidRecord)
    assert bad.detail["errors"] == [{"record": 1, "field": None, "message": "cannot be answered: 99 is out of range"}]
    assert [share.rows.num_rows for share in (good, other)] == [1, 1]
    assert good.batch is not other.batch


class Slow(Scorer):
    """A real scorer that takes its time and counts its calls."""

    calls: list[int]

    def attempt(self, rows: pa.Table) -> Scored:
        self.calls.append(rows.num_rows)
        time.sleep(0.05)
        return super().attempt(rows)


@pytest.fixture
def slow(live: Live) -> Slow:
    found = like(live, Slow)
    found.calls = []
    return found


def ask_at_once(live: Live, scorer: Scorer, requests: Sequence[Asked]) -> tuple[list[Any], list[Batch]]:
    """Ask from as many tasks as there are requests; what they got, and the batches that were told of."""
    batches: list[Batch] = []

    async def all_of_them() -> list[Any]:
        batching = Batching(2, batches.append)
        by = replace(live.main, scorer=scorer)
        told = await asyncio.gather(*(batching.ask(live, by, one) for one in requests))
        await asyncio.sleep(0)
        batching.stop()
        return told

    return asyncio.run(all_of_them()), batches


def test_what_arrives_together_is_one_call(live: Live, slow: Slow, filled_home: Published) -> None:
    told, batches = ask_at_once(live, slow, [aged(filled_home, age) for age in range(20, 70)])
    assert slow.calls == [50]
    assert [share.rows.column("age").to_pylist() for share in told] == [[age] for age in range(20, 70)]
    assert [(batch.waiting, batch.counts) for batch in batches] == [(50, [1] * 50)]


def test_a_batch_takes_so_many_records_and_a_large_request_goes_alone(
    live: Live, slow: Slow, filled_home: Published
) -> None:
    large = aged(filled_home, *[40] * 900)
    ask_at_once(live, slow, [aged(filled_home, 20), large, large, aged(filled_home, 21)])
    assert slow.calls == [901, 901]


def test_one_that_is_alone_waits_for_nobody(live: Live, filled_home: Published) -> None:
    async def one_after_the_other() -> float:
        batching = Batching(1, lambda batch: None)
        waited = []
        for age in range(20, 40):
            request = aged(filled_home, age)
            began = time.perf_counter()
            share = await batching.ask(live, live.main, request)
            assert isinstance(share, Share)
            waited.append(time.perf_counter() - began - share.batch.milliseconds[0] / 1_000)
        batching.stop()
        return min(waited)

    # Besides the model's own time: less than the 5 ms that are spent gathering, however busy the machine is.
    assert asyncio.run(one_after_the_other()) < 0.003


def test_nobody_is_left_waiting_when_the_model_breaks(live: Live, slow: Slow, filled_home: Published) -> None:
    slow._replays = None  # type: ignore[assignment]
    told, batches = ask_at_once(live, slow, [aged(filled_home, 20), aged(filled_home, 30)])
    assert [type(one) for one in told] == [TypeError, TypeError]
    assert batches == []
