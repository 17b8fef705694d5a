"""Drift is traced to what changed: the dataset version, the run and its node, the key; or honestly to nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from components.sources.customers import customers
from engine.errors import MissingThing
from engine.graph import Pipeline
from engine.monitor.blame import Blame
from engine.service.monitoring import watching
from engine.service.monitoring.drift_blame import find_blame, start_blame
from engine.service.monitoring.watch_points import points
from engine.workspace import Workspace
from tests.homes import Published, churn_pipeline, do_run, done, import_table, publish
from tests.watched import dearer, play

HOUR = timedelta(hours=1)


@pytest.fixture
def home(published: Published) -> Workspace:
    return published.workspace


def hours(home: Workspace, *shifts: Any, **how: Any) -> str:
    """One hour of requests after the other, each watched by itself; the id of the last point."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
    for nth, shift in enumerate(shifts):
        end = now + nth * HOUR
        play(home, "churn", (end - HOUR, end), 150, shift=shift, seed=nth, **how)
        watching.watch_due(home, end)
        with home.database.read() as uow:
            (job,) = (it.id for it in uow.jobs.list(kind="watch_endpoint") if it.status == "queued")
        (point,) = done(home, job)["points"]
    return str(point)


def blamed(home: Workspace, point: str, field: str = "monthly_charges") -> Blame:
    done(home, start_blame(home, "churn", point, field))
    found = find_blame(home, point, field)
    assert found is not None
    return found


def as_it_was(columns: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    return columns


def test_a_dataset_version_that_the_log_follows_is_the_first_suspect(home: Workspace, tmp_path: Path) -> None:
    table = customers()
    at = table.column_names.index("monthly_charges")
    dear = table.set_column(at, "monthly_charges", pc.multiply(table.column(at), 1.5))
    import_table(home, "customers", table.append_column("note", pa.array(["x"] * table.num_rows)), tmp_path)
    import_table(home, "customers", dear, tmp_path)
    found = blamed(home, hours(home, as_it_was, dearer))
    assert found.sources == ("customers.monthly_charges",)
    first = found.suspects[0]
    assert (first.kind, first.name) == ("dataset", "customers v3")
    assert first.about == {"dataset": "customers", "version": 3, "column": "monthly_charges"}
    assert "Dataset customers v3, imported" in found.verdict
    assert "moved monthly_charges by PSI" in first.sentence
    assert "the log follows it from" in first.sentence
    assert found.since is not None
    assert any("customers v2 moved monthly_charges no further" in it for it in found.checked)


def test_where_nothing_in_the_home_changed_it_says_so(home: Workspace) -> None:
    found = blamed(home, hours(home, as_it_was, dearer))
    assert found.suspects == ()
    assert (
        "Nothing on the way from customers.monthly_charges to monthly_charges has changed in this home" in found.verdict
    )
    assert "customers is still v1, which the model learned from." in found.checked
    with pytest.raises(MissingThing):
        start_blame(home, "churn", points(home, "churn")[-1].id, "shoe_size")


def test_a_key_whose_records_alone_have_moved_is_named(home: Workspace) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
    play(home, "churn", (now - HOUR, now), 400, key="k1", seed=5)
    point = hours(home, dearer, key="k2")
    found = blamed(home, point)
    caller = next(it for it in found.suspects if it.kind == "caller")
    assert "Only the records sent with the key “k2” have moved" in caller.sentence
    assert caller.about == {"keys": ["k2"]}


PREPARED = """
format: 1
name: prepared
nodes:
  customers: {component: dataset, params: {dataset: customers}}
  raise:
    component: formula
    title: Raise charges
    params: {name: monthly_charges, expression: monthly_charges * FACTOR}
  save: {component: save_dataset, params: {name: dear customers}}
edges: [customers -> raise, raise -> save]
"""


def test_a_node_of_the_pipeline_that_made_the_dataset_is_named(home: Workspace) -> None:
    def prepare(factor: str) -> None:
        run = do_run(home, Pipeline.from_yaml(PREPARED.replace("FACTOR", factor)))
        assert run.status == "succeeded", run.error

    prepare("1.01")
    document = churn_pipeline().as_document()
    document["nodes"]["customers"]["params"]["dataset"] = "dear customers"
    assert do_run(home, Pipeline.from_document({**document, "name": "churn"})).status == "succeeded"
    assert publish(home, "churn", 2, "churn").status == "succeeded"
    prepare("1.5")
    found = blamed(home, hours(home, as_it_was, dearer))
    assert found.suspects[0].name == "dear customers v2"
    node = next(it for it in found.suspects if it.kind == "node")
    assert "The node “Raise charges” of prepared was changed in v2" in node.sentence
