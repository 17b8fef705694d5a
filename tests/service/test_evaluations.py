"""What a model version is worth is told by its report, and by its kept rows where the report is gone."""

import pytest

from engine.service.modelling import evaluations, models
from tests.homes import Published


def test_the_report_of_a_model_has_intervals_a_baseline_and_thresholds(published: Published) -> None:
    model = models.get_model(published.workspace, "churn")
    report = model.report
    assert set(model.metrics) <= set(report["intervals"]["of"])
    for name, value in model.metrics.items():
        low, high = report["intervals"]["of"][name]
        assert low <= value <= high
    assert report["baseline"] == model.baseline
    assert report["intervals"]["gains"]["roc_auc"][0] > 0
    assert report["trade_offs"][0]["label"] == "yes"
    assert evaluations.report_of(published.workspace, model) == report


def test_a_report_that_is_gone_is_made_again_from_the_kept_rows(published: Published) -> None:
    model = models.get_model(published.workspace, "churn")
    again = evaluations.report_of(published.workspace, model.model_copy(update={"report": {}}))
    assert again["metrics"] == pytest.approx(model.metrics)
    assert again["baseline"] == pytest.approx(model.baseline)
    assert again["intervals"] == model.report["intervals"]
    assert again["plots"].keys() == model.report["plots"].keys()


def test_without_rows_there_is_no_report(published: Published) -> None:
    with published.workspace.database.read() as uow:
        version = uow.models.version(uow.models.by_name("churn").id, None)
        files = dict(version.files)
    files.pop("evidence.parquet")

    def forget(uow: object) -> None:
        uow.models.version(uow.models.by_name("churn").id, None).files = files  # type: ignore[attr-defined]

    published.workspace.database.transact(forget)
    model = models.get_model(published.workspace, "churn").model_copy(update={"report": {}})
    assert evaluations.report_of(published.workspace, model) == {}
