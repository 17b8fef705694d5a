"""Reports in real runs: on a model's own test rows, in the columns that people know; nonsense is refused before."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression

from components.libraries import SHAP
from components.ports import ROLE, ROW
from engine.checks import review
from engine.errors import CanvasbackError
from engine.graph import Pipeline
from engine.serve.scorer import load_scorer, respond
from tests.engine.running import Bench, Ran, draw

ROWS = 900
RANDOM = np.random.default_rng(11)
AGE = RANDOM.integers(18, 80, ROWS).astype(float)
PLAN = RANDOM.choice(["basic", "plus", "pro"], ROWS)
INCOME = RANDOM.normal(50, 10, ROWS)
CHURN = np.where(
    RANDOM.random(ROWS) < 1 / (1 + np.exp(-((AGE - 50) / 10 + 2 * (PLAN == "pro") + (INCOME - 50) / 10))), "yes", "no"
)
TABLE = {
    "age": pa.array(AGE),
    "plan": pa.array(PLAN.tolist()),
    "income": pa.array(np.where(RANDOM.random(ROWS) < 0.1, np.nan, INCOME), from_pandas=True),
    "sex": pa.array(RANDOM.choice(["f", "m"], ROWS).tolist()),
    "worth": pa.array(AGE * 2 + INCOME),
    "churn": pa.array(CHURN.tolist()),
}
LINE = "d -> drop -> split -> fill -> hot"
NODES: dict[str, Any] = {
    "d": ("dataset", {"dataset": "d"}),
    "new": ("dataset", {"dataset": "new"}),
    "drop": ("drop_columns", {"columns": ["sex", "worth"]}),
    "split": ("split_random", {"test": 0.4, "validation": 0.1, "seed": 1}),
    "fill": ("impute_mean", {"columns": ["age", "income"]}),
    "hot": ("encode_one_hot", {"columns": ["plan"]}),
    "model": ("logistic_regression", {"target": "churn", "C": 100, "tol": 1e-8, "max_iter": 1_000}),
    "other": ("decision_tree_classifier", {"target": "churn", "max_depth": 2}),
    "fair": ("fairness", {"group": "sex"}),
    "slices": ("error_slices", {"least_rows": 20}),
    "tune": ("threshold_tuner", {"miss_cost": 5}),
    "calibration": "calibration_curve",
    "compare": ("compare_models", {"resamples": 100}),
    "importance": ("permutation_importance", {"repeats": 2}),
    "dependence": ("partial_dependence", {"points": 4}),
    "shares": ("shap_values", {"rows": 30}),
    "curve": ("learning_curve", {"points": 3}),
    "applied": ("apply_model", {}),
}
ON_MODEL = ["fair", "slices", "tune", "calibration", "importance", "dependence", "curve", "applied"]
ON_MODEL += ["shares"] if SHAP.is_there else []


def drawn(nodes: dict[str, Any] | None = None, *edges: str) -> Pipeline:
    """The pipeline with every report."""
    wires = [f"{LINE} -> model", "hot -> other", "new -> applied.table", "model.model -> compare.models"]
    wires += ["other.model -> compare.models", *(f"model.model -> {node}.model" for node in ON_MODEL), *edges]
    kept = {name: node for name, node in NODES.items() if name != "shares" or SHAP.is_there}
    return draw(kept | (nodes or {}), *wires)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return bench(tmp_path_factory.mktemp("reports")).run(drawn())


def bench(root: Path) -> Bench:
    made = Bench(root)
    made.store("d", TABLE)
    new = {name: TABLE[name].slice(0, 300) for name in ("age", "plan", "income")}
    made.store("new", new | {"number": list(range(300))})
    return made


def problems(pipeline: Pipeline, root: Path) -> dict[str, str]:
    return {problem.code: problem.message for problem in bench(root).review(pipeline).problems}


def report(ran: Ran, node: str) -> dict[str, Any]:
    found = ran.results[node].report
    assert found is not None
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def test_every_report_is_made_with_sentences_and_the_table_that_was_announced(ran: Ran) -> None:
    for node in ("compare", *ON_MODEL):
        if node != "applied":
            told = report(ran, node)
            assert told["rows"] > 0
            assert all(plot["read"].endswith(".") for plot in told["plots"].values())
        known = ran.plan.by_id[node].known.outputs["table"]
        assert ran.table(node).schema.equals(known.to_pyarrow(), check_metadata=False)
        assert ran.table(node).num_rows > 0


def test_figures_can_go_on_to_other_nodes(tmp_path: Path) -> None:
    more = {"sure": ("filter_rows", {"condition": "lift > 1"}), "sorted": ("sort_rows", {"by": ["lift"]})}
    made = bench(tmp_path).run(drawn(more, "slices.table -> sure -> sorted"), "sorted")
    assert set(made.statuses().values()) == {"done"}


def test_a_threshold_is_chosen_on_validation_rows(ran: Ran) -> None:
    said = ran.table("model", "predictions").to_pandas()
    held = said[said[ROLE] == "validation"]
    assert report(ran, "tune")["notes"] == [f"Chosen on {len(held)} validation rows, counted on the test rows."]
    alarms = said["__cb_probabilities"].str[1] >= report(ran, "tune")["metrics"]["best_threshold"]
    tested, churned = said[ROLE] == "test", said["churn"] == "yes"
    cost = (tested & alarms & ~churned).sum() + 5 * (tested & ~alarms & churned).sum()
    assert report(ran, "tune")["metrics"]["cost"] == cost


def test_fairness_sees_a_column_that_the_model_never_saw(ran: Ran) -> None:
    told = ran.table("model", "predictions").to_pandas()
    told = told[told[ROLE] == "test"]
    sex = np.array(TABLE["sex"].to_pylist())[told[ROW]]
    rates = {row["group"]: row["selection_rate"] for row in ran.table("fair").to_pylist()}
    assert rates == pytest.approx({s: (told["prediction"][sex == s] == "yes").mean() for s in ("f", "m")})


def test_slices_speak_of_columns_before_they_were_filled_and_encoded(ran: Ran) -> None:
    columns = ran.plan.by_id["slices"].component.params.columns
    assert list(columns) == ["age", "plan", "income", "sex", "worth"]


def test_shuffling_and_changing_columns_is_what_scikit_learn_does_with_the_whole_line(ran: Ran) -> None:
    """scikit-learn over the original columns, with the same preparation written by hand."""
    rows = asked_rows(ran)
    train = ran.table("model", "predictions")
    assert train.num_rows > 0
    everything = pa.table(TABLE).to_pandas()
    is_train = np.ones(ROWS, dtype=bool)
    is_train[ran.table("model", "predictions")[ROW].to_numpy()] = False
    means = everything[is_train][["age", "income"]].mean()

    class Whole(LogisticRegression):
        def predict_proba(self, given: Any) -> Any:
            return super().predict_proba(prepared(given))

    def prepared(frame: Any) -> Any:
        filled = frame[["age", "income"]].fillna(means)
        return np.column_stack(
            [filled["age"], *(frame["plan"] == p for p in ("basic", "plus", "pro")), filled["income"]]
        )

    model = Whole(C=100, tol=1e-8, max_iter=1_000)
    model.fit(prepared(everything[is_train]), everything[is_train]["churn"])
    frame = everything.iloc[rows][["age", "plan", "income"]]
    truth = everything.iloc[rows]["churn"] == "yes"
    from sklearn.metrics import roc_auc_score

    wanted = permutation_importance(
        model, frame, truth, n_repeats=2, random_state=0,
        scoring=lambda m, given, y: roc_auc_score(y, m.predict_proba(given)[:, 1]),
    )  # fmt: skip
    told = {row["column"]: row["importance"] for row in ran.table("importance").to_pylist()}
    assert told == pytest.approx(dict(zip(frame.columns, wanted.importances_mean, strict=True)), abs=2e-3)
    for row in ran.table("dependence").to_pylist():
        value = row["value"] if row["column"] == "plan" else float(row["value"])
        chance = model.predict_proba(frame.assign(**{row["column"]: value}))[:, 1].mean()
        assert row["mean"] == pytest.approx(chance, abs=2e-3)


def asked_rows(ran: Ran) -> Any:
    said = ran.table("model", "predictions")
    return said.filter(pa.array([role == "test" for role in said[ROLE].to_pylist()]))[ROW].to_numpy()


@pytest.mark.skipif(not SHAP.is_there, reason=SHAP.hint)
def test_a_one_hot_column_has_one_share_and_the_shares_sum_up_to_the_prediction(ran: Ran) -> None:
    rows = ran.table("shares").to_pandas()
    assert set(rows["column"]) == {"age", "plan", "income"}
    assert set(rows[rows["column"] == "plan"]["value"]) <= {"basic", "plus", "pro"}
    said = ran.table("model", "predictions").to_pandas().set_index(ROW)
    for row, part in rows.groupby("row"):
        summed = part["shap"].sum() + part["base"].iloc[0]
        assert 1 / (1 + np.exp(-summed)) == pytest.approx(said.loc[row, "__cb_probabilities"][1], abs=1e-6)


def test_a_learning_curve_ends_at_the_model_itself(ran: Ran) -> None:
    last = {row["metric"]: row["test"] for row in ran.table("curve").to_pylist() if row["share"] == 1}
    assert last == pytest.approx(ran.model()["metrics"], rel=1e-9)
    rows = sorted({row["train_rows"] for row in ran.table("curve").to_pylist()})
    assert rows[-1] == ran.model()["rows"]["train"]


def test_compared_models_have_their_own_scores(ran: Ran) -> None:
    for name, node in (("Logistic regression", "model"), ("Decision tree", "other")):
        told = {row["metric"]: row["value"] for row in ran.table("compare").to_pylist() if row["model"] == name}
        assert told == pytest.approx(ran.model(node)["metrics"], rel=1e-9)


def test_equal_components_are_told_apart_by_their_params(tmp_path: Path) -> None:
    nodes = {"other": ("logistic_regression", {"target": "churn", "C": 0.01})}
    made = bench(tmp_path).run(drawn(nodes), "compare")
    names = {row["model"] for row in made.table("compare").to_pylist()}
    assert names == {
        "Logistic regression · C 100.0, max_iter 1000, tol 1e-08",
        "Logistic regression · C 0.01, max_iter 100, tol 0.0001",
    }


def test_an_applied_model_answers_as_its_endpoint_does(ran: Ran) -> None:
    made = ran.table("applied")
    assert made.column_names[:4] == ["age", "plan", "income", "number"]
    scorer = load_scorer({name: ran.folder() / name for name in ran.model()["files"]})
    records = made.select(["age", "plan", "income"]).to_pylist()
    told = respond(scorer, {"records": records}, "", 0)["predictions"]
    assert [row["prediction"] for row in told] == made["prediction"].to_pylist()
    chances = [list(row["probabilities"].values()) for row in told]
    assert np.allclose(chances, made["__cb_probabilities"].to_pylist(), atol=1e-12)
    assert made["probability"].to_pylist() == pytest.approx([max(row) for row in chances])
    assert made[ROW].to_pylist() == list(range(300))


def test_a_row_that_an_endpoint_refuses_stops_the_run_or_has_no_answer(tmp_path: Path) -> None:
    made = bench(tmp_path)
    gaps = pa.array([None if i % 3 == 0 else "pro" for i in range(30)])
    made.store("new", {"age": AGE[:30], "plan": gaps, "income": [50.0] * 30})
    with pytest.raises(CanvasbackError, match="Column 'plan' is missing in some rows") as caught:
        made.run(drawn(), "applied")
    assert caught.value.node_id == "applied"
    kept = made.run(drawn({"applied": ("apply_model", {"on_missing": "empty"})}), "applied").table("applied")
    assert [value is None for value in kept["prediction"].to_pylist()] == [i % 3 == 0 for i in range(30)]


def test_a_regression_is_explained_applied_and_learned_again(tmp_path: Path) -> None:
    nodes = {
        "drop": ("drop_columns", {"columns": ["churn"]}),
        "hot": ("encode_one_hot", {"columns": ["plan", "sex"]}),
        "model": ("hist_gradient_boosting_regressor", {"target": "worth", "max_iter": 20}),
        "other": ("linear_regression", {"target": "worth"}),
        "ev": "evaluate",
    }
    unfit = {"tune", "calibration"}
    whole = drawn(nodes, "model.model -> ev.model")
    kept = [node for node in whole.nodes if node.id not in unfit]
    wires = [edge for edge in whole.edges if edge.target not in unfit]
    pipeline = whole.model_copy(update={"nodes": tuple(kept), "edges": tuple(wires)})
    made = bench(tmp_path)
    made.store("new", {name: TABLE[name].slice(0, 40) for name in ("age", "plan", "income", "sex")})
    ran = made.run(pipeline)
    assert report(ran, "fair")["metrics"]["mean_error_difference"] >= 0
    assert report(ran, "compare")["plots"]["standing"]["names"][0] == "Linear regression"
    assert ran.table("importance")["column"].to_pylist()[0] == "age"
    last = {row["metric"]: row["test"] for row in ran.table("curve").to_pylist() if row["share"] == 1}
    assert last == pytest.approx(ran.model()["metrics"], rel=1e-9)
    if SHAP.is_there:
        rows = ran.table("shares").to_pandas()
        said = ran.table("model", "predictions").to_pandas().set_index(ROW)["prediction"]
        for row, part in rows.groupby("row"):
            assert part["shap"].sum() + part["base"].iloc[0] == pytest.approx(said[row], rel=1e-4)
    applied = pq.read_table(ran.execution.entry("applied").path("table"))
    assert applied["prediction"].null_count == 0
    assert "probability" not in applied.column_names


@pytest.mark.slow
def test_reports_are_the_same_every_time(ran: Ran, tmp_path: Path) -> None:
    again = bench(tmp_path).run(drawn(), threads=1)
    for node in ("compare", *ON_MODEL):
        if node != "applied":
            assert report(again, node) == report(ran, node), node


NONE: tuple[str, ...] = ()
FEEDS = "model_feeds_model"
LACKS = "lacks columns that the model needs: 'age', 'plan'"
MORE = "model.model -> more.model"
SENSELESS: list[tuple[dict[str, Any], tuple[str, ...], str, str]] = [
    ({"model": ("linear_regression", {"target": "income"})}, NONE, "wrong_task", "predict classes"),
    ({"other": ("linear_regression", {"target": "age"})}, NONE, "different_targets", "'churn' and 'age'"),
    ({"fair": ("fairness", {"group": "gone"})}, NONE, "unknown_column", "no column 'gone'"),
    ({"dependence": ("partial_dependence", {"columns": ["sex"]})}, NONE, "unknown_column", "no column 'sex'"),
    ({"ev": "evaluate"}, ("hot -> ev.predictions",), "no_model", "gives something else"),
    ({"ev": "evaluate"}, ("applied.table -> ev.predictions",), "no_model", "own test rows"),
    (
        {"ev": "evaluate", "less": ("drop_columns", {"columns": ["churn"]})},
        ("model.predictions -> less -> ev.predictions",),
        "column_lost",
        "'churn'",
    ),
    (
        {"less": ("drop_columns", {"columns": ["age", "plan"]})},
        ("new -> less -> more.table", MORE),
        "unknown_column",
        LACKS,
    ),
    (
        {"as": ("cast", {"columns": ["age"], "to": "string"})},
        ("new -> as -> more.table", MORE),
        "wrong_kind",
        "learned from a number",
    ),
    ({"late": ("linear_regression", {"target": "age"})}, ("applied.table -> late",), FEEDS, "says with what a model"),
    ({"late": ("linear_regression", {"target": "rows"})}, ("slices.table -> late",), FEEDS, "would learn from what"),
]


@pytest.mark.parametrize(("nodes", "edges", "code", "message"), SENSELESS)
def test_what_makes_no_sense_is_refused_before_the_run(
    nodes: dict[str, Any], edges: tuple[str, ...], code: str, message: str, tmp_path: Path
) -> None:
    more = {"more": "apply_model"} if any("more" in edge for edge in edges) else {}
    found = problems(drawn(nodes | more, *edges), tmp_path)
    assert code in found, found
    assert message in found[code]


def test_one_model_alone_is_not_compared_and_other_rows_are_not_the_same(tmp_path: Path) -> None:
    alone = draw(NODES, f"{LINE} -> model", "model.model -> compare.models", "hot -> other")
    assert "one_model" in problems(alone, tmp_path)
    elsewhere = draw(
        NODES | {"e": ("dataset", {"dataset": "d"})}, f"{LINE} -> model", "model.model -> compare.models",
        "e -> other", "other.model -> compare.models",
    )  # fmt: skip
    assert "different_rows" in problems(elsewhere, tmp_path)


def test_a_drawing_of_reports_that_is_not_finished_is_looked_through(tmp_path: Path) -> None:
    for key in ("fairness", "error_slices", "compare_models", "shap_values", "apply_model", "learning_curve"):
        looked = review(draw({"r": (key, {})}), bench(tmp_path).schema)
        assert {problem.code for problem in looked.problems} <= {"missing_input", "invalid_param", "library_missing"}
        assert "missing_input" in {problem.code for problem in looked.problems}
