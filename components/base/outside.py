"""Tables that lie elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OutsideTable:
    """Rows that others may change at any time: fetched anew in every run, before anything else is done.

    What they hold then, and not where they come from, decides whether results are reused.
    """


@dataclass(frozen=True)
class DatabaseRows(OutsideTable):
    """The answer to a query; ``connection`` is a name that the engine knows."""

    connection: str
    sql: str


@dataclass(frozen=True)
class FileRows(OutsideTable):
    """A file of the server, or of the web."""

    place: str
    format: str
