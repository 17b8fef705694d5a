"""A table on a page: a chart where its values suit, and its first rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from components.outputs.points import OTHER
from components.outputs.sketch import MOST_BARS, Sketch
from engine.work.page.drawing import Bar, bars, line
from engine.work.page.elements import Element, element
from engine.work.page.values import shown

LEAST_MOMENTS = 3
MOST_OTHER = 0.3
"""Which share of the rows may be of categories that are not drawn."""


@dataclass(frozen=True)
class GivenTable:
    """What a page needs of a table.

    Parameters
    ----------
    first
        Its first rows, and its first columns.
    columns
        How many columns it has.
    points
        Of the charts that it may have, see `components.outputs.sketch.sketched`.
    """

    title: str
    first: pa.Table
    rows: int
    columns: int
    sketch: Sketch | None = None
    points: Sequence[Mapping[str, Any]] = ()


def table_parts(given: GivenTable) -> list[Element]:
    """What a section about a table says."""
    chart = _chart(given)
    return [*([chart] if chart is not None else []), _first_rows(given)]


def caption_of(given: GivenTable) -> str:
    """How much of a table is shown, in words."""
    rows, shown_rows = f"{given.rows:,} row{'' if given.rows == 1 else 's'}", given.first.num_rows
    told = f"All {rows}" if shown_rows == given.rows and given.rows > 1 else f"The first {shown_rows} of {rows}"
    told = rows if given.rows < 2 else told
    hidden = given.columns - given.first.num_columns
    return f"{told}, {given.first.num_columns} of {given.columns} columns" if hidden else told


def scrolled(table: Element, told: str) -> Element:
    """A table that may be wider than the page, and can be moved by keys too."""
    return element("div", table, class_="scrolled", role="region", aria_label=told, tabindex=0)


def _first_rows(given: GivenTable) -> Element:
    names, caption = given.first.column_names, caption_of(given)
    kinds = [
        "number" if pa.types.is_integer(f.type) or pa.types.is_floating(f.type) else "" for f in given.first.schema
    ]
    columns = [column.to_pylist() for column in given.first.columns]
    lines = (
        element("tr", *(_cell(value, kind) for value, kind in zip(values, kinds, strict=True)))
        for values in zip(*columns, strict=True)
    )
    head = element("tr", *(_head(name, kind) for name, kind in zip(names, kinds, strict=True)))
    table = element("table", element("caption", caption), element("thead", head), element("tbody", *lines))
    return scrolled(table, f"{given.title}: {caption}")


def _head(name: str, kind: str) -> Element:
    return element("th", name, scope="col", **({"class_": kind} if kind else {}))


def _cell(value: Any, kind: str) -> Element:
    marks = " ".join(mark for mark in (kind, "missing" if value is None else "") if mark)
    return element("td", shown(value), **({"class_": marks} if marks else {}))


# --- the chart -----------------------------------------------------------------------------------------------


def _chart(given: GivenTable) -> Element | None:
    if given.sketch is None:
        return None
    for place, name in enumerate(given.sketch.along):
        points = [point for point in given.points if point["axis"] == place and _is_there(point["value"])]
        drawn = _drawn(points, name, given.sketch.value)
        if drawn is not None:
            return drawn
    return None


def _drawn(points: Sequence[Mapping[str, Any]], name: str, value: str | None) -> Element | None:
    """The chart along one column; None where its values do not suit."""
    is_single = all(point["rows"] == 1 for point in points)
    what = "Rows" if value is None else value if is_single else f"Mean of {value}"
    told = f"{what} by {name}"
    if points and points[0]["category"] is None:
        moments = sorted((point["seconds"], point["value"]) for point in points)
        return _figure(line(moments, _read(told, moments)), told) if len(moments) >= LEAST_MOMENTS else None
    figures = {p["category"]: float(p["rows"] if value is None else p["value"]) for p in points}
    others = sum(point["rows"] for point in points if point["category"] == OTHER)
    is_few = others <= MOST_OTHER * sum(point["rows"] for point in points)
    if not is_few or not 2 <= len(figures) <= MOST_BARS + 1 or (is_single and value is None):
        return None
    ordered = sorted(figures.items(), key=lambda each: (each[0] == OTHER, -each[1], each[0]))
    drawn = [Bar(category, figure) for category, figure in ordered]
    least, most = min(drawn, key=lambda bar: bar.value), max(drawn, key=lambda bar: bar.value)
    read = f"{told}, from {shown(least.value)} ({least.name}) to {shown(most.value)} ({most.name})."
    return _figure(bars(drawn, read), told)


def _read(told: str, moments: Sequence[tuple[float, float]]) -> str:
    values = [value for _, value in moments]
    first, last, least, most = map(shown, (values[0], values[-1], min(values), max(values)))
    return f"{told}: from {first} to {last}, between {least} and {most}."


def _figure(drawing: Element, told: str) -> Element:
    return element("figure", element("figcaption", told), drawing)


def _is_there(value: Any) -> bool:
    return value is not None and math.isfinite(value)
