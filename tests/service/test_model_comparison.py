"""Models side by side: on the rows that none of them saw, with a plain word where there are none."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from components.sources.customers import customers
from engine.errors import InvalidSetting
from engine.graph import Pipeline
from engine.service.modelling.model_comparison import choices, compare_models
from engine.service.modelling.model_paces import measure_pace
from engine.service.modelling.model_sides import read_references
from engine.settings import Settings
from engine.workspace import Workspace, open_workspace
from storage.errors import NotFound
from tests.homes import Published, churn_pipeline, do_run, import_table


@pytest.fixture(scope="module")
def place(filled_home: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """churn v1 logistic regression, v2 knows nothing, v3 nearly v1, v4 another split, v5 other data; and other v1."""
    folder = tmp_path_factory.mktemp("compared")
    shutil.copytree(filled_home.workspace.home.path, folder / "home")
    home = open_workspace(Settings(home=folder / "home"))
    do_run(home, churn_pipeline("dummy_classifier", strategy="prior"))
    do_run(home, churn_pipeline(C=0.9))
    do_run(home, churn_pipeline().with_params("split", seed=8))
    import_table(home, "customers", customers().slice(0, 1_500), folder)
    do_run(home, churn_pipeline(C=0.5))
    import_table(home, "others", customers(), folder)
    other = churn_pipeline().with_params("customers", dataset="others").as_document()
    do_run(home, Pipeline.from_document({**other, "name": "other"}))
    yield home
    home.database.close()


def test_a_better_model_is_called_better_on_the_same_rows(place: Workspace) -> None:
    found = compare_models(place, ["churn:1", "churn:2"])
    assert found.answers is not None
    assert found.answers.metric == "roc_auc"
    assert [it.name for it in found.answers.standings] == ["churn v1", "churn v2"]
    assert found.answers.rows == found.answers.held_out[0] == found.sides[0].rows["test"]
    assert found.verdict.startswith("churn v1 is better than churn v2 (0.5) (p < 0.002) beyond chance: ROC AUC 0.")
    assert found.verdict.endswith("rows that neither of them saw.")
    (area,) = (it for it in found.answers.metrics if it.metric == "roc_auc")
    assert area.best == [0]
    assert area.values == pytest.approx([side.metrics["roc_auc"] for side in found.sides])
    assert list(found.answers.plots) == ["roc_curves", "precision_recall_curves"]


def test_disagreement_is_told_with_rows_in_their_original_columns(place: Workspace) -> None:
    found = compare_models(place, ["churn:1", "churn:2"]).answers
    assert found is not None
    told = found.disagreement
    assert 0 < told.rows < found.rows
    names = [column["name"] for column in told.sample.columns]
    assert names[:4] == ["actual", "churn v1", "churn v2", "customer_id"]
    assert all(row[1] != row[2] for row in told.sample.rows)
    assert sum(told.right.values()) + told.nobody_right == told.rows, "of two classes exactly one of two is right"
    second = found.standings[1]
    assert (second.only_best_right, second.only_this_right) == (told.right["churn v1"], told.right["churn v2"])
    apart = accuracy(found, 0) - accuracy(found, 1)
    assert (told.right["churn v1"] - told.right["churn v2"]) / found.rows == pytest.approx(apart)


def accuracy(found: Any, place: int) -> float:
    (row,) = (it for it in found.metrics if it.metric == "accuracy")
    return float(row.values[place])


def test_equal_models_are_not_told_apart(place: Workspace) -> None:
    found = compare_models(place, ["churn:1", "churn:3"])
    assert "but its lead over" in found.verdict
    assert "may be chance, on" in found.verdict
    assert [row.what for row in found.params if row.differs] == ["C"]
    assert found.data_notes == []
    assert found.drawings[0].before < found.drawings[0].after


def test_another_split_shares_fewer_rows_and_says_how_many(place: Workspace) -> None:
    found = compare_models(place, ["churn:1", "churn:4"]).answers
    assert found is not None
    assert 0 < found.rows < 0.5 * min(found.held_out)


def test_versions_of_a_dataset_share_the_rows_that_are_the_same_in_both(place: Workspace) -> None:
    found = compare_models(place, ["churn:1", "churn:5"])
    assert found.answers is not None, "rows keep their ids from version to version"
    assert found.data_notes == [
        "They were made from different versions of customers: churn v1 from v1, churn v5 from v2."
    ]


def test_models_of_different_tables_are_told_so(place: Workspace) -> None:
    found = compare_models(place, ["churn:2", "other:1"])
    assert found.answers is None
    assert (
        found.verdict
        == found.why_not
        == ("They begin with different tables (churn v2: customers; other v1: others), so that they share no rows.")
    )
    assert [it.metric for it in found.metrics if it.best], "their own scores are still told"


def test_three_models_are_corrected_for_being_three(place: Workspace) -> None:
    found = compare_models(place, ["churn:1", "churn:2", "churn:3"], metric="accuracy").answers
    assert found is not None
    assert found.standings[0].chance is None
    assert all(it.chance is not None and it.mcnemar is not None for it in found.standings[1:])
    assert len(found.disagreement.pairs) == 3


def test_what_cannot_be_compared_is_refused_in_words(place: Workspace) -> None:
    with pytest.raises(InvalidSetting, match="2 to 8 different models, not 1"):
        compare_models(place, ["churn:1", "churn:1"])
    with pytest.raises(NotFound, match="churn has no version 9"):
        compare_models(place, ["churn:1", "churn:9"])
    with pytest.raises(InvalidSetting, match="not defined for all"):
        compare_models(place, ["churn:1", "churn:2"], metric="rmse")
    assert read_references("churn:1,a, b:2,x") == ["churn:1", "a, b:2", "x"]


def test_the_cost_of_a_row_is_measured(place: Workspace) -> None:
    pace = measure_pace(place, compare_models(place, ["churn:1", "churn:2"]).sides[0].version_id)
    assert 0 < pace.row_seconds < pace.one_seconds
    assert {"churn:1", "churn:5", "other:1"} < {it.reference for it in choices(place)}
