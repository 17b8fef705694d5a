"""Which types every single value of a column fits, counted by DuckDB."""

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.read_as import ReadAs
from engine.reading.stage import Stage, literal
from engine.reading.values import ISO_WITH_ZONE

_COLUMNS_PER_QUERY = 16  # DuckDB plans in time quadratic in the number of aggregates

_WIDE = 200
_WHOLE = "^(0|-?[1-9][0-9]{0,14})$"
_PLAIN = "^-?(0|[1-9][0-9]{0,14})([.][0-9]+)?$"

Counts = dict[str, int]


def number_text(text: str, read_as: ReadAs) -> str:
    """Write a number's text with a decimal point, or NULL where it breaks the rules of the decimal comma."""
    if read_as.decimal == ".":
        return text
    regular = f"regexp_full_match({text}, '[+-]?([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]*)?([eE][+-]?[0-9]+)?')"
    return f"CASE WHEN {regular} THEN replace(replace({text}, '.', ''), ',', '.') END"


def as_float(text: str, read_as: ReadAs) -> str:
    number = f"try_cast({number_text(text, read_as)} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) AND NOT contains({text}, '_') THEN {number} END"


def as_int(text: str) -> str:
    number = f"try_cast({text} AS BIGINT)"
    return f"CASE WHEN {number}::VARCHAR = ltrim({text}, '+') THEN {number} END"


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
    long_digits = f"regexp_full_match({text}, '[+-]?[0-9]{{16,}}') AND {as_int(text)} IS NULL"
    return {
        "filled": f"count({column})",
        "float": f"count({as_float(text, read_as)})",
        "int": f"count({as_int(text)})",
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


def count(connection: duckdb.DuckDBPyConnection, stage: Stage, tests: dict[str, dict[str, str]]) -> dict[str, Counts]:
    """Run all tests of all columns in as few passes as DuckDB likes."""
    found = _plain_numbers(stage.table, tests) if stage.table is not None and len(tests) > _WIDE else {}
    columns = [column for column in tests if column not in found]
    for start in range(0, len(columns), _COLUMNS_PER_QUERY):
        some = columns[start : start + _COLUMNS_PER_QUERY]
        found |= _count_some(connection, stage, {column: tests[column] for column in some})
    return found


def _plain_numbers(table: pa.Table, tests: dict[str, dict[str, str]]) -> dict[str, Counts]:
    """Count in Arrow what needs no closer look: DuckDB plans too long for thousands of columns."""
    able = [column for column, of_column in tests.items() if "long" in of_column]
    return {column: counts for column in able if (counts := _plain_number(table.column(column)))}


def _plain_number(texts: pa.ChunkedArray) -> Counts | None:
    try:
        floats = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    regular = pc.all(pc.and_(pc.match_substring_regex(texts, _PLAIN), pc.is_finite(floats))).as_py()
    if not regular:
        return None
    filled = len(texts) - texts.null_count
    whole = pc.sum(pc.match_substring_regex(texts, _WHOLE)).as_py()
    return {"filled": filled, "float": filled, "int": whole, "word": 0, "blank": 0, "zero": 0, "long": 0}


def _count_some(
    connection: duckdb.DuckDBPyConnection, stage: Stage, tests: dict[str, dict[str, str]]
) -> dict[str, Counts]:
    relation = stage.narrowed(connection, list(tests))
    aggregates = [sql for of_column in tests.values() for sql in of_column.values()]
    row: Sequence[int] = connection.execute(f"SELECT {', '.join(aggregates)} FROM {relation}").fetchone() or ()  # noqa: S608
    values = iter(row)
    return {column: {name: next(values) for name in of_column} for column, of_column in tests.items()}
