"""Let a column that is there stand in for one that is gone."""

from engine.graph import Edge, Pipeline
from engine.refactor.follow import follow, known_of
from engine.refactor.insert import RENAME, new_node, put_on
from engine.refactor.proposal import Proposal, proposed
from engine.schemas import TableSchemas


def stand_in(pipeline: Pipeline, stored: TableSchemas, node_id: str, port: str, gone: str, there: str) -> Proposal:
    """Propose a column for one that a node, and what comes after it, still calls by a name that is gone.

    What is behind the node is followed as if the column had been there under its old name until now.

    Parameters
    ----------
    port
        The node's input.
    """
    wires = [edge for edge in pipeline.into(node_id) if edge.target_port == port]
    before = _as_it_was(pipeline, wires, gone, there)
    arriving = {(node_id, port): {gone: there}}
    followed = follow(known_of(before, stored), pipeline, stored, given={}, arriving=arriving)
    return proposed(f"Use “{there}” instead of “{gone}”", pipeline, followed)


def _as_it_was(pipeline: Pipeline, wires: list[Edge], gone: str, there: str) -> Pipeline:
    if not wires:
        return pipeline
    return put_on(pipeline, wires[:1], new_node(pipeline, RENAME, {"mapping": {there: gone}}))
