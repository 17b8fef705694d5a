"""A small picture of a table that nobody has asked for: chosen by its columns, and drawn where its values suit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.outputs.points import few
from components.portable.numbers import as_float, truncate
from components.ports import kind_of, visible

MOST_CANDIDATES = 4
MOST_BARS = 12
MOST_MOMENTS = 200
"""Places along an axis of dates; of more, neighbours become one."""

IDENTIFIER = re.compile(r"(^|[^a-z])id([^a-z]|$)|[a-z]Id$|uuid", re.IGNORECASE)


@dataclass(frozen=True)
class Sketch:
    """What may be drawn of a table.

    Parameters
    ----------
    along
        The columns that may give the axis: the first one whose values suit does. Dates come first where the table
        begins with them, as a series does; else they come after the categories.
    value
        The number whose mean is drawn; the rows are counted where there is none.
    """

    along: tuple[str, ...]
    value: str | None


def sketch_of(schema: sch.Schema) -> Sketch | None:
    """What may be drawn of a table with these columns: a number by dates or categories; None where there are none."""
    columns = {name: dtype for name, dtype in visible(schema).items() if not IDENTIFIER.search(name)}
    value = next((name for name, dtype in columns.items() if kind_of(dtype) == "numeric"), None)
    dates = [name for name, dtype in columns.items() if value and (dtype.is_date() or dtype.is_timestamp())]
    categories = [name for name, dtype in columns.items() if kind_of(dtype) in ("text", "boolean")]
    is_series = dates[:1] == [*visible(schema)][:1]
    along = [*dates, *categories] if is_series else [*categories, *dates]
    along = along[:MOST_CANDIDATES]
    return Sketch(tuple(along), value) if along else None


def sketched(table: ir.Table, sketch: Sketch) -> ir.Table:
    """The points of every axis that it may have.

    Returns
    -------
    Table
        ``axis``, the place of the column; ``category``, or ``seconds`` since 1970; the ``value`` there; its ``rows``.
    """
    points = ibis.union(*(_points(table, place, name, sketch.value) for place, name in enumerate(sketch.along)))
    return points.order_by("axis", "category", "seconds")


def _points(table: ir.Table, place: int, name: str, value: str | None) -> ir.Table:
    is_date = kind_of(table[name].type()) == "datetime"
    number = as_float(table[value]) if value else ibis.literal(1.0)
    rows = table.select(x=table[name], y=number)
    found = _moments(rows) if is_date else _categories(rows)
    return found.mutate(axis=ibis.literal(place, "int64")).select("axis", "category", "seconds", "value", "rows")


def _categories(rows: ir.Table) -> ir.Table:
    kept = few(rows, "x", MOST_BARS)
    return kept.group_by(category=kept["x"]).aggregate(seconds=ibis.null("int64"), **_figures(kept))


def _moments(rows: ir.Table) -> ir.Table:
    seconds = rows["x"].cast("timestamp").epoch_seconds().cast("int64")
    there = rows.select(x=seconds, y=rows["y"]).filter(lambda each: each["x"].notnull())
    wide = there.cross_join(there.aggregate(first=there["x"].min(), last=there["x"].max()))
    share = as_float(wide["x"] - wide["first"]) / as_float(ibis.greatest(wide["last"] - wide["first"], 1))
    placed = wide.mutate(step=truncate(share * (MOST_MOMENTS - 1)))
    grouped = placed.group_by("step").aggregate(seconds=placed["x"].min(), **_figures(placed))
    return grouped.mutate(category=ibis.null("string"))


def _figures(rows: ir.Table) -> Mapping[str, ir.Scalar]:
    return {"value": rows["y"].mean(), "rows": rows.count().cast("int64")}
