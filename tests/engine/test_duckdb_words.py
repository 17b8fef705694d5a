"""What DuckDB cannot compute is told in plain words, as this DuckDB says it."""

import duckdb
import pytest

from engine.backends.duckdb_words import in_words

SAID = {
    "CAST(x AS BIGINT)": "“two” in column 'x' is not a whole number.",
    "CAST(x AS DOUBLE)": "“two” in column 'x' is not a number.",
    "CAST(x AS BOOLEAN)": "“two” in column 'x' is not true or false.",
    "CAST(x AS DATE)": "“two” in column 'x' is not a date, such as 2024-12-31.",
    "CAST('2024-13-01' AS DATE)": "“2024-13-01” is not a date of any calendar.",
    "CAST(x AS TIMESTAMP)": "“two” in column 'x' is not a moment in time, such as 2024-12-31.",
    "strptime(x, '%d.%m.%Y')": "“two” is not written as %d.%m.%Y.",
    "9223372036854775807 * CAST(2 AS BIGINT)": "9223372036854775807 * 2 is too large for a whole number.",
    "CAST(1e300 AS INTEGER)": "1e+300 is too large for a whole number.",
    "sqrt(-1)": "There is no square root of a negative number.",
    "ln(0)": "There is no logarithm of zero.",
    "acos(2)": "A value cannot be computed: ACOS is undefined outside [-1,1]",
}


@pytest.mark.parametrize(("expression", "words"), SAID.items(), ids=SAID)
def test_a_value_that_cannot_be_computed_is_told_in_plain_words(expression: str, words: str) -> None:
    with pytest.raises(duckdb.Error) as refused:
        duckdb.sql(f"SELECT {expression} FROM (VALUES ('two')) t(x)").fetchall()
    assert in_words(str(refused.value).splitlines()[0].split("Error: ", 1)[-1]) == words
