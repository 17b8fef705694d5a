"""What the data say against a drawing, told before anything runs; one click mends it."""

import itertools
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from components.base import StoredTable
from components.ports import ROW
from engine.checks import Fix, Problem, TableFacts, apply_fix, review
from engine.graph import Pipeline
from engine.profile import date_params, profile, telling
from engine.refactor.insert import BELOW, WIDTH
from tests.engine.running import Bench, draw
from tests.engine.test_large_pipelines import SHAPES, TABLE, growth

ROWS = 600
TREES = "hist_gradient_boosting_classifier"


@cache
def visits() -> pa.Table:
    """Visits of patients, with everything wrong that a table can have."""
    random = np.random.default_rng(0)
    age, stay = random.integers(20, 90, ROWS), random.exponential(3, ROWS)
    ill = (age + random.normal(0, 10, ROWS) > 88).astype(int)
    gaps = random.random(ROWS) < 0.1
    return pa.table(
        {
            "visit_id": np.arange(10_000, 10_000 + ROWS),
            "letter": [f"letter {i}" for i in range(ROWS)],
            "patient_id": random.integers(1, 120, ROWS),
            "age": age,
            "weight": pa.array(random.normal(75, 12, ROWS), mask=gaps),
            "smoker": pa.array(random.random(ROWS) < 0.3, mask=gaps),
            "ward": random.choice(["north", "south"], ROWS),
            "hospital": pa.array(["one"] * ROWS),
            "country": pa.array([31] * ROWS),
            "came": [f"{1 + i % 28:02d}.{1 + i % 12:02d}.2025" for i in range(ROWS)],
            "discharge_code": ill * 7 + 1,
            "stay": stay,
            "cost": np.exp(random.normal(6, 1.4, ROWS)),
            "bill": stay * 120.0,
            "ill": np.where(ill == 1, "yes", "no"),
            ROW: np.arange(ROWS),
        }
    )


@cache
def known() -> TableFacts:
    table = visits()
    return TableFacts(profile(table), partial(telling, table))


def schema(table: StoredTable) -> ibis.Schema:
    return ibis.Schema.from_pyarrow(visits().schema)


def after(model: str, steps: Mapping[str, Any] | None = None, **params: Any) -> Pipeline:
    nodes = {"s": ("dataset", {"dataset": "visits"}), **(steps or {}), "model": (model, params)}
    return draw(nodes, " -> ".join(nodes))


def findings(pipeline: Pipeline) -> dict[str, Problem]:
    found = review(pipeline, schema, facts=lambda table: known())
    assert not found.errors, found.errors
    return {problem.code: problem for problem in found.problems}


def columns_in(problem: Problem) -> set[str]:
    return set(re.findall(r"\w+", problem.message)) & set(visits().column_names)


CLASSES = {"target": "ill"}
NUMBERS = {"target": "stay"}
CASES = [
    ("missing_values", after("logistic_regression", **CLASSES), {"weight"}),
    ("missing_categories", after("logistic_regression", **CLASSES), {"smoker"}),
    ("identifier_feature", after(TREES, **CLASSES), {"visit_id"}),
    ("constant_feature", after(TREES, **CLASSES), {"country"}),
    ("tells_target", after(TREES, **CLASSES), {"discharge_code"}),
    ("tells_target", after("ridge", **NUMBERS), {"bill"}),
    ("unequal_classes", after("logistic_regression", **CLASSES), {"ill"}),
    ("dates_as_text", after(TREES, **CLASSES), {"came"}),
    ("skewed_target", after("ridge", target="cost"), {"cost"}),
    ("groups_torn_apart", after(TREES, {"split": "split_random"}, **CLASSES), {"patient_id"}),
    ("groups_torn_apart", after(TREES, **CLASSES), {"patient_id"}),
    ("identifier_encoded", after(TREES, {"e": ("encode_one_hot", {"columns": "text"})}, **CLASSES), {"letter"}),
]


@pytest.mark.parametrize(("code", "drawn", "columns"), CASES, ids=lambda it: it if isinstance(it, str) else "")
def test_a_finding_names_its_columns_and_one_click_mends_it(code: str, drawn: Pipeline, columns: set[str]) -> None:
    problem = findings(drawn)[code]
    assert columns <= columns_in(problem)
    assert problem.fix is not None
    assert problem.hint
    mended = apply_fix(drawn, problem.fix)
    assert mended != drawn
    left = findings(mended).get(code)
    assert left is None or not columns & columns_in(left)


@pytest.mark.parametrize(
    ("code", "drawn"),
    [
        ("missing_values", after(TREES, **CLASSES)),
        ("missing_values", after("logistic_regression", {"f": ("impute_mean", {"columns": ["weight"]})}, **CLASSES)),
        (
            "missing_values",
            after("logistic_regression", {"f": ("filter_rows", {"condition": "weight > 0"})}, **CLASSES),
        ),
        ("missing_values", after("logistic_regression", {"f": ("drop_missing", {"columns": "all"})}, **CLASSES)),
        ("skewed_target", after("poisson_regressor", target="cost")),
        ("skewed_target", after("hist_gradient_boosting_regressor", target="cost", loss="gamma")),
        ("skewed_target", after("ridge", {"m": ("math", {"columns": ["cost"], "function": "log"})}, target="cost")),
        ("unequal_classes", after("logistic_regression", class_weight="balanced", **CLASSES)),
        ("unequal_classes", after(TREES, target="ward")),
        ("groups_torn_apart", after(TREES, {"split": ("split_group", {"column": "patient_id"})}, **CLASSES)),
        ("groups_torn_apart", after(TREES, {"d": ("drop_columns", {"columns": ["patient_id"]})}, **CLASSES)),
        ("tells_target", after(TREES, target="ward")),
        ("identifier_feature", after(TREES, features=["age"], **CLASSES)),
    ],
)
def test_what_is_sound_or_changed_on_the_way_is_left_alone(code: str, drawn: Pipeline) -> None:
    assert code not in findings(drawn)


def test_without_facts_only_the_drawing_is_judged() -> None:
    codes = {problem.code for problem in review(after("logistic_regression", **CLASSES), schema).problems}
    assert not codes & {code for code, _, _ in CASES}


def test_an_identifier_is_left_out_of_the_text_that_is_encoded() -> None:
    fix = findings(after(TREES, **CLASSES))["text_not_used"].fix
    assert fix is not None
    assert fix.insert is not None
    assert fix.insert[1] == {"columns": ["ward", "hospital"]}
    alone = findings(after(TREES, {"d": ("drop_columns", {"columns": ["ward", "hospital"]})}, **CLASSES))[
        "text_not_used"
    ]
    assert alone.fix is not None
    assert alone.fix.params == {"features": {"select": "all", "except": ["letter"]}}


@pytest.mark.parametrize("code", ["missing_values", "skewed_target", "dates_as_text", "groups_torn_apart"])
def test_what_a_fix_makes_can_be_run(code: str, tmp_path: Any) -> None:
    drawn = next(drawn for known_code, drawn, _ in CASES if known_code == code)
    features = ["age"] if code != "missing_values" else ["age", "weight"]
    fix = findings(drawn)[code].fix
    assert fix is not None
    mended = apply_fix(drawn, fix).with_params("model", features=features)
    bench = Bench(tmp_path)
    bench.store("visits", visits().drop_columns([ROW]))
    assert set(bench.run(mended).statuses().values()) == {"done"} or bench.run(mended).model()


@pytest.mark.parametrize("shape", SHAPES)
def test_facts_make_looking_through_no_steeper(shape: Callable[[int], Pipeline]) -> None:
    names = [name for name in TABLE if name != ROW]
    table = pa.table({name: np.arange(50.0) if name != "t" else ["a", "b"] * 25 for name in names})
    facts = TableFacts(profile(table), cache(partial(telling, table)))
    assert growth(shape, lambda drawn: review(drawn, lambda it: TABLE, facts=lambda it: facts)) < 11


# How much a column tells


def test_what_a_number_tells_of_two_classes_is_its_roc_auc() -> None:
    random = np.random.default_rng(1)
    truth, score = random.integers(0, 2, 400), random.integers(0, 30, 400)
    table = pa.table({"t": truth, "x": score + 3.5 * truth})
    expected = abs(2 * roc_auc_score(truth, table["x"].to_numpy()) - 1)
    assert telling(table, "t")["x"] == pytest.approx(expected, abs=1e-5)


def test_what_a_number_tells_of_a_number_is_their_correlation() -> None:
    random = np.random.default_rng(2)
    left = random.normal(size=300)
    right = left + random.normal(size=300)
    assert telling(pa.table({"a": left, "b": right}), "b")["a"] == pytest.approx(
        abs(stats.pearsonr(left, right)[0]), abs=1e-6
    )


def test_what_a_category_tells_is_what_it_saves_of_wrong_guesses() -> None:
    table = pa.table(
        {
            "t": ["a", "b", "c"] * 40,
            "same": ["x", "y", "z"] * 40,
            "half": ["x", "y", "y"] * 40,
            "none": ["x"] * 60 + ["y"] * 60,
        }
    )
    assert telling(table, "t") == {"same": 1.0, "half": 0.5, "none": 0.0}


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"t": pa.array([], pa.string()), "x": pa.array([], pa.int64())}),
        pa.table({"t": ["a"] * 50, "x": [None] * 50}),
        pa.table({"t": [None] * 50, "x": [1.0] * 50}),
    ],
)
def test_nothing_is_told_where_there_is_nothing(table: pa.Table) -> None:
    assert telling(table, "t") == {}
    assert telling(table, "gone") == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2025-01-31", "2024-02-01"], "%Y-%m-%d"),
        (["31.01.2025"], "%d.%m.%Y"),
        (["05/06/2025", "07/08/2025"], None),
        (["05/31/2025", "01/02/2025"], "%m/%d/%Y"),
        (["soon"], None),
    ],
)
def test_the_format_of_dates_is_told_only_where_there_is_one(values: list[str], expected: str | None) -> None:
    column = profile(pa.table({"d": values * 10, "n": range(10 * len(values))})).columns[0]
    found = date_params(column)
    assert (found and found["format"]) == expected


def test_leaving_out_a_column_keeps_the_rest_of_what_a_node_takes_by_default() -> None:
    drawn = after(TREES, {"e": ("encode_one_hot", {})}, **CLASSES)
    problem = findings(drawn)["identifier_encoded"]
    assert problem.fix is not None
    mended = apply_fix(drawn, problem.fix)
    assert mended.by_id["e"].params["columns"] == {"select": "text", "except": ["letter"]}


def test_a_node_that_a_click_adds_covers_no_other_though_nobody_placed_them() -> None:
    drawn = after(TREES, {"fill": ("impute_mean", {"columns": ["age"]}), "split": "split_random"}, target="ill")
    mended = apply_fix(drawn, Fix("more", "More", "fill", insert=("impute_median", {"columns": ["age"]})))
    places = [mended.layout[node.id] for node in mended.nodes]
    assert len(places) == 5
    apart = [(abs(x - u), abs(y - v)) for (x, y), (u, v) in itertools.combinations(places, 2)]
    assert all(across > WIDTH or down > BELOW for across, down in apart)
