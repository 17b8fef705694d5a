"""Versions of pipelines: named, compared, restored, gone on from; and how their runs did."""

import pytest

from engine.errors import MissingThing
from engine.graph import Pipeline
from engine.service.building import pipeline_versions as versions
from engine.service.building import pipelines
from engine.workspace import Workspace
from storage.errors import NameTaken, NotFound
from tests.homes import Published, churn_pipeline, do_run, queue_run


def redrawn(home: Workspace, pipeline: Pipeline) -> str:
    """Make it the draft; the pipeline's id."""
    return pipelines.import_pipeline(home, pipeline).pipeline_id


def test_a_version_says_who_made_it_when_and_what_changed(home: Workspace) -> None:
    key = redrawn(home, churn_pipeline())
    assert versions.unsaved_changes(home, key) is None
    assert versions.save_named(home, key, "baseline", "as presented") == 1
    redrawn(home, churn_pipeline(C=0.1, max_iter=50))
    assert versions.unsaved_changes(home, key) == "2 params"
    assert versions.save_named(home, key, made_by="cli") == 2
    second, first = versions.list_versions(home, key)
    assert (first.label, first.note, first.made_by, second.made_by) == ("baseline", "as presented", "local", "cli")
    assert [versions.changes_since(home, key, number) for number in (1, 2)] == [versions.FIRST, "2 params"]
    assert versions.unsaved_changes(home, key) == "the same drawing"


def test_a_saved_draft_that_is_named_later_gets_the_name_and_keeps_what_was_said(home: Workspace) -> None:
    key = redrawn(home, churn_pipeline())
    versions.save_named(home, key, note="first try")
    assert versions.save_named(home, key, label="baseline") == 1
    (only,) = versions.list_versions(home, key)
    assert (only.label, only.note) == ("baseline", "first try")
    versions.describe_version(home, key, 1, label=" other ", note="")
    assert [(it.label, it.note) for it in versions.list_versions(home, key)] == [("other", "")]


def test_restoring_keeps_what_was_there(home: Workspace) -> None:
    key = redrawn(home, churn_pipeline())
    versions.save_named(home, key)
    redrawn(home, churn_pipeline(C=0.1))
    kept = versions.restore_version(home, key, 1)
    assert (kept, versions.list_versions(home, key)[0].note) == (2, "Before restoring v1")
    assert pipelines.drawn(pipelines.get_draft(home, key)) == churn_pipeline()
    assert versions.compare_versions(home, key, "v2", "draft").in_words == "1 param"
    with pytest.raises(NotFound):
        versions.restore_version(home, key, 9)


def test_a_duplicate_remembers_where_it_came_from_and_can_be_compared_with_it(home: Workspace) -> None:
    key = redrawn(home, churn_pipeline())
    versions.save_named(home, key)
    redrawn(home, churn_pipeline(C=0.1))
    branch = versions.duplicate(home, key, "churn, simpler", "v1")
    assert pipelines.drawn(branch).nodes == churn_pipeline().nodes
    origin = versions.origin_of(home, branch.pipeline_id)
    assert origin is not None
    assert (origin.name, origin.version, origin.is_deleted) == ("churn", 1, False)
    assert [(it.name, it.version) for it in versions.branches_of(home, key)] == [("churn, simpler", 1)]
    redrawn(home, churn_pipeline(C=9).model_copy(update={"name": "churn, simpler"}))
    assert versions.compare_versions(home, branch.pipeline_id, "origin", "draft").nodes[0].words == [
        "C: 1.0 (the default) → 9"
    ]
    pipelines.delete_pipeline(home, key)
    gone = versions.origin_of(home, branch.pipeline_id)
    assert gone is not None
    assert gone.is_deleted
    with pytest.raises(NameTaken):
        versions.duplicate(home, branch.pipeline_id, "churn, simpler")


def test_a_duplicate_of_the_draft_saves_it_first(home: Workspace) -> None:
    key = redrawn(home, churn_pipeline())
    branch = versions.duplicate(home, key, "other")
    origin = versions.origin_of(home, branch.pipeline_id)
    assert origin is not None
    assert (origin.version, [it.version for it in versions.list_versions(home, key)]) == (1, [1])


@pytest.mark.parametrize("side", ["v0x", "origin", "", "v99", "-1"])
def test_a_side_that_is_none_is_refused_in_words(home: Workspace, side: str) -> None:
    key = redrawn(home, churn_pipeline())
    with pytest.raises((MissingThing, NotFound)) as refused:
        versions.compare_versions(home, key, side, "draft")
    assert refused.value.message


def test_a_version_tells_how_its_runs_did(published: Published) -> None:
    home, key = published.workspace, published.run.pipeline_id
    again = do_run(home, churn_pipeline())
    waiting = queue_run(home, churn_pipeline(C=0.5))
    newer, older = versions.list_versions(home, key)
    assert (older.runs, older.last_run, older.last_status) == (2, again.id, "succeeded")
    assert older.median_seconds == older.best_seconds == published.run.seconds, "the rerun only reused"
    assert older.best_score is not None
    assert (older.best_score.metric, older.best_score.model) == ("roc_auc", "churn")
    assert older.best_score.value == published.run.models[0]["metrics"]["roc_auc"]
    assert older.models == {"churn": [1]}
    assert (newer.runs, newer.last_run, newer.last_status, newer.best_score) == (1, waiting, "queued", None)
