"""The points of charts: few enough to be drawn, however many rows there are."""

from collections.abc import Callable, Mapping
from typing import Literal

import ibis
import ibis.expr.types as ir

from components.portable.draws import digest
from components.portable.numbers import as_float, truncate
from components.ports import kind_of
from components.rows.order import id_of

Aggregate = Literal["count", "sum", "mean", "median", "min", "max"]
Every = Literal["value", "hour", "day", "week", "month", "quarter", "year"]

MISSING, OTHER = "(missing)", "(other)"
MOST_COLORS, MOST_FACETS, MOST_CATEGORIES = 10, 6, 50
MOST_PLACES = 500
"""Different places along an axis of numbers or dates; of more, every second (third, …) is drawn."""
MOST_DOTS = 2_000
SERIES = ("color", "facet")
UNITS = {"hour": "h", "day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}

FIGURES: Mapping[Aggregate, Callable[[ir.NumericColumn], ir.NumericScalar]] = {
    "sum": lambda y: y.sum(),
    "mean": lambda y: y.mean(),
    "median": lambda y: y.median(),
    "min": lambda y: y.min(),
    "max": lambda y: y.max(),
}


def chosen(table: ir.Table, columns: Mapping[str, str | None]) -> ir.Table:
    """The columns of a chart by what they are for, with a key that draws rows at random."""
    named = {role: table[name] for role, name in columns.items() if name is not None}
    return table.select(**named, key=digest(id_of(table), "chart"))


def series(rows: ir.Table) -> ir.Table:
    """With few colours and facets, as texts: the rest goes into one of its own."""
    for role, most in (("color", MOST_COLORS), ("facet", MOST_FACETS)):
        if role in rows.columns:
            rows = few(rows, role, most)
    return rows


def few(rows: ir.Table, role: str, most: int) -> ir.Table:
    """A column as its most frequent values, and one for all others."""
    texts = rows.mutate(**{role: rows[role].cast("string").fill_null(MISSING)})
    counted = texts.group_by(role).aggregate(rows=texts.count())
    kept = counted.order_by(counted["rows"].desc(), counted[role]).limit(most).select(kept=counted[role])
    joined = texts.left_join(kept, texts[role] == kept["kept"])
    return joined.mutate(**{role: joined["kept"].fill_null(OTHER)}).drop("kept")


def along(rows: ir.Table, every: Every) -> ir.Table:
    """With an axis of texts, or of numbers and dates that are there."""
    x = rows["x"]
    if kind_of(x.type()) in ("numeric", "datetime"):
        there = rows.filter(x.notnull())
        return there.mutate(x=there["x"].truncate(UNITS[every])) if every in UNITS else there
    return few(rows, "x", MOST_CATEGORIES)


def figures(rows: ir.Table, aggregate: Aggregate, value: str = "y") -> ir.Table:
    """One figure for each place, colour and facet; of very many places only some, evenly spread."""
    by = [name for name in ("x", "category", *SERIES) if name in rows.columns]
    figure = rows.count() if aggregate == "count" else FIGURES[aggregate](rows[value])
    found = rows.group_by(by).aggregate(y=as_float(figure))
    if kind_of(rows["x"].type()) in ("numeric", "datetime"):
        place = ibis.dense_rank().over(ibis.window(order_by=found["x"]))
        ranked = found.mutate(place=place)
        last = ranked["place"].max().over(ibis.window())
        thinned = ranked.mutate(step=truncate(as_float(last) / MOST_PLACES) + 1)
        found = thinned.filter(thinned["place"] % thinned["step"] == 0).drop("place", "step")
    return found.order_by(by)


def dots(rows: ir.Table) -> ir.Table:
    """Some rows, drawn at random but the same ones every time."""
    there = rows.filter(rows["x"].notnull() & rows["y"].notnull())
    return there.order_by(there["key"]).limit(MOST_DOTS).drop("key")


def bins(rows: ir.Table, count: int) -> ir.Table:
    """How many values fall into each of some bins of equal width; the last one includes its upper edge."""
    there = rows.filter(rows["x"].notnull())
    there = there.mutate(x=as_float(there["x"]))
    edges = there.aggregate(low=there["x"].min(), high=there["x"].max())
    wide = there.cross_join(edges)
    width = ibis.greatest(wide["high"] - wide["low"], 1e-300) / count
    placed = wide.mutate(width=width, bin=ibis.least(truncate((wide["x"] - wide["low"]) / width), count - 1))
    by = ["bin", "low", "width", *(name for name in SERIES if name in rows.columns)]
    found = placed.group_by(by).aggregate(y=placed.count().cast("float64"))
    low = found["low"] + found["bin"] * found["width"]
    named = {name: found[name] for name in (*SERIES,) if name in rows.columns}
    return found.select(x=low, until=low + found["width"], y=found["y"], **named).order_by(["x", *named])


def boxes(rows: ir.Table) -> ir.Table:
    """The quartiles and ends of the values of each group."""
    there = rows.filter(rows["y"].notnull())
    y = as_float(there["y"])
    by = [name for name in ("x", *SERIES) if name in rows.columns]
    ends = {"least": y.min(), "q1": y.quantile(0.25), "median": y.median(), "q3": y.quantile(0.75), "most": y.max()}
    return there.group_by(by).aggregate(**ends, rows=there.count().cast("int64")).order_by(by)
