"""In which format the texts of a column are written, if they are dates."""

from datetime import datetime

from engine.profile.profiled import ColumnProfile
from engine.reading.values import CLOCKS, DATES

FORMATS = (
    *DATES,
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
    *(day + clock for day in DATES for clock in CLOCKS if "%f" not in clock),
)


def date_format(column: ColumnProfile) -> str | None:
    """The one format that all known values of a text column have; None where several would do."""
    values = {str(value).strip() for value in (column.min, column.max, *(one.value for one in column.top))} - {"None"}
    fitting = [form for form in FORMATS if values and all(_is_date(value, form) for value in values)]
    return fitting[0] if len(fitting) == 1 else None


def _is_date(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
