"""Bundled tables, metrics and the data of plots."""

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from components.base import Predictions
from components.catalog import component
from components.evaluate.plots import plots
from components.evaluate.positive import positive_class
from components.evaluate.scores import baseline, scores
from components.sources.customers import customers

RANDOM = np.random.default_rng(3)
TRUTH = np.where(RANDOM.random(300) < 0.3, "yes", "no")
CHANCE = np.clip(np.where(TRUTH == "yes", 0.6, 0.35) + RANDOM.normal(0, 0.2, 300), 0.01, 0.99)
BINARY = Predictions(
    "classification", TRUTH, np.where(CHANCE > 0.5, "yes", "no"), np.column_stack([1 - CHANCE, CHANCE]), ("no", "yes")
)
NUMBERS = RANDOM.normal(10, 2, 800)
REGRESSION = Predictions("regression", NUMBERS, NUMBERS + RANDOM.normal(0, 1, 800))


def sample(name: str) -> Any:
    source: Any = component("sample_data")
    return source(source.params_type().model_validate({"name": name})).table()


@pytest.mark.parametrize(
    ("name", "rows", "target"),
    [
        ("customers", 2000, "churn"),
        ("iris", 150, "species"),
        ("wine", 178, "cultivar"),
        ("breast_cancer", 569, "diagnosis"),
        ("diabetes", 442, "progression"),
    ],
)
def test_a_sample_has_readable_columns_and_its_target_last(name: str, rows: int, target: str) -> None:
    table = sample(name)
    assert table.num_rows == rows
    assert table.column_names[-1] == target
    assert all(column.replace("_", "").isalnum() for column in table.column_names)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "customers"])
def test_classes_of_samples_are_texts(name: str) -> None:
    assert all(isinstance(label, str) for label in sample(name).columns[-1].to_pylist())


def test_customers_are_the_same_at_every_call() -> None:
    assert customers().equals(customers())


def test_customers_have_dates_texts_and_gaps() -> None:
    table = customers()
    assert {str(field.type) for field in table.schema} >= {"string", "int64", "double", "bool"}
    assert "date32[day]" in {str(field.type) for field in table.schema}
    assert sum(column.null_count > 0 for column in table.columns) >= 3


def test_who_leaves_can_be_told_but_not_for_sure() -> None:
    data = customers().to_pandas().drop(columns=["customer_id", "signup_date"]).fillna({"payment_method": "?"})
    texts = ["region", "contract", "payment_method", "internet"]
    features = data.drop(columns="churn")
    numbers = [name for name in features if name not in texts]
    features[numbers] = features[numbers].astype(float).fillna(features[numbers].astype(float).median())
    encode = make_column_transformer((OneHotEncoder(), texts), (StandardScaler(), numbers))
    model = make_pipeline(encode, LogisticRegression(max_iter=500))
    area = cross_val_score(model, features, data["churn"] == "yes", scoring="roc_auc", cv=3).mean()
    assert 0.80 <= area <= 0.85


def test_binary_scores_are_those_of_scikit_learn() -> None:
    found = scores(BINARY)
    assert found == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(TRUTH, BINARY.prediction),
            "balanced_accuracy": metrics.balanced_accuracy_score(TRUTH, BINARY.prediction),
            "precision": metrics.precision_score(TRUTH, BINARY.prediction, pos_label="yes"),
            "recall": metrics.recall_score(TRUTH, BINARY.prediction, pos_label="yes"),
            "f1": metrics.f1_score(TRUTH, BINARY.prediction, pos_label="yes"),
            "roc_auc": metrics.roc_auc_score(TRUTH == "yes", CHANCE),
            "average_precision": metrics.average_precision_score(TRUTH == "yes", CHANCE),
            "log_loss": metrics.log_loss(TRUTH, BINARY.probabilities, labels=["no", "yes"]),
        }
    )


def test_scores_of_several_classes_are_macro_averages() -> None:
    truth = RANDOM.choice(["a", "b", "c"], 200)
    chances = RANDOM.dirichlet([1, 1, 1], 200)
    prediction = np.array(["a", "b", "c"])[chances.argmax(axis=1)]
    found = scores(Predictions("classification", truth, prediction, chances, ("a", "b", "c")))
    assert found["f1"] == pytest.approx(metrics.f1_score(truth, prediction, average="macro"))
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth, chances, multi_class="ovr"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(truth, chances))


def test_scores_of_numbers_are_those_of_scikit_learn() -> None:
    truth, prediction = REGRESSION.truth, REGRESSION.prediction
    assert scores(REGRESSION) == pytest.approx(
        {
            "r2": metrics.r2_score(truth, prediction),
            "mae": metrics.mean_absolute_error(truth, prediction),
            "rmse": metrics.root_mean_squared_error(truth, prediction),
            "mape": metrics.mean_absolute_percentage_error(truth, prediction),
            "median_ae": metrics.median_absolute_error(truth, prediction),
        }
    )


def test_the_positive_class_decides_precision() -> None:
    other = Predictions("classification", TRUTH, BINARY.prediction, BINARY.probabilities, ("no", "yes"), "no")
    assert scores(other)["precision"] == pytest.approx(
        metrics.precision_score(TRUTH, BINARY.prediction, pos_label="no")
    )


@pytest.mark.parametrize(
    "labels", [np.array([True, False, True]), np.array([1, 0, 1]), np.array(["b", "a", "b"], object)]
)
def test_labels_may_be_flags_numbers_and_texts(labels: Any) -> None:
    classes = tuple(np.unique(labels).tolist())
    found = scores(Predictions("classification", labels, labels, np.array([[0, 1], [1, 0], [0, 1]]), classes))
    assert found["f1"] == found["roc_auc"] == 1.0


def test_what_is_not_defined_is_left_out() -> None:
    truth = np.array(["no", "no"])
    found = scores(Predictions("classification", truth, truth, np.array([[0.9, 0.1], [0.8, 0.2]]), ("no", "yes")))
    assert "roc_auc" not in found
    assert "log_loss" in found


def test_no_rows_have_no_scores() -> None:
    assert scores(Predictions("regression", np.array([]), np.array([]))) == {}
    assert plots(Predictions("regression", np.array([]), np.array([]))) == {}


def test_a_baseline_has_learned_nothing() -> None:
    found = baseline(TRUTH, BINARY)
    assert found["roc_auc"] == 0.5
    assert found["accuracy"] == pytest.approx((TRUTH == "no").mean())
    assert baseline(NUMBERS, REGRESSION)["r2"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("classes", "wanted", "expected"),
    [
        (("no", "yes"), None, "yes"),
        (("Churned", "Stays"), None, "Churned"),
        ((0, 1), None, 1),
        ((False, True), None, True),
        (("benign", "malignant"), None, "malignant"),
        (("cat", "dog"), None, "dog"),
        (("no", "yes"), "no", "no"),
        ((0, 1), "0", 0),
    ],
)
def test_the_positive_class_is_the_wanted_or_the_telling_or_the_last(classes: Any, wanted: Any, expected: Any) -> None:
    assert positive_class(classes, wanted) == expected


def test_plots_of_two_classes_are_small_json() -> None:
    found = plots(BINARY)
    assert set(found) == {
        *("confusion_matrix", "roc_curve", "precision_recall_curve", "calibration_curve"),
        *("per_class", "gain", "lift", "predicted_chances"),
    }
    assert found["gain"]["series"][0]["y"][-1] == 1
    assert len(found["roc_curve"]["true_positive_rate"]) <= 200
    assert found["roc_curve"]["area"] == pytest.approx(metrics.roc_auc_score(TRUTH == "yes", CHANCE))
    assert sum(map(sum, found["confusion_matrix"]["counts"])) == 300
    assert "Brier score" in found["calibration_curve"]["read"]
    json.dumps(found, allow_nan=False)


def test_plots_of_numbers_are_small_json() -> None:
    found = plots(REGRESSION)
    assert len(found["predicted_against_actual"]["actual"]) == 500
    assert sum(found["residual_histogram"]["counts"]) == 800
    assert len(found["residuals_by_prediction"]["x"]) == 500
    json.dumps(found, allow_nan=False)


def test_the_catalogue_loads_no_heavy_library() -> None:
    code = "import sys; from components.catalog import catalog; catalog(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sklearn", "pandas", "duckdb", "scipy"} & set(loaded)
