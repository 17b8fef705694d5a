"""Forecast by an ARIMA model of a given order."""

from typing import Annotated, Any

from pydantic import Field

from components.base import Spec
from components.forecast.fitted import FittedForecast
from components.forecast.forecast import SeriesParams
from components.libraries import STATSFORECAST

Order = Annotated[int, Field(ge=0, le=12)]
Differences = Annotated[int, Field(ge=0, le=2)]


class ArimaParams(SeriesParams):
    p: Order = 1
    """How many earlier values count."""
    d: Differences = 1
    """How often the series is replaced by its changes."""
    q: Order = 1
    """How many earlier errors count."""
    seasonal_p: Order = 0
    """How many values of earlier seasons count."""
    seasonal_d: Differences = 0
    """How often the series is replaced by its changes since the season before."""
    seasonal_q: Order = 0
    """How many errors of earlier seasons count."""
    constant: bool = True
    """A mean where no differences are taken, a drift where they are taken once; more often, neither."""


class Arima(FittedForecast[ArimaParams]):
    """Forecasts from earlier values and earlier errors, by an ARIMA model whose order is known.

    Each series is forecast from its own end; a series in which all values are the same goes on like that.

    When: the order was found elsewhere, or `auto_arima` takes too long. Serving: boundary, an endpoint's input starts
    after it. Source: Box and Jenkins (1970), *Time Series Analysis: Forecasting and Control*; fitted like R's
    ``arima`` (conditional sum of squares, then maximum likelihood); `statsforecast.models.ARIMA`.
    """

    spec = Spec(
        key="arima",
        title="ARIMA",
        category="forecast",
        icon="timeline",
        about="Forecasts from earlier values and errors, in a given order.",
        words=("time series", "forecast", "autoregressive", "sarima", "box jenkins"),
        serving="boundary",
        requires=(STATSFORECAST,),
        example={"time": "when", "target": "target_number", "group": ["group"], "horizon": 6, "p": 2},
    )

    def least(self, season: int) -> int:
        asked = self.params
        differences = asked.d + season * asked.seasonal_d
        earlier = max(asked.p, asked.q) + season * max(asked.seasonal_p, asked.seasonal_q)
        coefficients = asked.p + asked.q + asked.seasonal_p + asked.seasonal_q + 1
        return max(differences + earlier + coefficients + 2, 5)

    def model(self, season: int) -> Any:
        from statsforecast.models import ARIMA

        asked = self.params
        return ARIMA(
            order=(asked.p, asked.d, asked.q),
            seasonal_order=(asked.seasonal_p, asked.seasonal_d, asked.seasonal_q) if season > 1 else (0, 0, 0),
            season_length=season,
            include_constant=asked.constant,
        )
