"""What there is to see, in one sentence, computed from what is drawn: also what people hear who cannot see it."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from engine.charting.axis import MISSING, OTHER, moment_word, number_word
from engine.charting.drawn import Drawn
from engine.charting.spec import ChartKind, Every

Shown = list[tuple[float, int]]


def sentence_of(drawn: Drawn) -> str:
    """One sentence on a chart.

    >>> from engine.charting.spec import ChartSpec
    >>> sentence_of(Drawn(spec=ChartSpec(x="city"), points={}))
    'There is nothing to draw: the dataset has no rows.'
    """
    if not drawn.rows:
        why = "no row fulfils the conditions" if drawn.spec.conditions else "the dataset has no rows"
        return f"There is nothing to draw: {why}."
    if not drawn.marks:
        return "There is nothing to draw: all values are missing."
    return _SENTENCES.get(drawn.spec.kind, _of_figures)(drawn)


def brief(value: float | None) -> str:
    """A number with about four digits that matter.

    >>> brief(91.04321), brief(1234567.8), brief(0.00123), brief(None)
    ('91.04', '1,234,568', '0.00123', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.4g}"


def share(part: float, whole: float) -> str:
    """A share as a percentage.

    >>> share(1, 3)
    '33.3 %'
    """
    return f"{100 * part / whole:.1f}".removesuffix(".0") + " %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _figures(drawn: Drawn) -> Shown:
    return sorted((figure, -row) for row, figure in enumerate(drawn.points["y"]) if figure is not None)


def _where(drawn: Drawn, row: int) -> str:
    """The names of a mark's place."""
    parts = []
    for role in ("x", "category", "color", "facet"):
        if role in drawn.points and not (role == "x" and not drawn.titles.get("x")):
            parts.append(place_word(drawn, role, row))
    return ", ".join(parts) or "all rows"


def place_word(drawn: Drawn, role: str, row: int) -> str:
    """The name of one side of a mark's place."""
    value = drawn.points[role][row]
    match drawn.forms.get(role):
        case "date":
            return _day(value, step_of(drawn.points[role]))
        case "range":
            return f"{number_word(value)} to {number_word(drawn.points['until'][row])}"
        case "number":
            return number_word(value)
        case _:
            return str(value)


def step_of(moments: Sequence[str]) -> Every:
    """The step that all of these moments are on: the longest one."""
    if any("T" in moment for moment in moments):
        return "hour"
    days = [date.fromisoformat(moment) for moment in set(moments)]
    if any(day.day != 1 for day in days):
        return "week" if len(days) > 1 and all(day.weekday() == 0 for day in days) else "day"
    if any(day.month % 3 != 1 for day in days):
        return "month"
    return "quarter" if any(day.month != 1 for day in days) else "year"


def _day(value: str, step: Every) -> str:
    return moment_word(datetime.fromisoformat(value), step)


def _measured(drawn: Drawn) -> str:
    return drawn.titles["y"]


def _verb(drawn: Drawn) -> str:
    return "are" if drawn.titles["y"] == "rows" or drawn.spec.aggregate == "distinct" else "is"


def _of_figures(drawn: Drawn) -> str:
    """The highest and the lowest figure; of rows that are counted, the share."""
    shown = _figures(drawn)
    if not shown:
        return f"No place has a figure: the values of {drawn.spec.y or drawn.spec.color} are missing."
    most, at = shown[-1]
    if drawn.titles["y"] == "rows":
        named = [one for one in reversed(shown) if _is_named(drawn, -one[1])] or [shown[-1]]
        most, at = named[0]
        return f"Most common is {_where(drawn, -at)}: {brief(most)} of {drawn.rows:,} rows, {share(most, drawn.rows)}."
    named = [one for one in shown if _is_named(drawn, -one[1])] or shown
    (least, low), (most, at) = named[0], named[-1]
    if least == most and len(named) > 1:
        return f"{_capital(_measured(drawn))} {_verb(drawn)} {brief(most)} everywhere."
    text = f"{_capital(_measured(drawn))} {_verb(drawn)} highest for {_where(drawn, -at)} ({brief(most)})"
    if least < most:
        text += f", lowest for {_where(drawn, -low)} ({brief(least)})"
    return text + "."


def _is_named(drawn: Drawn, row: int) -> bool:
    """Whether a mark is of values that have a name, not of what is left over."""
    sides = [drawn.points[role][row] for role in ("x", "category", "color") if role in drawn.points]
    return not any(side in (OTHER, MISSING) for side in sides)


def _along(drawn: Drawn) -> str:
    """From where to where a line goes, and its highest point."""
    if drawn.forms.get("x") == "category":
        return _of_figures(drawn)
    shown = _figures(drawn)
    if not shown:
        return _of_figures(drawn)
    most, at = shown[-1]
    rows = [-row for _, row in shown]
    title = _capital(_measured(drawn))
    peak = f"highest at {_where(drawn, -at)} ({brief(most)})"
    if "color" in drawn.points or "facet" in drawn.points or len(rows) < 2:
        return f"{title} {_verb(drawn)} {peak}."
    first, last = min(rows), max(rows)
    begin, end = drawn.points["y"][first], drawn.points["y"][last]
    goes = "goes" if _verb(drawn) == "is" else "go"
    way = f"{goes} from {brief(begin)} ({_where(drawn, first)}) to {brief(end)} ({_where(drawn, last)})"
    return f"{title} {way}, {peak}."


def _shares(drawn: Drawn) -> str:
    """The largest part of a whole."""
    parts: dict[str, float] = {}
    for label, figure in zip(drawn.points["x"], drawn.points["y"], strict=True):
        parts[label] = parts.get(label, 0.0) + max(figure or 0.0, 0.0)
    whole = sum(parts.values())
    if not whole:
        return "There is nothing to draw: the parts add up to nothing."
    ordered = sorted((label for label in parts if label not in (OTHER, MISSING)), key=lambda label: -parts[label])
    ordered = ordered or list(parts)
    text = f"{ordered[0]} is the largest part: {share(parts[ordered[0]], whole)} of all {_measured(drawn)}"
    if len(ordered) > 3:
        three = sum(parts[label] for label in ordered[:3])
        text += f"; the three largest together are {share(three, whole)}"
    return text + "."


def _ranges(drawn: Drawn) -> str:
    """The fullest range, and from where to where values go."""
    counts: dict[tuple[float, float], float] = {}
    for low, high, rows in zip(drawn.points["x"], drawn.points["until"], drawn.points["y"], strict=True):
        counts[low, high] = counts.get((low, high), 0.0) + rows
    (low, high), most = max(counts.items(), key=lambda item: item[1])
    total, name = sum(counts.values()), drawn.titles["x"]
    if low == high:
        return f"{name} is always {number_word(low)}."
    ends = f"{name} goes from about {number_word(min(counts)[0])} to {number_word(max(counts)[1])}"
    return f"{ends}; the fullest bar, {number_word(low)} to {number_word(high)}, has {share(most, total)} of the rows."


def _curve(drawn: Drawn) -> str:
    """Where curves have their peaks."""
    density = drawn.points["density"]
    at = max(range(len(density)), key=density.__getitem__)
    of = f" among {drawn.points['color'][at]}" if "color" in drawn.points else ""
    return f"{drawn.titles['x']} is most often around {brief(drawn.points['at'][at])}{of}."


def _medians(drawn: Drawn) -> str:
    """The highest and the lowest median."""
    name = drawn.titles["y"]
    medians = {
        _where(drawn, row): value for row, value in enumerate(drawn.points["median"]) if _is_named(drawn, row)
    } or {_where(drawn, row): value for row, value in enumerate(drawn.points["median"])}
    most, least = max(medians, key=medians.__getitem__), min(medians, key=medians.__getitem__)
    if len(medians) == 1:
        text = f"{name} has the median {brief(medians[most])}"
        if "q1" in drawn.points:
            text += f"; the middle half lies between {brief(drawn.points['q1'][0])} and {brief(drawn.points['q3'][0])}"
        return f"{text}."
    if medians[most] == medians[least]:
        return f"{name} has the same median in every group, {brief(medians[most])}."
    return (
        f"{name} is highest for {most} (median {brief(medians[most])}), lowest for {least} ({brief(medians[least])})."
    )


def correlation_of(left: Sequence[Any], right: Sequence[Any]) -> float | None:
    """Pearson's correlation of two lists of numbers; None where it means nothing."""
    count = len(left)
    if count < 3 or any(isinstance(value, str) for value in (left[0], right[0])):
        return None
    means = sum(left) / count, sum(right) / count
    products = sum((a - means[0]) * (b - means[1]) for a, b in zip(left, right, strict=True))
    scale = math.sqrt(sum((a - means[0]) ** 2 for a in left) * sum((b - means[1]) ** 2 for b in right))
    return products / scale if scale and math.isfinite(scale) else None


def closeness(value: float) -> str:
    """How closely numbers go together, in words.

    >>> closeness(0.85), closeness(-0.4), closeness(0.02)
    ('rise together closely', 'move in opposite directions somewhat', 'hardly go together')
    """
    if abs(value) < 0.1:
        return "hardly go together"
    how = "closely" if abs(value) >= 0.7 else "somewhat" if abs(value) >= 0.3 else "a little"
    return f"{'rise together' if value > 0 else 'move in opposite directions'} {how}"


def _dots(drawn: Drawn) -> str:
    """How closely two numbers go together."""
    x, y = drawn.titles["x"], drawn.titles["y"]
    value = correlation_of(drawn.points["x"], drawn.points["y"])
    if value is None:
        return f"{drawn.marks:,} points: {y} against {x}."
    about = "about " if drawn.marks < drawn.rows else ""  # it is that of the points that are drawn
    return f"{y} and {x} {closeness(value)} (correlation {about}{value:.2f})."


def _places(drawn: Drawn) -> str:
    """Where on the globe points lie."""
    x, y = drawn.points["x"], drawn.points["y"]
    return (
        f"{drawn.marks:,} points between the latitudes {brief(min(y))} and {brief(max(y))} and the longitudes "
        f"{brief(min(x))} and {brief(max(x))}."
    )


def _pairs(drawn: Drawn) -> str:
    """The strongest correlation."""
    rows = zip(drawn.points["category"], drawn.points["x"], drawn.points["y"], strict=True)
    pairs = [(abs(value), left, right, value) for left, right, value in rows if value is not None and left < right]
    if not pairs:
        return "No two of these columns vary together."
    _, left, right, value = max(pairs)
    return f"The closest pair is {left} and {right}: they {closeness(value)} (correlation {value:.2f})."


_SENTENCES: Mapping[ChartKind, Callable[[Drawn], str]] = {
    "line": _along,
    "area": _along,
    "pie": _shares,
    "histogram": _ranges,
    "density": _curve,
    "box": _medians,
    "violin": _medians,
    "scatter": _dots,
    "bubble": _dots,
    "map": _places,
    "correlation": _pairs,
}
