"""Figures by place with the names that people read, in the order that they expect."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.charting.axis import MISSING, MISSING_PLACE, OTHER, OTHER_PLACE, Axis
from engine.charting.drawn import Drawn
from engine.charting.groups import TOO_MANY_WORDS, Grouped
from engine.charting.look import Look


def named(look: Look, found: Grouped, title: str, labelled: Iterable[str]) -> Drawn:
    """The marks of grouped figures.

    Parameters
    ----------
    title
        What the figures are.
    labelled
        The roles whose places stand side by side by name; those of the others lie on a scale.
    """
    labelled = set(labelled)
    keep = _drawable(look, found, labelled)
    points: dict[str, list[Any]] = {}
    order: dict[str, list[str]] = {}
    figures = [found.figures[row] for row in keep]
    for at, axis in enumerate(found.axes):
        places = [found.places[row][at] for row in keep]
        if axis.role in labelled:
            labels = axis.labels()
            points[axis.role] = [axis.label(place, labels) for place in places]
            order[axis.role] = _ordered(look, axis, places, points[axis.role], figures)
        else:
            points |= _scaled(axis, places)
    points |= {name: [values[row] for row in keep] for name, values in found.extra.items()}
    points |= {"y": figures, "rows": [found.rows[row] for row in keep]}
    return Drawn(
        spec=look.spec,
        points=_sorted(points, order, found.axes),
        forms={axis.role: "category" if axis.role in labelled else axis.form for axis in found.axes},
        order=order,
        titles={axis.role: axis.column.name for axis in found.axes} | {"y": title},
        rows=look.rows,
        notes=tuple(dict.fromkeys(look.notes)),
    )


def _drawable(look: Look, found: Grouped, labelled: set[str]) -> list[int]:
    """The figures that are drawn; what is not is noted."""
    keep = []
    homeless = left_out = 0
    for row, places in enumerate(found.places):
        pairs = list(zip(found.axes, places, strict=True))
        if any(place is None and axis.role not in labelled for axis, place in pairs):
            homeless += found.rows[row]
        elif any(_is_left_out(look, axis, place) for axis, place in pairs):
            left_out += found.rows[row]
        else:
            keep.append(row)
    _note(look, found.axes, homeless, left_out, labelled)
    return keep


def _is_left_out(look: Look, axis: Axis, place: Any) -> bool:
    is_side = look.spec.kind == "pyramid" and axis.role == "color"
    if axis.form != "category":
        return is_side and place is None
    return (place == OTHER_PLACE and (not look.spec.other or is_side)) or (place == MISSING_PLACE and is_side)


def _note(look: Look, axes: Sequence[Axis], homeless: int, left_out: int, labelled: set[str]) -> None:
    if homeless:
        along = next(axis.column.name for axis in axes if axis.role not in labelled)
        look.notes.append(f"{homeless:,} rows without a value in {along} have no place.")
    for axis in axes:
        if axis.form == "category" and axis.total > len(axis.words):
            about = "about " if axis.total > TOO_MANY_WORDS and look.is_vast else ""
            rest = "the rest is “(other)”" if look.spec.other else "the rest is left out"
            look.notes.append(f"{len(axis.words)} of {about}{axis.total:,} values of {axis.column.name}; {rest}.")
    if left_out:
        look.notes.append(f"{left_out:,} rows of other categories are left out.")


def _scaled(axis: Axis, places: Sequence[Any]) -> dict[str, list[Any]]:
    if axis.form == "date":
        return {axis.role: [iso(place) for place in places]}
    if axis.form == "range":
        ends = [axis.edge(place + 1) for place in places]
        return {axis.role: [axis.edge(place) for place in places], "until": ends}
    return {axis.role: [float(place) for place in places]}


def iso(moment: datetime) -> str:
    """A moment as plotly and spreadsheets read it."""
    return moment.isoformat() if moment.hour or moment.minute or moment.second else moment.date().isoformat()


def _ordered(
    look: Look, axis: Axis, places: Sequence[Any], labels: Sequence[str], figures: Sequence[float | None]
) -> list[str]:
    """The names along an axis; what is left and what is missing come last."""
    weight: dict[str, float] = {}
    place_of = dict(zip(labels, places, strict=True))
    for label, figure in zip(labels, figures, strict=True):
        weight[label] = weight.get(label, 0.0) + (figure or 0.0)
    is_word = axis.form == "category"
    last = [label for label in (OTHER, MISSING) if _is_last(place_of.get(label, 0), is_word)]
    first = [label for label in place_of if label not in last]
    is_along = axis.role in ("x", "category")
    sort = look.spec.sort if is_along else "auto"
    if sort == "auto" and is_along and is_word and look.spec.kind != "pyramid":
        sort = "highest"
    first.sort(key=natural if is_word else lambda label: place_of[label])
    if sort in ("highest", "lowest"):
        first.sort(key=lambda label: weight[label], reverse=sort == "highest")
    elif sort == "auto" and is_word and not is_along:
        first.sort(key=lambda label: place_of[label])
    return [*first, *last]


def _is_last(place: Any, is_word: bool) -> bool:
    return place is None or (is_word and place in (OTHER_PLACE, MISSING_PLACE))


def natural(label: str) -> tuple[Any, ...]:
    """How people sort: numbers inside names by their value.

    >>> sorted(["10 to 20", "2 to 10"], key=natural)
    ['2 to 10', '10 to 20']
    """
    parts = re.split(r"([0-9]{1,15})", label)
    return tuple((0, int(part), "") if at % 2 else (1, 0, part.casefold()) for at, part in enumerate(parts) if part)


def _sorted(points: dict[str, list[Any]], order: Mapping[str, list[str]], axes: Sequence[Axis]) -> dict[str, list[Any]]:
    ranks = {role: {label: at for at, label in enumerate(names)} for role, names in order.items()}

    def key(row: int) -> tuple[Any, ...]:
        return tuple(
            ranks[axis.role][points[axis.role][row]] if axis.role in ranks else points[axis.role][row] for axis in axes
        )

    rows = sorted(range(len(points["y"])), key=key)
    return {name: [values[row] for row in rows] for name, values in points.items()}
