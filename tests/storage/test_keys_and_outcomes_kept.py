"""How much keys were used, and what turned out to be true, on every database."""

from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.ids import first_id
from storage.schema import utc_now

DAY = "2026-11-22"


def test_a_days_records_are_taken_until_there_are_no_more(database: Database) -> None:
    with database.write() as uow:
        endpoint = uow.endpoints.add("churn")
        key = uow.keys.add(endpoint.id, "cbk_abc", "hash", name="shop")
        assert [uow.keys.take(key.id, DAY, 4, 10) for _ in range(3)] == [True, True, False]
        assert uow.keys.take(key.id, DAY, 2, 10)
        assert uow.keys.take(key.id, "2026-11-23", 10, 10)
        uow.keys.count(key.id, DAY, requests=3, records=-1)
    with database.read() as uow:
        (used,) = uow.keys.uses(endpoint.id, DAY).values()
        assert (used.requests, used.records) == (3, 9)
        assert uow.keys.uses(endpoint.id, "2026-11-24") == {}


def test_an_expired_key_opens_nothing(database: Database) -> None:
    now = utc_now()
    with database.write() as uow:
        endpoint = uow.endpoints.add("churn")
        uow.keys.add(endpoint.id, "cbk_abc", "hash", expires_at=now + timedelta(days=1))
        assert uow.keys.find("hash", now) is not None
        assert uow.keys.find("hash", now + timedelta(days=1)) is None


def test_outcomes_are_kept_replaced_and_found_among_many(database: Database) -> None:
    with database.write() as uow:
        mine, other = uow.endpoints.add("mine"), uow.endpoints.add("other")
        uow.outcomes.keep(mine.id, {f"{nth:024x}": nth for nth in range(1_200)})
        uow.outcomes.keep(mine.id, {f"{7:024x}": "seven"})
        uow.outcomes.keep(other.id, {f"{7:024x}": True})
    with database.read() as uow:
        assert (uow.outcomes.count(mine.id), uow.outcomes.count(other.id)) == (1_200, 1)
        found = uow.outcomes.of(mine.id, [f"{nth:024x}" for nth in range(1_300)])
        assert len(found) == 1_200
        assert found[f"{7:024x}"].truth == {"value": "seven"}
        assert uow.outcomes.of(other.id, [f"{7:024x}"])[f"{7:024x}"].truth == {"value": True}


def test_outcomes_are_found_by_when_their_predictions_were_made_and_by_when_they_came(database: Database) -> None:
    noon, hour = datetime(2026, 11, 22, 12, tzinfo=UTC), timedelta(hours=1)
    made = {nth: f"{first_id(noon + nth * hour)}{'0' * 13}" for nth in range(-2, 3)}
    with database.write() as uow:
        mine, other = uow.endpoints.add("mine").id, uow.endpoints.add("other").id
        for nth, id in made.items():
            uow.outcomes.keep(mine, {id: nth}, at=noon + 10 * nth * hour)
        uow.outcomes.keep(other, {made[0]: "another's"}, at=noon)
    with database.read() as uow:
        assert uow.outcomes.made_within(mine, noon - hour, noon + hour) == {made[nth]: nth for nth in (-1, 0, 1)}
        assert sorted(uow.outcomes.told_since(mine, noon + 10 * hour)) == [made[1], made[2]]
        assert len(uow.outcomes.told_since(mine, noon - 99 * hour, limit=3)) == 3
