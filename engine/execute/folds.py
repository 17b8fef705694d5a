"""A cross-validation: for each fold, the way from the split to a model is gone once more, with the roles of that fold.

A fold is a plan of its own, with the same nodes and other fingerprints from the split on; what it computes is kept
like anything else, so models behind the same nodes share it. Nobody is told of it: the canvas, events and run records
know the nodes that were drawn.
"""

from collections.abc import Iterator
from dataclasses import replace

from components.base import Split
from engine.errors import MissingThing
from engine.leakage import line
from engine.plan import Plan, PlannedNode, identities


def fold_plans(plan: Plan, model: PlannedNode) -> Iterator[Plan]:
    """For each fold of the cross-validation on a model's line, what trains and tests the model; none without one."""
    for node_id in line(plan.placement.pipeline, model.id):
        split = plan.by_id[node_id].component
        for turn in split.turns() if isinstance(split, Split) else ():
            yield _with_split(plan, model, node_id, turn)


def _with_split(plan: Plan, model: PlannedNode, split_id: str, split: Split) -> Plan:  # type: ignore[type-arg]
    """The way to a model with another split; what does not come after it stays as it is."""
    pipeline = plan.placement.pipeline
    needed, after = pipeline.ancestors(model.id) | {model.id}, pipeline.descendants(split_id) | {split_id}
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
