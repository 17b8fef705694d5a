"""Forecast by the theta method."""

from typing import Any, Literal

from components.base import Spec
from components.forecast.fitted import FittedForecast
from components.forecast.forecast import SeriesParams
from components.libraries import STATSFORECAST


class ThetaParams(SeriesParams):
    variant: Literal["standard", "optimized", "dynamic", "dynamic_optimized", "auto"] = "standard"
    """Whether the weight of the trend is 2 or found for each series, and whether the line follows the latest values;
    or the variant that fits each series best."""
    season: Literal["multiplicative", "additive"] = "multiplicative"
    """Whether the season grows with the values; additive where a value is not above 0."""


MODELS = {"standard": "STM", "optimized": "OTM", "dynamic": "DSTM", "dynamic_optimized": "DOTM", "auto": None}


class Theta(FittedForecast[ThetaParams]):
    """Halfway between a straight line and simple exponential smoothing.

    A season is taken out before and put back after, where a test finds one. The interval comes from simulated paths,
    the same ones every time. Each series is forecast from its own end; a series in which all values are the same goes
    on like that.

    When: many series of few values; it won the M3 competition. Serving: boundary, an endpoint's input starts after it.
    Source: Assimakopoulos and Nikolopoulos (2000), *The Theta Model*; Fiorucci and others (2016) for the variants;
    `statsforecast.models.AutoTheta`.
    """

    spec = Spec(
        key="theta",
        title="Theta",
        category="forecast",
        icon="trending_up",
        about="Forecasts halfway between a line and the latest values.",
        words=("time series", "forecast"),
        serving="boundary",
        requires=(STATSFORECAST,),
        example={"time": "when", "target": "target_number", "group": ["group"], "horizon": 6},
    )
    least_values = 8

    def model(self, season: int) -> Any:
        from statsforecast.models import AutoTheta

        asked = self.params
        return AutoTheta(season_length=season, decomposition_type=asked.season, model=MODELS[asked.variant])
