"""What a name may be, and the nearest ones when it is not there."""

import difflib
import unicodedata
from collections.abc import Iterable

from storage.errors import BadName

LONGEST_NAME = 200


def check_name(name: str, noun: str) -> None:
    """Raise `BadName` unless `name` is 1 to 200 visible characters without space at either end.

    >>> check_name("Umsätze 2026 (neu)", "dataset")
    """
    if not name or len(name) > LONGEST_NAME:
        raise BadName(f"The name of a {noun} has 1 to {LONGEST_NAME} characters, not {len(name)}", "Choose another.")
    if name != name.strip():
        raise BadName(f"The name {name!r} starts or ends with a space", "Remove it.")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise BadName(f"The name {name!r} contains characters that cannot be seen", "Type it again.")


def nearest(name: str, existing: Iterable[str]) -> str:
    """Return a hint that names what was probably meant; empty when there is nothing at all.

    >>> nearest("chrun", ["churn", "sales"])
    'Did you mean churn?'
    """
    names = sorted(existing)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"There are: {', '.join(names[:5])}{', …' if len(names) > 5 else ''}" if names else ""
