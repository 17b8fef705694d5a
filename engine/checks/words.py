"""Columns in the words of a finding."""

from collections.abc import Sequence


def count(names: Sequence[str], noun: str) -> str:
    """How many there are.

    >>> count(["a", "b"], "text column")
    '2 text columns'
    """
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """The first few by name.

    >>> listed(["a", "b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
