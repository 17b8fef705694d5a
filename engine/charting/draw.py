"""Draw a chart: from a table and what is asked for to a few thousand points, whatever the number of rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Timer

import duckdb

from engine.charting.columns import Column, columns_of
from engine.charting.conditions import where
from engine.charting.correlation import draw_correlations
from engine.charting.dots import draw_dots
from engine.charting.drawn import Drawn
from engine.charting.figures import draw_figures, draw_grid, draw_histogram
from engine.charting.kinds import CHARTS, check
from engine.charting.look import Look
from engine.charting.sentence import sentence_of
from engine.charting.spec import ROLES, ChartKind, ChartSpec
from engine.charting.spread import draw_boxes, draw_densities, draw_violins
from engine.errors import DataError, LimitReached, UnknownColumn
from engine.profile.profiled import Profile
from engine.profile.source import Tabular, opened

MEMORY_MB = 1_500
SECONDS = 30.0

DRAWERS: Mapping[ChartKind, Callable[[Look], Drawn]] = {
    "bar": draw_figures,
    "stacked_bar": draw_figures,
    "pie": draw_figures,
    "pyramid": draw_figures,
    "line": draw_figures,
    "area": draw_figures,
    "scatter": draw_dots,
    "bubble": draw_dots,
    "map": draw_dots,
    "box": draw_boxes,
    "violin": draw_violins,
    "histogram": draw_histogram,
    "density": draw_densities,
    "heatmap": draw_grid,
    "pivot": draw_grid,
    "correlation": draw_correlations,
}


def draw(table: Tabular, spec: ChartSpec, seconds: float = SECONDS, profile: Profile | None = None) -> Drawn:
    """Draw a table.

    Parameters
    ----------
    table
        Paths of Parquet files, or an Arrow table.
    seconds
        How long it may take.
    profile
        The table's, where there is one: what it tells is not computed again.

    Raises
    ------
    UnknownColumn
        Where a column is not there any more.
    DataError
        Where the columns do not fit the chart, or a condition does not fit its column.
    LimitReached
        Where it takes too long or too much memory.
    """
    with opened(table, memory_mb=MEMORY_MB) as source:
        columns = columns_of(source, profile)
        check_columns(spec, columns)
        clause, values = where(spec.conditions, columns)
        with _bounded(source.connection, seconds):
            source.connection.execute("SET TimeZone = 'UTC'")
            look = Look(source, columns, spec, clause, values, profile=profile)
            look.learn(*_needed(spec))
            drawn = _drawn(look)
    return drawn.model_copy(update={"sentence": sentence_of(drawn)})


def _drawn(look: Look) -> Drawn:
    """Draw; where exact quantiles need too much memory, approximate ones."""
    spec, draw_kind = look.spec, DRAWERS[look.spec.kind]
    has_quantiles = spec.aggregate == "median" or spec.kind in ("box", "violin")
    try:
        return draw_kind(look)
    except duckdb.OutOfMemoryException:
        if look.estimates_quantiles or not has_quantiles:
            raise
    return draw_kind(replace(look, spares=True, notes=[]))


def _needed(spec: ChartSpec) -> tuple[list[str], list[str]]:
    """The columns that give places, and those of which only the ends must be known."""
    if spec.kind in ("scatter", "bubble", "map", "correlation"):
        return [], []
    measured = {"box": ("y",), "violin": ("y",), "histogram": ("x",), "density": ("x",)}.get(spec.kind, ())
    measure = CHARTS[spec.kind].measure
    axes = [role for role in ROLES if role not in measured and role != measure]
    return _names(spec, axes), _names(spec, measured)


def _names(spec: ChartSpec, roles: Sequence[str]) -> list[str]:
    return [name for role in roles if (name := getattr(spec, role))]


def check_columns(spec: ChartSpec, columns: Mapping[str, Column]) -> None:
    """Raise what keeps these columns from being drawn.

    Raises
    ------
    UnknownColumn, DataError
    """
    for name in spec.named:
        if name not in columns:
            raise UnknownColumn(
                f"There is no column {name[:200]!r} any more.",
                hint=f"There are: {', '.join(list(columns)[:20])}.",
                field=name,
            )
    check(spec, columns)


@contextmanager
def _bounded(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise LimitReached(
            f"The chart took longer than {seconds:.0f} seconds.", hint="Draw fewer rows: add a condition."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise LimitReached(
            f"The chart needed more than {MEMORY_MB:,} MB.",
            hint="Choose columns with fewer values, keep the categories with the most rows, or add a condition.",
        ) from error
    except duckdb.Error as error:
        raise DataError("The chart cannot be drawn of these values.", hint="Choose other columns.") from error
    finally:
        timer.cancel()
