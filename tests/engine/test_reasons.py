"""What columns add to an answer: shares that sum to it, as Shapley defines them, of original columns."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import DataError
from engine.evaluation.evidence import Evidence, read_evidence
from engine.explanation.coalitions import Coalitions
from engine.explanation.counterfactuals import Wish, counterfactuals
from engine.explanation.explainer import Explainer, explain_records, explainer_of, reasons
from engine.explanation.outputs import numbers
from engine.explanation.summary import summary
from engine.serve.records import to_table
from engine.serve.scorer import Scorer, load_scorer
from tests.engine.running import Bench, draw

Known = tuple[Scorer, Evidence]
Trained = Callable[..., Known]
ROWS = 600


def people(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(11)
    age, spent = rng.integers(18, 80, rows), rng.gamma(2, 30, rows)
    plan = rng.choice(["basic", "gold", "silver"], rows)
    joined = np.datetime64("2024-01-01") + rng.integers(0, 700, rows)
    worth = age / 20 + (plan == "gold") * 2 + (spent > 60) + rng.normal(0, 0.7, rows)
    return pa.table(
        {
            "who": [f"p{nth}" for nth in range(rows)],
            "age": age,
            "spent": pa.array(np.where(rng.random(rows) < 0.1, np.nan, spent), from_pandas=True),
            "plan": plan,
            "joined": pa.array(joined.astype("datetime64[D]")),
            "visits": rng.integers(0, 9, rows),
            "stays": np.where(worth > 4.2, "yes", "no"),
            "worth": worth,
            "level": np.digitize(worth, [3.4, 5]).astype(str),
        }
    )


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    def train(model: str, target: str = "stays", **params: Any) -> Known:
        bench = Bench(tmp_path)
        bench.store("people", people())
        features = ["age", "spent", "plan", "joined_year", "joined_month", "visits", "ratio"]
        given = {"features": features} | ({"target": target} if target else {}) | params
        nodes = {
            "rows": ("dataset", {"dataset": "people"}),
            "parts": ("date_parts", {"columns": ["joined"], "parts": ["year", "month"]}),
            "ratio": ("formula", {"name": "ratio", "expression": "spent / (visits + 1)"}),
            "fill": ("impute_mean", {"columns": ["spent", "ratio"]}),
            "encode": ("encode_one_hot", {"columns": ["plan"]}),
            "split": ("split_random", {"test": 0.3, "seed": 1}),
            "model": (model, given),
        }
        if "features" in params and "ratio" not in params["features"]:
            del nodes["ratio"]
            nodes["fill"] = ("impute_mean", {"columns": ["spent"]})
        ran = bench.run(draw(nodes, " -> ".join(nodes)))
        files = {name: ran.folder() / name for name in ran.model()["files"]}
        backend = DuckDBBackend(Limits(500, 2), list(files.values()), tmp_path / "scratch")
        return load_scorer(files), read_evidence(files, backend)

    return train


PLAIN = {"features": ["age", "spent", "plan", "visits"]}


def test_shares_are_those_of_shapleys_definition() -> None:
    rng = np.random.default_rng(2)
    background = pa.table({name: rng.normal(size=8) for name in "abc"})
    row = pa.table({name: [value] for name, value in zip("abc", (1.0, -2.0, 0.5), strict=True)})

    def ask(rows: pa.Table) -> Any:
        a, b, c = (rows.column(name).to_numpy() for name in "abc")
        return np.column_stack([a * b + np.sin(c) * a, b**2])

    def worth(taken: set[str]) -> Any:
        columns = {name: np.repeat(row[name].to_numpy(), 8) if name in taken else background[name] for name in "abc"}
        return ask(pa.table(columns)).mean(axis=0)

    orders = list(permutations("abc"))
    wanted = {
        name: np.mean(
            [worth({*order[: order.index(name) + 1]}) - worth({*order[: order.index(name)]}) for order in orders],
            axis=0,
        )
        for name in "abc"
    }
    assert Coalitions(ask, background).shares(row) == pytest.approx(np.array([wanted[name] for name in "abc"]))


def test_of_many_columns_drawn_orders_come_near_and_sum_exactly() -> None:
    rng = np.random.default_rng(3)
    names = [f"x{nth}" for nth in range(9)]
    background = pa.table({name: rng.normal(size=60) for name in names})
    row = pa.table({name: [float(nth)] for nth, name in enumerate(names)})

    def ask(rows: pa.Table) -> Any:
        x = np.column_stack([rows.column(name).to_numpy() for name in names])
        return (x @ np.arange(9) + x[:, 0] * x[:, 1])[:, None]

    asked = Coalitions(ask, background)
    found = asked.shares(row)[:, 0]
    assert found.sum() == pytest.approx(float(ask(row)[0, 0] - asked.base[0]))
    means = np.array([background[name].to_numpy().mean() for name in names])
    # Each order with its reverse is exact where columns work together by two.
    assert found[2:] == pytest.approx((np.arange(9) * (np.arange(9) - means))[2:])


@pytest.mark.parametrize(
    ("model", "target", "how"),
    [
        ("hist_gradient_boosting_classifier", "stays", "trees"),
        ("random_forest_classifier", "level", "trees"),
        ("linear_regression", "worth", "coefficients"),
        ("logistic_regression", "stays", "asking"),
        ("random_forest_regressor", "worth", "trees"),
    ],
)
def test_base_and_contributions_sum_to_the_answer(trained: Trained, model: str, target: str, how: str) -> None:
    scorer, evidence = trained(model, target, **PLAIN)
    explainer = explainer_of(scorer, evidence)
    rows = evidence.held_out().select(explainer.names).slice(0, 6)
    found = explainer.shares(rows)
    assert how in found.how
    assert found.sums == pytest.approx(numbers(scorer, rows), abs=1e-9)
    assert found.values.shape[1] == len(explainer.names) == 4


def test_what_is_read_from_trees_agrees_with_the_librarys_kernel_explainer(trained: Trained) -> None:
    shap = pytest.importorskip("shap")
    scorer, evidence = trained("gradient_boosting_regressor", "worth", features=["age", "spent", "visits"])
    explainer = explainer_of(scorer, evidence, 20)
    rows = evidence.held_out().select(explainer.names).slice(0, 3)
    assert explainer.is_exact
    matrix = scorer.matrix(scorer.features(explainer.background))
    kernel = shap.KernelExplainer(scorer.estimator.predict, matrix)
    wanted = kernel.shap_values(scorer.matrix(scorer.features(rows)), silent=True)
    order = [feature.name for feature in scorer.model.matrix.features]
    found = explainer.shares(rows).values[:, [explainer.names.index(name) for name in order], 0]
    assert found == pytest.approx(np.asarray(wanted), abs=1e-4)
    asked = np.stack([explainer._coalitions.shares(rows.slice(nth, 1)) for nth in range(3)])
    assert asked == pytest.approx(explainer.shares(rows).values, abs=1e-4)


def test_reasons_speak_of_the_columns_where_rows_begin_and_are_the_same_every_time(trained: Trained) -> None:
    scorer, evidence = trained("gradient_boosting_classifier", n_estimators=30)
    record = {"age": 70, "spent": 100.0, "plan": "gold", "joined": "2025-03-01", "visits": 2}
    told = explain_records(scorer, evidence, [record])[0]
    assert {each["column"] for each in told["contributions"]} == set(record)
    assert told["of"] == "yes"
    assert told["base"] + sum(each["contribution"] for each in told["contributions"]) == pytest.approx(told["answer"])
    assert {it["column"]: it["value"] for it in told["contributions"]} == record
    assert explain_records(scorer, evidence, [record]) == [told]
    assert told["contributions"][0]["column"] in ("age", "plan")


def test_of_several_classes_the_predicted_one_is_explained_unless_another_is_named(trained: Trained) -> None:
    scorer, evidence = trained("decision_tree_classifier", "level", **PLAIN)
    explainer = explainer_of(scorer, evidence)
    record = {"age": 79, "spent": 100.0, "plan": "gold", "visits": 2}
    said = scorer.score(to_table([record], scorer.fields, 1)).labels[0]
    assert reasons(explainer, [record])[0]["of"] == said
    assert reasons(explainer, [record], "0")[0]["of"] == "0"
    with pytest.raises(DataError, match="no class"):
        reasons(explainer, [record], "9")


def test_an_anomalys_score_is_explained_and_a_cluster_is_not(trained: Trained) -> None:
    scorer, evidence = trained("isolation_forest", "", **PLAIN)
    explainer = explainer_of(scorer, evidence)
    rows = evidence.held_out().select(explainer.names).slice(0, 2)
    assert explainer.shares(rows).sums == pytest.approx(numbers(scorer, rows))
    with pytest.raises(DataError, match="numbers groups"):
        explainer_of(*trained("k_means", "", **PLAIN))


def test_the_summary_ranks_columns_and_tells_each_class(trained: Trained) -> None:
    told: list[str] = []
    found = summary(*trained("decision_tree_classifier", "level", **PLAIN), lambda share, words: told.append(words))
    assert [each["label"] for each in found["outputs"]] == ["0", "1", "2"]
    ranked = [each["column"] for each in found["outputs"][0]["columns"]]
    assert set(ranked[:2]) == {"age", "plan"}
    assert found["shuffling"]["columns"][0]["column"] in ("age", "plan")
    assert set(found["outputs"][0]["plots"]) == {"strength", "spread"}
    assert told


def explained_row(explainer: Explainer, evidence: Evidence, place: int) -> pa.Table:
    return evidence.held_out().select(explainer.names).slice(place, 1)


@pytest.mark.parametrize("place", [0, 5, 9])
def test_every_counterfactual_is_proved_and_takes_values_from_the_data(trained: Trained, place: int) -> None:
    scorer, evidence = trained("gradient_boosting_classifier", n_estimators=30)
    explainer, seen = explainer_of(scorer, evidence), evidence.learned_from()
    row = explained_row(explainer, evidence, place)
    now = scorer.score(row).labels[0]
    found = counterfactuals(scorer, row, seen.select(explainer.names), Wish(), locked=["plan"])
    assert found
    for change in found:
        assert scorer.score(change.row).labels[0] != now
        assert "plan" not in change.changes
        for name, (before, after) in change.changes.items():
            assert before == row.column(name)[0].as_py()
            assert after != before
            assert after in set(seen.column(name).to_pylist())
    sets = [frozenset(change.changes) for change in found]
    assert len(set(sets)) == len(sets), "several ways are different ways"
    assert [len(it) for it in sets] == sorted(len(it) for it in sets)
    assert not any(one < other for one in sets for other in sets), "no way holds more than it needs"


def test_the_smallest_single_change_is_found(trained: Trained) -> None:
    scorer, evidence = trained("linear_regression", "worth", features=["age", "visits"])
    explainer, seen = explainer_of(scorer, evidence), evidence.learned_from()
    row = explained_row(explainer, evidence, 0)
    value = float(scorer.score(row).labels[0])
    found = counterfactuals(scorer, row, seen.select(explainer.names), Wish(least=value + 0.4), locked=["visits"])
    ages = np.unique(seen.column("age").to_numpy())
    tried = pa.table({"age": ages, "visits": np.repeat(row.column("visits").to_numpy(), len(ages))})
    enough = ages[np.array(scorer.score(tried).labels) >= value + 0.4]
    assert [change.changes["age"][1] for change in found] == [enough.min()]
