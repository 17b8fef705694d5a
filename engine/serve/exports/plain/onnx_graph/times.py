"""Times in other units, as operators on numbers."""

from collections.abc import Callable, Mapping

from engine.serve.exports.plain.expressions.translation import DAY
from engine.serve.exports.plain.onnx_graph.graph import Graph


def _floored(graph: Graph, number: str, over: float) -> str:
    return graph.node("Floor", graph.node("Div", number, graph.constant([[over]])))


def _combined(graph: Graph, *terms: tuple[float, str], plus: float = 0.0) -> str:
    """The sum of columns, each times a number."""
    found = graph.constant([[plus]])
    for times, column in terms:
        found = graph.node("Add", found, graph.node("Mul", column, graph.constant([[times]])))
    return found


def _months(graph: Graph, moment: str) -> str:
    """Months since 1970 of microseconds since then.

    Source: Hinnant, *chrono-Compatible Low-Level Date Algorithms* (2013): years begin in March, eras are 400 years.
    """
    day = _combined(graph, (1.0, _floored(graph, moment, DAY)), plus=719_468.0)
    era = _floored(graph, day, 146_097.0)
    in_era = _combined(graph, (1.0, day), (-146_097.0, era))
    leaps = [(-1.0, _floored(graph, in_era, 1_460.0)), (1.0, _floored(graph, in_era, 36_524.0))]
    leaps.append((-1.0, _floored(graph, in_era, 146_096.0)))
    year = _floored(graph, _combined(graph, (1.0, in_era), *leaps), 365.0)
    before = [(-365.0, year), (-1.0, _floored(graph, year, 4.0)), (1.0, _floored(graph, year, 100.0))]
    in_year = _combined(graph, (1.0, in_era), *before)
    month = _floored(graph, _combined(graph, (5.0, in_year), plus=2.0), 153.0)
    # March is the month after February 1970.
    return _combined(graph, (1.0, month), (12.0, year), (4_800.0, era), plus=2.0 - 1_970.0 * 12.0)


def _years(graph: Graph, moment: str) -> str:
    return _floored(graph, _months(graph, moment), 12.0)


def _days_to_month(graph: Graph, month: str) -> str:
    """Days since 1970 at the beginning of a month since then, by the same source."""
    since = _combined(graph, (1.0, month), plus=1_970.0 * 12.0 - 2.0)
    year = _floored(graph, since, 12.0)
    in_year = _combined(graph, (1.0, since), (-12.0, year))
    days = _floored(graph, _combined(graph, (153.0, in_year), plus=2.0), 5.0)
    leaps = [(1.0, _floored(graph, year, 4.0)), (-1.0, _floored(graph, year, 100.0))]
    leaps.append((1.0, _floored(graph, year, 400.0)))
    return _combined(graph, (1.0, days), (365.0, year), *leaps, plus=-719_468.0)


def _days_to_year(graph: Graph, year: str) -> str:
    return _days_to_month(graph, _combined(graph, (12.0, year)))


def _same(graph: Graph, given: str) -> str:
    return given


MICROSECONDS, DAYS, MONTHS, YEARS = (f"datetime64[{unit}]" for unit in ("us", "D", "M", "Y"))
UNITS: Mapping[tuple[str, str], Callable[[Graph, str], str]] = {
    ("int64", MICROSECONDS): _same,
    (MICROSECONDS, DAYS): lambda graph, moment: _floored(graph, moment, DAY),
    (MICROSECONDS, MONTHS): _months,
    (MICROSECONDS, YEARS): _years,
    (MONTHS, DAYS): _days_to_month,
    (YEARS, DAYS): _days_to_year,
}
"""How a time in one unit becomes one in another."""
