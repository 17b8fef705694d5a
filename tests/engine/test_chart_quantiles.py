"""Medians of vast tables, and of those that fit into no memory, are the very same as those of small ones."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.charting import ChartSpec, Drawn, draw
from tests.engine.test_charting import TABLE, same

SPECS: list[dict[str, Any]] = [
    {"x": "city", "y": "pay", "aggregate": "median"},
    {"x": "city", "y": "pay", "aggregate": "median", "color": "sex", "facet": "children"},
    {"x": "city", "y": "children", "aggregate": "median", "top": 1},
    {"x": "age", "y": "pay", "aggregate": "median"},
    {"kind": "line", "x": "day", "every": "month", "y": "pay", "aggregate": "median", "color": "city"},
    {"kind": "heatmap", "x": "city", "y": "children", "color": "pay", "aggregate": "median"},
    {"kind": "pivot", "x": "city", "y": "children", "color": "pay", "aggregate": "median"},
    {"kind": "pivot", "y": "city", "color": "pay", "aggregate": "median"},
    {"kind": "box", "y": "pay"},
    {"kind": "box", "x": "city", "y": "pay", "color": "sex"},
    {"kind": "box", "x": "children", "y": "age"},
    {"kind": "box", "x": "sex", "y": "lat", "conditions": [{"column": "city", "values": ["Graz"]}]},
    {"kind": "violin", "x": "city", "y": "pay"},
]

SKETCHED = ("box", "violin")
"""What is read off fine counts where a table is vast, and said to be: `test_charting` has that."""


@pytest.fixture
def vast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table counts as vast."""
    monkeypatch.setattr("engine.charting.look.MANY_ROWS", 0)


@pytest.fixture
def beyond(vast: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No table fits into memory, hardly a range is fine enough, and no box is read off counts alone."""
    monkeypatch.setattr("engine.charting.look.MOST_EXACT", 0)
    monkeypatch.setattr("engine.charting.quantiles.LEAST_SPOTS", 4)
    monkeypatch.setattr("engine.charting.quantiles.MOST_SPOTS", 16)
    monkeypatch.setattr("engine.charting.spread._is_sketched", lambda look, axes: False)


def marks(found: Drawn) -> dict[Any, list[Any]]:
    """What is drawn, by place."""
    places = [role for role in ("x", "category", "color", "facet", "at") if role in found.points]
    figures = [part for part in found.points if part not in places]
    keys = zip(*(found.points[role] for role in places), strict=True) if places else [()] * found.marks
    rows = zip(*(found.points[part] for part in figures), strict=True)
    return {(key if places else at): [*row] for at, (key, row) in enumerate(zip(keys, rows, strict=True))}


@pytest.mark.parametrize(
    ("spec", "size"),
    [*((spec, "vast") for spec in SPECS if spec.get("kind") not in SKETCHED), *((spec, "beyond") for spec in SPECS)],
    ids=lambda one: " ".join(map(str, one.values())) if isinstance(one, dict) else one,
)
def test_what_vast_tables_show_is_what_small_ones_show(
    spec: dict[str, Any], size: str, request: pytest.FixtureRequest
) -> None:
    wanted = draw(TABLE, ChartSpec(**spec))
    request.getfixturevalue(size)
    found = draw(TABLE, ChartSpec(**spec))
    same(marks(found), marks(wanted))
    assert {role: set(totals) for role, totals in found.totals.items()} == {
        role: set(totals) for role, totals in wanted.totals.items()
    }
    for role, totals in wanted.totals.items():
        same(found.totals[role], totals)
    assert (found.titles, found.notes) == (wanted.titles, wanted.notes)


HARD: dict[str, Any] = {
    "one value": [5.0] * 500,
    "two values": [0.0] * 499 + [1.0],
    "mostly zero": [0.0] * 400 + list(range(100)),
    "a value far away": [*np.random.default_rng(1).normal(size=500).tolist(), 1e300],
    "sorted": list(np.arange(5_000.0)),
    "two heaps": [*np.random.default_rng(2).normal(0, 1, 300), *np.random.default_rng(3).normal(1e9, 1, 301)],
    "endless": [float("inf"), float("-inf"), float("nan"), None, 1.0, 2.0, 4.0],
    "one": [3.0],
    "two": [3.0, 4.0],
}


@pytest.mark.usefixtures("beyond")
@pytest.mark.parametrize("case", HARD)
def test_quartiles_and_whiskers_of_hard_values_are_numpys(case: str) -> None:
    values = np.array([value for value in HARD[case] if value is not None and np.isfinite(value)])
    found = draw(pa.table({"v": pa.array(HARD[case], pa.float64())}), ChartSpec(kind="box", y="v"))
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75])
    inside = values[(values >= q1 - 1.5 * (q3 - q1)) & (values <= q3 + 1.5 * (q3 - q1))]
    wanted = {"q1": q1, "median": median, "q3": q3, "least": inside.min(), "most": inside.max()}
    assert {part: found.points[part][0] for part in wanted} == pytest.approx(wanted)
    assert found.points["far"] == [len(values) - len(inside)]


def test_medians_of_more_rows_than_are_sorted_stay_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.charting.look.MANY_ROWS", 1_000)
    monkeypatch.setattr("engine.charting.look.MOST_EXACT", 2_000)
    found = draw(TABLE, ChartSpec(x="city", y="pay", aggregate="median"))
    assert found.titles["y"] == "median of pay"
    ranked = draw(TABLE, ChartSpec(x="city", y="pay", aggregate="median", keep="highest"))
    assert ranked.titles["y"] == "median of pay (approximate)", "a ranking needs the figure of every category"
