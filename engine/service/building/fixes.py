"""Findings about a dataset, fixed by nodes: drawn in a new pipeline, or put into one that reads it already."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.drafting.repairs import ORDER, is_fixable, steps_of, together
from engine.errors import MissingThing
from engine.graph import Edge, Node, Pipeline, spec_ports
from engine.refactor.insert import put_on
from engine.service.building.pipelines import drawn, get_draft, import_pipeline, list_pipelines
from engine.service.views import DraftView, View
from engine.workspace import Workspace

STEP = 280.0
"""How far apart nodes are drawn."""


__all__ = ["Reader", "draw_fixes", "is_fixable", "readers_of", "steps_of", "together", "with_steps"]


class Reader(View):
    """A pipeline that a fix can be drawn in."""

    pipeline_id: str
    name: str
    reads_it: bool


def readers_of(workspace: Workspace, dataset: str) -> list[Reader]:
    """All pipelines, those that read the dataset first."""
    found = [
        Reader(
            pipeline_id=one.id,
            name=one.name,
            reads_it=_reading(drawn(get_draft(workspace, one.id)), dataset) is not None,
        )
        for one in list_pipelines(workspace)
    ]
    return sorted(found, key=lambda one: not one.reads_it)


def draw_fixes(
    workspace: Workspace,
    dataset: str,
    findings: Sequence[Mapping[str, Any]],
    *,
    name: str = "",
    pipeline_id: str | None = None,
    version: int | None = None,
) -> tuple[DraftView, str]:
    """Draw the nodes that help with some findings, behind the dataset.

    Parameters
    ----------
    name
        Of a new pipeline; not needed where one is given.
    version
        The version a new dataset node reads; the latest unless given.

    Returns
    -------
    DraftView
        The pipeline's draft.
    str
        The id of the first node that was drawn.

    Raises
    ------
    MissingThing
        Where no finding has a fix.
    NameTaken, BadName
    """
    steps = steps_of(findings)
    if not steps:
        raise MissingThing("There is nothing that a node could fix.", hint="Choose a finding with a fix.")
    before = drawn(get_draft(workspace, pipeline_id)) if pipeline_id else Pipeline(name=name.strip() or "untitled")
    after, first = with_steps(before, dataset, steps, version)
    return import_pipeline(workspace, after, replace=pipeline_id is not None), first


def with_steps(
    pipeline: Pipeline, dataset: str, steps: Sequence[tuple[str, Mapping[str, Any]]], version: int | None = None
) -> tuple[Pipeline, str]:
    """A pipeline with some nodes drawn behind a dataset, which is drawn where it is not there yet."""
    last = _reading(pipeline, dataset)
    if last is None:
        pipeline, last = _with_dataset(pipeline, dataset, version)
    else:
        last = _end_of_fixes(pipeline, last)
    first = ""
    for key, params in steps:
        node = Node(id=pipeline.free_id(key), component=key, params=dict(params))
        pipeline, last, first = _behind(pipeline, last, node), node.id, first or node.id
    return pipeline, first


def _reading(pipeline: Pipeline, dataset: str) -> str | None:
    reads = (
        node.id for node in pipeline.nodes if node.component == "dataset" and node.params.get("dataset") == dataset
    )
    return next(reads, None)


def _end_of_fixes(pipeline: Pipeline, node_id: str) -> str:
    """The last of the fixes that follow a dataset already: a later one may need what an earlier one did."""
    seen = {node_id}
    while len(leaving := pipeline.out_of(node_id)) == 1:
        after = pipeline.by_id.get(leaving[0].target)
        if after is None or after.component not in ORDER or after.id in seen or len(pipeline.into(after.id)) != 1:
            break
        node_id = after.id
        seen.add(node_id)
    return node_id


def _with_dataset(pipeline: Pipeline, dataset: str, version: int | None) -> tuple[Pipeline, str]:
    params: dict[str, Any] = {"dataset": dataset} | ({"version": version} if version is not None else {})
    node = Node(id=pipeline.free_id("data"), component="dataset", params=params)
    lowest = max((place[1] for place in pipeline.layout.values()), default=-STEP / 2)
    layout = {**pipeline.layout, node.id: (0.0, lowest + STEP / 2)}
    return pipeline.model_copy(update={"nodes": (*pipeline.nodes, node), "layout": layout}), node.id


def _behind(pipeline: Pipeline, source: str, node: Node) -> Pipeline:
    leaving = pipeline.out_of(source)
    if leaving:
        return put_on(pipeline, [edge for edge in leaving if edge.source_port == leaving[0].source_port], node)
    x, y = pipeline.layout.get(source, (0.0, 0.0))
    ports = spec_ports(pipeline.by_id[source].component, "outputs"), spec_ports(node.component, "inputs")
    wire = Edge(source=source, source_port=ports[0][0].name, target=node.id, target_port=ports[1][0].name)
    parts = {"nodes": (*pipeline.nodes, node), "edges": (*pipeline.edges, wire)}
    return pipeline.model_copy(update={**parts, "layout": {**pipeline.layout, node.id: (x + STEP, y)}})
