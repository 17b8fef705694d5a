"""What is fitted on which rows, and what an endpoint will run: both laid over the drawing."""

from collections.abc import Iterable

from pydantic import Field

from components.base import Model
from engine.graph import Pipeline
from engine.leakage import is_a
from engine.leakage.fitted import borders, fitted_on
from engine.serve.roles import roles
from engine.service.building.pipelines import look_through
from engine.service.views import View
from engine.workspace import Workspace


class MarkView(View):
    """What is said of one node: a kind that has a look of its own, and a sentence."""

    kind: str
    words: str


class ChoiceView(View):
    """A model node to choose from."""

    id: str
    title: str


class OverlayView(View):
    """An overlay of the drawing.

    Parameters
    ----------
    marks
        By node; what is not named plays no part.
    borders
        Where rows get their roles: the node that meets them first, and how that came.
    models
        The model nodes there are; `model` is the one whose endpoint is shown.
    """

    kind: str
    marks: dict[str, MarkView] = Field(default_factory=dict)
    borders: dict[str, str] = Field(default_factory=dict)
    models: list[ChoiceView] = Field(default_factory=list)
    model: str | None = None
    note: str | None = None


def fitted_overlay(workspace: Workspace, pipeline: Pipeline) -> OverlayView:
    """What learns from which rows, and where rows get their roles."""
    looked = look_through(workspace, pipeline)
    if looked.placement.pipeline.cycles():
        return OverlayView(kind="fitted", note="Nodes feed each other in a circle. Remove a wire first.")
    found = fitted_on(looked.placement, looked.schemas)
    marks = {node: MarkView(kind=one.rows, words=one.words) for node, one in found.items() if node in pipeline.by_id}
    where = {border.before: border.words for border in borders(looked.placement) if border.before in pipeline.by_id}
    note = None if marks else "Nothing in this pipeline learns from rows yet."
    return OverlayView(kind="fitted", marks=marks, borders=where, note=note)


def serving_overlay(workspace: Workspace, pipeline: Pipeline, model: str | None = None) -> OverlayView:
    """What an endpoint of a model runs; of the first one unless it is named."""
    looked = look_through(workspace, pipeline)
    placed = looked.placement.pipeline
    models = [ChoiceView(id=node.id, title=node.label) for node in pipeline.nodes if is_a(node, Model)]
    if placed.cycles():
        return OverlayView(
            kind="serving", models=models, note="Nodes feed each other in a circle. Remove a wire first."
        )
    chosen = _chosen(model, [choice.id for choice in models])
    if chosen is None:
        return OverlayView(kind="serving", note="An endpoint answers with a model. Draw one to see what it will run.")
    found = roles(placed, chosen)
    marks = {node: MarkView(kind=role.part, words=role.words) for node, role in found.items() if node in pipeline.by_id}
    note = None if len(marks) > 1 else "Connect a table to this model to see what an endpoint will run."
    return OverlayView(kind="serving", marks=marks, models=models, model=chosen, note=note)


def _chosen(asked: str | None, models: Iterable[str]) -> str | None:
    known = list(models)
    return asked if asked in known else next(iter(known), None)
