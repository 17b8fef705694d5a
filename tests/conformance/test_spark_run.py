"""The same drawing, from the dataset to the score, on both engines."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.csv
import pytest

from components.sources.customers import customers
from engine.backends.backend import Backend
from engine.errors import LimitReached
from engine.execute import Execution
from engine.graph import Pipeline
from tests.conformance.same import same
from tests.engine.running import Bench

DRAWN = """
format: 1
name: churn
nodes:
  customers: {component: dataset, params: {dataset: customers}}
  grown: {component: filter_rows, params: {condition: "age > 20"}}
  ratio: {component: formula, params: {name: ratio, expression: "total_charges / tenure_months"}}
  fill: {component: impute_median}
  mode: {component: impute_mode, params: {columns: text}}
  scale: {component: standardize}
  encode: {component: encode_one_hot, params: {columns: {select: text, except: [customer_id]}}}
  split: {component: split_random, params: {test: 0.25, stratify: churn, seed: 7}}
  model:
    component: logistic_regression
    params: {target: churn, features: {select: all, except: [customer_id, signup_date]}}
  score: {component: evaluate}
edges:
  - customers -> grown
  - grown -> ratio
  - ratio -> fill
  - fill -> mode
  - mode -> scale
  - scale -> encode
  - encode -> split
  - split -> model
  - model -> score
"""


def command(home: Path, *arguments: object) -> Any:
    """What the command line answers."""
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", *map(str, arguments), "--home", str(home), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"},  # short work does not repay compiling
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def run_on(backend: str, folder: Path) -> Any:
    home = folder / backend
    pyarrow.csv.write_csv(customers(), folder / "customers.csv")
    (folder / "churn.yaml").write_text(DRAWN)
    command(home, "dataset", "import", folder / "customers.csv", "--name", "customers")
    return command(home, "run", folder / "churn.yaml", "--backend", backend)


@pytest.mark.slow  # two commands that each start a Java
@pytest.mark.timeout(600)  # Java shares two cores with the other tests
def test_a_run_on_spark_ends_with_the_model_of_a_run_on_duckdb(tmp_path: Path) -> None:
    ours, theirs = run_on("duckdb", tmp_path), run_on("spark", tmp_path)
    assert (ours["backend"], theirs["backend"]) == ("duckdb", "spark")
    rows = [{node["node"]: node["rows_out"] for node in ran["nodes"]} for ran in (ours, theirs)]
    assert rows[0] == rows[1]
    for part in ("metrics", "baseline"):
        assert same(ours["models"][0][part], theirs["models"][0][part])


@pytest.mark.slow  # a Java of its own
def test_a_matrix_beyond_the_memory_limit_is_refused_before_it_is_collected(spark: Backend, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store("customers", customers())
    plan = bench.plan(Pipeline.from_yaml(DRAWN))
    execution = Execution(plan, spark, bench.cache(), lambda t: bench.tables[t.dataset], lambda event: None, 0.1)
    with pytest.raises(LimitReached, match="matrix") as caught:
        execution.run()
    assert caught.value.node_id == "model"
    assert execution.results["encode"].status == "done"
