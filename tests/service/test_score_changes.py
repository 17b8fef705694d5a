"""Why the score changed: data, params, seed, drawing, and what nothing accounts for."""

from typing import Any

import pytest

from components.sources.customers import customers
from engine.errors import Incomparable, MissingThing
from engine.graph import Pipeline
from engine.service import jobs
from engine.service.running import runs, score_changes
from engine.service.running.score_changes import ScoreChangeView
from engine.service.views import RunView
from engine.workspace import Workspace
from tests.homes import Published, churn_pipeline, do_job, do_run, done, import_table, queue_run


@pytest.fixture
def place(published: Published) -> Workspace:
    return published.workspace


def explained(home: Workspace, left: RunView, right: RunView, metric: str | None = None) -> ScoreChangeView:
    done(home, score_changes.start_score_change(home, left.id, right.id))
    found = score_changes.find_score_change(home, left.id, right.id, metric=metric)
    assert found is not None
    assert sum(part.amount for part in found.parts) == pytest.approx(found.change, abs=1e-9)
    return found


def with_seed(pipeline: Pipeline, seed: int) -> Pipeline:
    return pipeline.with_params("split", seed=seed)


@pytest.mark.slow
def test_data_params_and_seed_are_told_apart_and_add_up(place: Workspace, published: Published) -> None:
    import_table(place, "customers", customers().slice(0, 1_200), place.uploads)
    second = do_run(place, with_seed(churn_pipeline(C=0.001), 8))
    found = explained(place, published.run, second)
    assert {part.name for part in found.parts} == {"the data", "Logistic regression: C", "the seed"}
    assert {part.name: part.changes for part in found.parts}["the data"] == ["customers, version: v1 → v2"]
    assert (found.metric, found.before) == ("roc_auc", published.run.models[0]["metrics"]["roc_auc"])
    sentence = score_changes.in_words(found, "ROC AUC", "{:.3f}".format)
    assert sentence.startswith("ROC AUC ")
    assert "the data" in sentence
    assert found.reruns > 0
    models = len(place.database.read().__enter__().models.versions(_model_id(place)))
    assert models == 2, "mixtures make no model versions"
    assert len(runs.list_runs(place)) == 2, "and no runs"
    log_loss = score_changes.find_score_change(place, published.run.id, second.id, metric="log_loss")
    assert log_loss is not None
    assert sum(part.amount for part in log_loss.parts) == pytest.approx(log_loss.change)


def _model_id(home: Workspace) -> str:
    with home.database.read() as uow:
        return uow.models.by_name("churn").id


@pytest.mark.slow
def test_one_changed_param_is_all_of_it_and_nothing_runs_again(place: Workspace, published: Published) -> None:
    second = do_run(place, churn_pipeline(C=0.0001))
    found = explained(place, published.run, second)
    (part,) = found.parts
    assert (part.name, part.changes) == ("Logistic regression: C", ["Logistic regression, C: 1.0 → 0.0001"])
    assert found.reruns == 0
    assert "all of it comes from Logistic regression: C" in score_changes.in_words(found, "ROC AUC", "{:.3f}".format)


@pytest.mark.slow
def test_the_same_run_again_has_nothing_but_chance(place: Workspace, published: Published) -> None:
    again = do_run(place, churn_pipeline())
    found = explained(place, published.run, again)
    assert [(part.name, part.amount, part.is_rest) for part in found.parts] == [(score_changes.REST, 0.0, True)]
    assert "in both runs" in score_changes.in_words(found, "ROC AUC", "{:.3f}".format)


@pytest.mark.slow
def test_what_other_libraries_did_is_what_is_left_over(place: Workspace, published: Published) -> None:
    again = do_run(place, churn_pipeline(C=0.01))

    def older(uow: Any) -> None:
        version = uow.models.get_version(published.run.models[0]["model_version_id"])
        version.libraries = {**version.libraries, "scikit-learn": "1.2"}
        version.metrics = {**version.metrics}
        for node in uow.runs.nodes(published.run.id):
            model = (node.outputs or {}).get("model")
            if model:
                metrics = {**model["metrics"], "roc_auc": model["metrics"]["roc_auc"] - 0.05}
                node.outputs = {**node.outputs, "model": {**model, "metrics": metrics}}

    place.database.transact(older)
    found = explained(place, published.run, again)
    rest = found.parts[-1]
    assert (rest.name, rest.is_rest) == (score_changes.REST, True)
    assert rest.amount == pytest.approx(0.05, abs=1e-6)
    assert found.reruns == 2, "nothing is reused that was computed by other libraries"
    assert any("scikit-learn 1.2 →" in note for note in found.notes)


@pytest.mark.slow
def test_another_drawing_is_a_part_and_a_replaced_model_too(place: Workspace, published: Published) -> None:
    second = do_run(place, churn_pipeline("hist_gradient_boosting_classifier", max_iter=5).without("fill"))
    found = explained(place, published.run, second)
    (part,) = found.parts
    assert part.name == "the drawing"
    assert any("Impute mean: removed" in line for line in part.changes)


@pytest.mark.slow
def test_mixtures_that_cannot_run_are_told_together(place: Workspace, published: Published) -> None:
    table = customers()
    import_table(place, "customers", table.append_column("extra", table.column("monthly_charges")), place.uploads)
    drawn = churn_pipeline(features=["extra", "support_calls"])
    second = do_run(place, with_seed(drawn, 9))
    assert second.status == "succeeded", second.error
    found = explained(place, published.run, second)
    names = {part.name for part in found.parts}
    assert "the seed" in names
    assert any("together" in name and "the data" in name for name in names)
    assert any("could not be run" in note for note in found.notes)


def test_scores_that_measure_different_things_are_refused(place: Workspace, published: Published) -> None:
    waiting = queue_run(place, churn_pipeline())
    with pytest.raises(Incomparable, match="has no model with a score"):
        score_changes.scored_nodes(place, published.run.id, waiting)
    other = do_run(place, churn_pipeline("ridge", target="monthly_charges").with_params("split", stratify=None))
    assert other.status == "succeeded", other.error
    with pytest.raises(Incomparable, match="cannot be compared"):
        score_changes.start_score_change(place, published.run.id, other.id)
    third = do_run(place, churn_pipeline(C=0.2))
    with pytest.raises(MissingThing, match="no score of 'nothing'"):
        score_changes.start_score_change(place, published.run.id, third.id, "nothing")


def test_it_is_a_job_that_is_followed_and_can_be_asked_for_again(place: Workspace, published: Published) -> None:
    second = do_run(place, churn_pipeline(C=0.3))
    job = score_changes.start_score_change(place, published.run.id, second.id)
    assert score_changes.start_score_change(place, published.run.id, second.id) == job
    jobs.cancel_job(place, job)
    known = score_changes.score_change_progress(place, published.run.id, second.id, "model")
    assert (known.job_id, known.is_kept) == (job, False)
    again = score_changes.start_score_change(place, published.run.id, second.id)
    assert again != job
    assert do_job(place, again).status == "succeeded"
    assert score_changes.score_change_progress(place, published.run.id, second.id, "model").is_kept
