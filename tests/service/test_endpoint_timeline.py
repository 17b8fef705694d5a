"""Why did this endpoint change at 03:12? One list of all that happened, and the chain of causes behind a change."""

from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from components.sources.customers import customers
from engine.service.data import datasets
from engine.service.modelling import registry
from engine.service.retraining import policies, rounds
from engine.service.retraining.policy_settings import read_policy_settings
from engine.service.retraining.round_causes import fire_policies
from engine.service.retraining.round_steps import go_on
from engine.service.retraining.timeline import timeline, why_changed
from engine.service.retraining.timeline_events import EventView
from engine.service.serving import deployments, keys
from engine.workspace import Workspace
from storage.errors import NotFound
from tests.homes import Published, do_job, done


@pytest.fixture(scope="module")
def home(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A home in which new data led to a round, and that to another revision."""
    import shutil

    from engine.settings import Settings
    from engine.workspace import open_workspace

    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(filled_home.workspace.home.path, folder / "home")
    home = open_workspace(Settings(home=folder / "home"))
    told = {"rule": {"margin": -0.5, "least_rows": 30}}
    policies.set_policy(home, "churn", "churn", read_policy_settings(told), by="Zoë")
    pq.write_table(customers().slice(0, 1_500), folder / "customers.parquet")
    done(home, datasets.start_import(home, folder / "customers.parquet", "customers"))
    for _ in range(8):
        fire_policies(home, datetime.now(UTC))
        go_on(home)
        with home.database.read() as uow:
            queued = [job.id for job in uow.jobs.list(status="queued")]
        for job_id in queued:
            do_job(home, job_id)
        if rounds.get_round(home, "churn").state == "waiting":
            registry.approve(home, "churn", 2, by="Uwe")
            rounds.approve_round(home, "churn", by="Uwe", comment="It has fewer customers")
    assert rounds.get_round(home, "churn").state == "published"
    keys.create_key(home, "churn")
    return home


def titles(events: list[EventView]) -> list[str]:
    return [event.title for event in events]


def test_everything_is_in_one_list_the_newest_first(home: Workspace) -> None:
    events = timeline(home, "churn")
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)
    told = "\n".join(titles(events))
    for wanted in (
        *("Revision 1: churn v1 answers", "Revision 2: churn v2 answers", "Round 1 began", "Round 1 was approved"),
        *("Round 1 published its challenger", "Run 1 of churn v1 succeeded", "Run 2 of churn v1 succeeded"),
        *("customers v1", "customers v2: 1,500 rows", "churn v2: approved", "churn v2: is called champion"),
        *("Policy set", "Key created"),
    ):
        assert wanted in told
    assert len({event.id for event in events}) == len(events)
    assert {event.kind for event in timeline(home, "churn", ["access"])} == {"access"}


def test_a_change_is_followed_back_to_its_beginnings(home: Workspace) -> None:
    change = next(event for event in timeline(home, "churn") if event.id == "revision:2")
    found = why_changed(home, "churn", change.at + timedelta(hours=3))
    assert found.change == change
    assert (change.by, change.why) == ("Uwe", "Round 1: New data arrived: customers v2")
    chain = titles(found.chain)
    assert chain[0].startswith("Revision 2")
    places = [next(nth for nth, title in enumerate(chain) if wanted in title) for wanted in (
        "Round 1 published", "Round 1 was approved", "Round 1 began", "customers v2",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "Revision 1: churn v1 answers" not in chain


def test_before_anything_answered_there_is_no_change(home: Workspace) -> None:
    first = min(event.at for event in timeline(home, "churn", ["change"]))
    assert why_changed(home, "churn", first - timedelta(days=1)).change is None
    assert why_changed(home, "churn", first.replace(second=0, microsecond=0)).change is not None
    with pytest.raises(NotFound, match="no endpoint named chrun"):
        timeline(home, "chrun")


def test_a_change_of_the_traffic_is_told_once(home: Workspace) -> None:
    deployments.change_traffic(home, "churn", {("churn", 1): 0.5, ("churn", 2): 0.5}, note="By halves", by="Ann")
    (told,) = (event for event in timeline(home, "churn") if "By halves" in event.about)
    assert told.title == "Revision 3: churn v1 50 % and churn v2 50 % answer"
