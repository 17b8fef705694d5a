"""Figures of a profile: a column's values, two sides of it, pairs of columns, gaps, what goes with a target."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.service.amounts import count
from ui.charts import ORANGE, bars, blue, show
from ui.profiled import bound, is_plain
from ui.words import number, percent

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_BARS, MOST_NAMES = 25, 30
DAY = 86_400
SHARED = 4
"""Characters that stay of what long names begin with in common."""
MEASURES = {
    "pearson": "Pearson: numbers on a straight line",
    "spearman": "Spearman: numbers by their order",
    "cramers_v": "Cramér's V: categories",
    "correlation_ratio": "Correlation ratio: numbers by category",
}
SIGNED = ("pearson", "spearman")


def measure_words(measure: str) -> str:
    """What a measure of two columns measures."""
    return MEASURES[measure]


def column(profile: Mapping[str, Any], rows: int) -> None:
    """How the values of one column are spread."""
    name, key = profile["name"], f"column_{profile['name']}"
    found = profile.get("histogram")
    if found and len(found["counts"]) > 1:
        show(_histogram(profile, found), _spread(profile, found), key)
    elif profile["top"]:
        top = profile["top"][:12]
        words = labels([item["value"] for item in top], 40)
        share = percent(top[0]["count"] / max(rows, 1))
        sentence = (
            f"The most frequent value of {name} is “{words[0]}”: {count(top[0]['count'], 'row')}, {share} of all."
        )
        figure = _ranked(words, [item["count"] for item in top], "rows")
        show(figure, sentence, key, height=_height(len(words)))
    else:
        st.caption("No value repeats, so there is nothing to draw.")


def _histogram(profile: Mapping[str, Any], found: Mapping[str, Any]) -> Figure:
    import plotly.graph_objects as go

    middles = [(low + high) / 2 for low, high in pairwise(found["edges"])]
    widths = [high - low for low, high in pairwise(found["edges"])]
    is_time = profile["kind"] == "datetime"
    figure = go.Figure(
        go.Bar(
            x=[_moment(middle) for middle in middles] if is_time else middles,
            y=list(found["counts"]),
            width=[1000 * width for width in widths] if is_time else widths,  # milliseconds, as Plotly counts time
            marker_color=blue(),
            marker_line_width=0,
        )
    )
    if is_plain(profile):
        figure.update_xaxes(tickformat="d")
    return figure.update_xaxes(title=shortened(profile["name"], 60)).update_yaxes(title="rows")


def _spread(profile: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    counts = found["counts"]
    fullest = max(range(len(counts)), key=counts.__getitem__)
    is_time = profile["kind"] == "datetime"
    low, high = _of_bin(profile, found["edges"][fullest], found["edges"][fullest + 1])
    first, last = (str(profile[end])[:10] if is_time else bound(profile, end) for end in ("min", "max"))
    where = f"at {low}" if low == high else f"between {low} and {high}"
    return (
        f"{profile['name']} goes from {first} to {last}; the fullest bar, {where}, has {count(counts[fullest], 'row')}."
    )


def _of_bin(profile: Mapping[str, Any], low: float, high: float) -> tuple[str, str]:
    """The ends of a bin in words; of whole numbers and of days, the first and the last one in it."""
    is_time = profile["kind"] == "datetime"
    words = _day if is_time else "{:.0f}".format if is_plain(profile) else number
    unit = DAY if is_time and len(str(profile["min"])) == len("2000-01-01") else 1
    if isinstance(profile["min"], int) or unit == DAY:
        low, high = math.ceil(low / unit) * unit, math.floor(high / unit) * unit
    return words(low), words(high)


def missing(columns: Sequence[Mapping[str, Any]], rows: int) -> None:
    """The columns with gaps, those with most of them first."""
    gaps = sorted((one for one in columns if one["missing"]), key=lambda one: -one["missing"])
    shown = gaps[:MOST_BARS]
    names = labels([one["name"] for one in shown], 40)
    figure = _ranked(names, [one["missing"] / rows for one in shown], "share of rows").update_xaxes(tickformat=".0%")
    more = f" {len(gaps) - len(shown)} more columns have fewer." if len(gaps) > len(shown) else ""
    first = shown[0]
    most = f"{count(first['missing'], 'row')}, {percent(first['missing'] / rows)}"
    show(figure, f"{first['name']} has most gaps: {most}.{more}", "gaps", height=_height(len(shown)))


def matrix(pairs: Sequence[Mapping[str, Any]], measure: str, rows: str) -> None:
    """Pairs of columns as a heat map, the strongest named."""
    import plotly.graph_objects as go

    strong = sorted(pairs, key=lambda pair: -abs(pair["value"]))
    left, right = _axes(strong, measure)
    known = {(pair["left"], pair["right"]): pair["value"] for pair in strong}
    known |= {} if measure == "correlation_ratio" else {(b, a): value for (a, b), value in known.items()}
    same = None if measure == "correlation_ratio" else 1.0
    grid = [[same if a == b else known.get((a, b)) for b in right] for a in left]
    signed, shares = {"colorscale": "RdBu", "reversescale": True, "zmin": -1}, {"colorscale": "Blues", "zmin": 0}
    colors = signed if measure in SIGNED else shares
    figure = go.Figure(
        go.Heatmap(
            z=grid, x=labels(right), y=labels(left), zmax=1, xgap=1, ygap=1,
            text=[["" if value is None else f"{value:.2f}" for value in line] for line in grid],
            texttemplate="%{text}" if max(len(left), len(right)) <= 12 else None,
            hovertemplate="%{y} with %{x}: %{text}<extra></extra>", colorbar={"thickness": 12}, **colors,
        )
    )  # fmt: skip
    figure.update_xaxes(type="category").update_yaxes(type="category", autorange="reversed")
    first = strong[0]
    is_cut = max(len(left), len(right)) >= MOST_NAMES
    more = f" Of {len(strong):,} pairs, the columns of the strongest are drawn." if is_cut else ""
    sentence = f"{first['left']} and {first['right']} go together most: {first['value']:.2f}, from {rows}.{more}"
    show(figure, sentence, f"matrix_{measure}", height=max(260, min(720, 30 * len(left) + 130)))


def _axes(strong: Sequence[Mapping[str, Any]], measure: str) -> tuple[list[str], list[str]]:
    if measure == "correlation_ratio":
        return tuple(list(dict.fromkeys(pair[side] for pair in strong))[:MOST_NAMES] for side in ("left", "right"))  # type: ignore[return-value]
    names = list(dict.fromkeys(name for pair in strong for name in (pair["left"], pair["right"])))[:MOST_NAMES]
    return names, names


def target(found: Sequence[Any], name: str) -> None:
    """The columns that go together with a target, ranked; those that give it away in another colour."""
    import plotly.graph_objects as go

    shown = found[:MOST_BARS]
    figure = go.Figure(
        go.Bar(
            x=[abs(one.value) for one in shown],
            y=labels([one.column for one in shown], 40),
            orientation="h",
            marker_color=[ORANGE if one.tells_all else blue() for one in shown],
            customdata=[_way(one) for one in shown],
            hovertemplate="%{y}: %{x:.2f}, %{customdata}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 1], title=f"association with {shortened(name, 40)}")
    figure.update_yaxes(type="category", autorange="reversed")
    first = shown[0]
    sentence = f"{first.column} goes together with {name} most: {abs(first.value):.2f} of 1 ({_way(first)})."
    show(figure, sentence, "ranked", height=_height(len(shown)))


def _way(one: Any) -> str:
    words = MEASURES[one.measure].split(":")[0]
    return (
        f"{words}, {one.direction} with it"
        if one.direction == "rises"
        else (f"{words}, falls as it rises" if one.direction == "falls" else words)
    )


def sides(change: Any, left: str, right: str) -> None:
    """One column's values on both sides, one over the other."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for name, shares, color in ((left, change.left, blue()), (right, change.right, ORANGE)):
        if change.edges:
            middles = [(low + high) / 2 for low, high in pairwise(change.edges)]
            x = [_moment(middle) for middle in middles] if change.kind == "datetime" else middles
            figure.add_bar(x=x, y=list(shares), name=name, marker_color=color, opacity=0.6, marker_line_width=0)
        else:
            words = labels(change.labels, 40)
            figure.add_bar(x=list(shares), y=words, name=name, marker_color=color, orientation="h")
    if change.edges:
        figure.update_layout(barmode="overlay", bargap=0).update_yaxes(tickformat=".0%", title="share of rows")
        figure.update_xaxes(title=shortened(change.column, 60))
    else:
        figure.update_xaxes(tickformat=".0%", title="share of rows")
        figure.update_yaxes(type="category", autorange="reversed")
    figure.update_layout(legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"})
    height = 320 if change.edges else max(260, 34 * len(change.labels) + 110)
    show(figure, change.sentence, f"sides_{change.column}", height=height)


def _ranked(names: Sequence[str], values: Sequence[float], unit: str) -> Figure:
    """Bars with the first one on top."""
    return bars(names, values, unit).update_yaxes(autorange="reversed")


def _height(bars: int) -> int:
    return max(170, 26 * bars + 80)


def shortened(value: Any, most: int = 24) -> str:
    """A name or value that fits beside a chart; Plotly reads tags, so their signs are others here.

    >>> shortened("<b>a very long name of a column indeed</b>")
    '‹b›a very l…n indeed‹/b›'
    """
    text = str(value).replace("<", "‹").replace(">", "›")
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[half + 1 - most :]}"


def labels(values: Sequence[Any], most: int = 24) -> list[str]:
    """Short names, each another one: Plotly puts equal ones together.

    >>> labels(["the pressure of the 1st pipe here", "the pressure of the 2nd pipe here"], 12)
    ['…the 1st pi…', '…the 2nd pi…']
    """
    found: list[str] = []
    seen: Counter[str] = Counter()
    texts = [str(value) for value in values]
    if len({shortened(text, most) for text in texts}) < len(set(texts)):
        shared = max(0, _shared(texts) - SHARED)
        texts = [f"…{text[shared : shared + most - 2]}…" for text in texts] if shared else texts
    for text in (shortened(text, most) for text in texts):
        seen[text] += 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found


def _shared(texts: Sequence[str]) -> int:
    """How many characters all begin with: what the first and the last in order share, all others share too."""
    pairs = enumerate(zip(min(texts), max(texts), strict=False))
    return next((place for place, (left, right) in pairs if left != right), len(min(texts)))


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return None


def _day(seconds: float) -> str:
    moment = _moment(seconds)
    return f"{moment:%Y-%m-%d}" if moment else "–"
