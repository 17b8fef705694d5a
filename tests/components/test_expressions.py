"""What an expression may say, and that it says the same as DuckDB."""

import datetime as dt
from contextlib import suppress
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from components import expressions
from components.errors import ColumnMissing, RefusedExpression

DATA = pa.table(
    {
        "a": pa.array([1, 2, None, -4, 7], pa.int64()),
        "b": pa.array([0.5, 0.0, None, 2.25, -3.0], pa.float64()),
        "s": ["Foo bar", "x", None, "a,b,c", ""],
        "f": [True, False, None, True, None],
        "d": pa.array(
            [dt.datetime(2024, 1, 31, 5), dt.datetime(1969, 7, 20), None] + [dt.datetime(2026, 5, 3, 12)] * 2
        ),
        "day": pa.array([dt.date(2024, 2, 29), dt.date(1970, 1, 1), None] + [dt.date(2026, 12, 27)] * 2),
        "Monthly Charges": [1.5, 2.0, 3.0, None, 5.0],
        "__cb_row": pa.array(range(5), pa.int64()),
    }
)

CONNECTION = ibis.duckdb.connect()
TABLE = CONNECTION.create_table("data", DATA)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def ours(text: str) -> list[Any]:
    return TABLE.select(x=expressions.to_ibis(text, TABLE)).to_pyarrow()["x"].to_pylist()


def duckdbs(text: str) -> list[Any]:
    return [row[0] for row in CONNECTION.con.execute(f"select {text} from data").fetchall()]


def same(left: Any, right: Any) -> bool:
    if isinstance(left, bool | str) or left is None or right is None:
        return bool(left == right)
    return bool(left == right) if isinstance(left, dt.date) else float(left) == pytest.approx(float(right), rel=1e-12)


def agree(text: str) -> bool:
    return all(same(*pair) for pair in zip(ours(text), duckdbs(text), strict=True))


COMMON = """
a + b * 2 - 1 | -a | a % 3 | a // 2 | a ** 2 | a / 2 | (a + b) * (a - b) | 1.5e3 + a | a * 0.1 | a = 1 | a <> 1
a != 1 | a < b | a >= 2 | s = 'x' | s > 'b' | f = true | d > '2000-01-01' | day <= d | day = DATE '1970-01-01'
a IN (1, 2) | a NOT IN (1, 2) | a NOT IN (1, NULL) | s IN ('x', 'y') | a BETWEEN 0 AND 5 | a NOT BETWEEN 0 AND 5
a = NULL | a IS NULL | a IS NOT NULL | f IS TRUE | f IS NOT TRUE | f IS FALSE | a IS DISTINCT FROM 1
a IS NOT DISTINCT FROM NULL | s LIKE 'F%' | s NOT LIKE '%b%' | s ILIKE 'f__ %' | s LIKE '' | NOT f | f AND a > 0
f OR a > 0 | NOT (f OR a > 0) AND b < 1 | CASE WHEN a > 1 THEN 'big' WHEN a < 0 THEN s ELSE 'small' END
CASE a WHEN 1 THEN 10 WHEN 2 THEN 20 END | CASE WHEN f THEN 1 ELSE 0.5 END | CAST(a AS DOUBLE) | CAST(b AS BIGINT)
a::VARCHAR | TRY_CAST(s AS INTEGER) | CAST(f AS INTEGER) | CAST(d AS DATE) | CAST(NULL AS DOUBLE) | s || '-' || a
concat(s, '-', a) | concat_ws('-', s, a, 'z') | upper(s) | lower(s) | length(s) | trim(s) | reverse(s) | left(s, 2)
right(s, 2) | substring(s, 2, 3) | substr(s, 2) | replace(s, 'o', '0') | starts_with(s, 'F') | contains(s, ',')
lpad(s, 5, '*') | rpad(s, 5, '*') | repeat(s, 3) | strpos(s, 'o') | split_part(s, ',', 2) | md5(s) | sha256(s)
levenshtein(s, 'Foo') | regexp_matches(s, '^[A-Z]') | regexp_extract(s, '([a-z]+) ([a-z]+)', 2) | instr(s, 'b')
prefix(s, 'a') | suffix(s, 'c') | abs(a) | sign(b) | round(b) | round(b, 1) | ceil(b) | floor(b) | trunc(b)
sqrt(abs(b)) | exp(a) | pow(a, 2) | power(2, a) | pi() | sin(b) | cos(b) | tan(b) | atan(b) | atan2(a, b)
degrees(b) | radians(b) | greatest(a, b) | least(a, b, 0) | cbrt(b) | mod(a, 3) | coalesce(a, b, 0)
ifnull(s, 'none') | nullif(a, 1) | if(f, 1, 2) | coalesce(NULL, a) | year(d) | month(d) | day(d) | quarter(d)
hour(d) | minute(d) | second(d) | week(d) | dayofweek(d) | isodow(d) | dayofyear(d) | epoch(d)
date_part('year', d) | date_trunc('month', d) | date_diff('day', d, day) | dayname(d) | monthname(d) | last_day(d)
make_date(2024, 2, 29) | d + INTERVAL 3 DAY | day - INTERVAL 1 MONTH | d + INTERVAL '2' HOUR
EXTRACT(YEAR FROM day) | strftime(d, '%Y/%m') | year(day) | "Monthly Charges" * 2 | "monthly charges" * 2 | A + B
"""


@pytest.mark.parametrize("text", [text.strip() for line in COMMON.strip().split("\n") for text in line.split(" | ")])
def test_an_expression_gives_what_duckdb_gives(text: str) -> None:
    assert agree(text)


NUMBER = st.recursive(
    st.sampled_from(["a", "b", "1", "2.5::DOUBLE", "NULL::DOUBLE", "length(s)"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("coalesce({}, {})".format, inner, inner)
        | st.builds("abs({})".format, inner)
        | st.builds("greatest({}, {})".format, inner, inner)
    ),
    max_leaves=6,
)
CONDITION = st.recursive(
    st.builds("{} {} {}".format, NUMBER, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), NUMBER)
    | st.sampled_from(["f", "s LIKE '%o%'", "a IS NULL", "b BETWEEN 0 AND 3", "s IN ('x', '')", "TRUE"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner)
        | st.builds("(NOT {})".format, inner)
    ),
    max_leaves=5,
)


@QUICK
@given(condition=CONDITION, yes=NUMBER, no=NUMBER)
def test_made_up_expressions_give_what_duckdb_gives(condition: str, yes: str, no: str) -> None:
    assert agree(f"CASE WHEN {condition} THEN {yes} ELSE {no} END")


@settings(QUICK, max_examples=400)
@given(st.text(max_size=60) | st.text("ab\"'()[]{}*+-/,.;:<>=?$@#!~&|% \n1s\\", max_size=40))
@example("")
@example("'")
@example("a\x00b")
@example("(" * 5000)
@example("NOT " * 2000 + "f")
@example("- " * 3000 + "1")
@example("1" * 9999)
@example("1e999")
@example("a::" + "int[]" * 500)
@example("case " * 300)
@example("a" + " + a" * 2400)
@example("\ud800")
@example("show all")
@example("struct ( , NOT )")
@example("create table t (, not)")
@example("-> 1e5")
def test_any_text_is_understood_or_refused(text: str) -> None:
    with suppress(RefusedExpression, ColumnMissing):
        assert expressions.check(text, TABLE.schema()) is not None


WORDS = """
a b s f d day 1 'x' 2.5 + - * / % = < AND OR NOT IN ( ) , CASE WHEN THEN ELSE END IS NULL LIKE BETWEEN CAST AS INT
SELECT FROM OVER * . ; -- [ ] { } -> :: || ? $1 :p INTERVAL DAY lower sum count round EXISTS ANY UNNEST DATE
"""


@settings(QUICK, max_examples=400)
@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=12).map(" ".join))
def test_any_words_of_sql_are_understood_or_refused(text: str) -> None:
    with suppress(RefusedExpression, ColumnMissing):
        assert TABLE.select(x=expressions.to_ibis(text, TABLE)).to_pyarrow().num_rows == DATA.num_rows


def test_a_long_chain_of_conditions_is_fine() -> None:
    assert expressions.check(" OR ".join(f"a = {i}" for i in range(900)), TABLE.schema()).is_boolean()


ATTACKS = {
    "read_csv('/etc/passwd')": "read_csv",
    "read_text('/etc/passwd')": "read_text",
    "getenv('HOME')": "getenv",
    "current_setting('access_mode')": "current_setting",
    "pragma_version()": "pragma_version",
    "query('select 1')": "query",
    "(SELECT max(a) FROM data)": "subquery",
    "a IN (SELECT a FROM data)": "subquery",
    "EXISTS (SELECT 1)": "subquery",
    "*": r"\*",
    "count(*)": "count",
    "COLUMNS(*)": "columns",
    "sum(a)": "sum",
    "sum(a) OVER ()": "window",
    "row_number() OVER (ORDER BY a)": "window",
    "sum(a) FILTER (WHERE f)": "FILTER",
    "list_transform([1], x -> x)": "list_transform",
    "lower(x -> x)": "lambda",
    "?": "parameter",
    "$1": "parameter",
    ":p": "parameter",
    "@p": "parameter|PARAMETER",
    "a; DROP TABLE data": "statements",
    "DROP TABLE data": "DROP",
    "SELECT 1": "SELECT",
    "COPY data TO '/tmp/x'": "COPY",
    "ATTACH 'x'": "ATTACH",
    "SET lock_configuration = false": "SET",
    "INSTALL httpfs": "cannot be read|not allowed",
    "a -- and more": "Comments",
    "a /* hidden */ + 1": "Comments",
    "__cb_row": "__cb_row",
    '"__CB_ROW"': "__CB_ROW",
    "no_such_function(a)": "no_such_function",
    "data.a": "Dotted",
    "main.data.a": "Dotted",
    "a.b(1)": "dotted",
    "a[1]": "list",
    "[1, 2]": "ARRAY",
    "{'k': 1}": "STRUCT",
    "a AS b": "name for the result",
    "lower(DISTINCT s)": "DISTINCT",
    "a = ANY(s)": "any",
    "unnest(s)": "unnest",
    "s COLLATE nocase": "COLLATE",
    "d AT TIME ZONE 'utc'": "TIME ZONE",
    "CAST(a AS BLOB)": "BLOB|VARBINARY",
    "CAST(a AS INT[])": r"INT\[\]|DATA TYPE",
    "CAST(a AS DECIMAL(3, 1))": "DATA TYPE|DECIMAL",
    "s SIMILAR TO 'x'": "SIMILAR",
    "s ~ 'x'": "REGEXP",
    "regexp_matches(s, '(')": "regular expression",
    "regexp_matches(s, s)": "text in single quotes",
    "lpad(s, 1000000000, 'x')": "between",
    "range(200000000)": "range",
    "a + s": "text",
    "s AND f": "text",
    "NOT a": "a number",
    "a = 'x'": "mix",
    "lower(a)": "a number",
    "round()": "0 arguments",
    "NULL": "NULL",
    "d > 'yesterday'": "not a date",
    "INTERVAL 3 DAY": "INTERVAL",
    "#1": "POSITIONAL",
    "pivot(a)": "",
}


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_not_on_the_list_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(RefusedExpression, match=ATTACKS[text]):
        expressions.to_ibis(text, TABLE)


def test_an_expression_that_is_too_long_is_refused() -> None:
    with pytest.raises(RefusedExpression, match="10,000"):
        expressions.check("a+" * 5_000 + "a", TABLE.schema())


def test_an_expression_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(RefusedExpression, match="deeply"):
        expressions.check("(" * 40 + "a" + ")" * 40, TABLE.schema())


@pytest.mark.parametrize("text", ["repeat('x', 1000000000)", "repeat(repeat(repeat('abc', 9999), 9999), 9999)"])
def test_repeating_stops_at_ten_thousand_characters(text: str) -> None:
    assert max(len(value) for value in ours(text)) <= 10_000


@pytest.mark.parametrize(
    "text", ["a / 0", "a % 0", "a // 0", "b / 0", "mod(a, 0)", "ln(0)", "ln(-1)", "log(0)", "log2(-1)", "sqrt(-1)"]
)
def test_what_is_not_defined_is_null(text: str) -> None:
    assert ours(text) == [None] * 5


@pytest.mark.parametrize(
    "text",
    [
        "asin(2)",
        "acos(-2)",
        "CAST('x' AS BIGINT)",
        "'x'::DATE",
        "exp(1000)",
        "pow(-8, 0.5)",
        "pow(0, -1)",
        "make_date(2024, 2, 30)",
        "CAST('nan' AS DOUBLE)",
        "floor(1e30)",
        "round(1e30)",
        "CAST(1e30 AS BIGINT)",
        "tan(NULL)",
    ],
)
def test_what_cannot_be_computed_is_null(text: str) -> None:
    assert ours(text) == [None] * 5


def test_whole_numbers_are_counted_with_64_bits() -> None:
    assert ours("2147483647 + 1")[0] == 2**31


def test_dividing_whole_numbers_gives_a_decimal_number() -> None:
    assert ours("a / 2")[:2] == [0.5, 1.0]


def test_an_exact_name_wins_over_one_in_another_case() -> None:
    table = ibis.table({"Age": "int64", "age": "string"}, name="t")
    assert expressions.to_ibis("Age", table).type().is_integer()
    assert expressions.to_ibis("age", table).type().is_string()
    with pytest.raises(ColumnMissing):
        expressions.to_ibis("AGE", table)


def test_a_missing_column_comes_with_the_nearest_one_and_its_field() -> None:
    with pytest.raises(ColumnMissing) as caught:
        expressions.check("MonthlyCharges + 1", TABLE.schema(), field="expression")
    assert "Monthly Charges" in caught.value.hint
    assert caught.value.field == "expression"


def test_an_unknown_function_comes_with_the_nearest_one() -> None:
    with pytest.raises(RefusedExpression) as caught:
        expressions.check("lowr(s)", TABLE.schema())
    assert "lower" in caught.value.hint


def test_columns_are_those_that_are_written() -> None:
    assert expressions.columns('a + "Monthly Charges" * length(s)') == {"a", "Monthly Charges", "s"}


@pytest.mark.parametrize("name", ["x", "a b", 'say "hi"', "select", "1st", "é 🎨", "a.b", "o'clock", "a -- b"])
def test_a_renamed_column_is_the_only_change(name: str) -> None:
    text = "  A+b   *'a' || lower( s )"
    renamed = expressions.rename(text, {"a": name})
    assert expressions.columns(renamed) == {name, "b", "s"}
    assert renamed.endswith("+b   *'a' || lower( s )")


def test_renaming_swaps_names() -> None:
    assert expressions.rename("🎨 + a - b / a", {"a": "b", "b": "a", "🎨": "c"}) == "c + b - a / b"


def test_the_reference_has_about_a_hundred_functions_with_signature_and_help() -> None:
    assert len(expressions.FUNCTIONS) >= 100
    for name, function in expressions.FUNCTIONS.items():
        assert function.signature.startswith(name + "(")
        assert function.about.endswith((".", "…"))


SAMPLES = {"number": "b", "base": "3", "text": "s", "date": "d", "condition": "f", "value": "s", "unit": "'month'"}
SAMPLES |= {"pattern": "'([a-z])'", "replacement": "'x'", "format": "'%Y'", "digits": "1", "group": "1", "count": "2"}


@pytest.mark.parametrize("name", sorted(expressions.FUNCTIONS))
def test_every_function_of_the_reference_runs_and_gives_the_type_it_says(name: str) -> None:
    function = expressions.FUNCTIONS[name]
    arguments = [SAMPLES[argument.word.rstrip("0123456789")] for argument in function.arguments]
    value = expressions.to_ibis(f"{name.upper()}({', '.join(arguments)})", TABLE)
    found = CONNECTION.con.execute(ibis.to_sql(TABLE.select(x=value))).to_arrow_table()
    assert type(ibis.Schema.from_pyarrow(found.schema)["x"]) is type(value.type())
