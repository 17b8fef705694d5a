"""Policies and rounds are kept, and each step of a round is taken once."""

import pytest

from storage.database import Database
from storage.errors import Conflict
from storage.unit_of_work import UnitOfWork


def prepared(uow: UnitOfWork) -> tuple[str, str]:
    endpoint, pipeline = uow.endpoints.add("churn"), uow.pipelines.add("churn", {"nodes": {}})
    uow.policies.put(endpoint.id, pipeline_id=pipeline.id, node="model", settings={"publish": "ask"})
    return endpoint.id, pipeline.id


def test_one_round_at_a_time_and_each_step_once(database: Database) -> None:
    with database.write() as uow:
        endpoint_id, pipeline_id = prepared(uow)
        told = {"cause": {"kind": "hand"}, "pipeline_id": pipeline_id, "node": "model"}
        first = uow.policies.begin(endpoint_id, **told)
        with pytest.raises(Conflict, match="under way"):
            uow.policies.begin(endpoint_id, **told)
        uow.policies.move(first.id, "queued", "training", tries=1)
        with pytest.raises(Conflict, match="taken this round on"):
            uow.policies.move(first.id, "queued", "training")
        uow.policies.move(first.id, "training", "kept", verdict="No better")
        assert uow.policies.begin(endpoint_id, **told).number == 2
    with database.read() as uow:
        found = uow.policies.round(first.id)
        assert (found.state, found.tries, found.verdict, found.finished_at is not None) == (
            "kept",
            1,
            "No better",
            True,
        )
        assert [entry.round.number for entry in uow.policies.rounds(endpoint_id)] == [2, 1]
        assert [found.number for found in uow.policies.open()] == [2]


def test_a_cause_is_taken_by_whoever_is_first(database: Database) -> None:
    with database.write() as uow:
        endpoint_id, _ = prepared(uow)
        uow.policies.claim(endpoint_id, 0, seen={"customers": 2})
        with pytest.raises(Conflict, match="begun it"):
            uow.policies.claim(endpoint_id, 0, seen={"customers": 3})
    with database.write() as uow:
        policy = uow.policies.of(endpoint_id)
        assert policy is not None
        assert (policy.turn, policy.seen, [entry.endpoint for entry in uow.policies.list()]) == (
            *(1, {"customers": 2}),
            ["churn"],
        )
        uow.endpoints.retire(endpoint_id)
        assert uow.policies.list() == []
        assert uow.policies.remove(endpoint_id)
        assert uow.policies.of(endpoint_id) is None
