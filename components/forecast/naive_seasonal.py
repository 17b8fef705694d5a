"""Forecast by the values of a season ago."""

from components.base import Spec
from components.forecast.forecast import Forecast, Predicted, SeriesParams
from components.forecast.panel import Series


class NaiveSeasonalParams(SeriesParams):
    """Nothing beyond what every forecast asks."""


class NaiveSeasonal(Forecast[NaiveSeasonalParams]):
    """Says that each step is like the same step one season ago; without a season, like the last value.

    The interval is that of errors with a normal distribution which add up from season to season. Each series is
    forecast from its own end; a series in which all values are the same goes on like that.

    When: as the yardstick that every other forecast must beat; for strong, steady seasons. Serving: boundary, an
    endpoint's input starts after it. Source: Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*, 3rd
    edition, sections 5.2 and 5.5; equal to `statsforecast.models.SeasonalNaive`.
    """

    spec = Spec(
        key="naive_seasonal",
        title="Seasonal naive",
        category="forecast",
        icon="event_repeat",
        about="Forecasts by the values of a season ago.",
        words=("baseline", "time series", "benchmark", "forecast"),
        serving="boundary",
        example={"time": "when", "target": "target_number", "group": ["group"], "horizon": 6},
    )

    def least(self, season: int) -> int:
        return season + 2

    def predict(self, series: Series, season: int, horizon: int) -> Predicted:
        import numpy as np
        from scipy.stats import norm

        values, steps = series.values, np.arange(horizon)
        errors = values[season:] - values[:-season]
        mean = values[len(values) - season + steps % season]
        spread = np.sqrt((errors**2).mean() * (steps // season + 1)) * norm.ppf((1 + self.params.level) / 2)
        return Predicted(mean, mean - spread, mean + spread)
