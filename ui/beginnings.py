"""How a new pipeline begins: empty, with a dataset, or with the sample data and a first model."""

from __future__ import annotations

from engine.graph import Pipeline
from engine.service import Workspace, pipelines
from engine.service.views import DraftView

SAMPLE = """
format: 1
name: sample
nodes:
  customers: {component: sample_data, params: {name: customers}}
  drop:      {component: drop_columns, params: {columns: [customer_id, signup_date]}}
  fill:      {component: impute_median, params: {columns: numeric}}
  encode:    {component: encode_one_hot, params: {columns: {select: text, except: [churn]}}}
  split:     {component: split_random, params: {test: 0.2, stratify: churn, seed: 7}}
  model:     {component: hist_gradient_boosting_classifier, params: {target: churn}}
  report:    {component: evaluate}
edges:
- customers -> drop
- drop -> fill
- fill -> encode
- encode -> split
- split -> model
- model.model -> report.model
layout:
  {customers: [0, 0], drop: [280, 0], fill: [560, 0], encode: [840, 0], split: [1120, 0], model: [1400, 0],
   report: [1680, 0]}
"""


def begin(workspace: Workspace, name: str, source: str | None) -> DraftView:
    """Make a pipeline.

    Parameters
    ----------
    source
        ``sample``, the name of a dataset, or None for an empty canvas.

    Raises
    ------
    NameTaken, BadName
    """
    return pipelines.import_pipeline(workspace, _drawing(source).model_copy(update={"name": name}), replace=False)


def _drawing(source: str | None) -> Pipeline:
    if source is None:
        return Pipeline(name="untitled")
    if source == "sample":
        return Pipeline.from_yaml(SAMPLE)
    return Pipeline.from_document(
        {
            "nodes": {"data": {"component": "dataset", "params": {"dataset": source}}},
            "layout": {"data": [0, 0]},
        }
    )
