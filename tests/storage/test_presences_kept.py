"""Who is at a pipeline is known in every process, and forgotten soon after they leave; on SQLite and PostgreSQL."""

from datetime import timedelta

from storage.database import Database
from storage.schema import Presence, utc_now
from storage.unit_of_work import UnitOfWork
from tests.storage.things import GRAPH

NOW = utc_now()
GONE = timedelta(seconds=15)


def beat(uow: UnitOfWork, pipeline_id: str, who: str, seconds: float, node: str | None = None) -> Presence:
    now = NOW + timedelta(seconds=seconds)
    return uow.presences.beat(pipeline_id, who, cid=f"cid {who}", name=who, node=node, now=now, gone=GONE)


def test_everybody_has_a_colour_of_their_own_and_keeps_it(url: str, database: Database) -> None:
    with database.write() as uow:
        churn, other = uow.pipelines.add("churn", GRAPH).id, uow.pipelines.add("other", GRAPH).id
        assert [beat(uow, churn, who, 0).colour for who in ("anna", "ben", "anna")] == [0, 1, 0]
        assert beat(uow, other, "carl", 0).colour == 0
    elsewhere = Database(url)
    with elsewhere.write() as uow:
        assert beat(uow, churn, "dora", 1, node="fill").colour == 2
        beat(uow, churn, "ben", 10)
    with elsewhere.write() as uow:
        assert beat(uow, churn, "emil", 17).colour == 0
        here = uow.presences.here(churn, NOW + timedelta(seconds=2))
        assert [(one.who, one.colour, one.node) for one in here] == [("ben", 1, None), ("emil", 0, None)]
        assert [one.who for one in uow.presences.here(other, NOW)] == ["carl"]
    elsewhere.close()
