"""When rows happened: the columns of dates, and the one that says it."""

import re

from engine.drafting.known import Known
from engine.drafting.reading import Read

_HAPPENED = re.compile(r"date|day|time|month|week|^ds$|when|created|order|sold|sale|event|_at$|_on$|[a-z](At|On)$")
_OF_SOMEBODY = re.compile(r"birth|born|sign|join|hired|regist|since|member|expir|due|valid|update|built|start|end")
"""Dates that tell of a person or a thing, and not of the row."""
MOST_MISSING = 0.05
LEAST_MOMENTS = 10


def times(known: Known) -> list[Read]:
    """The columns of dates, those that are likeliest to say when a row happened first."""
    able = [one for one in known.columns.values() if _is_time(one)]
    return sorted(able, key=lambda one: not says_when(one))


def time_of_rows(known: Known) -> Read | None:
    """The column that says when each row happened; None where none does."""
    return next((one for one in times(known) if says_when(one)), None)


def says_when(one: Read) -> bool:
    """Whether a column of dates tells of the row, by its name."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one.name).lower()
    is_named = _HAPPENED.search(one.name) or _HAPPENED.search(words)
    return bool(is_named) and not _OF_SOMEBODY.search(words) and one.column.meaning != "birth_date"


def _is_time(one: Read) -> bool:
    is_date = one.kind == "datetime" and one.column.semantic not in ("empty", "constant")
    return is_date and one.missing_share <= MOST_MISSING and one.column.distinct >= LEAST_MOMENTS
