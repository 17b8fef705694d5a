"""Forecast by a regression on earlier values."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from components.base import Spec
from components.forecast.clock import SIZES, Clock, parts_of
from components.forecast.forecast import Forecast, Predicted, SeriesParams
from components.forecast.panel import Series
from components.params import Widget

Lag = Annotated[int, Field(ge=1, le=10_000)]
Window = Annotated[int, Field(ge=2, le=10_000)]

MOST_LAGS = 24
"""Lags of a season that count where none are listed."""
CALIBRATION = 0.2
"""Share of the values on which the error is measured."""
LEAST_ORIGINS = 5
MOST_ORIGINS = 1_000
LEAST_ROWS = 10
SHARED_FROM = 20_000


class LagRegressionParams(SeriesParams):
    model: Literal["linear", "forest", "hist_gradient_boosting"] = "linear"
    """What learns: a line through the earlier values, a random forest, or gradient boosted trees."""
    lags: Annotated[tuple[Lag, ...], Field(max_length=200)] = ()
    """How many steps back to look: 1 is the step before. Left empty: every step of a season, at most 24, and the season
    itself; without a season the last three."""
    rolling: Annotated[tuple[Window, ...], Field(max_length=20)] = ()
    """The mean of so many last values as one more feature, such as 7 and 28."""
    calendar: bool = True
    """Whether month, weekday and hour are features, as far as the step lets them vary."""
    difference: Literal["none", "previous", "season"] = "none"
    """Learn the change since the step before, or since a season ago: trees cannot follow a trend otherwise."""
    one_model: bool = False
    """Whether one model learns from all series together: better for many short ones. Each counts in shares of its mean
    size."""
    seed: Annotated[int, Field(ge=0, lt=2**32), Widget(advanced=True)] = 0
    """What the random draws of a model start from."""

    @field_validator("lags", "rolling")
    @classmethod
    def _each_once(cls, steps: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(steps)) < len(steps):
            raise ValueError(f"{next(step for step in steps if steps.count(step) > 1)} is listed twice")
        return tuple(sorted(steps))


class LagRegression(Forecast[LagRegressionParams]):
    """Learns the next value from earlier ones, means of the last ones, and the calendar, and goes on step by step.

    Each forecast value takes its place among the earlier ones of the next step. The interval is measured: a model that
    has not seen the last fifth of the values forecasts it from every place, and the errors at each step, ranked, say
    how wide it is (split conformal prediction); where there are too few of them for the level, the largest counts.
    That holds as far as the future is like that fifth. Each series is forecast
    from its own end; a series in which all values are the same goes on like that.

    When: what comes next depends on the last values in ways that smoothing does not know; many series. Serving:
    boundary, an endpoint's input starts after it. Source: Bontempi, Ben Taieb and Le Borgne (2013), *Machine Learning
    Strategies for Time Series Forecasting* (the recursive one); Lei and others (2018), *Distribution-Free Predictive
    Inference for Regression*, at each step as in Stankevičiūtė and others (2021); scikit-learn's `LinearRegression`,
    `RandomForestRegressor`, `HistGradientBoostingRegressor`.
    """

    spec = Spec(
        key="lag_regression",
        title="Lag regression",
        category="forecast",
        icon="query_stats",
        about="Forecasts by a model of earlier values and the calendar.",
        words=("time series", "forecast", "autoregression", "demand"),
        serving="boundary",
        example={
            "time": "when",
            "target": "target_number",
            "group": ["group"],
            "horizon": 3,
            "season_length": 1,
            "rolling": [3],
        },
    )

    def least(self, season: int) -> int:
        return self._features(season).back + self.params.horizon + LEAST_ROWS + LEAST_ORIGINS

    def predict(self, series: Series, season: int, horizon: int) -> Predicted:
        return self._together([series], season, horizon)[0]

    def predict_all(self, series: Sequence[Series], season: int, horizon: int) -> list[Predicted]:
        if not self.params.one_model:
            return super().predict_all(series, season, horizon)
        found = self._together(series, season, horizon)
        for one, said in zip(series, found, strict=True):
            if not said.is_sound:
                raise self.unfit(one)
        return found

    def _features(self, season: int) -> "_Features":
        asked = self.params
        usual = {*range(1, min(season, MOST_LAGS) + 1), season} if season > 1 else {1, 2, 3}
        differences = {"none": 0, "previous": 1, "season": season}[asked.difference]
        return _Features(asked.lags or tuple(sorted(usual)), asked.rolling, differences, calendar=asked.calendar)

    def _together(self, many: Sequence[Series], season: int, horizon: int) -> list[Predicted]:
        """One model for some series."""
        import numpy as np

        features = self._features(season)
        sizes = [float(np.abs(one.values).mean()) or 1.0 for one in many]
        scaled = [one.values / size for one, size in zip(many, sizes, strict=True)]
        widths = self._widths(many, scaled, features, horizon)
        model = self._fitted(many, scaled, features)
        found = []
        for one, values, size in zip(many, scaled, sizes, strict=True):
            mean = features.recurse(model, values[None, -features.back :], one, [len(values)], horizon)[0]
            found.append(Predicted(mean * size, (mean - widths) * size, (mean + widths) * size))
        return found

    def _widths(self, many: Sequence[Series], scaled: Sequence[Any], features: "_Features", horizon: int) -> Any:
        """Half the width of the interval at each step, in shares of a series' size."""
        import numpy as np

        starts = [self._start(len(values), features.back, horizon) for values in scaled]
        model = self._fitted(many, [values[:start] for values, start in zip(scaled, starts, strict=True)], features)
        errors = []
        for one, values, start in zip(many, scaled, starts, strict=True):
            last = len(values) - horizon
            count = min(last - start + 1, max(MOST_ORIGINS // len(many), LEAST_ORIGINS))
            origins = np.unique(np.linspace(start, last, count).astype(int))
            before = np.lib.stride_tricks.sliding_window_view(values, features.back)[origins - features.back]
            said = features.recurse(model, before, one, origins, horizon)
            truth = np.lib.stride_tricks.sliding_window_view(values, horizon)[origins]
            errors.append(np.abs(truth - said))
        ranked = np.sort(np.concatenate(errors), axis=0)
        place = min(int(np.ceil((len(ranked) + 1) * self.params.level)), len(ranked)) - 1
        return np.maximum.accumulate(ranked[place])

    @staticmethod
    def _start(length: int, back: int, horizon: int) -> int:
        """Where the values begin on which the error is measured: the last fifth, and enough of them."""
        wanted = max(int(length * CALIBRATION), horizon + LEAST_ORIGINS - 1)
        return max(length - wanted, back + LEAST_ORIGINS)

    def _fitted(self, many: Sequence[Series], scaled: Sequence[Any], features: "_Features") -> Any:
        import numpy as np

        pairs = [features.learned_from(values, one) for one, values in zip(many, scaled, strict=True)]
        matrix, target = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        with threads_for(len(matrix)):
            return self._regressor().fit(matrix, target)

    def _regressor(self) -> Any:
        match self.params.model:
            case "linear":
                from sklearn.linear_model import LinearRegression

                return LinearRegression()
            case "forest":
                from sklearn.ensemble import RandomForestRegressor

                return RandomForestRegressor(n_estimators=100, random_state=self.params.seed)
            case "hist_gradient_boosting":
                from sklearn.ensemble import HistGradientBoostingRegressor

                return HistGradientBoostingRegressor(random_state=self.params.seed)


@dataclass(frozen=True)
class _Features:
    """What a model sees of the values before a step, and of its time.

    Parameters
    ----------
    apart
        Steps between the two values whose difference is learned; 0 where values are learned themselves.
    """

    lags: tuple[int, ...]
    rolling: tuple[int, ...]
    apart: int
    calendar: bool

    @property
    def back(self) -> int:
        """How many values before a step must be known."""
        return max(*self.lags, *self.rolling, 1) + self.apart

    def learned_from(self, values: Any, series: Series) -> tuple[Any, Any]:
        """A row for each value that has enough others before it, and what is to be learned."""
        import numpy as np

        before = np.lib.stride_tricks.sliding_window_view(values, self.back)[:-1]
        places = series.first + np.arange(self.back, len(values))
        target = values[self.back :] - (before[:, -self.apart] if self.apart else 0)
        return self._matrix(before, places, series.clock), target

    def recurse(self, model: Any, before: Any, series: Series, origins: Any, horizon: int) -> Any:
        """Forecasts from several places at once, ndarray of shape (n_origins, horizon).

        Parameters
        ----------
        before : ndarray of shape (n_origins, back)
        origins
            Which value is the first that is forecast.
        """
        import numpy as np

        known, places = before, series.first + np.asarray(origins)
        with threads_for(len(places)):
            for step in range(horizon):
                seen = known[:, -self.back :]
                said = model.predict(self._matrix(seen, places + step, series.clock))
                said = said + (seen[:, -self.apart] if self.apart else 0)
                known = np.column_stack([known, said])
        return known[:, -horizon:]

    def _matrix(self, before: Any, places: Any, clock: Clock) -> Any:
        import numpy as np

        spans = [*((lag, 1) for lag in self.lags), *((window, window) for window in self.rolling)]
        columns = [_mean(before, *span) for span in spans]
        if self.apart:
            columns = [
                now - _mean(before, back + self.apart, count) for now, (back, count) in zip(columns, spans, strict=True)
            ]
        return np.column_stack([*columns, *self._dates(places, clock)])

    def _dates(self, places: Any, clock: Clock) -> Iterator[Any]:
        """One column for each month, weekday and hour."""
        import numpy as np

        if self.calendar and clock.parts:
            for part, found in parts_of(clock.times(places), clock.parts).items():
                yield np.eye(SIZES[part])[found]


def threads_for(rows: int) -> AbstractContextManager[Any]:
    """One thread for few rows: to share them out would take longer than to treat them."""
    return _pools().limit(limits=1, user_api="openmp") if rows < SHARED_FROM else nullcontext()


@cache
def _pools() -> Any:
    """The pools of threads of the libraries that are loaded; to find them takes a while."""
    import sklearn.ensemble  # noqa: F401  so that its own are among them
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def _mean(before: Any, back: int, count: int) -> Any:
    """The mean of some consecutive values, the first of which lies so many steps back."""
    first = before.shape[1] - back
    return before[:, first : first + count].mean(axis=1)
