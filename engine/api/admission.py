"""How many requests may be inside at once."""

from engine.api.problems import TooMany


class Admission:
    """A bounded number of requests is inside, with a bounded number of bytes; more are refused at once.

    Parameters
    ----------
    requests
        From their first byte to their answer, at most.
    size
        Bytes of their bodies together, at most.
    """

    def __init__(self, requests: int, size: int) -> None:
        self._most_requests = requests
        self._most_bytes = size
        self._requests = self._bytes = 0

    def place(self, size: int = 0) -> "Place":
        """A place for one request: who enters takes it at once, or is refused with `TooMany`.

        Parameters
        ----------
        size
            Bytes that it may bring.
        """
        return Place(self, size)

    def enter(self, size: int) -> None:
        """Take a place.

        Raises
        ------
        TooMany
        """
        if self._requests >= self._most_requests or self._bytes + size > self._most_bytes:
            raise TooMany("Too many requests at the same time.", hint="Send this one again in a second.")
        self._requests += 1
        self._bytes += size

    def leave(self, size: int) -> None:
        """Give a place back."""
        self._requests -= 1
        self._bytes -= size


class Place:
    """A place inside, for as long as a block takes."""

    def __init__(self, admission: Admission, size: int) -> None:
        self._admission = admission
        self._size = size

    def __enter__(self) -> None:
        self._admission.enter(self._size)

    def __exit__(self, *about: object) -> None:
        self._admission.leave(self._size)


def size_of(length: str | None, most: int) -> int:
    """How many bytes a request may bring, by its header Content-Length; the most where it does not say."""
    return min(int(length[:20]), most) if length and length.isascii() and length.isdigit() else most
