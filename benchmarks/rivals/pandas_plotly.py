"""Charts as a notebook makes them: pandas reads the columns and aggregates, Plotly describes the picture."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from benchmarks.chart_kinds import CHARTS
from benchmarks.report import measured, tell

DOTS, RANGES, CURVE = 5_000, 30, 128
NUMBERS = ("age", "amount", "duration", "balance", "rate", "visits", "score")
Make = Callable[[pd.DataFrame, Mapping[str, Any]], go.Figure]


def figures(frame: pd.DataFrame, spec: Mapping[str, Any]) -> go.Figure:
    """Bars, parts, lines, areas: one figure for each place."""
    x, of, color = spec["x"], spec.get("y"), spec.get("color")
    along = frame[x].dt.to_period(spec["every"][0].upper()).astype(str) if "every" in spec else frame[x]
    along = pd.cut(along, 20).astype(str) if spec["kind"] == "pyramid" else along
    groups = frame.groupby([along, frame[color]] if color else along, dropna=False)
    made = groups[of].agg(spec["aggregate"]) if of else groups.size()
    trace = go.Scatter if spec["kind"] in ("line", "area") else go.Bar
    if spec["kind"] == "pie":
        return go.Figure(go.Pie(labels=made.index.astype(str), values=made.to_numpy()))
    wide = made.unstack() if color else made.to_frame()
    return go.Figure([trace(x=wide.index.astype(str), y=wide[name], name=str(name)) for name in wide])


def dots(frame: pd.DataFrame, spec: Mapping[str, Any]) -> go.Figure:
    """Some of the points."""
    places = [spec[role] for role in ("x", "y", "size") if role in spec]
    some = frame.dropna(subset=places).sample(DOTS, random_state=1)
    size = some[spec["size"]] if "size" in spec else None
    return go.Figure(go.Scattergl(x=some[spec["x"]], y=some[spec["y"]], mode="markers", marker={"size": size}))


def boxes(frame: pd.DataFrame, spec: Mapping[str, Any]) -> go.Figure:
    """Quartiles and whiskers, worked out here: Plotly would put all the values into the page."""
    made = go.Figure()
    for name, values in frame.dropna(subset=[spec["y"]]).groupby(spec["x"], dropna=False)[spec["y"]]:
        q1, median, q3 = values.quantile([0.25, 0.5, 0.75])
        usual = values[(values >= q1 - 1.5 * (q3 - q1)) & (values <= q3 + 1.5 * (q3 - q1))]
        made.add_box(
            x=[str(name)], q1=[q1], median=[median], q3=[q3], lowerfence=[usual.min()], upperfence=[usual.max()]
        )
    return made


def curves(frame: pd.DataFrame, spec: Mapping[str, Any]) -> go.Figure:
    """Densities, from counts in fine ranges: a kernel on each of millions of values takes minutes."""
    of, by = (spec["y"], spec["x"]) if spec["kind"] == "violin" else (spec["x"], spec["color"])
    made = go.Figure()
    for name, values in frame.dropna(subset=[of]).groupby(by, dropna=False)[of]:
        density, edges = np.histogram(values, CURVE, density=True)
        made.add_scatter(x=edges[:-1], y=density, name=f"{name}, median {values.median()}")
    return made


def histogram(frame: pd.DataFrame, spec: Mapping[str, Any]) -> go.Figure:
    """Counts in ranges."""
    counts, edges = np.histogram(frame[spec["x"]].dropna(), RANGES)
    return go.Figure(go.Bar(x=edges[:-1], y=counts))


def grid(frame: pd.DataFrame, spec: Mapping[str, Any]) -> go.Figure:
    """A figure for each pair; totals in a pivot table."""
    table = frame.pivot_table(
        values=spec["color"], index=spec["y"], columns=spec["x"], aggfunc=spec["aggregate"],
        margins=spec["kind"] == "pivot",
    )  # fmt: skip
    return go.Figure(go.Heatmap(z=table.to_numpy(), x=list(map(str, table)), y=list(map(str, table.index))))


def correlation(frame: pd.DataFrame, _: Mapping[str, Any]) -> go.Figure:
    """Of each pair of numbers."""
    table = frame.corr()
    return go.Figure(go.Heatmap(z=table.to_numpy(), x=list(table), y=list(table)))


MAKERS: Mapping[str, Make] = {
    **dict.fromkeys(("bar", "stacked_bar", "pie", "pyramid", "line", "area"), figures),
    **dict.fromkeys(("scatter", "bubble", "map"), dots),
    **dict.fromkeys(("violin", "density"), curves),
    **dict.fromkeys(("heatmap", "pivot"), grid),
    "box": boxes,
    "histogram": histogram,
    "correlation": correlation,
}


def draw(path: Path, name: str) -> str:
    """What a browser would get."""
    spec = CHARTS[name]
    columns = list(dict.fromkeys(spec[role] for role in ("x", "y", "color", "size") if role in spec)) or [*NUMBERS]
    frame = pd.read_parquet(path, columns=columns)
    if "every" in spec:
        frame[spec["x"]] = pd.to_datetime(frame[spec["x"]])
    return str(MAKERS[str(spec["kind"])](frame, spec).to_json())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("chart", choices=CHARTS)
    asked = parser.parse_args()
    made, seconds = measured(draw, asked.path, asked.chart)
    tell(seconds=seconds, characters=len(made))
