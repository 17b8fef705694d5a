"""Every kind of chart says the same as pandas on the same rows, whatever the rows are like."""

import sys
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

import engine.charting.draw  # noqa: F401  its name is hidden by the function's
from engine.charting import CHARTS, ChartSpec, Drawn, draw
from engine.charting.axis import MISSING, OTHER
from engine.charting.drawn import MOST_DOTS, MOST_MARKS
from engine.charting.look import Look
from engine.charting.sentence import sentence_of
from engine.errors import DataError, LimitReached, UnknownColumn

ROWS = 3_000
draw_module = sys.modules["engine.charting.draw"]


def table(rows: int = ROWS) -> pa.Table:
    """Cities (some missing), sexes, ages, pay (some missing, some not finite), days, places."""
    draws = np.random.default_rng(7)
    pay = draws.lognormal(3, 0.7, rows)
    pay[::97], pay[1::501] = np.nan, np.inf
    return pa.table(
        {
            "city": pa.array(draws.choice(["Graz", "Linz", "Wien", None], rows, p=[0.5, 0.3, 0.1, 0.1]).tolist()),
            "sex": pa.array(draws.choice(["f", "m"], rows).tolist()),
            "age": pa.array(draws.integers(18, 90, rows)),
            "children": pa.array(draws.integers(0, 4, rows)),
            "pay": pa.array(pay),
            "day": pa.array((np.datetime64("2021-01-01") + draws.integers(0, 900, rows)).astype("datetime64[D]")),
            "lat": pa.array(draws.uniform(46, 49, rows)),
            "lon": pa.array(draws.uniform(9, 17, rows)),
        }
    )


TABLE = table()


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    found = TABLE.to_pandas()
    found["pay"] = found["pay"].where(np.isfinite(found["pay"]))
    found["day"], found["city"] = pd.to_datetime(found["day"]), found["city"].fillna(MISSING)
    return found


def drawn(**spec: Any) -> Drawn:
    return draw(TABLE, ChartSpec(**spec))


def by(found: Drawn, *roles: str, value: str = "y") -> dict[Any, Any]:
    keys = zip(*(found.points[role] for role in roles), strict=True)
    keys = [key[0] if len(roles) == 1 else key for key in keys]  # type: ignore[assignment]
    return dict(zip(keys, found.points[value], strict=True))


def same(found: dict[Any, Any], wanted: dict[Any, Any]) -> None:
    assert set(found) == set(wanted)
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, rel=1e-9), key


Wanted = Callable[[pd.DataFrame], dict[Any, Any]]
FIGURES: list[tuple[dict[str, Any], tuple[str, ...], Wanted]] = [
    ({"kind": "bar", "x": "city"}, ("x",), lambda f: f.groupby("city").size()),
    ({"kind": "bar", "x": "city", "y": "pay", "aggregate": "median"}, ("x",), lambda f: f.groupby("city").pay.median()),
    ({"kind": "bar", "x": "city", "y": "pay", "aggregate": "mean", "color": "sex"}, ("x", "color"),
     lambda f: f.groupby(["city", "sex"]).pay.mean()),
    ({"kind": "bar", "x": "city", "y": "age", "aggregate": "distinct"}, ("x",),
     lambda f: f.groupby("city").age.nunique()),
    ({"kind": "bar", "x": "children", "y": "pay", "aggregate": "min"}, ("x",),
     lambda f: f.groupby(f.children.astype(str)).pay.min()),
    ({"kind": "stacked_bar", "x": "city", "y": "pay", "aggregate": "sum", "color": "sex", "facet": "children"},
     ("x", "color", "facet"), lambda f: f.groupby(["city", "sex", f.children.astype(str)]).pay.sum()),
    ({"kind": "pie", "x": "city"}, ("x",), lambda f: f.groupby("city").size()),
    ({"kind": "pyramid", "x": "children", "color": "sex", "y": "pay", "aggregate": "max"}, ("x", "color"),
     lambda f: f.groupby([f.children.astype(str), "sex"]).pay.max()),
    ({"kind": "line", "x": "day", "every": "month", "y": "pay", "aggregate": "mean", "color": "sex"}, ("x", "color"),
     lambda f: f.groupby([f.day.dt.strftime("%Y-%m-01"), "sex"]).pay.mean()),
    ({"kind": "line", "x": "day", "every": "week"}, ("x",),
     lambda f: f.groupby((f.day - pd.to_timedelta(f.day.dt.weekday, "D")).dt.strftime("%Y-%m-%d")).size()),
    ({"kind": "area", "x": "day", "every": "quarter"}, ("x",),
     lambda f: f.groupby(f.day.dt.to_period("Q").dt.start_time.dt.strftime("%Y-%m-%d")).size()),
    ({"kind": "bar", "x": "day", "every": "year"}, ("x",), lambda f: f.groupby(f.day.dt.strftime("%Y-01-01")).size()),
    ({"kind": "histogram", "x": "age", "bins": 12, "color": "sex"}, ("x", "color"),
     lambda f: f.groupby([f.age.min() + np.minimum((f.age - f.age.min()) // (np.ptp(f.age) / 12), 11)
                          * (np.ptp(f.age) / 12), "sex"]).size().rename(lambda low: float(f"{low:.12g}"), level=0)),
    ({"kind": "heatmap", "x": "city", "y": "sex", "color": "pay", "aggregate": "max"}, ("x", "category"),
     lambda f: f.groupby(["city", "sex"]).pay.max()),
    ({"kind": "pivot", "x": "city", "y": "children", "color": "pay", "aggregate": "median"}, ("x", "category"),
     lambda f: f.groupby(["city", f.children.astype(str)]).pay.median()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "roles", "wanted"), FIGURES, ids=lambda it: str(it.get("kind")) if isinstance(it, dict) else ""
)
def test_figures_are_those_of_pandas(spec: Any, roles: Any, wanted: Wanted, frame: pd.DataFrame) -> None:
    same(by(drawn(**spec), *roles), dict(wanted(frame)))


def test_totals_of_a_pivot_table_are_of_the_rows_not_of_the_cells(frame: pd.DataFrame) -> None:
    totals = drawn(kind="pivot", x="city", y="sex", color="pay", aggregate="median").totals
    same(totals["x"], dict(frame.groupby("city").pay.median()))
    same(totals["category"], dict(frame.groupby("sex").pay.median()))
    assert totals["all"][""] == pytest.approx(frame.pay.median())


def test_boxes_are_quartiles_with_tukeys_whiskers(frame: pd.DataFrame) -> None:
    found = drawn(kind="box", y="pay", x="city")
    for city, pay in frame.groupby("city").pay:
        q1, median, q3 = pay.quantile([0.25, 0.5, 0.75])
        reach = 1.5 * (q3 - q1)
        wanted = (q1, median, q3, pay[pay >= q1 - reach].min(), pay[pay <= q3 + reach].max())
        row = found.points["x"].index(city)
        parts = [found.points[part][row] for part in ("q1", "median", "q3", "least", "most")]
        assert parts == pytest.approx(wanted)


@pytest.mark.parametrize(
    "spec", [{"kind": "density", "x": "pay", "color": "sex"}, {"kind": "violin", "y": "pay", "x": "sex"}]
)
def test_curves_are_those_of_a_gaussian_kernel(spec: dict[str, Any], frame: pd.DataFrame) -> None:
    found = drawn(**spec)
    group = "color" if spec["kind"] == "density" else "x"
    for sex, all_pay in frame.groupby("sex").pay:
        pay = all_pay.dropna().to_numpy()
        rows = [row for row, one in enumerate(found.points[group]) if one == sex]
        at, density = (np.array([found.points[part][row] for row in rows]) for part in ("at", "density"))
        q1, q3 = np.quantile(pay, [0.25, 0.75])
        width = 0.9 * min(pay.std(ddof=1), (q3 - q1) / 1.349) * len(pay) ** -0.2
        kernel = np.exp(-0.5 * ((at[:, None] - pay[None, :]) / width) ** 2).sum(axis=1)
        wanted = kernel / (len(pay) * width * np.sqrt(2 * np.pi))
        assert np.abs(density - wanted).max() < 0.02 * wanted.max()


@pytest.mark.parametrize("kind", ["scatter", "bubble", "map"])
def test_dots_are_the_rows_that_have_a_place(kind: str, frame: pd.DataFrame) -> None:
    size = {"size": "pay"} if kind == "bubble" else {}
    y = "lat" if kind == "map" else "pay"
    found = drawn(kind=kind, x="lon", y=y, color="city", **size)
    there = frame.dropna(subset=[y, *size.values()])
    assert sorted(zip(found.points["x"], found.points["y"], found.points["color"], strict=True)) == sorted(
        zip(there["lon"], there[y], there["city"], strict=True)
    )


def test_correlations_are_those_of_pandas(frame: pd.DataFrame) -> None:
    found = by(drawn(kind="correlation"), "x", "category")
    wanted = frame[["age", "children", "pay", "lat", "lon"]].corr()
    assert all(found[x, y] == pytest.approx(wanted.loc[y, x]) for x in wanted for y in wanted)


@pytest.mark.parametrize("kind", list(CHARTS))
def test_every_kind_draws_an_empty_table_and_one_without_values(kind: Any) -> None:
    roles = {"x": "age", "y": "pay", "size": "lat", "color": "sex"}
    spec = ChartSpec(kind=kind, **{role: roles[role] for role, one in CHARTS[kind].roles.items() if one.is_needed})
    for rows in (
        TABLE.slice(0, 0),
        pa.Table.from_arrays([pa.nulls(9, one) for one in TABLE.schema.types], TABLE.schema.names),
    ):
        if kind == "pyramid" and len(rows):
            continue  # one side only: refused, as below
        found = draw(rows, spec)
        is_of_missing = found.sentence.startswith(("No ", "Most common is (missing)", "(missing) is the largest part"))
        assert "nothing to draw" in found.sentence or is_of_missing


CONDITIONS: list[tuple[str, str, list[str], Callable[[pd.DataFrame], Any]]] = [
    ("city", "is", ["Graz"], lambda f: f.city == "Graz"),
    ("city", "is_not", ["Graz"], lambda f: f.city != "Graz"),
    ("city", "any_of", ["Graz", "Linz", "'); drop table x; --"], lambda f: f.city.isin(["Graz", "Linz"])),
    ("city", "contains", ["RA"], lambda f: f.city == "Graz"),
    ("city", "excludes", ["ra"], lambda f: f.city != "Graz"),
    ("city", "begins", ["w"], lambda f: f.city == "Wien"),
    ("city", "missing", [], lambda f: f.city == MISSING),
    ("pay", "missing", [], lambda f: f.pay.isna()),
    ("pay", "present", [], lambda f: f.pay.notna()),
    ("age", "above", ["60"], lambda f: f.age > 60),
    ("age", "at_most", ["60.5"], lambda f: f.age <= 60.5),
    ("age", "between", ["30", "40"], lambda f: f.age.between(30, 40)),
    ("day", "is", ["2021-05-01"], lambda f: f.day == "2021-05-01"),
    ("day", "above", ["2022-01-01"], lambda f: f.day > "2022-01-01"),
    ("day", "between", ["2021-02-01", "2021-03-31"], lambda f: f.day.between("2021-02-01", "2021-03-31")),
]


@pytest.mark.parametrize(("column", "operator", "values", "wanted"), CONDITIONS)
def test_conditions_keep_the_rows_that_pandas_keeps(
    column: str, operator: Any, values: list[str], wanted: Callable[[pd.DataFrame], Any], frame: pd.DataFrame
) -> None:
    condition = {"column": column, "operator": operator, "values": values}
    assert drawn(x="sex", conditions=[condition]).rows == int(wanted(frame).sum())


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"column": "age", "operator": "above", "values": ["1; drop table x"]}, "cannot be compared with age"),
        ({"column": "age", "operator": "above", "values": ["inf"]}, "cannot be compared with age"),
        ({"column": "day", "operator": "is", "values": ["31.01.2021"]}, "cannot be compared with day"),
        ({"column": "age", "operator": "contains", "values": ["1"]}, "cannot be asked"),
        ({"column": "age", "operator": "between", "values": ["1"]}, "needs 2 values"),
    ],
)
def test_a_condition_that_does_not_fit_says_what_to_type(condition: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        drawn(x="sex", conditions=[condition])
    assert caught.value.hint


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"kind": "scatter", "x": "age"}, "needs a column for “Up”"),
        ({"kind": "scatter", "x": "city", "y": "pay"}, "city holds text"),
        ({"kind": "bar", "x": "city", "aggregate": "mean"}, "mean of what"),
        ({"kind": "bar", "x": "city", "y": "sex", "aggregate": "mean"}, "sex holds text, so it has no mean"),
        ({"kind": "pie", "x": "city", "y": "pay", "aggregate": "mean"}, "would not add up"),
        ({"kind": "histogram", "x": "age", "size": "pay"}, "has no size"),
        ({"kind": "correlation", "columns": ["city", "age"]}, "city holds no numbers"),
        ({"kind": "pyramid", "x": "age", "color": "city", "conditions": [{"column": "city", "values": ["Graz"]}]},
         "has one value only"),
    ],
)  # fmt: skip
def test_a_chart_that_cannot_be_says_why_in_words(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        drawn(**spec)
    assert caught.value.hint


def test_a_column_that_is_gone_is_named() -> None:
    with pytest.raises(UnknownColumn, match="no column 'salary'"):
        drawn(x="salary")


def test_top_keeps_what_was_asked_for_and_says_what_becomes_of_the_rest() -> None:
    words = pa.table({"word": [f"w{at:03d}" for at in range(100) for _ in range(at + 1)], "n": [1.0] * 5050})
    spec = ChartSpec(x="word", top=3)
    found = draw(words, spec)
    assert found.order["x"] == ["w099", "w098", "w097", OTHER]
    assert by(found, "x")[OTHER] == 5050 - 297
    assert found.notes == ("3 of 100 values of word; the rest is “(other)”.",)
    without = draw(words, spec.model_copy(update={"other": False, "sort": "lowest"}))
    assert without.order["x"] == ["w097", "w098", "w099"]
    assert "4,753 rows of other categories are left out." in without.notes
    lowest = draw(words, ChartSpec(x="word", y="n", aggregate="sum", top=2, keep="lowest", other=False))
    assert set(lowest.order["x"]) == {"w000", "w001"}


def test_a_pie_has_as_many_parts_as_there_are_colours_and_one_for_the_others() -> None:
    words = pa.table({"w": [f"w{number:02d}" for number in range(20) for _ in range(20 - number)]})
    found = draw(words, ChartSpec(kind="pie", x="w", top=12))
    assert len(found.points["x"]) == 9
    assert sum(found.points["y"]) == words.num_rows


@pytest.mark.parametrize("kind", ["bar", "pie", "line", "histogram"])
def test_missing_numbers_are_in_none_of_the_ranges(kind: Any) -> None:
    values = pa.array([None] * 50 + [float(number) for number in range(100)] + [float("nan"), float("inf")])
    found = draw(pa.table({"v": values}), ChartSpec(kind=kind, x="v"))
    ranges = [rows for place, rows in zip(found.points["x"], found.points["y"], strict=True) if place != MISSING]
    assert sum(ranges) == 100
    assert MISSING in found.points["x"] or "52 rows without a value in v have no place." in found.notes


def test_numbers_and_dates_are_put_into_places_that_can_be_read() -> None:
    assert drawn(kind="bar", x="age").order["x"][:2] == ["15 to 20", "20 to 25"]
    many = drawn(kind="line", x="day", every="hour", color="sex", facet="city")
    assert many.marks <= MOST_MARKS
    assert drawn(kind="heatmap", x="day", y="sex").order["x"][0] == "2021-01"
    stamps = pa.table({"at": pa.array(pd.date_range("2020-01-01", periods=90_000, freq="h"))})
    hours = draw(stamps, ChartSpec(kind="line", x="at", every="hour"))
    assert hours.marks <= 500
    assert "By hour there would be 90,001 places along at, so it is drawn by" in hours.notes[0]


HOSTILE = [
    'a"; drop table x; --',
    "<script>alert(1)</script>",
    "{{7*7}}",
    "$1 ?",
    "\u202eevil",
    "x" * 9_000,
    "%{y}",
    "'",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_and_values_are_only_data(name: str) -> None:
    rows = pa.table({name: [*HOSTILE, MISSING, OTHER, None, "", " "], "v": [float(at) for at in range(13)]})
    for spec in (
        ChartSpec(x=name, y="v", aggregate="median", color=name, facet=name, top=50),
        ChartSpec(
            kind="box", x=name, y="v", conditions=[{"column": name, "operator": "is_not", "values": [name[:900]]}]
        ),
        ChartSpec(kind="scatter", x="v", y="v", color=name),
        ChartSpec(kind="pivot", x=name, y=name),
    ):
        found = draw(rows, spec)
        assert found.marks
        assert found.sentence
    bars = draw(rows, ChartSpec(x=name, top=50))
    assert bars.marks == 13, "texts that look like ours, blanks and a missing value are all told apart"
    assert len(set(bars.points["x"])) == 13


@pytest.mark.parametrize("spec", [{"kind": "sql"}, {"x": "a", "formula": "1"}, {"top": 51}, {"bins": 1}, {"x": 3}])
def test_what_is_no_chart_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ChartSpec(**spec)


@pytest.fixture(scope="module")
def millions(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("millions") / "part.parquet"
    rows = 3_000_000
    at = np.arange(rows)
    columns = {
        "__cb_row": at,
        "number": (at * 7919 % rows) / 7.0,
        "group": pa.DictionaryArray.from_arrays(pa.array(at % 37, pa.int8()), [f"g{one}" for one in range(37)]),
        "person": pa.array(at).cast(pa.string()),
        "day": pa.array(at // 3000, pa.int32()).cast(pa.date32()),
    }
    pq.write_table(pa.table(columns), path, row_group_size=200_000)
    return [path]


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec",
    [
        {"x": "group", "y": "number", "aggregate": "mean"},
        {"x": "group", "y": "number", "aggregate": "median"},
        {"x": "person"},
        {"kind": "line", "x": "day", "every": "day", "color": "group"},
        {"kind": "scatter", "x": "number", "y": "day", "color": "group"},
        {"kind": "box", "x": "group", "y": "number"},
        {"kind": "histogram", "x": "number"},
        {"kind": "violin", "x": "group", "y": "number"},
        {"kind": "heatmap", "x": "day", "y": "group"},
    ],
    ids=lambda spec: f"{spec.get('kind', 'bar')} {spec.get('aggregate', '')} {spec['x']}",
)
def test_three_million_rows_are_a_few_thousand_marks(millions: Any, spec: dict[str, Any]) -> None:
    found = draw(millions, ChartSpec(**spec))
    assert 0 < found.marks <= MOST_MARKS
    assert found.rows == 3_000_000
    if spec.get("kind") == "scatter":
        assert found.marks == MOST_DOTS
        assert "5,000 of about 3,000,000 points are drawn, chosen by chance, always the same." in found.notes
        assert draw(millions, ChartSpec(**spec)).points == found.points
    if spec.get("aggregate") == "median":
        assert found.titles["y"] == "median of number"
        assert found.points["y"][0] == pytest.approx(3_000_000 / 14, rel=0.001)


@pytest.mark.slow
def test_a_chart_that_takes_too_long_is_stopped(millions: Any) -> None:
    with pytest.raises(LimitReached, match="took longer"):
        draw(millions, ChartSpec(x="person", keep="highest", y="person", aggregate="distinct"), seconds=0.01)


SENTENCES = [
    ({"x": "city"}, "Most common is Graz: 1,5"),
    ({"x": "city", "y": "pay", "aggregate": "max"}, "Max of pay is highest for "),
    ({"kind": "pie", "x": "sex"}, " is the largest part: 5"),
    ({"kind": "line", "x": "day", "every": "year"}, "Rows go from 1,"),
    ({"kind": "box", "x": "city", "y": "pay"}, "pay is highest for "),
    ({"kind": "box", "y": "pay"}, "pay has the median 19.31"),
    ({"kind": "violin", "y": "pay"}, "pay has the median 19.31"),
    ({"kind": "scatter", "x": "age", "y": "age"}, "rise together closely (correlation 1.00)"),
    ({"kind": "histogram", "x": "age"}, "age goes from about "),
    ({"kind": "density", "x": "pay"}, "pay is most often around 1"),
    ({"kind": "map", "x": "lon", "y": "lat"}, "3,000 points between the latitudes 46"),
    ({"kind": "correlation"}, "The closest pair is "),
    ({"x": "city", "conditions": [{"column": "city", "values": ["Rome"]}]}, "no row fulfils the conditions"),
]


@pytest.mark.parametrize(("spec", "words"), SENTENCES)
def test_a_sentence_says_what_there_is_to_see(spec: dict[str, Any], words: str) -> None:
    assert words in drawn(**spec).sentence


def test_figures_that_are_all_the_same_have_no_highest_one() -> None:
    table = pa.table({"city": ["Graz", "Linz"] * 5, "pay": [20.0] * 10})
    found = draw(table, ChartSpec(x="city", y="pay", aggregate="mean"))
    assert found.sentence == "Mean of pay is 20 everywhere."


def test_the_sentence_names_the_extremes_of_the_data(frame: pd.DataFrame) -> None:
    medians = frame[frame.city != MISSING].groupby("city").pay.median().sort_values()
    found = drawn(x="city", y="pay", aggregate="median")
    assert found.sentence == (
        f"Median of pay is highest for {medians.index[-1]} ({medians.iloc[-1]:.4g}), "
        f"lowest for {medians.index[0]} ({medians.iloc[0]:.4g})."
    )
    assert sentence_of(found) == found.sentence


def test_a_median_that_does_not_fit_is_called_approximate(monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame) -> None:
    spec = {"x": "city", "y": "pay", "aggregate": "median"}
    assert drawn(**spec).titles["y"] == "median of pay"
    monkeypatch.setattr("engine.charting.look.MOST_EXACT", 1_000)
    found = drawn(**spec)
    assert found.titles["y"] == "median of pay (approximate)"
    assert "Of so many rows, the median of pay is approximate." in found.notes
    medians = frame.groupby("city").pay.median()
    assert by(found, "x")["Graz"] == pytest.approx(medians["Graz"], rel=0.05)


def test_a_median_is_drawn_approximately_where_an_exact_one_needs_too_much_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = draw_module.DRAWERS["bar"]

    def tight(look: Look) -> Drawn:
        if not look.estimates_quantiles:
            raise duckdb.OutOfMemoryException("of 1.5 GB")
        return real(look)

    monkeypatch.setitem(draw_module.DRAWERS, "bar", tight)  # type: ignore[arg-type]
    assert drawn(x="city", y="pay", aggregate="median").titles["y"] == "median of pay (approximate)"
    with pytest.raises(LimitReached, match="more than 1,500 MB") as refused:
        drawn(x="city", y="pay", aggregate="mean")
    assert "add a condition" in refused.value.hint


@pytest.mark.parametrize("kind", ["box", "violin"])
def test_quartiles_of_vast_tables_are_read_off_fine_counts(
    kind: str, monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame
) -> None:
    spec = {"kind": kind, "x": "sex", "y": "lat"}
    exact = drawn(**spec)
    monkeypatch.setattr("engine.charting.look.MANY_ROWS", 1_000)
    found = drawn(**spec)
    assert found.titles["y"] == "lat (approximate)"
    parts = ("q1", "median", "q3", "least", "most") if kind == "box" else ("median",)
    reach = (frame.lat.max() - frame.lat.min()) / 2_048
    for part in parts:
        wanted = by(exact, "x", value=part)
        assert by(found, "x", value=part) == {one: pytest.approx(wanted[one], abs=1.01 * reach) for one in wanted}


def test_a_box_too_narrow_for_the_counts_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    values = pa.array([*np.random.default_rng(1).normal(size=2_000).tolist(), 1e9])
    monkeypatch.setattr("engine.charting.look.MANY_ROWS", 1_000)
    found = draw(pa.table({"v": values}), ChartSpec(kind="box", y="v"))
    assert found.titles["y"] == "v"
    assert found.points["median"][0] == pytest.approx(np.median(values.to_numpy()))
