"""What cannot be learned from is told: as a finding before the run where the table tells, else by the node that fails.

One table of cases, each for several families of models: what a person brought, what is found beforehand, what a run
says that is started all the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.base import StoredTable
from engine.checks import Problem, TableFacts, apply_fix, review
from engine.errors import CanvasbackError, LimitReached
from engine.graph import Pipeline
from engine.profile import profile, telling
from engine.serve.parity import check_parity
from engine.serve.scorer import load_scorer
from engine.train.matrix import Feature, MatrixSpec, check_size
from tests.engine.running import Bench, draw

ROWS = 120
PLAIN = ("logistic_regression", "hist_gradient_boosting_classifier", "random_forest_classifier", "gaussian_nb")
BOOSTED = ("lightgbm_classifier", "xgboost_classifier")
NUMBERS = ("ridge", "hist_gradient_boosting_regressor", "random_forest_regressor")
Steps = Mapping[str, Any]


def columns(rows: int = ROWS) -> dict[str, Any]:
    random = np.random.default_rng(0)
    x = random.normal(size=rows)
    return {
        "x": x,
        "z": random.normal(size=rows),
        "label": np.where(x + random.normal(size=rows) > 0, "yes", "no"),
        "amount": x * 2 + random.normal(size=rows),
    }


def drawn(model: str, target: str, steps: Steps | None = None, above: Steps | None = None, **params: Any) -> Pipeline:
    """A model behind steps, perhaps with one made of it, which then is what is looked at."""
    nodes = {"s": ("dataset", {"dataset": "d"}), **(steps or {})}
    nodes |= {"model": (model, {"target": target, "features": ["x", "z"], **params})}
    wires = [" -> ".join(nodes), *(f"model.model -> {name}.model" for name in above or ())]
    return draw({**nodes, **(above or {})}, *wires)


@dataclass(frozen=True)
class Case:
    """What was brought, and what is said of it.

    Parameters
    ----------
    found
        The code of a finding before the run; empty where the table cannot tell.
    severity
        Of the finding: an error where no run could succeed.
    said
        What the run says that fails; empty where it succeeds.
    """

    name: str
    table: Mapping[str, Any]
    pipeline: Pipeline
    found: str = ""
    severity: str = "error"
    said: str = ""


def each(
    models: Sequence[str],
    name: str,
    table: Mapping[str, Any],
    target: str,
    found: str = "",
    severity: str = "error",
    *,
    said: str = "",
    steps: Steps | None = None,
) -> list[Case]:
    """The same of several families."""
    return [Case(name, table, drawn(key, target, steps), found, severity, said) for key in models]


def cases() -> list[Case]:
    return [*of_classes(), *of_parts(), *of_rows(), *of_values(), *of_targets(), *of_times()]


def of_classes() -> list[Case]:
    one = {**columns(), "label": ["yes"] * ROWS}
    lone = {**columns(), "label": ["only"] + ["yes", "no"] * (ROWS // 2 - 1) + ["no"]}
    turns = {"split": ("cross_validation", {"folds": 4})}
    many = {**columns(10_000), "label": [f"c{i % 9_000}" for i in range(10_000)]}
    digits = {**columns(10_000), "label": np.arange(10_000)}
    few = {**columns(), "label": [f"They said {i} times that it was good" for i in range(ROWS)]}
    written = {**columns(600), "label": [f"They said {i} times that it was good" for i in range(600)]}
    models = PLAIN + BOOSTED
    return [
        *each(models, "one class", one, "label", "one_class", said="only one class"),
        *each(models, "a class of one row", lone, "label", "lone_class", "warning"),
        *each(PLAIN[:2], "a class of one row, in turns", lone, "label", "lone_class", said="so rare", steps=turns),
        *each(PLAIN[:2], "10,000 classes", many, "label", "too_many_classes", said="200"),
        *each(BOOSTED, "10,000 numbers", digits, "label", "too_many_classes", said="200"),
        *each(PLAIN[3:], "free text, few rows", few, "label", "free_text_target", "warning"),
        *each(models, "free text", written, "label", "free_text_target", said="200"),
    ]


def of_parts() -> list[Case]:
    """Models that hold train rows out in parts, and a class with fewer rows."""
    three = {**columns(), "label": ["rare"] * 3 + ["yes", "no"] * (ROWS // 2 - 2) + ["no"]}
    learns = {"target": "label", "features": ["x", "z"]}
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "model": ("logistic_regression", learns),
        "other": ("gaussian_nb", learns),
        "stack": ("stacking", {"folds": 5}),
    }
    stacked = draw(nodes, "s -> model", "s -> other", "model.model -> stack.model", "other.model -> stack.model")
    drawings = {
        "tune": drawn("logistic_regression", "label", above={"best": ("tune", {"budget": 2, "folds": 5})}),
        "calibrate": drawn("logistic_regression", "label", above={"sure": ("calibrate", {"folds": 5})}),
        "stacking": stacked,
        "svc": drawn("svc", "label"),
    }
    code = "class_rarer_than_folds"
    return [Case(f"few of a class: {key}", three, it, code, said="parts|of each class") for key, it in drawings.items()]


def of_rows() -> list[Case]:
    few = {name: values[:4] for name, values in columns().items()}
    turns = {"split": ("cross_validation", {"folds": 5})}
    grouped = {**columns(), "group": ["a"] * ROWS}
    groups = {"split": ("split_group", {"column": "group"})}
    by_group = {"split": ("cross_validation", {"folds": 3, "group": "group"})}
    moment = {**columns(), "when": [2020] * ROWS}
    by_time = {"split": ("split_time", {"column": "when"})}
    nothing = {"none": ("filter_rows", {"condition": "x > 100"})}
    unknown = {**columns(), "label": pa.array([None if i % 2 else "yn"[i // 2 % 2] for i in range(ROWS)], pa.string())}
    without = {"none": ("filter_rows", {"condition": "is_null(label)"})}
    holes = {**columns(), "x": pa.array([None if i % 2 else float(i) for i in range(ROWS)], pa.float64())}
    empty = {"none": ("filter_rows", {"condition": "is_null(x)"})}
    alike = {"some": ("filter_rows", {"condition": "label = 'yes' AND x < 100"})}
    filled = {**empty, "fill": ("impute_mean", {"columns": ["x"]})}
    first, drawn_by_lot = {"first": ("limit_rows", {"rows": 3})}, {"some": ("sample_rows", {"rows": 3})}
    one = {"first": ("limit_rows", {"rows": 1})}
    parts, value, folds = "fewer_values_than_parts", "no value in any", "fewer_rows_than_folds"
    return [
        *each(NUMBERS, "fewer rows than folds", few, "amount", "fewer_rows_than_folds", said="rows", steps=turns),
        *each(NUMBERS[:1], "few rows are left", columns(), "amount", folds, said="rows", steps=first | turns),
        *each(NUMBERS[:1], "few rows are drawn", columns(), "amount", folds, said="rows", steps=drawn_by_lot | turns),
        *each(PLAIN[:1], "one row is left", columns(), "label", "too_few_rows", said="rows", steps=one),
        *each(PLAIN, "one group", grouped, "label", parts, said="train", steps=groups),
        *each(NUMBERS[:1], "one group in turns", grouped, "amount", parts, said="rows", steps=by_group),
        *each(NUMBERS, "one moment", moment, "amount", parts, said="train", steps=by_time),
        *each(PLAIN + BOOSTED, "no row is left", columns(), "label", "too_few_rows", said="no train", steps=nothing),
        *each(PLAIN, "no answer is left", unknown, "label", "target_missing", said="missing in every", steps=without),
        *each(PLAIN[:2], "one class is left", columns(), "label", "one_class", said="only one class", steps=alike),
        *each(PLAIN[:1], "a feature is empty", holes, "label", said=value, steps=empty),
        *each(PLAIN[:1], "a feature is empty, filled", holes, "label", said=value, steps=filled),
        *each((PLAIN[1], *BOOSTED), "a feature is empty, taken", holes, "label", steps=empty),
    ]


def of_values() -> list[Case]:
    endless = {**columns(), "x": [np.inf, -np.inf, *columns()["x"][2:]]}
    told = {**columns(), "z": np.where(columns()["label"] == "yes", 3.5, 1.25)}
    doubled = {**columns(), "z": columns()["amount"] * 7}
    scaled = {"scale": ("standardize", {"columns": ["x"]})}
    models, code, said = (*PLAIN, *BOOSTED, "k_neighbors_classifier"), "infinite_values", "infinite"
    return [
        *each(models, "infinite", endless, "label", code, said=said),
        *each(NUMBERS, "infinite, for numbers", endless, "amount", code, said=said),
        *each(NUMBERS[:1], "infinite, scaled", endless, "amount", code, said=said, steps=scaled),
        *each(models, "the answer in a column", told, "label", "tells_target", "warning"),
        *each(NUMBERS, "the answer, scaled", doubled, "amount", "tells_target", "warning"),
    ]


def of_targets() -> list[Case]:
    flat = {**columns(), "amount": [3.0] * ROWS}
    gone = {**columns(), "amount": pa.array([None] * ROWS, pa.float64())}
    weighed = {**columns(), "w": [-1.0, *[1.0] * (ROWS - 1)]}
    counted = drawn("ridge", "amount", sample_weight="w")
    return [
        *each(NUMBERS, "text for numbers", columns(), "label", "wrong_target", said="predicts a number"),
        *each(NUMBERS, "always the same number", flat, "amount", "one_value", "warning"),
        *each(NUMBERS, "no answer at all", gone, "amount", "target_missing", said="missing in every"),
        Case("a weight below 0", weighed, counted, "unfit_weights", "warning", "negative in 1"),
    ]


def of_times() -> list[Case]:
    days = np.arange("2024-01-01", "2024-06-01", dtype="datetime64[D]")
    whole, gaps = days[:ROWS], np.delete(days, range(40, 60))[:ROWS]
    repeated = np.concatenate([whole[:-1], whole[:1]])
    both = np.sort(np.concatenate([gaps[:60], gaps[:60]]))

    def forecast(**params: Any) -> Pipeline:
        asked = {"time": "day", "target": "amount", "horizon": 7, **params}
        return draw({"s": ("dataset", {"dataset": "d"}), "model": ("naive_seasonal", asked)}, "s -> model")

    by_time = {"split": ("split_time", {"column": "day"})}
    turns = {"split": ("cross_validation", {"folds": 3, "time": "day"})}
    left_out, twice, rough = ({**columns(), "day": times} for times in (gaps, repeated, both))
    return [
        Case("steps left out", left_out, forecast(), "time_gaps", "warning", "left out"),
        Case("steps left out, filled", left_out, forecast(gaps="interpolate")),
        Case("a time twice", twice, forecast(), "times_twice", said="2024-01-01"),
        *each(NUMBERS, "gaps and repeats, split by time", rough, "amount", steps=by_time),
        *each(NUMBERS[:1], "gaps and repeats, in turns by time", rough, "amount", steps=turns),
    ]


def facts(table: pa.Table) -> Any:
    known = TableFacts(profile(table), partial(telling, table))
    return lambda stored: known


def findings(bench: Bench, pipeline: Pipeline) -> dict[str, Problem]:
    table = pa.concat_tables(pq.read_table(path) for path in bench.tables["d"])

    def schema(stored: StoredTable) -> Any:
        return bench.schema(stored)

    return {problem.code: problem for problem in review(pipeline, schema, facts=facts(table)).problems}


def swept() -> list[Any]:
    """Each kind of case with one family at once, with the others in the slow sweep."""
    firsts = {case.name: case for case in reversed(cases())}
    return [
        pytest.param(
            case,
            id=f"{case.name}: {case.pipeline.by_id['model'].component}",
            marks=[] if firsts[case.name].pipeline == case.pipeline else [pytest.mark.slow],
        )
        for case in cases()
    ]


BY_LOT = "fewer_rows_than_folds"
"""Rows get their folds by lot: as many folds as rows may leave one of them empty."""


def errors(found: Mapping[str, Problem]) -> set[str]:
    return {code for code, problem in found.items() if problem.severity == "error"}


@pytest.mark.parametrize("case", swept())
def test_what_cannot_be_learned_from_is_told(tmp_path: Path, case: Case) -> None:
    bench = Bench(tmp_path)
    bench.store("d", dict(case.table))
    found = findings(bench, case.pipeline)
    if case.found:
        problem = found[case.found]
        assert problem.severity == case.severity
        assert problem.hint
        assert problem.node in case.pipeline.by_id
        if problem.fix is not None:
            mended = apply_fix(case.pipeline, problem.fix)
            left = findings(bench, mended)
            assert case.found not in left
            assert errors(left) <= errors(found)
            if not errors(left) and case.found != BY_LOT:
                bench.run(mended)
    else:
        assert not [problem for problem in found.values() if problem.severity == "error"]
    if not case.said:
        bench.run(case.pipeline)
        return
    with pytest.raises(CanvasbackError, match=case.said) as told:
        bench.run(case.pipeline)
    assert told.value.hint


BY_TOWN: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "hot": ("encode_one_hot", {"columns": ["town"]}),
    "target": ("encode_target", {"columns": ["town"]}),
    "ordinal": ("encode_ordinal", {"columns": ["town"]}),
    "count": ("encode_count", {"columns": ["town"]}),
    "group": ("impute_group", {"columns": ["amount"], "by": ["town"]}),
}


@pytest.mark.parametrize("name", ["hot", *(pytest.param(name, marks=pytest.mark.slow) for name in [*BY_TOWN][1:])])
def test_a_group_that_no_train_row_has_is_answered_for(tmp_path: Path, name: str) -> None:
    bench = Bench(tmp_path)
    bench.store("d", {**columns(), "town": [f"t{i % 12}" for i in range(ROWS)]})
    nodes = {
        "s": ("dataset", {"dataset": "d"}),
        "split": ("split_group", {"column": "town", "test": 0.3}),
    }
    features = {"select": "all", "except": ["town"] if name == "group" else []}
    model = ("hist_gradient_boosting_classifier", {"target": "label", "features": features})
    ran = bench.run(draw({**nodes, name: BY_TOWN[name], "model": model}, f"s -> split -> {name} -> model"))
    assert ran.model()["rows"]["test"] > 0
    assert check_parity(load_scorer({file: ran.folder() / file for file in ran.model()["files"]})).rows > 0


def test_training_beyond_memory_is_refused_with_advice(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    wide = {f"x{i}": np.zeros(20_000) for i in range(50)}
    bench.store("d", {**columns(20_000), **wide})
    for key, target in (("logistic_regression", "label"), ("ridge", "amount"), ("lightgbm_classifier", "label")):
        nodes = {"s": ("dataset", {"dataset": "d"}), "model": (key, {"target": target, "features": "all"})}
        with pytest.raises(LimitReached, match="MB") as told:
            bench.run(draw(nodes, "s -> model"), memory_mb=2)
        assert re.search(r"Sample rows \([\d,]+ would fit\), choose fewer features, .*raise", told.value.hint)
        assert told.value.node_id == "model"


@pytest.mark.parametrize(("sparse_fits", "memory_mb"), [(True, 5), (False, 1)])
def test_a_wide_one_hot_matrix_beyond_memory_is_told_what_would_be_smaller(sparse_fits: bool, memory_mb: int) -> None:
    towns = Feature(name="town", kind="one_hot", categories=tuple(f"t{place}" for place in range(400)))
    spec = MatrixSpec(features=(Feature(name="x", kind="numeric"), towns))
    with pytest.raises(LimitReached, match="401 columns") as told:
        check_size(100_000, spec, memory_mb)
    assert "keep fewer categories of 'town' (it fills 400 columns)" in told.value.hint
    assert ("takes a sparse matrix" in told.value.hint) == sparse_fits
