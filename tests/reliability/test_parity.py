"""A model goes live only after stored rows, sent through the endpoint's own code, come out as the run said."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from engine.graph import Pipeline
from engine.service.serving import endpoints
from engine.workspace import Workspace
from tests.homes import Published, do_run, import_table, publish

REGRESSION = """
format: 1
name: price
nodes:
  houses: {component: dataset, params: {dataset: houses}}
  towns: {component: dataset, params: {dataset: towns}}
  towns_joined: {component: join, params: {on: [town], how: left}}
  fill: {component: impute_mean, params: {columns: numeric}}
  split: {component: split_random, params: {test: 0.3, seed: 1}}
  model: {component: linear_regression, params: {target: price, features: [area, tax]}}
edges:
  - houses -> towns_joined.left
  - towns -> towns_joined.right
  - towns_joined -> fill
  - fill -> split
  - split -> model
"""

Change = Callable[[dict[str, Any]], None]


def with_changed_files(home: Workspace, files: dict[str, bytes], model: str = "churn") -> int:
    """Register a copy of version 1 in which some files are others, as valid artifacts."""

    with home.database.write() as uow:
        row = uow.models.version(uow.models.by_name(model).id, 1)
        names = ("run_id", "node_id", "pipeline_version_id", "task", "target", "metrics", "baseline", "signature")
        same = {name: getattr(row, name) for name in (*names, "lineage", "libraries", "bytes")}
        changed = {name: home.artifacts.put_bytes(data) for name, data in files.items()}
        return uow.models.add_version(row.model_id, **same, files={**row.files, **changed}).number


def file_of(home: Workspace, name: str, model: str = "churn") -> Path:
    with home.database.read() as uow:
        row = uow.models.version(uow.models.by_name(model).id, 1)
    return home.artifacts.path(row.files[name])


def changed_description(home: Workspace, change: Change) -> int:
    described = json.loads(file_of(home, "model.json").read_text())
    change(described)
    return with_changed_files(home, {"model.json": json.dumps(described).encode()})


def another_mean(described: dict[str, Any]) -> None:
    step = next(step for step in described["slice"]["steps"] if step["component"] == "impute_mean")
    numbers = next(value for value in step["state"].values() if isinstance(value, dict))
    numbers |= {name: value + 50 for name, value in numbers.items()}


def without_the_first_step(described: dict[str, Any]) -> None:
    described["slice"]["steps"] = [s for s in described["slice"]["steps"] if s["component"] != "impute_mean"]


def classes_exchanged(described: dict[str, Any]) -> None:
    described["classes"].reverse()


@pytest.mark.parametrize("change", [another_mean, without_the_first_step, classes_exchanged])
def test_a_changed_state_slice_or_class_is_refused_and_the_old_model_stays(
    published: Published, change: Change
) -> None:
    home = published.workspace
    job = publish(home, "churn", changed_description(home, change), "churn")
    assert job.status == "failed"
    assert endpoints.get_endpoint(home, "churn").version == 1
    error = job.error or {}
    assert error["code"] == "parity_failed"
    if change is not without_the_first_step:
        assert {"row", "run", "endpoint", "difference"} == error["detail"]["rows"][0].keys()
        assert f"row {error['detail']['rows'][0]['row']}" in error["message"]


def test_another_estimator_is_refused(published: Published) -> None:
    import skops.io

    home = published.workspace
    estimator = skops.io.load(file_of(home, "estimator.skops"), trusted=[])
    estimator.coef_ = estimator.coef_ + 0.01
    version = with_changed_files(home, {"estimator.skops": skops.io.dumps(estimator)})
    job = publish(home, "churn", version, "churn")
    assert (job.error or {})["code"] == "parity_failed"
    assert endpoints.get_endpoint(home, "churn").version == 1


def test_an_estimator_with_a_foreign_type_is_not_loaded(published: Published) -> None:
    import skops.io

    home = published.workspace
    version = with_changed_files(home, {"estimator.skops": skops.io.dumps(Path("/etc/passwd"))})
    job = publish(home, "churn", version, "churn")
    assert (job.status, (job.error or {})["code"]) == ("failed", "serving_error")


def test_a_model_without_stored_rows_is_refused(published: Published, tmp_path: Path) -> None:
    home = published.workspace
    pq.write_table(pq.read_table(file_of(home, "golden.parquet")).slice(0, 0), tmp_path / "none.parquet")
    version = with_changed_files(home, {"golden.parquet": (tmp_path / "none.parquet").read_bytes()})
    assert (publish(home, "churn", version, "churn").error or {})["code"] == "parity_failed"


def test_hundreds_of_rows_are_replayed_and_kept_with_the_deployment(filled_home: Published) -> None:
    parity = endpoints.get_endpoint(filled_home.workspace, "churn").deployments[-1].parity
    assert parity["rows"] == 500
    assert parity["max_difference"] < 1e-9


@pytest.fixture(scope="module")
def houses() -> tuple[pa.Table, pa.Table]:
    random = np.random.default_rng(3)
    area = random.normal(100, 20, 400)
    towns = pa.table({"town": ["a", "b", "c"], "tax": [1.0, 2.5, 4.0]})
    town = random.choice(["a", "b", "c", "nowhere"], 400)
    price = area * 3 - 10 * (town == "b") + random.normal(0, 1, 400)
    gaps = pa.array(random.random(400) < 0.1)
    area_with_gaps = pc.if_else(gaps, pa.scalar(None, pa.float64()), pa.array(area))
    return pa.table({"area": area_with_gaps, "town": town, "price": price}), towns


def test_a_regression_with_a_joined_table_is_proved_and_answers_without_that_table(
    home: Workspace, houses: tuple[pa.Table, pa.Table], tmp_path: Path
) -> None:
    import_table(home, "houses", houses[0], tmp_path)
    import_table(home, "towns", houses[1], tmp_path)
    run = do_run(home, Pipeline.from_yaml(REGRESSION))
    assert run.status == "succeeded", run.error
    result = publish(home, "price", None, "price").result or {}
    assert result["parity"]["rows"] == 400
    assert result["parity"]["max_difference"] < 1e-6
    told = endpoints.predict(home, "price", [{"area": 100.0, "town": "b"}, {"area": None, "town": "Atlantis"}])
    assert [isinstance(row["prediction"], float) for row in told["predictions"]] == [True, True]
    assert "probabilities" not in told["predictions"][0]
