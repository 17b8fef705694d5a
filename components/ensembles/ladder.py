"""How many rows the trials of AutoML see: a few first, and more of them for what does well on these."""

from components.ensembles.folds import HeldOut
from components.ensembles.trying import Part

FOLDS = 5
FEW_FOLDS = 3
FIRST_ROWS = 5_000
"""On so many rows every family is looked at."""
FACTOR = 4
"""How many times as many rows the better half of the families sees next."""
CELLS_IN_FOLDS, CELLS_IN_FEW = 3_000, 6_000
"""Numbers in the matrix for each second of the time, up to which rows are held out in all parts, or in a few."""


def folds_for(rows: int, width: int, seconds: float | None) -> tuple[int, int]:
    """In how many parts the rows of a matrix are divided, and in how many of them they are held out.

    Parameters
    ----------
    seconds
        The time of the search; None where it ends with its trials.
    """
    cells = rows * width
    if seconds is None or cells <= CELLS_IN_FOLDS * seconds:
        return FOLDS, FOLDS
    return (FEW_FOLDS, FEW_FOLDS) if cells <= CELLS_IN_FEW * seconds else (FOLDS, 1)


class Ladder:
    """Numbers of rows, each a few times the one before, and the parts in which so many are held out in turn.

    Parameters
    ----------
    parts
        In how many of the parts rows are held out.

    Attributes
    ----------
    first, last
        The fewest rows that are looked at, and all of them.
    """

    def __init__(self, held_out: HeldOut, parts: int) -> None:
        self._held_out = held_out
        self.folds, self.parts = held_out.folds, parts
        self.last = held_out.rows
        self.first = self._first()

    def cut(self, rows: int) -> list[Part]:
        """The parts in which so many rows are held out."""
        return self._held_out.parts(rows)[: self.parts]

    def scored(self, rows: int) -> int:
        """How many rows are held out of so many."""
        return sum(len(part.held) for part in self.cut(rows))

    def rows_of(self, scored: int) -> int:
        """Of how many rows so many were held out."""
        rows = self.first
        while rows < self.last and self.scored(rows) < scored:
            rows = self.next(rows)
        return rows

    def next(self, rows: int) -> int:
        """How many rows are seen next; a last step that is small would be a waste."""
        more = rows * FACTOR
        return more if more * 2 <= self.last else self.last

    def _first(self) -> int:
        """A few rows, but enough of each class."""
        rows = min(FIRST_ROWS, self.last)
        while rows < self.last and not self._held_out.has_every_class(rows):
            rows = self.next(rows)
        return rows
