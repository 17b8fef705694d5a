"""What becomes of the rows of one place: one figure."""

from dataclasses import dataclass

from engine.charting.columns import Column
from engine.charting.look import Look
from engine.charting.spec import Aggregate
from engine.profile.source import identifier


@dataclass(frozen=True)
class Measure:
    """A figure as SQL.

    Parameters
    ----------
    value
        What is aggregated, of one row.
    direct
        The figure, from rows with a `v`.
    parts, combined
        The figure in two steps, so that the table is read once: aggregates of small groups, and the figure of some
        groups. Empty where there is no such way.
    title
        What it is called.
    median_of
        The column whose median it is, if it is one.
    """

    value: str
    direct: str
    parts: tuple[str, ...]
    combined: str
    title: str
    is_estimate: bool = False
    median_of: str = ""

    @property
    def is_combinable(self) -> bool:
        """Whether groups can be merged."""
        return bool(self.parts)


def measure_of(look: Look, aggregate: Aggregate, name: str | None) -> Measure:
    """The figure of an aggregate of a column."""
    if aggregate == "count" or name is None:
        return Measure("1", "count(*)::DOUBLE", ("count(*) AS a",), "sum(a)::DOUBLE", "rows")
    column = look.columns[name]
    title = {"distinct": f"different values of {name}"}.get(aggregate, f"{aggregate} of {name}")
    match aggregate:
        case "distinct":
            return _distinct(look, column, title)
        case "median":
            is_estimate = look.estimates_quantiles
            direct = "approx_quantile(v, 0.5)" if is_estimate else "median(v)"
            return Measure(column.number, f"{direct}::DOUBLE", (), "", title, is_estimate, median_of=name)
        case "mean":
            parts = ("sum(v) AS a", "count(v) AS b")
            return Measure(column.number, "avg(v)", parts, "sum(a) / nullif(sum(b), 0)", title)
        case _:
            return Measure(column.number, f"{aggregate}(v)", (f"{aggregate}(v) AS a",), f"{aggregate}(a)", title)


def _distinct(look: Look, column: Column, title: str) -> Measure:
    direct = "approx_count_distinct(v)" if look.is_vast else "count(DISTINCT v)"
    return Measure(identifier(column.name), f"{direct}::DOUBLE", (), "", title, is_estimate=look.is_vast)
