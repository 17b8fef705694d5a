"""Runs or model versions as lines over parallel axes: settings at the left, metrics at the right."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import Field

from components.catalog import title_of
from engine.service.modelling.models import MOST as MOST_VERSIONS
from engine.service.running.run_conditions import read_conditions, read_known
from engine.service.running.run_settings import scalars
from engine.service.running.run_table import best_of
from engine.service.scores import DESCRIBING, better, main_metric
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.run_index import RunSearch

MOST_LINES = 1_000
USUAL_AXES = 9
"""More can be chosen, but are no longer told apart."""
MOST_CATEGORIES = 20
"""An axis with more texts than these has no room for their names."""

Value = float | str | None
Thing = TypeVar("Thing")


class AxisView(View):
    """One axis.

    Parameters
    ----------
    values
        One for each line; None where it has no such thing.
    """

    name: str
    kind: Literal["number", "category"]
    is_metric: bool
    values: list[Value]


class LinesView(View):
    """Lines over parallel axes.

    Parameters
    ----------
    names, ids
        What each line is called, and the id or reference of what it stands for.
    total
        How many lines there would be; where that is more than there are names, they are an even sample, the best and
        the worst among them.
    colour
        The metric that the lines are coloured by; None where none is known.
    offered
        Every axis on which the lines differ.
    constant
        Settings that are the same for all that are drawn.
    """

    names: list[str]
    ids: list[str]
    axes: list[AxisView]
    total: int
    colour: str | None = None
    metrics: list[str] = Field(default_factory=list)
    offered: list[str] = Field(default_factory=list)
    constant: dict[str, Any] = Field(default_factory=dict)

    @property
    def sampled(self) -> bool:
        """Whether some lines are not drawn."""
        return self.total > len(self.names)


class Line(View):
    """One run or model version."""

    name: str
    id: str
    params: Mapping[str, float | str]
    metrics: Mapping[str, float]


def lines_of_runs(
    workspace: Workspace,
    conditions: Sequence[str] = (),
    *,
    words: str = "",
    colour: str | None = None,
    axes: Sequence[str] = (),
) -> LinesView:
    """The runs that fulfil all conditions and have the metric that colours them.

    Raises
    ------
    InvalidSetting
        When a condition names something that no run has.
    """
    with workspace.database.read() as uow:
        index = uow.run_index
        search = RunSearch(read_conditions(conditions, read_known(uow)), words)
        by = _coloured_by(index.metric_names(search), colour)
        ranked = index.ranked(search, by) if by else []
        entries = index.entries(evenly(ranked, MOST_LINES))
        values = index.values([entry.id for entry in entries])
    lines = [
        Line(
            name=f"{entry.pipeline} run {entry.number}",
            id=entry.id,
            params=values.params.get(entry.id, {}),
            metrics=best_of(values.metrics[entry.id]),
        )
        for entry in entries
    ]
    return as_lines(lines, by, axes).model_copy(update={"total": len(ranked)})


def lines_of_versions(
    workspace: Workspace, model: str, *, colour: str | None = None, axes: Sequence[str] = ()
) -> LinesView:
    """The versions of a model, with the settings of the runs that trained them.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        rows = uow.models.versions(uow.models.by_name(model).id, limit=MOST_VERSIONS)
        known = uow.run_index.values([row.run_id for row in rows]).params
    lines = [
        Line(
            name=f"v{row.number}",
            id=f"{model}:{row.number}",
            params={
                name.removeprefix(f"{row.node_id}."): value
                for name, value in known.get(row.run_id, {}).items()
                if name != row.node_id
            }
            | {"kind of model": title_of(str(row.signature.get("component", "")))},
            metrics=dict(scalars(row.metrics)),
        )
        for row in rows
    ]
    return as_lines(lines, colour, axes)


def as_lines(lines: Sequence[Line], colour: str | None = None, axes: Sequence[str] = ()) -> LinesView:
    """Lines over the axes that were chosen; the usual ones unless some were.

    Parameters
    ----------
    colour
        A metric; the main one unless given.
    """
    metrics = [name for name in _names(lines, "metrics") if name not in DESCRIBING]
    by = _coloured_by(metrics, colour)
    drawn = thinned_lines(lines, by)
    params = _names(lines, "params")
    varying = [name for name in params if _varies([line.params.get(name) for line in lines])]
    measured = [name for name in metrics if _varies([line.metrics.get(name) for line in lines])]
    offered = [*varying, *measured]
    chosen = [name for name in axes if name in offered] or _usual(lines, varying, measured, by)
    constant = {
        name: lines[0].params[name]
        for name in params
        if name not in varying and all(name in line.params for line in lines)
    }
    return LinesView(
        names=[line.name for line in drawn],
        ids=[line.id for line in drawn],
        axes=[_axis(drawn, name, is_metric=name in measured) for name in chosen],
        total=len(lines),
        colour=by,
        metrics=metrics,
        offered=offered,
        constant=constant,
    )


def thinned_lines(lines: Sequence[Line], by: str | None, most: int = MOST_LINES) -> list[Line]:
    """At most so many lines, evenly over what they are coloured by, so that the best and the worst stay."""
    ordered = sorted(lines, key=lambda line: (by not in line.metrics, line.metrics.get(by or "", 0.0)))
    return evenly(ordered, most) if len(lines) > most else list(lines)


def evenly(things: Sequence[Thing], most: int) -> list[Thing]:
    """At most so many of them, the first and the last among them.

    >>> evenly("abcdefg", 3), evenly("ab", 3)
    (['a', 'd', 'g'], ['a', 'b'])
    """
    if len(things) <= most:
        return list(things)
    step = (len(things) - 1) / (most - 1)
    return [things[round(nth * step)] for nth in range(most)]


def best_line(view: LinesView) -> int | None:
    """The place of the line with the best value of the metric that colours them."""
    axis = next((axis for axis in view.axes if axis.name == view.colour), None)
    known = {place: value for place, value in enumerate(axis.values) if isinstance(value, float)} if axis else {}
    if axis is None or not known:
        return None
    return min(known, key=known.__getitem__) if better(axis.name) == "lower" else max(known, key=known.__getitem__)


def _coloured_by(metrics: Sequence[str], asked: str | None) -> str | None:
    """The metric that was asked for, if some line has it; else the one that says most."""
    known = [name for name in metrics if name not in DESCRIBING]
    return asked if asked in known else main_metric(dict.fromkeys(known, 0.0))


def _usual(lines: Sequence[Line], varying: Sequence[str], measured: Sequence[str], by: str | None) -> list[str]:
    """Settings that most lines have, then the metric that colours them and two more."""
    last = [name for name in measured if name != by][:2]
    last += [by] if by is not None and by in measured else []
    known = {name: sum(name in line.params for line in lines) for name in varying}
    params = sorted(varying, key=lambda name: -known[name])[: USUAL_AXES - len(last)]
    return [*(name for name in varying if name in params), *last]


def _axis(lines: Sequence[Line], name: str, *, is_metric: bool) -> AxisView:
    values: list[Any] = [(line.metrics if is_metric else line.params).get(name) for line in lines]
    known = [value for value in values if value is not None]
    if all(isinstance(value, float) for value in known):
        return AxisView(name=name, kind="number", is_metric=is_metric, values=values)
    texts = [None if value is None else f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    return AxisView(name=name, kind="category", is_metric=is_metric, values=_common(texts))


def _common(texts: Sequence[str | None]) -> list[Value]:
    """With the rarer ones put together, where there are too many to be named."""
    counted: dict[str, int] = {}
    for text in texts:
        if text is not None:
            counted[text] = counted.get(text, 0) + 1
    kept = sorted(counted, key=lambda text: -counted[text])[:MOST_CATEGORIES]
    return [text if text is None or text in kept else "others" for text in texts]


def _names(lines: Sequence[Line], of: Literal["params", "metrics"]) -> list[str]:
    return list(dict.fromkeys(name for line in lines for name in getattr(line, of)))


def _varies(values: Sequence[Value]) -> bool:
    return len({value for value in values if value is not None}) > 1
