"""A model's learning curve: one click, a job, and it stays with the model."""

import shutil

import pytest

from engine.errors import DataError
from engine.service.modelling import learning_curves, models
from engine.service.running import runs
from engine.workspace import Workspace
from tests.homes import Published, do_job, done


@pytest.fixture
def place(published: Published) -> Workspace:
    return published.workspace


def test_a_learning_curve_is_drawn_by_a_job_and_kept_with_the_model(place: Workspace) -> None:
    model = models.get_model(place, "churn")
    assert learning_curves.can_have_curve(model)
    assert learning_curves.curve_of(model) is None
    assert learning_curves.curve_job(place, str(model.version_id)) is None
    job = learning_curves.start_curve(place, str(model.version_id))
    assert learning_curves.start_curve(place, str(model.version_id)) == job, "one that is under way is followed"
    done(place, job)
    after = models.get_model(place, "churn")
    curve = learning_curves.curve_of(after)
    assert curve is not None
    test, train = curve["plots"]["learning_curve"]["series"]
    assert test["x"][-1] == model.signature["rows"]["train"]
    assert test["y"][-1] == pytest.approx(model.metrics["roc_auc"], abs=1e-6), "all rows are those of the run"
    assert train["x"] == test["x"]
    assert {**after.report, "learning_curve": None} == {**model.report, "learning_curve": None}
    assert (after.versions, len(runs.list_runs(place))) == (model.versions, 1), "no model version and no run is made"


def forget_results(place: Workspace) -> None:
    shutil.rmtree(place.cache.root)
    place.cache.root.mkdir()


@pytest.mark.slow
def test_a_learning_curve_can_be_drawn_when_nothing_of_the_run_is_kept(place: Workspace) -> None:
    forget_results(place)
    model = models.get_model(place, "churn")
    done(place, learning_curves.start_curve(place, str(model.version_id)))
    assert learning_curves.curve_of(models.get_model(place, "churn")) is not None


def test_a_curve_without_its_rows_says_which_dataset_is_gone(place: Workspace) -> None:
    forget_results(place)
    for part in place.settings.home.glob("datasets/*/v1/*.parquet"):
        part.unlink()
    model = models.get_model(place, "churn")
    job = do_job(place, learning_curves.start_curve(place, str(model.version_id)))
    assert job.status == "failed"
    assert job.error
    assert "missing" in job.error["message"]
    assert learning_curves.curve_of(models.get_model(place, "churn")) is None


def test_a_model_without_a_target_has_none(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    model = models.get_model(place, "churn").model_copy(update={"task": "clustering"})
    assert not learning_curves.can_have_curve(model)
    monkeypatch.setattr(learning_curves, "TASKS", ("regression",))
    with pytest.raises(DataError, match="without a target"):
        learning_curves.start_curve(place, str(model.version_id))
