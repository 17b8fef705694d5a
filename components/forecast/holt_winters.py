"""Forecast by Holt and Winters' method."""

from typing import Any, Literal

from components.base import Spec
from components.forecast.fitted import FittedForecast
from components.forecast.forecast import SeriesParams
from components.libraries import STATSFORECAST


class HoltWintersParams(SeriesParams):
    season: Literal["additive", "multiplicative"] = "additive"
    """Whether the season stays as large as it is, or grows with the values, which must then be above 0."""


class HoltWinters(FittedForecast[HoltWintersParams]):
    """Smooths a level, a trend and a season, each of which is always there.

    Without a season it is Holt's linear method. Each series is forecast from its own end; a series in which all values
    are the same goes on like that.

    When: the trend and the season are plain to see. Serving: boundary, an endpoint's input starts after it. Source:
    Holt (1957), Winters (1960), as the state space models ETS(A,A,A) and ETS(M,A,M);
    `statsforecast.models.HoltWinters`.
    """

    spec = Spec(
        key="holt_winters",
        title="Holt-Winters",
        category="forecast",
        icon="stacked_line_chart",
        about="Forecasts with a trend and a season.",
        words=("time series", "seasonality", "trend", "triple exponential smoothing"),
        serving="boundary",
        requires=(STATSFORECAST,),
        example={"time": "when", "target": "target_number", "group": ["group"], "horizon": 6, "season_length": 7},
    )

    def least(self, season: int) -> int:
        return max(2 * season, season + 11) if season > 1 else 10

    @property
    def is_multiplicative(self) -> bool:
        return self.params.season == "multiplicative"

    def model(self, season: int) -> Any:
        from statsforecast.models import AutoETS

        letter = "A" if self.params.season == "additive" else "M"
        return AutoETS(season_length=season, model=f"{letter}A{letter if season > 1 else 'N'}", damped=False)
