"""Which types every single value of a column fits, counted by DuckDB."""

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.read_as import ReadAs
from engine.reading.stage import Stage, literal
from engine.reading.values import ISO_WITH_ZONE

COLUMNS_PER_QUERY = 16  # DuckDB plans in time quadratic in the number of aggregates

_WIDE = 200
_ODD = ("word", "blank", "zero", "long")
"""What plain numbers have none of."""
_PLAIN = "^(0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]{0,14})[.][0-9]+)$"
"""A number as programs write it: what is nothing else needs no closer look."""

Counts = dict[str, int]


def number_text(text: str, read_as: ReadAs) -> str:
    """Write a number's text with a decimal point and no groups, or NULL where it breaks the rules of either sign."""
    decimal, group = read_as.decimal, read_as.thousands
    if group is None:
        group = "." if decimal == "," else ""
    if decimal == "." and not group:
        return text
    digits = f"([0-9]{{1,3}}([{group}][0-9]{{3}})+|[0-9]+)" if group and group != decimal else "[0-9]+"
    pattern = f"[+-]?{digits}([{decimal}][0-9]*)?([eE][+-]?[0-9]+)?"
    plain = f"replace({text}, {literal(group)}, '')" if group and group != decimal else text
    return f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) THEN replace({plain}, {literal(decimal)}, '.') END"


def as_float(text: str, read_as: ReadAs) -> str:
    number = f"try_cast({number_text(text, read_as)} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) AND NOT contains({text}, '_') THEN {number} END"


def as_int(text: str, read_as: ReadAs) -> str:
    plain = number_text(text, read_as)
    number = f"try_cast({plain} AS BIGINT)"
    return f"CASE WHEN {number}::VARCHAR = ltrim({plain}, '+') THEN {number} END"


def as_boolean(text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"


def as_moment(text: str, fmt: str, *, date_only: bool) -> str:
    if fmt == ISO_WITH_ZONE:
        return f"try_cast(try_cast({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    parsed = f"try_strptime({text}, {literal(fmt)})"
    sane = f"CASE WHEN year({parsed}) BETWEEN 1000 AND 9999 THEN {parsed} END"
    return f"try_cast({sane} AS DATE)" if date_only else sane


def is_date_only(fmt: str) -> bool:
    return fmt != ISO_WITH_ZONE and "%H" not in fmt and "%I" not in fmt


def number_tests(column: str, read_as: ReadAs) -> dict[str, str]:
    """Return one aggregate for each fact that decides about numbers."""
    text = f"trim({column})"
    words = ", ".join(literal(word) for word in (*read_as.null_values, ""))
    long_digits = f"regexp_full_match({text}, '[+-]?[0-9]{{16,}}') AND {as_int(text, read_as)} IS NULL"
    return {
        "filled": f"count({column})",
        "float": f"count({as_float(text, read_as)})",
        "int": f"count({as_int(text, read_as)})",
        "word": f"count(*) FILTER ({text} IN ({words}) AND {text} <> '')",
        "blank": f"count(*) FILTER ({text} = '')",
        "zero": f"count(*) FILTER (regexp_full_match({text}, '[+-]?0[0-9]+'))",
        "long": f"count(*) FILTER ({long_digits})",
    }


def boolean_tests(column: str, read_as: ReadAs) -> dict[str, str]:
    tests = number_tests(column, read_as)
    return {
        "filled": tests["filled"],
        "word": tests["word"],
        "blank": tests["blank"],
        "true": f"count({as_boolean(f'trim({column})')})",
    }


def moment_tests(column: str, formats: Iterable[str], read_as: ReadAs) -> dict[str, str]:
    tests = boolean_tests(column, read_as)
    return {
        "filled": tests["filled"],
        "word": tests["word"],
        "blank": tests["blank"],
        **{fmt: f"count({as_moment(f'trim({column})', fmt, date_only=False)})" for fmt in formats},
    }


def count(
    connection: duckdb.DuckDBPyConnection, stage: Stage, tests: dict[str, dict[str, str]], read_as: ReadAs
) -> dict[str, Counts]:
    """Run all tests of all columns; most columns of numbers hold nothing else, and one quick test tells."""
    numbers = [column for column, of_column in tests.items() if "long" in of_column and read_as.decimal == "."]
    if stage.table is not None and len(tests) > _WIDE:
        found = {column: counts for column in numbers if (counts := _plain_in_arrow(stage.table.column(column)))}
    else:
        counted = _count_all(connection, stage, {column: _plain_tests(column) for column in numbers})
        found = {
            column: _of_plain(**counts) for column, counts in counted.items() if counts["plain"] == counts["filled"]
        }
    return found | _count_all(connection, stage, {column: tests[column] for column in tests if column not in found})


def _plain_tests(column: str) -> dict[str, str]:
    return {
        "filled": f"count({column})",
        "plain": f"count(*) FILTER (regexp_matches({column}, {literal(_PLAIN)}))",
        "point": f"count(*) FILTER (contains({column}, '.'))",
    }


def _of_plain(filled: int, plain: int, point: int) -> Counts:
    return {"filled": filled, "plain": plain, "float": plain, "int": plain - point, **dict.fromkeys(_ODD, 0)}


def _plain_in_arrow(texts: pa.ChunkedArray) -> Counts | None:
    """The same without SQL: DuckDB plans too long for thousands of columns."""
    try:
        floats = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    regular = pc.all(pc.and_(pc.match_substring_regex(texts, _PLAIN), pc.is_finite(floats))).as_py()
    if not regular:
        return None
    filled = len(texts) - texts.null_count
    return _of_plain(filled, filled, pc.sum(pc.match_substring(texts, ".")).as_py())


def _count_all(
    connection: duckdb.DuckDBPyConnection, stage: Stage, tests: dict[str, dict[str, str]]
) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    columns = list(tests)
    for start in range(0, len(columns), COLUMNS_PER_QUERY):
        some = columns[start : start + COLUMNS_PER_QUERY]
        found |= _count_some(connection, stage, {column: tests[column] for column in some})
    return found


def _count_some(
    connection: duckdb.DuckDBPyConnection, stage: Stage, tests: dict[str, dict[str, str]]
) -> dict[str, Counts]:
    relation = stage.narrowed(connection, list(tests))
    aggregates = [sql for of_column in tests.values() for sql in of_column.values()]
    row: Sequence[int] = connection.execute(f"SELECT {', '.join(aggregates)} FROM {relation}").fetchone() or ()  # noqa: S608
    values = iter(row)
    return {column: {name: next(values) for name in of_column} for column, of_column in tests.items()}
