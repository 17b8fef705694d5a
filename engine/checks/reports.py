"""What keeps a report from being made, or a model from being applied: found before anything runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.base import Application, Comparison, Estimator, Evaluation, Reporting
from engine.checks.problems import Problem
from engine.graph import Edge, Node, Pipeline, component_of, spec_ports
from engine.leakage import is_a, origin
from engine.schemas import PREDICTION, PROBABILITIES, NodeSchemas, model_at, model_behind

PREDICTS = {"classification": "classes", "regression": "numbers", "clustering": "groups", "anomaly": "outliers"}
LEAST_COMPARED = 2


def report_problems(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    """Reports without a model, about models they do not fit, or on predictions that lack what they need."""
    if pipeline.cycles():
        return
    for node in pipeline.nodes:
        if is_a(node, Reporting, Application):
            yield from _of(pipeline, node, schemas)
        if is_a(node, Comparison):
            yield from _comparison(pipeline, node, schemas)


def _of(pipeline: Pipeline, node: Node, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    kinds = {port.name: port.kind for port in spec_ports(node.component, "inputs")}
    for edge in _models(pipeline, node):
        behind = model_behind(pipeline, edge)
        if behind is None:
            predicted, trained = (
                "the predictions of a model's own test rows",
                "a model that predicts classes or numbers",
            )
            wanted = predicted if edge.target_port == "predictions" else trained
            message = f"{node.label} takes {wanted}, but {pipeline.by_id[edge.source].label} gives something else."
            hint = "Connect the output 'model' or 'predictions' of a model."
            yield Problem("no_model", message, node=node.id, field=edge.target_port, hint=hint)
            continue
        yield from _wrong_task(node, pipeline.by_id[behind], schemas)
        if schemas.get(behind, NodeSchemas()).component is not None and model_at(pipeline, edge, schemas) is None:
            message = f"{node.label} cannot look into {pipeline.by_id[behind].label}, which learns from no table."
            hint = "Connect a model that learns from a table."
            yield Problem("no_table", message, node=node.id, field=edge.target_port, hint=hint)
        if kinds.get(edge.target_port) == "table":
            yield from _lost_columns(node, edge, schemas, behind)


def _wrong_task(node: Node, model: Node, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    kind: Any = component_of(node)
    known = schemas.get(model.id, NodeSchemas()).component
    task = getattr(known or component_of(model), "task", None)
    if task is None or task in kind.tasks:
        return
    wanted = " or ".join(PREDICTS[name] for name in kind.tasks)
    told = f"finds {PREDICTS[task]}" if task in ("clustering", "anomaly") else f"predicts {PREDICTS[task]}"
    yield Problem(
        "wrong_task",
        f"{node.label} is for models that predict {wanted}, but {model.label} {told}.",
        node=node.id,
        hint="Connect another model, or use Evaluate, which reports on both.",
    )


def _lost_columns(node: Node, edge: Edge, schemas: Mapping[str, NodeSchemas], behind: str) -> Iterator[Problem]:
    model = schemas.get(behind, NodeSchemas()).component
    arriving = schemas.get(edge.source, NodeSchemas()).outputs.get(edge.source_port)
    if not isinstance(model, Estimator) or arriving is None:
        return
    needed = [model.params.target, PREDICTION, *([PROBABILITIES] if model.task == "classification" else [])]
    lost = next((name for name in needed if name not in arriving), None)
    if lost is not None:
        message = f"{node.label}: the predictions have no column {lost!r} any more."
        hint = "Keep it on the way here, or connect the model directly."
        yield Problem("column_lost", message, node=node.id, field=edge.target_port, hint=hint)


def _comparison(pipeline: Pipeline, node: Node, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    behind = [found for edge in _models(pipeline, node) if (found := model_behind(pipeline, edge))]
    if behind and len(behind) < LEAST_COMPARED:
        message = f"{node.label} has one model only."
        yield Problem("one_model", message, node=node.id, hint="Connect a second model to the same input.")
    models = [schemas[found].component for found in behind if found in schemas]
    drawn = [model for model in models if isinstance(model, Estimator)]
    if len({(model.task, model.params.target) for model in drawn}) > 1:
        listed = " and ".join(dict.fromkeys(repr(model.params.target) for model in drawn))
        message = f"{node.label}: these models do not predict the same ({listed})."
        yield Problem("different_targets", message, node=node.id, hint="Connect models with the same target and task.")
    elif len({origin(pipeline, found) for found in behind}) > 1:
        message = f"{node.label}: the rows of these models begin at different nodes, so they share no test rows."
        yield Problem("different_rows", message, node=node.id, hint="Connect models that learn from the same table.")


def _models(pipeline: Pipeline, node: Node) -> list[Edge]:
    """The wires that bring models or their predictions."""
    kinds = {port.name: port.kind for port in spec_ports(node.component, "inputs")}
    takes = {name for name, kind in kinds.items() if kind == "model" or is_a(node, Evaluation)}
    return [edge for edge in pipeline.into(node.id) if edge.target_port in takes and edge.source in pipeline.by_id]
