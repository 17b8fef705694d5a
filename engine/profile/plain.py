"""Values of DuckDB and Arrow as values of JSON."""

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

MOST_CHARS = 200


def plain(value: Any) -> Any:
    """Turn a value of a table into one of JSON; long texts are cut."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value[:MOST_CHARS]
    return value if value is None or isinstance(value, bool | int) else str(value)[:MOST_CHARS]
