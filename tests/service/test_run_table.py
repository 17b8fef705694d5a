"""The table of runs: asked in words, answered by the database, however many runs there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import InvalidSetting
from engine.service.running.parallel import lines_of_runs
from engine.service.running.run_notes import annotate_run, notes_of, tag_runs
from engine.service.running.run_table import known_of_runs, search_runs
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork
from tests.homes import Published, churn_pipeline, do_run

GRAPH: dict[str, Any] = {"nodes": {"model": {"component": "ridge"}}, "edges": []}


@pytest.fixture
def place(home: Workspace) -> Workspace:
    """A home with 300 runs."""
    home.database.transact(lambda uow: fill(uow, 300))
    return home


def fill(uow: UnitOfWork, runs: int) -> None:
    pipeline = uow.pipelines.add("churn", GRAPH)
    version = uow.pipelines.version_of(pipeline.id, GRAPH, "cd" * 32)
    for place in range(runs):
        run = uow.runs.add(version.id, plan={})
        run.status, run.seconds = "succeeded", float(place)
        uow.run_index.keep_metrics(run.id, "model", {"roc_auc": place / runs, "log_loss": 1 - place / runs})
        uow.run_index.keep_params(run.id, {"model": "ridge", "model.alpha": place % 7})


@contextmanager
def counted(home: Workspace) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(home.database._engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(home.database._engine, "before_cursor_execute", note)


def test_a_page_takes_as_many_queries_as_any_other_and_reads_no_more_rows_than_it_shows(place: Workspace) -> None:
    with counted(place) as asked:
        found = search_runs(place, ["roc_auc >= 0.5", "model.alpha = 3"], sort="-roc_auc", limit=10, offset=10)
    assert len(asked) == 8
    assert sum("LIMIT" in statement for statement in asked) == 1
    assert (found.total, len(found.rows), found.offset) == (22, 10, 10)
    scores = [row.metrics["roc_auc"] for row in found.rows]
    assert scores == sorted(scores, reverse=True)
    assert all(row.params["model.alpha"] == 3 for row in found.rows)


def test_lines_of_many_runs_are_sampled_before_they_are_read(place: Workspace) -> None:
    with counted(place) as asked:
        found = lines_of_runs(place, ["roc_auc >= 0.5"], colour="log_loss")
    assert len(asked) == 9
    assert (found.total, len(found.names), found.colour) == (150, 150, "log_loss")
    assert [axis.name for axis in found.axes] == ["model.alpha", "roc_auc", "log_loss"]


def test_conditions_are_written_as_people_say_them(place: Workspace) -> None:
    def total(*conditions: str, **more: Any) -> int:
        return search_runs(place, conditions, **more).total

    assert total("status = succeeded", "seconds < 10") == 10
    assert total("run <= 5", "pipeline ~ CHU") == 5
    assert total("model = ridge", "log_loss <= 0.5") == 150
    assert total("started >= 2020-01-01", "started < 2020-01-02") == 0
    assert total("started > 2020-01-01") == 300
    assert total(words="churn") == 300
    assert [row.run.number for row in search_runs(place, sort="log_loss", limit=2).rows] == [300, 299]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("roc_auk > 0.8", "No run has 'roc_auk'."),
        ("roc_auc > much", "'much' is no number."),
        ("status = done", "No run is 'done'."),
        ("started > yesterday", "'yesterday' is no date."),
        ("started ~ 2026-01-01", "'~' cannot be asked of a date."),
        ("roc_auc ~ 0.8", "roc_auc is a number."),
        ("just words", "'just words' is no condition."),
        ("note = ", "'note = ' is no condition."),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_to_do(place: Workspace, condition: str, message: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        search_runs(place, [condition])
    assert refused.value.message == message
    assert refused.value.hint


def test_a_run_tells_what_it_is_found_by(published: Published) -> None:
    home = published.workspace
    again = do_run(home, churn_pipeline(C=0.01))
    assert {"model.C", "model"} <= set(known_of_runs(home).params)
    (row,) = search_runs(home, ["model.C = 0.01"]).rows
    assert row.run.id == again.id
    assert row.metrics == pytest.approx(again.models[0]["metrics"])
    (first,) = search_runs(home, ["model.C = 1"]).rows
    assert first.run.id == published.run.id, "what nobody set is known, too"


def test_notes_and_tags_are_kept_found_and_audited(published: Published) -> None:
    home, run_id = published.workspace, published.run.id
    annotate_run(home, run_id, note="  Before the price rise ", tags=["base line", "base  line", " "])
    assert notes_of(home, run_id).model_dump() == {"note": "Before the price rise", "tags": ["base line"]}
    tag_runs(home, [run_id], "best")
    assert [row.run.id for row in search_runs(home, ["tag = best", "note ~ price"]).rows] == [run_id]
    annotate_run(home, run_id, note="")
    assert notes_of(home, run_id).model_dump() == {"note": "", "tags": ["base line", "best"]}
    with home.database.read() as uow:
        entries = uow.audit.list(object=f"run {run_id}")
    assert [entry.action for entry in entries] == ["run.annotate"] * 3
    assert entries[0].detail["before"]["note"] == "Before the price rise"
    with pytest.raises(InvalidSetting, match="too long"):
        annotate_run(home, run_id, tags=["x" * 51])
