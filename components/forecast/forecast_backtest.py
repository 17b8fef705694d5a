"""Compare ways to forecast on the past."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
from pydantic import Field, field_validator

from components.base import TABLE_IN, Computed, Spec, new_rows
from components.errors import ComponentError
from components.evaluate.pictures import amount
from components.forecast.accuracy import METRICS, Compared, naive_scale, share_within
from components.forecast.arima import Arima
from components.forecast.auto_arima import AutoArima
from components.forecast.backtest_plots import Told, backtest_plots
from components.forecast.earlier_errors import half_widths
from components.forecast.exponential_smoothing import ExponentialSmoothing
from components.forecast.forecast import FIGURES, Forecast, SeriesComputation, SeriesParams, too_short
from components.forecast.holt_winters import HoltWinters
from components.forecast.lag_regression import LagRegression
from components.forecast.naive_seasonal import NaiveSeasonal
from components.forecast.panel import Panel, Series
from components.forecast.theta import Theta
from components.outline import Outline
from components.params import Widget
from components.ports import Port

Method = Literal[
    "naive_seasonal", "exponential_smoothing", "holt_winters", "arima", "auto_arima", "theta", "lag_regression"
]
KINDS: Mapping[Method, type[Forecast[Any]]] = {
    "naive_seasonal": NaiveSeasonal,
    "exponential_smoothing": ExponentialSmoothing,
    "holt_winters": HoltWinters,
    "arima": Arima,
    "auto_arima": AutoArima,
    "theta": Theta,
    "lag_regression": LagRegression,
}
BASELINE: Method = "naive_seasonal"
METHOD, WINDOW, STEP, ACTUAL = "method", "window", "step", "actual"
BOUNDS = ("earlier_low", "earlier_high")
"""An interval from the errors of the windows before; missing where these are too few."""
EARLIER = "earlier_coverage"
MEASURES = (*METRICS, EARLIER)


class ForecastBacktestParams(SeriesParams):
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = ("exponential_smoothing", "theta", "lag_regression")
    """The ways to compare, each with its own defaults; the seasonal naive one is always among them."""
    windows: Annotated[int, Field(ge=1, le=100)] = 3
    """How often to forecast: each time from a later place, the last time so that the last values are forecast."""
    stride: Annotated[int, Field(ge=1, le=10_000), Widget(unit="steps", advanced=True)] | None = None
    """How many steps the places lie apart; as many as are forecast where it is left empty."""

    @field_validator("methods")
    @classmethod
    def _each_once(cls, methods: tuple[Method, ...]) -> tuple[Method, ...]:
        if len(set(methods)) < len(methods):
            raise ValueError("a method is listed twice")
        return methods

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for method in self.methods:
            for library in KINDS[method].spec.requires:
                if not library.is_there:
                    raise ComponentError(
                        f"{KINDS[method].spec.title} needs {library.name}, which is not installed.",
                        hint=library.hint,
                        field="methods",
                    )
        return bound

    def _added(self) -> tuple[str, ...]:
        return (METHOD, WINDOW, STEP, ACTUAL, *FIGURES, *BOUNDS)

    def origins(self) -> list[int]:
        """How many of the last values are unknown in each window."""
        apart = self.stride or self.horizon
        return [self.horizon + apart * (self.windows - 1 - window) for window in range(self.windows)]

    def all_methods(self) -> tuple[Method, ...]:
        """The yardstick first."""
        return (BASELINE, *(method for method in self.methods if method != BASELINE))


class ForecastBacktest(SeriesComputation[ForecastBacktestParams]):
    """Says how well each method would have forecast the last values, from nothing but the values before them.

    Each method is fitted anew for every window (rolling origin). `table` has a row for each method, window and step
    ahead, over all series; `summary` one for each method, the best `mase` first; `forecasts` what was said beside what
    came. A `mase` below 1 is better than the seasonal naive forecast of one step was on the values learned from; it is
    missing where those never change.

    Beside the interval that each method has from its own assumptions, `earlier_low` and `earlier_high` are one from the
    errors of the windows before, whatever the method is (split conformal); `earlier_coverage` is the share of true
    values within it. It needs windows: 9 earlier errors for a level of 0.9, and as many of each step ahead for widths
    that grow with the steps.

    When: before one trusts a forecast, and to choose between methods. Serving: boundary, an endpoint's input starts
    after it. Source: Tashman (2000), *Out-of-Sample Tests of Forecasting Accuracy*; Hyndman and Koehler (2006) for the
    figures.
    """

    spec = Spec(
        key="forecast_backtest",
        title="Back-test forecasts",
        category="forecast",
        icon="fact_check",
        about="Compares ways to forecast on the past.",
        words=("time series cross validation", "walk forward", "rolling origin", "backtesting"),
        inputs=TABLE_IN,
        outputs=(Port("table"), Port("summary"), Port("forecasts")),
        version=3,
        serving="boundary",
        example={
            "time": "when",
            "target": "target_number",
            "group": ["group"],
            "horizon": 2,
            "windows": 2,
            "season_length": 1,
            "methods": ["lag_regression"],
        },
    )

    def compute(self, *tables: pa.Table) -> Computed:
        panel = self._long_enough(self.read(tables[0]))
        compared = _Comparison(self, panel)
        summary = compared.summary()
        rows = summary.to_pylist()
        figures = {row[METHOD]: {name: row[name] for name in MEASURES if row[name] is not None} for row in rows}
        report = {
            "rows": compared.size,
            "counted": "forecast value",
            "best": rows[0][METHOD],
            "metrics": figures[rows[0][METHOD]],
            "baseline": figures[BASELINE],
            "methods": figures,
            "plots": backtest_plots(compared.told(rows)),
            "notes": [compared.about()],
        }
        return Computed({"table": compared.table(), "summary": summary, "forecasts": compared.forecasts()}, report)

    def identity(self, port: str) -> tuple[str, ...]:
        if port == "forecasts":
            return (METHOD, WINDOW, *self.params.group, self.params.time)
        return (METHOD, WINDOW, STEP) if port == "table" else (METHOD,)

    def outline(self, *schemas: sch.Schema) -> Mapping[str, Outline]:
        (schema,) = schemas
        asked = self.params
        keys = [*asked.group, asked.time]
        everything = [*keys, asked.target]
        figures: dict[str, tuple[dt.DataType, Iterable[str]]] = dict.fromkeys(MEASURES, (dt.float64, everything))
        where: dict[str, tuple[dt.DataType, Iterable[str]]] = {METHOD: (dt.string, ()), WINDOW: (dt.int64, ())}
        own: dict[str, tuple[dt.DataType, Iterable[str]]] = {
            **where,
            **{name: (schema[name], [name]) for name in asked.group},
            asked.time: (schema[asked.time], everything),
            STEP: (dt.int64, ()),
            ACTUAL: (dt.float64, everything),
            **dict.fromkeys((*FIGURES, *BOUNDS), (dt.float64, everything)),
        }
        return {
            "table": new_rows({**where, STEP: (dt.int64, ()), **figures}, everything),
            # Which method comes first is decided by the values.
            "summary": new_rows({METHOD: (dt.string, everything), **figures}, everything),
            "forecasts": new_rows(own, everything),
        }

    def made(self, method: Method) -> Forecast[Any]:
        """A method's own node, with what is asked of all."""
        kind = KINDS[method]
        shared = {name: getattr(self.params, name) for name in SeriesParams.model_fields}
        return kind(kind.params_type()(**shared))

    def _season(self, panel: Panel) -> int:
        return self.params.season_length or panel.clock.season

    def _long_enough(self, panel: Panel) -> Panel:
        season = self._season(panel)
        least = max(self.made(method).least(season) for method in self.params.all_methods()) + self.params.origins()[0]
        chosen = [i for i, one in enumerate(panel.series) if len(one) >= least]
        if len(chosen) < len(panel.series) and (self.params.short == "refuse" or not chosen):
            raise too_short(panel, least, f"{self.spec.title} with {self.params.windows} windows", self.params.target)
        return panel.only(chosen)


class _Comparison:
    """What every method says in every window: arrays of shape (n_methods, n_windows, n_series, horizon)."""

    def __init__(self, node: ForecastBacktest, panel: Panel) -> None:
        import numpy as np

        self.params = node.params
        self.panel = panel
        self.methods = node.params.all_methods()
        season, horizon = node._season(panel), node.params.horizon
        shape = (len(self.methods), node.params.windows, len(panel.series), horizon)
        self.truth, self.scale, self.said = np.empty(shape), np.empty(shape), np.empty((3, *shape))
        self.places = np.empty(shape[1:], dtype="int64")
        for window, unknown in enumerate(node.params.origins()):
            known = [one.until(len(one) - unknown) for one in panel.series]
            self._note_truth(window, known, season)
            for number, method in enumerate(self.methods):
                way = node.made(method)
                for place, found in enumerate(way.limited(way.predict_all(known, season, horizon))):
                    self.said[:, number, window, place] = found.mean, found.low, found.high

    def _note_truth(self, window: int, known: list[Series], season: int) -> None:
        for place, (one, whole) in enumerate(zip(known, self.panel.series, strict=True)):
            ahead = slice(len(one), len(one) + self.params.horizon)
            self.truth[:, window, place] = whole.values[ahead]
            self.scale[:, window, place] = naive_scale(one.values, season)
            self.places[window, place] = whole.places(len(one), self.params.horizon)

    @property
    def size(self) -> int:
        """How many values each method forecast."""
        return int(self.truth[0].size)

    @cached_property
    def _compared(self) -> Compared:
        return Compared(self.truth, self.said[0], self.said[1], self.said[2], self.scale)

    @cached_property
    def earlier(self) -> Any:
        """Both ends of the intervals from earlier windows, of shape (2, n_methods, n_windows, n_series, horizon)."""
        import numpy as np

        asked = self.params
        widths = np.stack(
            [
                half_widths(np.abs(truth - mean), scale, asked.origins(), asked.level)
                for truth, mean, scale in zip(self.truth, self.said[0], self.scale, strict=True)
            ]
        )
        ends = np.stack([self.said[0] - widths, self.said[0] + widths])
        return ends if asked.at_least is None else np.maximum(ends, asked.at_least)

    def _measured(self, chosen: Any) -> dict[str, float | None]:
        low, high = self.earlier
        own = self._compared.where(chosen).metrics()
        return {**own, EARLIER: share_within(self.truth[chosen], low[chosen], high[chosen])}

    def table(self) -> pa.Table:
        """Each method, window and step, over all series."""
        rows = []
        for number, method in enumerate(self.methods):
            for window in range(self.params.windows):
                for step in range(self.params.horizon):
                    found = self._measured((number, window, slice(None), step))
                    rows.append({METHOD: method, WINDOW: window + 1, STEP: step + 1, **found})
        return _typed(rows)

    def summary(self) -> pa.Table:
        """Each method over everything, the best first."""
        found = {method: self._measured(number) for number, method in enumerate(self.methods)}
        ordered = sorted(found, key=lambda method: found[method]["mase"] or found[method]["mae"] or 0.0)
        return _typed([{METHOD: method, **found[method]} for method in ordered])

    def told(self, summary: list[dict[str, Any]]) -> Told:
        """What is drawn of it."""
        best = self.methods.index(summary[0][METHOD])
        ends = self.earlier[:, best]
        return Told(
            self.methods, best, self.truth[0], self.said, ends, self.places, self.panel, summary, self.params.level
        )

    def about(self) -> str:
        """What the figures rest on."""
        windows, series = amount(self.params.windows, "window"), len(self.panel.series)
        of = f" of {series:,} series" if series > 1 else ""
        return (
            f"Each method was fitted anew in {windows}{of} and forecast {amount(self.params.horizon, 'step')} from "
            "nothing but the values before. The baseline is the seasonal naive forecast: the value of one season ago."
        )

    def forecasts(self) -> pa.Table:
        """Each forecast value beside the true one."""
        import numpy as np

        methods, windows, series, horizon = (np.ravel(index) for index in np.indices(self.truth.shape))
        groups = {name: self.panel.keys[name].take(pa.array(series)) for name in self.params.group}
        return pa.table(
            {
                METHOD: pa.array(self.methods).take(pa.array(methods)),
                WINDOW: windows + 1,
                **groups,
                self.params.time: self.panel.times(self.places[windows, series, horizon]),
                STEP: horizon + 1,
                ACTUAL: self.truth.ravel(),
                **{name: said.ravel() for name, said in zip(FIGURES, self.said, strict=True)},
                **{
                    name: pa.array(end.ravel(), from_pandas=True)
                    for name, end in zip(BOUNDS, self.earlier, strict=True)
                },
            }
        )


def _typed(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table, in which a figure that is never defined is still a number."""
    table = pa.Table.from_pylist(rows)
    fields = [pa.field(f.name, pa.float64() if f.name in MEASURES else f.type) for f in table.schema]
    return table.cast(pa.schema(fields))
