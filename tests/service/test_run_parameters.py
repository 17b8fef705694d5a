"""A run may ask for other values of a pipeline's parameters; and several people may have one pipeline open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.errors import InvalidPipeline, ParamError
from engine.graph import Pipeline
from engine.service import open_workspace
from engine.service.building import pipelines, presences
from engine.service.building.plans import preview_run
from engine.service.building.presences import Visitor
from engine.service.running import runs
from engine.settings import Settings
from engine.workspace import Workspace
from tests.homes import do_run

DRAWN = Pipeline.from_yaml("""
name: asked
params: {least: {type: integer, default: 3, min: 0}, share: 0.25}
nodes:
  rows: {component: sample_data, params: {name: iris}}
  some: {component: filter_rows, params: {condition: "sepal_length_cm > ${least}"}}
  split: {component: split_random, params: {test: "${share}", seed: 7}}
edges: [rows -> some, some -> split]
""")


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return open_workspace(Settings(home=tmp_path))


def test_what_a_run_asked_for_is_kept_with_it_and_counts_in_its_results(home: Workspace) -> None:
    first, other = do_run(home, DRAWN), do_run(home, DRAWN, params={"least": 6})
    rows = {run.number: {node.node: node.rows_out for node in run.nodes} for run in (first, other)}
    assert rows[1]["some"] == 150 != rows[2]["some"]
    assert (first.params, other.params) == ({}, {"least": 6})
    assert other.values == {"least": 6, "share": 0.25}
    prints = [{node.node: node.fingerprint for node in run.nodes} for run in (first, other)]
    assert prints[0]["rows"] == prints[1]["rows"]
    assert prints[0]["split"] != prints[1]["split"]
    assert other.pipeline_version == first.pipeline_version
    assert preview_run(home, DRAWN, params={"least": 6}).running == 0
    again = runs.get_run(home, runs.run_again(home, other.id))
    assert again.params == {"least": 6}
    assert runs.node_table(home, other.id, "some").total == rows[2]["some"]


def test_a_result_is_out_of_date_when_a_default_changes_that_its_run_used(home: Workspace) -> None:
    run, asked = do_run(home, DRAWN), do_run(home, DRAWN, params={"least": 6})
    document = DRAWN.as_document()
    document["params"]["least"]["default"] = 5
    changed = Pipeline.from_document(document)
    assert runs.stale_nodes(home, run.id, DRAWN) == runs.stale_nodes(home, asked.id, DRAWN) == frozenset()
    assert runs.stale_nodes(home, run.id, changed) == {"some", "split"}
    assert runs.stale_nodes(home, asked.id, changed) == frozenset()


def test_a_run_that_asks_for_what_cannot_be_is_not_begun(home: Workspace) -> None:
    for params, kind, told in (
        ({"least": -1}, ParamError, "'least': -1 does not fit"),
        ({"most": 1}, InvalidPipeline, "no parameter 'most'"),
    ):
        with pytest.raises(kind, match=told):
            do_run(home, DRAWN, params=params)
    assert runs.list_runs(home) == []


def test_a_dataset_that_is_chosen_by_a_parameter_is_known_to_be_used(home: Workspace) -> None:
    from engine.versions.users import users_of

    chosen = {"params": {"data": "people"}, "nodes": {"d": {"component": "dataset", "params": {"dataset": "${data}"}}}}
    pipelines.import_pipeline(home, Pipeline.from_document({"name": "reader", **chosen}))
    with home.database.write() as uow:
        users = users_of(uow, uow.datasets.add("people"))
    assert [one.label for one in users] == ["pipeline reader"]


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_people_see_each_other_from_several_processes_until_they_are_gone(home: Workspace, tmp_path: Path) -> None:
    draft = pipelines.import_pipeline(home, DRAWN)
    elsewhere = open_workspace(Settings(home=tmp_path))
    anna, ben = Visitor(who="a", cid="ca", name="Anna"), Visitor(who="b", cid="cb")
    assert presences.meet(home, draft.pipeline_id, None, now=NOON) == []
    presences.meet(home, draft.pipeline_id, anna, now=NOON)
    edit = {"edited_by": "cb", "edited_at": NOON}
    looking = ben.model_copy(update={"node": "some"})
    both = presences.meet(elsewhere, draft.pipeline_id, looking, **edit, now=later(1))
    assert [(one.name, one.colour, one.node, one.is_editing) for one in both] == [
        ("Anna", 0, None, False),
        ("Guest 2", 1, "some", True),
    ]
    moved = presences.meet(home, draft.pipeline_id, anna.model_copy(update={"node": "rows"}), now=later(2))
    assert [one.node for one in moved] == ["rows", "some"]
    presences.meet(elsewhere, draft.pipeline_id, ben, now=later(10))
    assert [one.name for one in presences.meet(elsewhere, draft.pipeline_id, ben, now=later(18))] == ["Guest 2"]


def test_a_heartbeat_without_news_writes_nothing(home: Workspace) -> None:
    draft, me = pipelines.import_pipeline(home, DRAWN), Visitor(who="a", cid="ca")

    def seen() -> datetime:
        with home.database.read() as uow:
            return uow.presences.here(draft.pipeline_id, NOON)[0].seen_at

    for seconds, noted in ((0, 0), (2, 0), (3.9, 0), (4.1, 4.1), (6, 4.1)):
        presences.meet(home, draft.pipeline_id, me, now=later(seconds))
        assert seen() == later(noted)
