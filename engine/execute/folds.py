"""Rows in parts that are tested in turn: for each, the way from the split to a model is gone once more.

A fold is a plan of its own, with the same nodes and other fingerprints from the split on; what it computes is kept
like anything else, so models behind the same nodes share it. Nobody is told of it: the canvas, events and run records
know the nodes that were drawn. A cross-validation has folds of all rows (`fold_plans`); a model that compares others on
train rows has folds of these (`inner_plans`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from components.base import Estimator, Learner, Split
from components.ports import kind_of
from components.split.cross_validation import CrossValidationParams
from engine.errors import MissingThing
from engine.execute.inner_split import InnerSplit
from engine.execute.tables import Tables
from engine.leakage import line
from engine.plan import Input, Plan, PlannedNode, identities


def fold_plans(plan: Plan, model: PlannedNode) -> Iterator[Plan]:
    """For each fold of the cross-validation on a model's line, what trains and tests the model; none without one."""
    for node_id in line(plan.placement.pipeline, model.id):
        split = plan.by_id[node_id].component
        for turn in split.turns() if isinstance(split, Split) else ():
            yield _with_split(plan, model.id, node_id, turn)


@dataclass(frozen=True)
class Within:
    """The split whose train rows a model holds out in turn once more.

    Parameters
    ----------
    given
        What arrives at the model.
    """

    node: PlannedNode
    split: Split[Any]
    given: Input


def split_within(plan: Plan, model: PlannedNode) -> Within | None:
    """The split on a model's line, where it matters to the parts of its train rows.

    So it does where something learns between the two, and where rows belong together or follow each other.
    """
    way = [plan.by_id[node_id] for node_id in line(plan.placement.pipeline, model.id)[:-1]]
    splits = [(place, node.component) for place, node in enumerate(way) if isinstance(node.component, Split)]
    given = next((given for given in model.inputs if _is_table(model, given)), None)
    if len(splits) != 1 or given is None:
        return None
    place, split = splits[0]
    learns = any(isinstance(node.component, Learner) for node in way[place + 1 :])
    is_bound = split.together() is not None or split.follows() is not None
    return Within(way[place], split, given) if learns or is_bound else None


def inner_plans(
    plan: Plan, within: Within, model: Estimator[Any], tables: Tables, folds: int, parts: int
) -> Iterator[Plan]:
    """For each part of the train rows that is held out, what prepares the rows that a model gets.

    Rows that belong together stay together, or follow each other in time, as in the split; else classes keep shares.
    """
    split, arriving = within.split, next(iter(within.node.known.inputs.values()))
    cuts = tables.cuts(within.node.id)
    by: dict[str, Any] = {"group": split.together(), "time": split.follows()}
    is_class = model.task == "classification" and model.target in arriving
    if not any(by.values()) and is_class and kind_of(arriving[model.target]) in ("text", "boolean", "numeric"):
        by["stratify"] = model.target
    seed = crc32(f"inner {getattr(model.params, 'seed', 0)}".encode()) // 2  # other draws than those of the split
    for fold in range(folds, folds - parts, -1):  # by time, the last has the most rows to learn from
        inner = CrossValidationParams(folds=folds, fold=fold, seed=seed, **by)
        yield _with_split(plan, within.given.node, within.node.id, InnerSplit.within(split, cuts, inner))


def _is_table(model: PlannedNode, given: Input) -> bool:
    return any(port.name == given.port and port.kind == "table" for port in model.component.spec.inputs)


def _with_split(plan: Plan, last: str, split_id: str, split: Split[Any]) -> Plan:
    """The way to a node with another split; what does not come after it stays as it is."""
    pipeline = plan.placement.pipeline
    needed, after = pipeline.ancestors(last) | {last}, pipeline.descendants(split_id) | {split_id}
    planned: dict[str, PlannedNode] = {}
    for node in plan.nodes:
        if node.id in needed & after:
            component = split if node.id == split_id else node.component
            fingerprint, shape = identities(component, node.inputs, planned, _no_dataset)
            planned[node.id] = replace(node, component=component, fingerprint=fingerprint, shape=shape)
        elif node.id in needed:
            planned[node.id] = node
    return Plan(tuple(planned.values()), plan.placement)


def _no_dataset(table: object) -> str:
    raise MissingThing("A source has no rows before it.")  # so it never comes after a split
