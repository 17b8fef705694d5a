"""Rows below a table that are none of it: totals, and notes such as where the figures come from."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.findings import Finding
from engine.reading.type_findings import choice

T = TypeVar("T")
LOOKED_AT = 60
"""Rows at the end, among which a total must stand out."""
REASON = "a total or a note below the table"
_MOST = 5
_ROOM = 3
"""Columns from which on a text that stands alone is a note and no row."""
_TOTAL = re.compile(
    r"(grand |sub-?)?totals?|sums?|((gesamt|end|zwischen)?summen?)|gesamt|insgesamt|somme|total général|totale|"
    r"total general|suma|totaal|Σ|∑",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Closing:
    """The rows at the end of a table that look like none of it."""

    rows: Sequence[Sequence[str]]

    def finding(self, *, is_left_out: bool) -> Finding:
        """Offer to leave them out, or say that they were."""
        count = len(self.rows)
        first = next(cell for cell in self.rows[0] if cell)[:80]
        last = "The last row" if count == 1 else f"The last {count} rows"
        detail = {"count": count, "rows": [[cell[:80] for cell in row[:20]] for row in self.rows]}
        if is_left_out:
            which, verb = ("a total or a note", "was") if count == 1 else ("totals or notes", "were")
            message = f"{last} ({first!r}) {verb} left out: {which} below the table."
            return Finding(code="closing_left_out", severity="info", message=message, detail=detail)
        looks, it, rows = ("looks like a total or a note", "it", "a row") if count == 1 else (
            "look like totals or notes", "them", "rows",
        )  # fmt: skip
        return Finding(
            code="closing_rows",
            severity="warning",
            message=f"{last} ({first!r}) {looks} below the table, and would count as {rows}.",
            fix=f"Leave {it} out, unless {it if count == 1 else 'they'} {'is' if count == 1 else 'are'} meant.",
            detail={**detail, "choices": [choice(f"Leave {it} out", skip_closing=True)]},
        )


def find_closing(rows: Sequence[Sequence[str | None]]) -> Closing | None:
    """Find totals and notes at the end of a table.

    Parameters
    ----------
    rows
        Its last rows as text; empty cells are None or "".
    """
    cells = [[(cell or "").strip() for cell in row] for row in rows]
    for count in range(min(_MOST, len(cells) - 1), 0, -1):
        above, below = cells[:-count], cells[-count:]
        if all(_is_total(row, above) or _is_note(row, above) for row in below):
            return Closing(below)
    return None


def _is_total(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """A category that is called “Total” stands there more than once."""
    return len(row) > 1 and any(
        is_total(cell) and all(other[place] != cell for other in above) for place, cell in enumerate(row)
    )


def _is_note(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """One text, where each row above has more than one value."""
    filled = [cell for cell in row if cell]
    if len(row) < _ROOM or len(filled) != 1 or not any(map(str.isalpha, filled[0])):
        return False
    return all(sum(map(bool, other)) > 1 for other in above)


def is_total(text: str) -> bool:
    """Say whether a cell is the word for a total.

    >>> is_total("Summe:"), is_total("Grand total"), is_total("Total Energies")
    (True, True, False)
    """
    return _TOTAL.fullmatch(text.strip().rstrip(":").strip()) is not None


class HoldBack(Iterator[T]):
    """Items without the last few, which are in `held` at the end."""

    def __init__(self, items: Iterable[T], count: int) -> None:
        self._items = iter(items)
        self._count = count
        self.held: deque[T] = deque()

    def __next__(self) -> T:
        while len(self.held) <= self._count:
            self.held.append(next(self._items))
        return self.held.popleft()
