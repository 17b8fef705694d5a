"""The column that somebody may have meant."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

LEAST = 0.72
"""How alike two names are, from 0 to 1, for one to be proposed for the other."""
AHEAD = 0.08
"""How much more alike it is than the next one."""
PART = 0.85
"""How alike names are of which one has all the words of the other."""


def most_alike(name: str, columns: Iterable[str]) -> str | None:
    """The one column that is likely meant; None where none is, or several are.

    >>> most_alike("UnitPrice", ["unit_price", "price", "unit"])
    'unit_price'
    >>> most_alike("custmer", ["customer", "country"])
    'customer'
    >>> most_alike("x", ["a", "b"]) is None
    True
    """
    ranked = sorted(((_likeness(name, column), column) for column in columns), reverse=True)
    if not ranked or ranked[0][0] < LEAST:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < AHEAD:
        return None
    return ranked[0][1]


def _likeness(one: str, other: str) -> float:
    """1 for names that differ only in case, spaces and signs (0.99 where also in case), less for others."""
    words, others = _words(one), _words(other)
    plain, plainly = "".join(words), "".join(others)
    if not plain or not plainly:
        return 0.0
    if plain == plainly:
        return 1.0 if one.casefold() == other.casefold() else 0.99
    spelled = SequenceMatcher(None, plain, plainly).ratio()
    is_part = set(words) < set(others) or set(others) < set(words)
    return max(spelled, PART if is_part and min(len(plain), len(plainly)) > 2 else 0.0)


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", parted.casefold())
