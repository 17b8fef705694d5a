"""What is known of values: a condition for each of a few, a join for more, of which each would take milliseconds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from components.portable.numbers import decimal

LINE, KEY = "__cb_line", "__cb_key"
FIRST_SEPARATOR = 0x1F
"""Texts hardly ever hold control characters; private characters of Unicode follow where they do."""

FEW = 20
"""As many conditions cost less than a join, which may also change the order of the rows."""

Known = Mapping[str, Sequence[bool | int | float | str | None]]


def with_known(table: ir.Table, key: ir.StringValue, known: Known, types: Mapping[str, str]) -> ir.Table:
    """The table with further columns: what is known of each row's key, NULL for a key that is not known.

    Parameters
    ----------
    known
        Values by key, as many as there are types.
    types
        Name and type of each new column; names begin with ``__cb_``, and the caller drops them.
    """
    if len(known) <= FEW:
        return table.mutate({n: _cases(key, known, place, dtype) for place, (n, dtype) in enumerate(types.items())})
    keyed = table.mutate({KEY: key})
    found = _as_table(known, types)
    joined = keyed.left_join(found, keyed[KEY] == found[LINE])
    return joined.select([keyed[name] for name in table.columns] + [found[name] for name in types])


def typed(value: bool | int | float | str, dtype: Any) -> ir.Value:
    """A known value as a constant of a type."""
    if isinstance(value, float):
        return decimal(value).cast(dtype)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return ibis.literal(str(value) if is_whole else value).cast(dtype)  # an Ibis literal holds no large uint64


def _cases(key: ir.StringValue, known: Known, place: int, dtype: str) -> ir.Value:
    values = [(name, row[place]) for name, row in known.items()]
    branches = [(key == name, typed(value, dtype)) for name, value in values if value is not None]
    return ibis.cases((key.isnull(), ibis.null(dtype)), *branches, else_=ibis.null(dtype))


def _as_table(known: Known, types: Mapping[str, str]) -> ir.Table:
    """The known values as a table, from one text: thousands of constants would take seconds to write and to read."""
    texts = [[key, *map(_text, values)] for key, values in known.items()]
    between_lines, between_values, nothing = _unused(text for line in texts for text in line if text is not None)
    lines = (between_values.join(nothing if text is None else text for text in line) for line in texts)
    table = ibis.literal(between_lines.join(lines)).split(between_lines).unnest().name(LINE).as_table()
    parts = table[LINE].split(between_values)
    return table.select(
        [parts[0].name(LINE)]
        + [_read(parts[place], nothing, dtype).name(name) for place, (name, dtype) in enumerate(types.items(), 1)]
    )


def _text(value: bool | int | float | str | None) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None or isinstance(value, str) else repr(value)


def _read(text: ir.StringValue, nothing: str, dtype: str) -> ir.Value:
    value = text.nullif(nothing)
    return value if dt.dtype(dtype).is_string() else value.cast(dtype)


def _unused(texts: Iterable[str]) -> Iterator[str]:
    """Characters that no text holds."""
    used = {character for text in texts for character in text}
    candidates = map(chr, [*range(FIRST_SEPARATOR, 0, -1), *range(0xE000, 0xF900)])
    return islice((character for character in candidates if character not in used), 3)
