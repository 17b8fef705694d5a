"""Columns that say on which day something was."""

from collections.abc import Iterable

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.errors import WrongKind


def check_days(schema: sch.Schema, names: Iterable[str], field: str) -> None:
    """Refuse times of day and lengths of time.

    Raises
    ------
    WrongKind
    """
    for name in names:
        if not (schema[name].is_date() or schema[name].is_timestamp()):
            raise WrongKind(
                f"Column {name!r} is a time without a date.",
                hint="Choose a column with dates, or leave this one out.",
                field=field,
                column=name,
            )


def as_timestamp(date: ir.Value) -> ir.TimestampValue:
    """A date as its first moment."""
    return date if date.type().is_timestamp() else date.cast("timestamp")
