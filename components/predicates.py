"""Plain comparisons of a column with constants: what a filter lets through, as far as it can be told without rows."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Constant: TypeAlias = bool | int | float | str
Comparison = Literal["in", "<", "<=", ">", ">=", "missing", "given", "finite"]


@dataclass(frozen=True)
class Predicate:
    """What the values of one column must meet.

    Parameters
    ----------
    values
        The constants: any number of them for ``in``, one for an order, none for ``missing``, ``given`` and ``finite``
        (which a missing value may be). Dates are texts, as people write them.
    written
        The comparison as SQL, to be shown to people; empty where nobody wrote one.
    """

    column: str
    comparison: Comparison
    values: tuple[Constant, ...] = ()
    written: str = ""
