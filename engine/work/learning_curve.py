"""Learn a model again from growing shares of its train rows, behind the very nodes that prepared them."""

from dataclasses import replace
from typing import Any

from engine.errors import DataError
from engine.graph import Edge, Node
from engine.work.assignment import Assignment
from engine.work.rerun import plan_again, read_side, run_again
from engine.work.score_factors import Side
from storage.unit_of_work import UnitOfWork

COMPONENT = "learning_curve"
KEPT = "learning_curve"
"""Its name in a report."""
DOING = "learning from growing shares of the train rows"


def learning_curve(assignment: Assignment) -> dict[str, Any]:
    """Draw the learning curve of ``payload["model_version_id"]``, and keep it with the model's report.

    Returns
    -------
    dict
        ``model_version_id``

    Raises
    ------
    CanvasbackError, ComponentError, StorageError
    """
    workspace, version_id = assignment.workspace, assignment.payload["model_version_id"]
    with workspace.database.read() as uow:
        version = uow.models.get_version(version_id)
        side = _with_curve(read_side(uow, version.run_id, version.node_id))
        backend = uow.runs.get(version.run_id).backend
    assignment.tell(0.0, DOING, always=True)
    plan = plan_again(workspace, side, backend)
    results = run_again(assignment, plan, side, backend, workspace.cache, lambda done: (done, DOING))
    workspace.cache.trim(workspace.settings.cache_max_mb * 1_000_000)
    report = results[side.node].report
    if not report:
        raise DataError("The learning curve came without figures.", hint="Try it again.")
    kept = {name: report.get(name) for name in ("plots", "notes", "rows")}

    def keep(uow: UnitOfWork) -> None:
        nodes = uow.runs.nodes(version.run_id)
        known = next((dict(node.report or {}) for node in nodes if node.node_id == version.node_id), {})
        uow.runs.record_node(version.run_id, version.node_id, report={**known, KEPT: kept})

    assignment.finish.append(keep)
    return {"model_version_id": version_id}


def _with_curve(side: Side) -> Side:
    """The way to a model, and a learning curve after it."""
    drawn, node = side.drawn, side.drawn.free_id(COMPONENT)
    curve = Node(id=node, component=COMPONENT)
    wire = Edge(source=side.node, source_port="model", target=node, target_port="model")
    longer = drawn.model_copy(update={"nodes": (*drawn.nodes, curve), "edges": (*drawn.edges, wire)})
    return replace(side, drawn=longer, node=node)
