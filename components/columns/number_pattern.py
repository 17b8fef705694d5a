"""What texts look like that are numbers as people write them; a pattern that every engine understands."""

import re
from typing import Literal

DecimalSign = Literal[".", ","]

BLANKS = " \t\u00a0\u2009\u202f"
APOSTROPHES = "'\u2019"
MINUS = "\u2212"
"""The sign that typographers write; programs write a hyphen."""
_BLANK, _SIGN = f"[{BLANKS}]*", f"[+{MINUS}-]"


def number_pattern(decimal: DecimalSign, unit: str) -> str:
    """A regular expression that fits the numbers and nothing else, in the dialect of every engine.

    Parameters
    ----------
    decimal
        The decimal sign; the other one, blanks and apostrophes group digits.
    unit
        What may stand before or behind the number.

    Examples
    --------
    >>> bool(re.search(number_pattern(".", "$"), "-$1,234.50")), bool(re.search(number_pattern(".", ""), "1,23"))
    (True, False)
    """
    number = _number(decimal, is_bare=not unit)
    if not unit:
        forms = [f"{_SIGN}?{_BLANK}{number}", f"{number}{_BLANK}[{MINUS}-]", rf"\({_BLANK}{number}{_BLANK}\)"]
        return f"^(?:{'|'.join(forms)})$"
    sign = re.escape(unit)
    before, behind = f"(?:{sign}{_BLANK})?", f"(?:{_BLANK}{sign})?"
    forms = [
        f"{_SIGN}?{_BLANK}{before}{number}{behind}",
        f"{sign}{_BLANK}{_SIGN}{_BLANK}{number}",
        f"{before}{number}(?:{behind}{_BLANK}[{MINUS}-]|{_BLANK}[{MINUS}-]{behind})",
        rf"{before}\({_BLANK}{before}{number}{behind}{_BLANK}\){behind}",
    ]
    return f"^(?:{'|'.join(forms)})$"


def _number(decimal: DecimalSign, *, is_bare: bool) -> str:
    """Digits in groups of three, or of two before the last three as in India, whatever one sign groups them."""
    groups = [
        f"[0-9]{{1,3}}(?:{sign}[0-9]{{2,3}})*{sign}[0-9]{{3}}"
        for sign in (re.escape("." if decimal == "," else ","), *APOSTROPHES, f"[{BLANKS}]")
    ]
    point = re.escape(decimal)
    exponent = "(?:[eE][+-]?[0-9]+)?" if is_bare else ""
    return f"(?:(?:{'|'.join(groups)}|[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+){exponent}"
