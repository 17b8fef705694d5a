"""A run as a script of its own gives the scores of the run, with nothing of ours."""

import json
import re
import subprocess
import sys
import zipfile
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest

from engine.errors import MissingThing, RunError
from engine.graph import Pipeline
from engine.script.estimators import Unwritable, imports_of, source_of
from engine.service.running import runs
from engine.service.running.scripts import RunScript
from engine.workspace import Workspace
from tests.homes import do_run

HEAD = """
format: 1
name: churn
nodes:
  customers: {component: sample_data, params: {name: customers}}
  drop:      {component: drop_columns, params: {columns: [customer_id, signup_date]}}
  ratio:     {component: formula, params: {name: per_month, expression: total_charges / tenure_months}}
  fill:      {component: impute_median, params: {columns: numeric}}
  scale:     {component: standardize, params: {columns: numeric}}
  encode:    {component: encode_one_hot, params: {columns: {select: text, except: [churn]}}}
  split:     {component: split_random, params: {test: 0.25, stratify: churn, seed: 3}}
"""
EDGES = "edges: [customers -> drop, drop -> ratio, ratio -> fill, fill -> scale, scale -> encode, encode -> split"
MODELS = {
    "boosting": ("hist_gradient_boosting_classifier, params: {target: churn, max_iter: 12}", ""),
    "logistic": ("logistic_regression, params: {target: churn, C: 0.3}", ""),
    "forest": ("random_forest_regressor, params: {target: monthly_charges, n_estimators: 7}", ""),
    "tuned": (
        "decision_tree_classifier, params: {target: churn}",
        "  tune: {component: tune, params: {budget: 3, folds: 2}}\n",
    ),
}


def pipeline(kind: str) -> Pipeline:
    model, more = MODELS[kind]
    edges = f"{EDGES}, split -> model" + (", split -> tune, model.model -> tune.model]" if more else "]")
    return Pipeline.from_yaml(f"{HEAD}  model: {{component: {model}}}\n{more}{edges}\n")


def scores(text: str) -> dict[str, tuple[float, float]]:
    """Metric → what the script found, and what the run had found, as printed."""
    rows = re.findall(r"^(\w+) +(-?[\d.]+) +(-?[\d.]+)$", text, re.MULTILINE)
    return {name: (float(script), float(run)) for name, script, run in rows}


@pytest.mark.parametrize(
    "kind", ["boosting", *(pytest.param(kind, marks=pytest.mark.slow) for kind in MODELS if kind != "boosting")]
)
def test_the_script_reproduces_the_scores_of_the_run(kind: str, home: Workspace, tmp_path: Path) -> None:
    run = do_run(home, pipeline(kind))
    path = RunScript(home, run.id).save(tmp_path / "out")
    told = subprocess.run(
        [sys.executable, "-I", str(path)], capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False
    )
    assert told.returncode == 0, told.stderr
    found = scores(told.stdout)
    metrics = [node.model["metrics"] for node in run.nodes if node.model][-1]
    assert set(found) == set(metrics)
    for name, (script, before) in found.items():
        assert before == pytest.approx(metrics[name], abs=1e-6)
        assert script == pytest.approx(before, abs=2e-6), name


def test_the_script_needs_nothing_of_ours(home: Workspace) -> None:
    script = RunScript(home, do_run(home, pipeline("boosting")).id)
    imported = set(re.findall(r"^(?:from|import) ([\w.]+)", script.text, re.MULTILINE))
    assert {name.split(".")[0] for name in imported} == {
        "duckdb", "math", "numpy", "pandas", "pathlib", "sklearn", "sys", "warnings"
    }  # fmt: skip
    with zipfile.ZipFile(BytesIO(script.packed())) as archive:
        assert archive.namelist() == ["pipeline.py", "data/customers.parquet"]


def test_what_a_script_cannot_say_is_told_by_node(home: Workspace) -> None:
    document = pipeline("logistic").as_document()
    document["nodes"]["pca"] = {"component": "pca", "params": {"columns": "numeric", "n_components": 2}}
    document["edges"] = [
        *(edge for edge in document["edges"] if edge != "scale -> encode"),
        "scale -> pca",
        "pca -> encode",
    ]
    with pytest.raises(RunError, match="Principal components cannot be written as a script") as refused:
        RunScript(home, do_run(home, Pipeline.from_document(document)).id)
    assert refused.value.node_id == "pca"


def test_a_run_that_left_the_cache_must_run_again(home: Workspace) -> None:
    run = do_run(home, pipeline("boosting"))
    home.cache.clear()
    with pytest.raises(MissingThing, match="not in the cache any more"):
        RunScript(home, run.id)
    assert runs.get_run(home, run.id).status == "succeeded"


def test_estimators_are_written_as_they_would_be_typed() -> None:
    from sklearn.ensemble import RandomForestClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import FunctionTransformer

    forest = RandomForestClassifier(n_estimators=10, class_weight={0: 1.5, 1: 2})
    both = VotingClassifier([("a", forest), ("b", LogisticRegression(C=0.5))])
    assert source_of(forest) == "RandomForestClassifier(class_weight={0: 1.5, 1: 2}, n_estimators=10)"
    made = eval(source_of(both), {kind: getattr(import_module(module), kind) for module, kind in imports_of(both)})  # noqa: S307
    assert repr(made) == repr(both)
    assert imports_of(both) == {
        ("sklearn.ensemble", "RandomForestClassifier"),
        ("sklearn.ensemble", "VotingClassifier"),
        ("sklearn.linear_model", "LogisticRegression"),
    }
    with pytest.raises(Unwritable, match="a param that is a function"):
        source_of(FunctionTransformer(func=json.dumps))
