"""How far forecasts were from what came."""

from dataclasses import dataclass
from typing import Any

METRICS = ("mae", "rmse", "mase", "smape", "coverage")


@dataclass(frozen=True)
class Compared:
    """Forecasts beside what came.

    Parameters
    ----------
    truth, mean, low, high : ndarray of shape (n_values,)
    scale : ndarray of shape (n_values,)
        What an error counts in for `mase`: the mean absolute error that the seasonal naive forecast of one step
        makes on the values that were learned from; NaN where that is 0.
    """

    truth: Any
    mean: Any
    low: Any
    high: Any
    scale: Any

    def where(self, chosen: Any) -> "Compared":
        """Some of them."""
        return Compared(*(one[chosen] for one in (self.truth, self.mean, self.low, self.high, self.scale)))

    def metrics(self) -> dict[str, float | None]:
        """Each figure of `METRICS`; None where it is not defined.

        `mase` is the mean of errors in shares of their scale, `smape` 200 · |error| / (|truth| + |forecast|) per
        cent with 0 where both are 0, `coverage` the share of true values within the interval. Source: Hyndman and
        Koehler (2006), *Another Look at Measures of Forecast Accuracy*.
        """
        import numpy as np

        errors = np.abs(self.truth - self.mean)
        both = np.abs(self.truth) + np.abs(self.mean)
        shares = np.divide(errors, both, out=np.zeros_like(errors), where=both > 0)
        scaled = (errors / self.scale)[np.isfinite(self.scale)]
        return {
            "mae": float(errors.mean()),
            "rmse": float(np.sqrt((errors**2).mean())),
            "mase": float(scaled.mean()) if len(scaled) else None,
            "smape": float(200 * shares.mean()),
            "coverage": float(((self.low <= self.truth) & (self.truth <= self.high)).mean()),
        }


def share_within(truth: Any, low: Any, high: Any) -> float | None:
    """The share of true values within their interval; None where none has one."""
    import numpy as np

    there = np.isfinite(low)
    return float(((low <= truth) & (truth <= high))[there].mean()) if there.any() else None


def naive_scale(values: Any, season: int) -> float:
    """The mean absolute error of the seasonal naive forecast of one step; NaN where it is 0."""
    import numpy as np

    return float(np.abs(values[season:] - values[:-season]).mean()) or float("nan")
