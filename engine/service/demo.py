"""A small home to click through: data, a pipeline, a model, an endpoint."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from engine.graph import Pipeline
from engine.service.building.pipelines import drawn, import_pipeline, list_pipelines
from engine.service.data.datasets import list_datasets, start_import
from engine.service.running.runs import job_of, start_run
from engine.service.serving.endpoints import start_publish
from engine.workspace import Workspace

DATASET = "sample_customers"
PIPELINE = """
format: 1
name: sample_churn
nodes:
  customers: {component: dataset, params: {dataset: sample_customers}, title: Customers}
  drop: {component: drop_columns, params: {columns: [customer_id, signup_date]}, title: Drop identifiers}
  fill: {component: impute_mean, params: {columns: numeric}, title: Fill gaps}
  encode: {component: encode_one_hot, params: {columns: text}, title: Encode text}
  split: {component: split_random, params: {test: 0.25, stratify: churn, seed: 7}, title: Split}
  model: {component: hist_gradient_boosting_classifier, params: {target: churn}, title: Gradient boosting}
  evaluate: {component: evaluate, title: Evaluate}
edges: [customers -> drop, drop -> fill, fill -> encode, encode -> split, split -> model, model -> evaluate]
layout:
  customers: [0, 0]
  drop: [260, 0]
  fill: [520, 0]
  encode: [780, 0]
  split: [260, 200]
  model: [520, 200]
  evaluate: [780, 200]
"""

Wait = Callable[[Workspace, str], dict[str, Any]]


def make_demo(workspace: Workspace, wait: Wait) -> dict[str, str]:
    """Import the sample, draw and run its pipeline, publish its model.

    Parameters
    ----------
    wait
        Waits for a job and gives its result.
    """
    import_sample(workspace, wait)
    draft = import_pipeline(workspace, Pipeline.from_yaml(PIPELINE))
    run_id = start_run(workspace, draft.pipeline_id, drawn(draft))
    job_id = job_of(workspace, run_id)
    if job_id:
        wait(workspace, job_id)
    wait(workspace, start_publish(workspace, draft.name, None, "sample-churn"))
    return {"dataset": DATASET, "pipeline": draft.name, "model": draft.name, "endpoint": "sample-churn"}


def import_sample(workspace: Workspace, wait: Wait) -> None:
    """Import the sample dataset."""
    from components.catalog import component

    kind = component("sample_data")
    table = kind(kind.params_type().model_validate({"name": "customers"})).table()  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.parquet"
        pq.write_table(table, path)
        wait(workspace, start_import(workspace, path, DATASET, told={"sample": "customers"}))


def make_demo_if_new(workspace: Workspace) -> bool:
    """Put the sample data and pipeline into a home that has nothing yet; running it is left to the person."""
    if list_datasets(workspace, limit=1) or list_pipelines(workspace, limit=1):
        return False
    from engine.service.jobs import wait_for_job

    import_sample(workspace, lambda home, job: wait_for_job(home, job).result or {})
    import_pipeline(workspace, Pipeline.from_yaml(PIPELINE))
    return True
