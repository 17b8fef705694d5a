"""Forecasts by the models of StatsForecast."""

import warnings
from abc import abstractmethod
from typing import Any

from components.forecast.forecast import F, Forecast, Predicted
from components.forecast.panel import Series


class FittedForecast(Forecast[F]):
    """A model of StatsForecast, fitted to each series by itself."""

    @abstractmethod
    def model(self, season: int) -> Any:
        """An unfitted model of `statsforecast.models`."""

    def predict(self, series: Series, season: int, horizon: int) -> Predicted:
        import numpy as np

        # A model that is not tried any further warns, and divides by 0, on the way.
        warnings.filterwarnings("ignore", module=r"statsforecast\.")
        try:
            with np.errstate(all="ignore"):
                found = self.model(season).forecast(y=series.values, h=horizon, level=[self.params.level * 100])
        except (ArithmeticError, IndexError, NotImplementedError, ValueError) as error:
            raise self.unfit(series, _reason(error)) from error
        bounds = (next(found[name] for name in found if name.startswith(side)) for side in ("lo-", "hi-"))
        return Predicted(*(np.asarray(one, dtype="float64") for one in (found["mean"], *bounds)))


def _reason(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return {"tiny datasets": "it has too few values", "": "the library refuses it"}.get(first, first[:200])
