"""Forecast by exponential smoothing."""

from typing import Any, Literal, Self

from pydantic import model_validator

from components.base import Spec
from components.forecast.fitted import FittedForecast
from components.forecast.forecast import Predicted, SeriesParams
from components.forecast.panel import Series
from components.libraries import STATSFORECAST


class ExponentialSmoothingParams(SeriesParams):
    error: Literal["auto", "additive", "multiplicative"] = "auto"
    """Whether errors stay as large as they are, or grow with the values."""
    trend: Literal["auto", "none", "additive", "damped"] = "auto"
    """Whether values keep rising or falling, or do so less and less."""
    season: Literal["auto", "none", "additive", "multiplicative"] = "auto"
    """Whether there is a season, and whether it grows with the values; then errors do too."""

    @model_validator(mode="after")
    def _is_stable(self) -> Self:
        if self.error == "additive" and self.season == "multiplicative":
            raise ValueError("a multiplicative season needs errors that are multiplicative too")
        return self


LETTERS = {"auto": "Z", "none": "N", "additive": "A", "damped": "A", "multiplicative": "M"}
DAMPED = {"auto": None, "none": False, "additive": False, "damped": True}


class ExponentialSmoothing(FittedForecast[ExponentialSmoothingParams]):
    """Weighs earlier values, trends and seasons less the older they are.

    What is left at ``auto`` is chosen for each series by the corrected Akaike criterion among the models of the family
    ETS. Values of 0 and below rule out what is multiplicative. Each series is forecast from its own end; a series in
    which all values are the same goes on like that.

    When: series with a level, a trend or a season that change slowly; a sound first choice. Serving: boundary, an
    endpoint's input starts after it. Source: Hyndman, Koehler, Ord and Snyder (2008), *Forecasting with Exponential
    Smoothing: The State Space Approach*; `statsforecast.models.AutoETS`.
    """

    spec = Spec(
        key="exponential_smoothing",
        title="Exponential smoothing",
        category="forecast",
        icon="ssid_chart",
        about="Forecasts with a level, a trend and a season that change slowly.",
        words=("ets", "time series", "forecast", "smoothing"),
        serving="boundary",
        requires=(STATSFORECAST,),
        example={"time": "when", "target": "target_number", "group": ["group"], "horizon": 6},
    )
    least_values = 8

    def least(self, season: int) -> int:
        asked = self.params.season in ("additive", "multiplicative")
        return max(2 * season, season + 11) if asked and season > 1 else self.least_values

    @property
    def is_multiplicative(self) -> bool:
        return "multiplicative" in (self.params.error, self.params.season)

    def predict(self, series: Series, season: int, horizon: int) -> Predicted:
        if season == 1 and self.params.season in ("additive", "multiplicative"):
            raise self.unfit(series, "a season is asked for, and its length is not known")
        return super().predict(series, season, horizon)

    def model(self, season: int) -> Any:
        from statsforecast.models import AutoETS

        asked = self.params
        letters = "".join(LETTERS[part] for part in (asked.error, asked.trend, asked.season))
        return AutoETS(season_length=season, model=letters, damped=DAMPED[asked.trend])
