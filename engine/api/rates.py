"""How often a key may ask, counted by all processes of the API on a machine together."""

import logging
import math
import time
from collections.abc import Callable
from pathlib import Path

from engine.api.problems import TooMany
from storage.errors import StorageError
from storage.moments import Moments

MINUTE = 60.0

log = logging.getLogger("canvasback.api")


class Rates:
    """Requests of each key in the last sixty seconds, in small files that processes share.

    A disk that cannot be written refuses nobody: then requests are let in uncounted, and the log says so.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._moments = Moments(folder, clock)

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
        try:
            wait = math.ceil(self._moments.add(key_id, most, MINUTE))
        except StorageError as error:
            log.warning("the requests of a key are not counted: %s", error.message)
            return
        if wait:
            raise TooMany(
                f"This key may send {most:,} {'request' if most == 1 else 'requests'} in a minute.",
                hint=f"Send this one again in {wait} s, or more records in each request.",
                detail={"retry_after": wait},
            )
