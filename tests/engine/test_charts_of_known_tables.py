"""What a profile tells of a table is not computed again for a chart, and not believed where there are conditions."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from engine.charting import ChartSpec, Drawn, draw
from engine.charting.conditions import Condition
from engine.charting.drawn import MOST_DOTS
from engine.profile import Profile, profile

ROWS = 30_000
DRAWN = "5,000 of {} points are drawn, chosen by chance, always the same."


def table(rows: int = ROWS) -> pa.Table:
    draws = np.random.default_rng(3)
    age, pay = draws.integers(18, 90, rows), draws.lognormal(3, 0.7, rows)
    return pa.table(
        {
            "customer": np.arange(rows),
            "age": pa.array(age, mask=draws.random(rows) < 0.1),
            "pay": pa.array(pay + age, mask=draws.random(rows) < 0.2),
            "children": draws.integers(0, 4, rows),
            "same": np.ones(rows),
        }
    )


TABLE = table()
PROFILE = profile(TABLE)


def drawn(known: Profile | None = PROFILE, **spec: Any) -> Drawn:
    return draw(TABLE, ChartSpec(**spec), profile=known)


def pairs(found: Drawn) -> dict[tuple[str, str], float | None]:
    return dict(zip(zip(found.points["x"], found.points["category"], strict=True), found.points["y"], strict=True))


def wanted(frame: pd.DataFrame, *names: str) -> dict[tuple[str, str], float | None]:
    told = frame[list(names)].corr()
    return {(x, y): None if np.isnan(told.loc[y, x]) else pytest.approx(told.loc[y, x], abs=1e-6)
            for x in names for y in names}  # fmt: skip


def test_correlations_that_the_profile_knows_are_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("engine.charting.correlation.correlate")
    found = drawn(kind="correlation")
    assert pairs(found) == wanted(TABLE.to_pandas(), "age", "pay", "children", "same")
    assert found.notes == ("Without customer, which only tells rows apart.",)


@pytest.mark.parametrize(
    "spec",
    [
        {"conditions": [Condition(column="age", operator="above", values=("60",))]},
        {"columns": ["customer", "age", "pay"]},
    ],
    ids=["of some rows", "of a column that the profile leaves out"],
)
def test_other_correlations_are_computed_from_the_rows(spec: dict[str, Any]) -> None:
    frame = TABLE.to_pandas()
    frame = frame[frame["age"] > 60] if "conditions" in spec else frame
    names = spec.get("columns", ["age", "pay", "children", "same"])
    assert pairs(drawn(kind="correlation", **spec)) == wanted(frame, *names)


MIXED = TABLE.append_column(
    "reach", pa.array([[1.5, float("inf"), -2.0, None, float("-inf")][at % 5] for at in range(ROWS)])
).append_column("town", pa.array(["Bern", "Chur", None, "Thun"] * (ROWS // 4)))


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "bar", "x": "town", "y": "reach", "aggregate": "sum"},
        {"kind": "bar", "x": "town", "y": "pay", "aggregate": "median"},
        {"kind": "box", "x": "town", "y": "reach"},
        {"kind": "histogram", "x": "reach"},
        {"kind": "scatter", "x": "reach", "y": "pay"},
        {"kind": "bubble", "x": "age", "y": "pay", "size": "reach", "color": "town"},
        {"kind": "correlation", "columns": ["reach", "age", "same"]},
    ],
    ids=lambda spec: f"{spec['kind']} {spec.get('aggregate', '')}",
)
@pytest.mark.parametrize("rows", ["few", "vast"])
def test_a_profile_changes_no_figure(rows: str, spec: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if rows == "vast":
        monkeypatch.setattr("engine.charting.look.MANY_ROWS", 1_000)
    found, plain = (draw(MIXED, ChartSpec(**spec), profile=known) for known in (profile(MIXED), None))
    assert found.points.keys() == plain.points.keys()
    for part, values in plain.points.items():
        assert found.points[part] == [
            pytest.approx(value, abs=1e-6) if isinstance(value, float) else value for value in values
        ]


@pytest.fixture
def vast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.charting.look.MANY_ROWS", 1_000)


@pytest.mark.usefixtures("vast")
def test_points_of_a_vast_table_are_rows_that_have_a_place_the_same_every_time() -> None:
    found, again = (drawn(kind="scatter", x="age", y="pay") for _ in range(2))
    frame = TABLE.to_pandas().dropna(subset=["age", "pay"])
    assert found.points == again.points
    assert len(found.points["x"]) == MOST_DOTS
    there = set(zip(frame["age"], frame["pay"], strict=True))
    assert there.issuperset(zip(found.points["x"], found.points["y"], strict=True))
    assert np.mean(found.points["x"]) == pytest.approx(frame["age"].mean(), abs=1.0)


@pytest.mark.usefixtures("vast")
def test_how_many_rows_have_no_place_is_estimated_and_said_to_be() -> None:
    there = len(TABLE.to_pandas().dropna(subset=["age", "pay"]))
    drawn_note, without = drawn(kind="scatter", x="age", y="pay").notes
    about, missing = (int(note.partition("bout ")[2].split()[0].replace(",", "")) for note in (drawn_note, without))
    assert about == pytest.approx(there, rel=0.05)
    assert missing == pytest.approx(ROWS - there, rel=0.1)
    assert drawn_note == DRAWN.format(f"about {about:,}")
    assert without == f"About {missing:,} rows without all values have no place."


@pytest.mark.usefixtures("vast")
@pytest.mark.parametrize("y", ["children", "same"])
def test_what_the_profile_tells_of_gaps_is_exact(y: str) -> None:
    missing = TABLE["age"].null_count
    notes = drawn(kind="scatter", x="age", y=y).notes
    assert notes == (DRAWN.format(f"{ROWS - missing:,}"), f"{missing:,} rows without all values have no place.")
    assert drawn(None, kind="scatter", x="age", y=y).notes != notes


@pytest.mark.usefixtures("vast")
def test_of_points_that_are_rare_as_many_are_drawn_as_there_are() -> None:
    rare = TABLE.set_column(2, "pay", pa.array([float(i) if i % 10 == 0 else None for i in range(ROWS)]))
    found = draw(rare, ChartSpec(kind="scatter", x="customer", y="pay"))
    assert sorted(found.points["y"]) == [float(i) for i in range(0, ROWS, 10)]
    assert found.notes == (f"{ROWS - ROWS // 10:,} rows without all values have no place.",)


@pytest.mark.usefixtures("vast")
def test_a_condition_is_counted_not_taken_from_the_profile() -> None:
    found = drawn(kind="scatter", x="customer", y="children",
                  conditions=[Condition(column="children", operator="above", values=("1",))])  # fmt: skip
    assert set(found.points["y"]) == {2, 3}
    assert found.notes[0].startswith("5,000 of about 15,000 points")
