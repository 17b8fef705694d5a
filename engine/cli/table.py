"""A table of text for the terminal."""

import unicodedata
from collections.abc import Sequence

from engine.cli.shared import printable, say

GAP = "  "
WIDEST = 48


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> None:
    """Print rows under their titles.

    Parameters
    ----------
    numbers
        Columns that are aligned to the right.
    """
    cells = [[_shortened(printable(cell)) for cell in row] for row in (titles, *rows)]
    widths = [max(_width(cell) for cell in column) for column in zip(*cells, strict=True)]
    for at, row in enumerate(cells):
        padded = [_padded(cell, widths[i], right=i in numbers) for i, cell in enumerate(row)]
        say(f"  {GAP.join(padded)}".rstrip(), bold=at == 0)


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if right else cell + space


def _shortened(cell: str) -> str:
    return cell if len(cell) <= WIDEST else f"{cell[: WIDEST - 3]}..."


def _width(text: str) -> int:
    """Columns of a terminal: East Asian letters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)
