"""How often a key may ask."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from engine.api.problems import TooMany


class Rates:
    """Requests of each key in the last sixty seconds; in memory, so that each process counts what it answers."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, key_id: str, most: int | None) -> None:
        """Count a request of a key.

        Parameters
        ----------
        most
            Requests in a minute; None for as many as there are.

        Raises
        ------
        TooMany
            Saying when the next one is answered.
        """
        if most is None:
            return
        minute = RateLimitItemPerMinute(most)
        if not self._limiter.hit(minute, key_id):
            wait = max(1, math.ceil(self._limiter.get_window_stats(minute, key_id).reset_time - time.time()))
            raise TooMany(
                f"This key may send {most:,} {'request' if most == 1 else 'requests'} in a minute.",
                hint=f"Send this one again in {wait} s, or more records in each request.",
                detail={"retry_after": wait},
            )
