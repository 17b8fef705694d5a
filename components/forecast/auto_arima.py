"""Forecast by the best ARIMA model."""

from typing import Annotated, Any

from pydantic import Field

from components.base import Spec
from components.forecast.fitted import FittedForecast
from components.forecast.forecast import SeriesParams
from components.libraries import STATSFORECAST
from components.params import Widget

Most = Annotated[int, Field(ge=0, le=12), Widget(advanced=True)]


class AutoArimaParams(SeriesParams):
    seasonal: bool = True
    """Whether seasonal models are tried, where there is a season."""
    stepwise: bool = True
    """Whether models are tried only near the best so far; else every one, which takes much longer."""
    approximation: bool = True
    """Whether models are compared by a quicker measure, and only the chosen one is fitted in full."""
    max_p: Most = 5
    """Most earlier values that count."""
    max_q: Most = 5
    """Most earlier errors that count."""
    max_seasonal_p: Most = 2
    """Most values of earlier seasons that count."""
    max_seasonal_q: Most = 2
    """Most errors of earlier seasons that count."""


class AutoArima(FittedForecast[AutoArimaParams]):
    """Finds the order of an ARIMA model for each series by itself.

    How often to take differences is found by tests (KPSS, strength of the season), the rest by the corrected Akaike
    criterion. It takes about a second for a series of a few hundred values with a season of 7 to 12, and much longer
    for seasons of 24 and more. Each series is forecast from its own end; a series in which all values are the same
    goes on like that.

    When: few series that matter. Serving: boundary, an endpoint's input starts after it. Source: Hyndman and Khandakar
    (2008), *Automatic Time Series Forecasting: The forecast Package for R*; `statsforecast.models.AutoARIMA`.
    """

    spec = Spec(
        key="auto_arima",
        title="Auto ARIMA",
        category="forecast",
        icon="auto_graph",
        about="Forecasts by the ARIMA model that fits best.",
        words=("time series", "forecast", "arima", "automatic"),
        serving="boundary",
        requires=(STATSFORECAST,),
        example={
            "time": "when",
            "target": "target_number",
            "group": ["group"],
            "horizon": 6,
            "season_length": 1,
            "max_p": 2,
            "max_q": 1,
        },
    )

    def least(self, season: int) -> int:
        return max(10, season + 3) if self.params.seasonal and season > 1 else 10

    def model(self, season: int) -> Any:
        from statsforecast.models import AutoARIMA

        asked = self.params
        return AutoARIMA(
            season_length=season,
            seasonal=asked.seasonal,
            stepwise=asked.stepwise,
            approximation=asked.approximation,
            max_p=asked.max_p,
            max_q=asked.max_q,
            max_P=asked.max_seasonal_p,
            max_Q=asked.max_seasonal_q,
            start_p=min(2, asked.max_p),
            start_q=min(2, asked.max_q),
            start_P=min(1, asked.max_seasonal_p),
            start_Q=min(1, asked.max_seasonal_q),
        )
