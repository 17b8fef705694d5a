"""After the name of a column was changed in a form: what still calls it by its old name."""

from collections.abc import Mapping
from typing import Any

from components.base import Source
from engine.graph import Pipeline
from engine.refactor.follow import Place, follow, known_of
from engine.refactor.names import Names, same_columns
from engine.refactor.proposal import Proposal, proposed
from engine.schemas import NodeSchemas, TableSchemas


def later_uses(pipeline: Pipeline, stored: TableSchemas, node_id: str, params: Mapping[str, Any]) -> Proposal | None:
    """Propose that everything after a node follows what an edit of it has renamed; None where nothing has to.

    Parameters
    ----------
    params
        Those of the node before it was edited.
    """
    node = pipeline.by_id.get(node_id)
    if node is None:
        return None
    earlier = node.model_copy(update={"params": dict(params)})
    nodes = tuple(earlier if it is node else it for it in pipeline.nodes)
    before = known_of(pipeline.model_copy(update={"nodes": nodes}), stored)
    given = _given(node_id, before[node_id], known_of(pipeline, stored)[node_id]) if node_id in before else {}
    if not given:
        return None
    proposal = proposed(_title(given), pipeline, follow(before, pipeline, stored, given=given))
    return proposal if proposal.uses else None


def _given(node_id: str, before: NodeSchemas, now: NodeSchemas) -> dict[Place, Names]:
    if isinstance(now.component, Source):  # another dataset has other columns, not the same under other names
        return {}
    found = {port: same_columns(before, now, port, {}) for port in before.outputs if port in now.outputs}
    return {(node_id, port): names for port, names in found.items() if names}


def _title(given: Mapping[Place, Names]) -> str:
    names = {pair: None for renamed in given.values() for pair in renamed.items()}
    (old, new), *more = names
    return f"Use “{new}” instead of “{old}”" + (f" and {len(more)} more" if more else "") + " in later places, too"
