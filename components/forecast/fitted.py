"""Forecasts by the models of StatsForecast."""

import warnings
from abc import abstractmethod
from typing import Any

from components.forecast.forecast import F, Forecast, Predicted
from components.forecast.panel import Series

FAILURES = (ArithmeticError, IndexError, NotImplementedError, ValueError)
"""What the library raises where a model does not fit, besides bare exceptions."""
TOO_FEW = ("tiny datasets", "zero-size array", "Not enough data")


class FittedForecast(Forecast[F]):
    """A model of StatsForecast, fitted to each series by itself."""

    @property
    def is_multiplicative(self) -> bool:
        """Whether the params ask for what values of 0 and below rule out."""
        return False

    @abstractmethod
    def model(self, season: int) -> Any:
        """An unfitted model of `statsforecast.models`."""

    def predict(self, series: Series, season: int, horizon: int) -> Predicted:
        import numpy as np

        if self.is_multiplicative and series.values.min() <= 0:
            raise self.unfit(series, "it has values of 0 or below, and what is multiplicative takes none")
        # A model that is not tried any further warns, and divides by 0, on the way.
        warnings.filterwarnings("ignore", module=r"statsforecast\.")
        try:
            with np.errstate(all="ignore"):
                found = self.model(season).forecast(y=series.values, h=horizon, level=[self.params.level * 100])
        except Exception as error:
            if type(error) is not Exception and not isinstance(error, FAILURES):
                raise
            raise self.unfit(series, _reason(error)) from error
        bounds = (next(found[name] for name in found if name.startswith(side)) for side in ("lo-", "hi-"))
        return Predicted(*(np.asarray(one, dtype="float64") for one in (found["mean"], *bounds)))


def _reason(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    if first.startswith(TOO_FEW):
        return "it has too few values"
    return first[:200] or "the library refuses it"
