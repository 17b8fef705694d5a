"""Pipelines that have something of every kind, or too much of it."""

from typing import Any

from components.base import Component
from engine.graph import Pipeline

EVERYTHING = """
format: 1
name: everything
nodes:
  numbers: {component: dataset, params: {dataset: numbers}}
  keep: {component: filter_rows, params: {condition: x0 > -2.5}}
  ratio: {component: formula, params: {name: ratio, expression: x1 / (1 + abs(x2))}}
  distinct: {component: deduplicate, params: {columns: [x0, x1]}}
  fill: {component: impute_median, params: {columns: numeric}}
  scale: {component: standardize, params: {columns: numeric}}
  split: {component: split_random, params: {test: 0.3, stratify: label, seed: 1}}
  model: {component: logistic_regression, params: {target: label}}
  score: {component: evaluate}
  groups: {component: group_by, params: {by: [label], aggregations: [{function: mean, column: ratio, name: middle}]}}
edges:
  - numbers -> keep
  - keep -> ratio
  - ratio -> distinct
  - distinct -> fill
  - fill -> scale
  - scale -> split
  - split -> model
  - model.model -> score.model
  - ratio -> groups
"""

CROSSED = """
format: 1
name: crossed
nodes:
  numbers: {component: dataset, params: {dataset: numbers}}
  small: {component: random_forest_classifier, params: {target: label, n_estimators: 2, max_depth: 2}}
  slow: {component: random_forest_classifier, params: {target: label, n_estimators: 400}}
  few: {component: split_random, params: {test: 0.97, seed: 1}}
  crossed: {component: join, params: {on: [label], how: inner}}
  distinct: {component: deduplicate, params: {columns: numeric}}
  answers: {component: join, params: {on: [label], how: inner}}
  score: {component: evaluate}
edges:
  - numbers -> few
  - few -> small
  - few -> slow
  - numbers -> crossed.left
  - numbers -> crossed.right
  - crossed -> distinct
  - small.predictions -> answers.left
  - numbers -> answers.right
  - answers -> score.predictions
"""


MANY = """
format: 1
name: many
nodes:
  some: {component: dataset, params: {dataset: some}}
  crossed: {component: join, params: {on: [label], how: inner}}
  distinct: {component: deduplicate, params: {columns: numeric}}
edges: [some -> crossed.left, some -> crossed.right, crossed -> distinct]
"""


def everything(**params: object) -> Pipeline:
    """One node of every family on the noise of `tests.processes`; each is quick."""
    return _changed(Pipeline.from_yaml(EVERYTHING), params)


def crossed() -> Pipeline:
    """Each row beside each of the same label: 30,000 rows become 450 million, in whatever node they are needed."""
    return Pipeline.from_yaml(CROSSED)


def hard_work(kind: type[Component[Any]]) -> Pipeline:
    """A component with its example params, over rows each of which takes almost a millisecond to look at."""
    slow = "levenshtein(repeat(concat(group, number, other), 100), repeat('ab', 150)) >= 0"
    nodes = {
        "rows": {"component": "dataset", "params": {"dataset": "rows"}},
        "slow": {"component": "filter_rows", "params": {"condition": slow}},
        "node": {"component": kind.spec.key, "params": dict(kind.spec.example)},
    }
    wires = [f"slow -> node.{port.name}" for port in kind.spec.inputs]
    return Pipeline.from_document({"format": 1, "name": "hard", "nodes": nodes, "edges": ["rows -> slow", *wires]})


def _changed(pipeline: Pipeline, params: dict[str, object]) -> Pipeline:
    document = pipeline.as_document()
    for name, value in params.items():
        node, _, param = name.partition("__")
        document["nodes"][node]["params"] |= {param: value}
    return Pipeline.from_document({**document, "name": pipeline.name})
