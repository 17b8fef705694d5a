"""Values as a page shows them."""

import math
from datetime import datetime, time
from typing import Any

MISSING = "–"
LONGEST = 300


def number(value: float | None) -> str:
    """A number with the digits that matter.

    >>> number(0.84321), number(1234567.0), number(-3.0), number(None), number(0.00012)
    ('0.8432', '1,234,567', '−3', '–', '0.00012')
    """
    if value is None or math.isnan(value):
        return MISSING
    return f"−{_digits(-value)}" if value < 0 else _digits(value)


def _digits(value: float) -> str:
    if math.isinf(value):
        return "∞"
    if value == int(value) and value < 1e15:
        return f"{value:,.0f}"
    if value >= 1e15 or value < 0.001:
        return f"{value:.3g}"
    return f"{value:,.2f}" if value >= 1_000 else f"{value:.4g}"


def shown(value: Any) -> str:
    """A value of a table.

    >>> shown(2026), shown(0.1 + 0.2), shown(-3), shown(True), shown("a"), shown(None)
    ('2026', '0.3', '−3', 'true', 'a', '–')
    """
    match value:
        case None:
            return MISSING
        case bool():
            return str(value).lower()
        case int():
            return str(value).replace("-", "−")
        case float():
            return number(value).replace(",", "")
        case datetime():
            is_day = value.time() == time() and value.tzinfo is None
            return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
        case _:
            text = str(value)
            return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
