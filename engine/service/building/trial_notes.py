"""What must be known to read a preview rightly: what a run does otherwise than the sample shows."""

from collections.abc import Iterator
from typing import Any

from components.base import Component, Learner, MatrixTransform, Model, Output, Reporting, Source
from components.ports import ROLE
from engine.checks import Review
from engine.execute.trial import is_tried
from engine.leakage import is_a

ON_A_SAMPLE = "On a sample: these numbers come from few rows, and a run computes somewhat other ones."
LATER = "It runs when you press Run."


def notes_on(
    made: Component[Any] | None, looked: Review, node_id: str, learned_from: int | None, *, is_whole: bool
) -> list[str]:
    """Sentences about a node and the way to it.

    Parameters
    ----------
    learned_from
        How many sample rows the node itself learned from; None where it learns nothing.
    is_whole
        Whether the sample is all of the data.
    """
    return list(dict.fromkeys(_notes(made, looked, node_id, learned_from, is_whole)))


def _notes(
    made: Component[Any] | None, looked: Review, node_id: str, learned_from: int | None, is_whole: bool
) -> Iterator[str]:
    if made is not None and not is_tried(made) and not isinstance(made, Source):
        yield f"{_why(made)} {LATER}"
    has_roles = made is not None and any(ROLE in schema for schema in looked.schemas[node_id].inputs.values())
    if learned_from is not None:
        rows = f"{learned_from:,} {'train rows' if has_roles else 'rows'}"
        whole = "train row" if has_roles else "row"
        yield f"Learned from the {rows}{'.' if is_whole else f' of the sample; a run learns from every {whole}.'}"
    if is_whole:
        return
    if isinstance(made, MatrixTransform) and is_tried(made):
        yield ON_A_SAMPLE
    placed = looked.placement.pipeline
    way = [name for name in placed.order() if name == node_id or name in placed.ancestors(node_id)]
    for name in way:
        known = looked.schemas.get(name)
        component = known.component if known else None
        if component is None or not is_tried(component) or isinstance(component, Source):
            continue
        label = placed.by_id[name].label
        if len([port for port in component.spec.inputs if port.kind == "table"]) > 1:
            yield f"{label}: only sampled rows meet here, so fewer find a partner than in a run."
        elif component.spec.serving == "boundary":
            yield f"{label}: computed over the sampled rows; a run takes all of them."
        elif name != node_id and is_a(placed.by_id[name], Learner):
            yield f"{label} has learned from the sample, too."


def _why(made: Component[Any]) -> str:
    match made:
        case Model():
            return "A preview trains no models."
        case Reporting():
            return "A preview asks no models."
        case Output():
            return "A preview writes nothing."
        case _:
            return f"{made.spec.title} needs a whole run."
