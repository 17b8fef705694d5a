"""Plotly figures; each is shown with a sentence that says what there is to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.service.amounts import count
from ui.words import escaped, number, percent

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


CONFIG = {"showSendToCloud": False, "plotlyServerURL": "", "displaylogo": False, "displayModeBar": False}

ORANGE = "#E69F00"
"""Of what a curve is compared with."""

GROUPS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
SHAPES = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")
"""Of groups, by Okabe and Ito; there may be more groups than colours, so each has a shape, too."""
WHITE, BLACK = "#FFFFFF", "#120F0C"
LEFT_OVER = "#999999"
"""Of rows that belong to no group."""


def theme() -> str:
    """Light or dark, as the browser shows it."""
    return str(st.context.theme.type or "light")


def on_group(place: int) -> str:
    """The colour of letters on the colour of a group: only the first is dark enough for white ones."""
    return BLACK if place % len(GROUPS) else WHITE


def blue() -> str:
    """Of everything else: one of Okabe and Ito's two blues, whichever stands out from the background."""
    return "#56B4E9" if theme() == "dark" else "#0072B2"


def on_blue() -> str:
    """Of letters within a blue bar."""
    return BLACK if theme() == "dark" else WHITE


def ink() -> str:
    """Of thin lines over a plot, such as whiskers: what stands out from both bars and background."""
    return "#E8E6E1" if theme() == "dark" else "#3A3835"


def low_to_high() -> list[list[object]]:
    """A scale for dots: both ends stand out from the page, and what has no place on it is grey."""
    colors = ("#56B4E9", "#8C857C", "#E69F00") if theme() == "dark" else ("#0072B2", "#A59D92", "#D55E00")
    return [[place / 2, color] for place, color in enumerate(colors)]


def written_on(*, is_opposed: bool = False) -> dict[str, Any]:
    """The colours of a heatmap with words in its cells: one colour of letters is at least 4.5 to 1 on all of them.

    Parameters
    ----------
    is_opposed
        Whether values lie on both sides of a middle; else they rise from nothing.
    """
    if theme() == "dark":
        low, middle, high, letters = "#1F5B8F", "#24211E", "#B65636", WHITE
    else:
        low, middle, high, letters = "#7FB6DA", "#F8EFEA", "#C87150", BLACK
    scale = [[0, low], [0.5, middle], [1, high]] if is_opposed else [[0, middle], [1, high]]
    return {"colorscale": scale, "textfont": {"color": letters}}


def show(figure: Figure, sentence: str, key: str | None = None, height: int = 300) -> None:
    """Show a figure and, below it, what it shows in one sentence."""
    figure.update_layout(height=height, margin={"l": 8, "r": 24, "t": 28, "b": 8})
    st.plotly_chart(figure, config=CONFIG, key=key, alt=sentence)
    st.caption(escaped(sentence))


def importance(features: Sequence[Mapping[str, Any]], unit: str, key: str) -> None:
    """The columns a model leans on: how much worse it gets when one of them is shuffled."""
    import plotly.graph_objects as go

    best = sorted(features, key=lambda feature: -feature["mean"])[:15]
    if not best:
        st.caption("How much the model leans on each column was not measured.")
        return
    bars = go.Bar(
        x=[feature["mean"] for feature in best],
        y=[str(feature["column"]) for feature in best],
        error_x={"type": "data", "array": [feature["std"] for feature in best], "thickness": 1, "color": ink()},
        orientation="h",
        marker_color=blue(),
    )
    figure = go.Figure(bars).update_xaxes(title=f"loss in {unit} when the column is shuffled")
    figure.update_yaxes(type="category", autorange="reversed")
    leading = f"Shuffling {best[0]['column']} costs {number(best[0]['mean'])} of {unit}"
    others = [str(feature["column"]) for feature in best[1:3]]
    sentence = f"{leading}{'; next come ' + ' and '.join(others) if others else ''}."
    show(figure, sentence, key, height=max(220, 26 * len(best) + 70))


def probabilities(chances: Mapping[str, float], key: str) -> None:
    """How sure a prediction is."""
    ordered = sorted(chances.items(), key=lambda item: item[1])[-12:]
    figure = bars([str(name) for name, _ in ordered], [chance for _, chance in ordered], "probability")
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    sentence = f"{ordered[-1][0]} is most likely, with {percent(ordered[-1][1])}."
    show(figure, sentence, key, height=max(140, 34 * len(ordered) + 70))


def bars(names: Sequence[str], values: Sequence[float], unit: str) -> Figure:
    """Bars that lie one under the other, each beside its name."""
    import plotly.graph_objects as go

    figure = go.Figure(go.Bar(x=list(values), y=list(names), orientation="h", marker_color=blue()))
    figure.update_yaxes(type="category")
    return figure.update_xaxes(title=unit)


def _histogram(edges: Sequence[float], counts: Sequence[int], title: str) -> Figure:
    import plotly.graph_objects as go

    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    widths = [high - low for low, high in pairwise(edges)]
    figure = go.Figure(go.Bar(x=middles, y=list(counts), width=widths, marker_color=blue(), marker_line_width=0))
    return figure.update_xaxes(title=title).update_yaxes(title="rows")


def _confusion(data: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    labels, counts = data["labels"], data["counts"]
    rows = [max(sum(line), 1) for line in counts]
    shares = [[value / row for value in line] for line, row in zip(counts, rows, strict=True)]
    grid = go.Heatmap(
        z=shares, x=labels, y=labels, zmin=0, zmax=1, text=_told(counts, shares, with_shares=len(labels) <= 6),
        texttemplate="%{text}" if len(labels) <= 12 else None, showscale=False, xgap=2, ygap=2, **written_on(),
        customdata=_told(counts, shares, with_shares=True),
        hovertemplate="actual %{y}, predicted %{x}:<br>%{customdata}<extra></extra>",
    )  # fmt: skip
    figure = go.Figure(grid).update_xaxes(title="predicted", type="category", automargin=True)
    figure.update_yaxes(title="actual", type="category", autorange="reversed", automargin=True)
    figure.update_layout(title=data.get("title", "Confusion matrix"))
    total = sum(map(sum, counts))
    right = data.get("right", sum(line[i] for i, line in enumerate(counts)))
    sentence = f"{right:,} of {total:,} test rows were predicted right ({percent(right / max(total, 1))})"
    sentence += f"; most often {confused}" if (confused := _most_confused(labels, counts)) else ""
    sentence += f". The {data['together']} classes with the fewest rows are one" if data.get("together") else ""
    show(figure, f"{sentence}.", key, height=max(300, 18 * len(labels) + 110))


def _told(counts: Sequence[Sequence[int]], shares: Sequence[Sequence[float]], *, with_shares: bool) -> list[list[str]]:
    """How many rows, and which share of those of the true class."""
    return [
        [f"{value:,}<br>{percent(share)}" if with_shares else f"{value:,}" for value, share in zip(*lines, strict=True)]
        for lines in zip(counts, shares, strict=True)
    ]


def _most_confused(labels: Sequence[Any], counts: Sequence[Sequence[int]]) -> str:
    wrong = [(value, i, j) for i, line in enumerate(counts) for j, value in enumerate(line) if i != j]
    value, i, j = max(wrong, default=(0, 0, 0))
    return f"{labels[i]} was taken for {labels[j]}, {count(value, 'time')}" if value and len(labels) > 2 else ""


def _roc(data: Mapping[str, Any], key: str) -> None:
    figure = _curve(
        data["false_positive_rate"], data["true_positive_rate"], "false positive rate", "true positive rate"
    )
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": ORANGE}, name="chance")
    figure.update_layout(title="ROC curve", showlegend=False)
    show(figure, f"The area under the curve is {data['area']:.3f}; the dotted line is chance, 0.5.", key)


def _precision_recall(data: Mapping[str, Any], key: str) -> None:
    figure = _curve(data["recall"], data["precision"], "recall", "precision")
    figure.update_layout(title="Precision and recall").update_yaxes(range=[0, 1.02])
    half = max((p for r, p in zip(data["recall"], data["precision"], strict=True) if r >= 0.5), default=0.0)
    show(figure, f"Finding half of the positives, the model is right in {percent(half)} of its alarms.", key)


def _calibration(bins: Sequence[Mapping[str, float]], key: str) -> None:
    figure = _curve([b["predicted"] for b in bins], [b["actual"] for b in bins], "predicted chance", "actual share")
    figure.update_traces(mode="lines+markers")
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": ORANGE})
    figure.update_layout(title="Calibration", showlegend=False)
    rows = sum(b["rows"] for b in bins) or 1
    gap = sum(abs(b["predicted"] - b["actual"]) * b["rows"] for b in bins) / rows
    show(figure, f"Predicted chances are {100 * gap:.1f} percentage points away from what happened, on average.", key)


def _residuals(data: Mapping[str, Any], key: str) -> None:
    figure = _histogram(data["edges"], data["counts"], "actual minus predicted")
    figure.update_layout(title="Residuals")
    fullest = max(range(len(data["counts"])), key=data["counts"].__getitem__)
    low, high = number(data["edges"][fullest]), number(data["edges"][fullest + 1])
    rows = f"{data['counts'][fullest]:,} of {sum(data['counts']):,}"
    show(figure, f"{rows} test rows, the fullest bar, are off by {low} to {high}; a good model is centred on 0.", key)


def _against(data: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    actual, predicted = data["actual"], data["predicted"]
    dots = go.Scattergl(x=actual, y=predicted, mode="markers", marker={"color": blue(), "opacity": 0.55, "size": 6})
    low, high = min([*actual, *predicted]), max([*actual, *predicted])
    figure = go.Figure(dots)
    figure.add_scatter(x=[low, high], y=[low, high], mode="lines", line={"dash": "dot", "color": ORANGE})
    figure.update_layout(title="Predicted against actual", showlegend=False)
    figure.update_xaxes(title="actual").update_yaxes(title="predicted")
    show(figure, f"{count(len(actual), 'test row')}; the closer to the dotted line, the better.", key)


def _group_sizes(data: Mapping[str, Any], key: str) -> None:
    names, rows = [str(name) for name in data["groups"]], data["rows"]
    figure = bars(names[::-1], rows[::-1], "rows").update_layout(title="Sizes")
    total = sum(rows) + data["more_rows"]
    more = (
        f"; {count(data['more_groups'], 'smaller one is', 'smaller ones are')} not drawn" if data["more_rows"] else ""
    )
    sentence = f"The largest group, {names[0]}, has {rows[0]:,} of {total:,} rows ({percent(rows[0] / total)}){more}."
    show(figure, sentence, key, height=max(220, 26 * len(names) + 70))


def _group_profile(data: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    groups, columns = [str(name) for name in data["groups"]], [str(name) for name in data["columns"]]
    means = [[f"{number(mean)}" for mean in line] for line in data["means"]]
    told = [
        [f"mean {mean}, of all rows {number(all_)}" for mean, all_ in zip(line, data["overall"], strict=True)]
        for line in means
    ]
    grid = go.Heatmap(
        z=_turned(data["differences"]), x=groups, y=columns, zmid=0, **written_on(is_opposed=True),
        text=_turned(means), texttemplate="%{text}" if len(groups) <= 8 else None, customdata=_turned(told),
        hovertemplate="%{y}, group %{x}: %{customdata}<extra></extra>", xgap=2, ygap=2,
        colorbar={"title": "standard deviations", "thickness": 12},
    )  # fmt: skip
    figure = go.Figure(grid).update_xaxes(title="group", type="category")
    figure.update_yaxes(type="category", autorange="reversed").update_layout(title="Means, beside those of all rows")
    apart = [
        (abs(value), column, group, value)
        for group, line in zip(groups, data["differences"], strict=True)
        for column, value in zip(columns, line, strict=True)
        if value is not None
    ]
    sentence = "The groups differ in no column."
    if apart:
        most, column, group, value = max(apart)
        side = "above" if value > 0 else "below"
        sentence = f"Group {group} differs most in {column}: {number(most)} standard deviations {side} the mean."
    show(figure, sentence, key, height=max(260, 26 * len(columns) + 110))


def _projection(data: Mapping[str, Any], key: str) -> None:
    import plotly.graph_objects as go

    names = sorted(
        set(data["group"]), key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0, name)
    )
    # What is rare is drawn last, on top of the others.
    names = ["ordinary", "flagged"] if set(names) == {"ordinary", "flagged"} else names
    colours = (blue(), *GROUPS[1:4], *([] if blue() == GROUPS[4] else [GROUPS[4]]), *GROUPS[5:])
    figure = go.Figure()
    for place, name in enumerate(names):
        of = [row for row, group in enumerate(data["group"]) if group == name]
        is_over = name == "no cluster"
        figure.add_scattergl(
            x=[data["x"][row] for row in of], y=[data["y"][row] for row in of], mode="markers", name=name,
            marker={
                "color": LEFT_OVER if is_over else colours[place % len(colours)],
                "symbol": "circle-open" if is_over else SHAPES[place % len(SHAPES)], "size": 6, "opacity": 0.7,
            },
        )  # fmt: skip
    shares = [*data["explained"], 0.0, 0.0]
    figure.update_xaxes(title=f"first component ({percent(shares[0])} of the variance)")
    figure.update_yaxes(title=f"second component ({percent(shares[1])})").update_layout(title="Rows in a plane")
    shown = percent(min(shares[0] + shares[1], 1.0))
    rows = count(len(data["x"]), "row")
    sentence = f"{rows} in the plane in which they vary most; it shows {shown} of how they vary."
    show(figure, sentence, key, height=380)


def _score_histogram(data: Mapping[str, Any], key: str) -> None:
    figure = _histogram(data["edges"], data["counts"], "score")
    figure.add_vline(x=0, line={"dash": "dot", "color": ORANGE})
    figure.update_layout(title="Anomaly scores")
    lowest, highest = number(data["edges"][0]), number(data["edges"][-1])
    show(figure, f"Scores go from {lowest} to {highest}; right of the dotted line, above 0, rows are flagged.", key)


def _turned(lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(line) for line in zip(*lines, strict=True)]


def _curve(x: Sequence[float], y: Sequence[float], across: str, up: str) -> Figure:
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(x=list(x), y=list(y), mode="lines", line={"color": blue(), "width": 2.5}))
    return figure.update_xaxes(title=across).update_yaxes(title=up)


PLOTS: dict[str, Callable[[Any, str], None]] = {
    "confusion_matrix": _confusion,
    "roc_curve": _roc,
    "precision_recall_curve": _precision_recall,
    "calibration_curve": _calibration,
    "predicted_against_actual": _against,
    "residual_histogram": _residuals,
    "group_sizes": _group_sizes,
    "group_profile": _group_profile,
    "projection": _projection,
    "score_histogram": _score_histogram,
}
"""The plots of a model's own test rows, by the name that a report gives them."""
