"""Lineage: dataset version → pipeline version → run → model → endpoint → dataset version that it answered."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from engine.workspace import Workspace
from storage.repositories.batches import Scored
from storage.repositories.lineage import LineageRow

Stage = Literal["dataset", "pipeline", "run", "model", "endpoint", "scored"]
STAGES: tuple[Stage, ...] = ("dataset", "pipeline", "run", "model", "endpoint", "scored")


@dataclass(frozen=True)
class LineageNode:
    """One thing in the picture.

    Parameters
    ----------
    key
        What its page needs: a dataset's, model's or endpoint's name, a pipeline's or run's id.
    version
        Number of the version, run or revision.
    """

    id: str
    stage: Stage
    label: str
    key: str
    version: int | None = None


@dataclass(frozen=True)
class Lineage:
    """The picture: nodes, and arrows between their ids."""

    nodes: tuple[LineageNode, ...] = ()
    arrows: tuple[tuple[str, str], ...] = field(default=())


def get_lineage(
    workspace: Workspace,
    *,
    dataset: str | None = None,
    pipeline_id: str | None = None,
    run_id: str | None = None,
    model: str | None = None,
    endpoint: str | None = None,
    limit: int = 200,
) -> Lineage:
    """Everything on the paths through one thing; without one, the newest paths.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        rows = uow.runs.lineage(
            dataset_id=uow.datasets.by_name(dataset).id if dataset else None,
            pipeline_id=pipeline_id,
            run_id=run_id,
            model_id=uow.models.by_name(model).id if model else None,
            endpoint_id=uow.endpoints.by_name(endpoint).id if endpoint else None,
            limit=limit,
        )
        scored = [] if pipeline_id or run_id else uow.batches.scored(dataset, model, endpoint, limit)
        if dataset:  # what was answered came out of all that is behind the endpoint
            for endpoint_id in {it.endpoint_id for it in scored if it.made == dataset}:
                rows = [*rows, *uow.runs.lineage(endpoint_id=endpoint_id, limit=limit)]
    nodes: dict[str, LineageNode] = {}
    arrows: dict[tuple[str, str], None] = {}
    for row in rows:
        path = _path(row)
        nodes |= {node.id: node for node in path}
        arrows |= dict.fromkeys((a.id, b.id) for a, b in pairwise(path))
    for one in scored:
        for path in _scored_paths(one):
            nodes = {node.id: node for node in path} | nodes
            arrows |= dict.fromkeys((a.id, b.id) for a, b in pairwise(path))
    return Lineage(tuple(nodes.values()), tuple(arrows))


def _path(row: LineageRow) -> list[LineageNode]:
    path = []
    if row.dataset_version_id and row.dataset:
        label = f"{row.dataset} v{row.dataset_version}"
        path.append(LineageNode(row.dataset_version_id, "dataset", label, row.dataset, row.dataset_version))
    label = f"{row.pipeline} v{row.pipeline_version}"
    path.append(LineageNode(row.pipeline_version_id, "pipeline", label, row.pipeline_id, row.pipeline_version))
    path.append(LineageNode(row.run_id, "run", f"{row.pipeline} run {row.run}", row.run_id, row.run))
    if row.model_version_id and row.model:
        label = f"{row.model} v{row.model_version}"
        path.append(LineageNode(row.model_version_id, "model", label, row.model, row.model_version))
    if row.endpoint and row.endpoint_id and row.active:
        path.append(LineageNode(row.endpoint_id, "endpoint", row.endpoint, row.endpoint, row.revision))
    return path


def _scored_paths(it: Scored) -> list[list[LineageNode]]:
    """From the dataset version that was read, where that is still there, over the endpoint to the one that was made."""
    endpoint = LineageNode(it.endpoint_id, "endpoint", it.endpoint, it.endpoint)
    made = LineageNode(it.made_id, "scored", f"{it.made} v{it.made_number}", it.made, it.made_number)
    if it.read_id is None or it.read is None:
        return [[endpoint, made]]
    read = LineageNode(it.read_id, "dataset", f"{it.read} v{it.read_number}", it.read, it.read_number)
    return [[read, endpoint, made]]
