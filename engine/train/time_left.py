"""The time that somebody gave for the training of a model, and what there is still time for."""

import time
from dataclasses import dataclass, field

PREPARING = 0.3
"""The share of the time after which no further part is prepared."""
IMPORTANCE = 0.03
"""The share that asking how much each column matters may always take."""


@dataclass(frozen=True)
class TimeLeft:
    """So many seconds from when training began; None where nobody gave a time."""

    seconds: float | None
    begun: float = field(default_factory=time.monotonic)

    def allows_preparing(self, parts: int) -> bool:
        """Whether so many parts are prepared in time, if the last takes as long as each of the others did."""
        if self.seconds is None:
            return True
        return self._spent * parts <= PREPARING * self.seconds * (parts - 1)

    def for_importance(self, saving: float) -> float | None:
        """How many seconds to ask how much each column matters; None for as long as it takes.

        Parameters
        ----------
        saving
            The seconds that saving the model takes afterwards.
        """
        if self.seconds is None:
            return None
        return max(self.seconds * (1 - IMPORTANCE) - saving - self._spent, self.seconds * IMPORTANCE)

    @property
    def _spent(self) -> float:
        return time.monotonic() - self.begun
