"""The time of a search."""

import time
from dataclasses import dataclass, field

from components.ensembles.following import follower


@dataclass
class Clock:
    """So many seconds from when it has begun; None for no end.

    Parameters
    ----------
    afterwards
        Seconds of these for what comes when the model is there: it is scored and saved.
    reserved
        Seconds of these that the last fit will need.
    """

    seconds: float | None = None
    begun: float = field(default_factory=time.monotonic)
    afterwards: float = 0.0
    reserved: float = 0.0

    @property
    def spent(self) -> float:
        """How many seconds have gone."""
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """How many seconds there are still; none when the search is to stop."""
        if self.is_stopped:
            return 0.0
        if self.seconds is None:
            return float("inf")
        return self.seconds - self.afterwards - self.reserved - self.spent

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked for the best so far."""
        following = follower()
        return following is not None and following.is_stopping()

    @property
    def is_over(self) -> bool:
        """Whether no other fit may begin."""
        return self.left <= 0

    def set_to(self, spent: float) -> None:
        """Go on from where an earlier attempt was: a trial that is remembered took its time then."""
        self.begun = time.monotonic() - spent

    def why(self, otherwise: str) -> str:
        """What ended the search."""
        if self.is_stopped:
            return "it was asked to stop and keep the best"
        return "the time was over" if self.is_over else otherwise
