"""Expressions that both engines must answer alike: every function and operator, over rows that are hard."""

import datetime as dt

import pyarrow as pa

from components.ports import ROW

WHOLE = [0, 1, -1, 2, 7, -13, 100, 2**31, -(2**31) - 1, 2**53 + 1, None, 12, 3, 20, 5]
DECIMAL = [0.0, -0.0, 1.0, -1.5, 0.1, 2.5, -2.5, 1e-7, 123456789.125, 1e15, None, 1e20, -3.7, 0.5, 44.4]
TEXT = [
    "", " ", "Foo bar", "x", "a,b,c", "ÜNÏCODE é 🎨", "12", " 3.5 ", "-7", "true", None, "2024-02-29",
    "tab\tand\nline", "it's \\d \"quoted\" $1 %_", "1e3",
]  # fmt: skip
OTHER = ["", "o", "bar", "x", "b", "🎨", "1", None, "-", "TRUE", "o", "2024", "\n", "\\d", "e"]
FLAG = [True, False, None] * 5
MOMENT = [
    None if text is None else dt.datetime.fromisoformat(text)
    for text in (
        *("2024-01-31 05:00", "1969-07-20 20:17:40", None, "2026-05-03 12:00:00.25", "2024-02-29 23:59:59"),
        *("2000-01-01", "1999-12-31 23:00", "1970-01-01", "2021-01-03", "2021-01-04", "2020-12-31", "1900-03-01"),
        *("2262-01-01", "2026-11-21 13:05:09", "2023-03-26 02:30"),
    )
]
DAY = [None if moment is None else moment.date() for moment in (*MOMENT[7:], *MOMENT[:7])]

DATA = pa.table(
    {
        "a": pa.array(WHOLE, pa.int64()),
        "b": pa.array(DECIMAL, pa.float64()),
        "n": pa.array([None if b is None else b / 4 for b in reversed(DECIMAL)], pa.float64()),
        "s": TEXT,
        "t": OTHER,
        "f": FLAG,
        "d": pa.array(MOMENT, pa.timestamp("us")),
        "day": pa.array(DAY, pa.date32()),
        "Monthly Charges": pa.array(DECIMAL[::-1], pa.float64()),
        ROW: pa.array(range(15), pa.int64()),
    }
)

OPERATORS = r"""
a + b * 2 - 1 | -b | a % 3 | a % -3 | a // 2 | a // -2 | b // 0.3 | b % 0.7 | a ** 2 | b ** 3 | a / 2 | a / 0
a % 0 | a // 0 | b / 0 | b % 0 | b // 0 | 1 / b | (a + b) * (n - b) | 1.5e3 + b | a * 0.1 | 0.1 + 0.2 | a = 1
a <> 1 | a != 1 | a < b | b <= n | a > b | a >= 2 | b = 0 | s = 'x' | s > 'b' | s < t | f = true | d > '2000-01-01'
day <= d | day = DATE '1970-01-01' | a IN (1, 2) | a NOT IN (1, 2) | a NOT IN (1, NULL) | s IN ('x', 'y')
a BETWEEN 0 AND 5 | a NOT BETWEEN 0 AND 5 | a = NULL | a IS NULL | b IS NULL | a IS NOT NULL | f IS TRUE
f IS NOT TRUE | f IS FALSE | a IS DISTINCT FROM 1 | a IS NOT DISTINCT FROM NULL | b IS NOT DISTINCT FROM n
s LIKE 'F%' | s NOT LIKE '%b%' | s LIKE '%$%%' | s LIKE '%\d%' | s LIKE '%_' | s ILIKE 'f__ %' | s ILIKE '%é%'
s LIKE '' | NOT f | f AND a > 0 | f OR a > 0 | NOT (f OR a > 0) AND b < 1
CASE WHEN a > 1 THEN 'big' WHEN a < 0 THEN s ELSE 'small' END | CASE a WHEN 1 THEN 10 WHEN 2 THEN 20 END
CASE WHEN f THEN 1 ELSE 0.5 END | CASE WHEN b > 1 THEN d ELSE day END | CAST(a AS DOUBLE) | CAST(b AS BIGINT)
CAST(n AS BIGINT) | a::VARCHAR | b::VARCHAR | n::VARCHAR | f::VARCHAR | d::VARCHAR | day::VARCHAR
TRY_CAST(s AS INTEGER) | CAST(s AS DOUBLE) | CAST(s AS BOOLEAN) | CAST(s AS DATE) | CAST(s AS TIMESTAMP)
CAST(f AS INTEGER) | CAST(f AS DOUBLE) | CAST(a AS BOOLEAN) | CAST(b AS BOOLEAN) | CAST(d AS DATE)
CAST(day AS TIMESTAMP) | CAST(NULL AS DOUBLE) | s || '-' || a | s || b | d || '' | d + INTERVAL 3 DAY
day - INTERVAL 1 MONTH | d + INTERVAL '2' HOUR | d + INTERVAL 1 YEAR | d - INTERVAL 2 WEEK | d + INTERVAL 90 MINUTE
d + INTERVAL 1 QUARTER | d + INTERVAL 7 SECOND | EXTRACT(YEAR FROM day) | EXTRACT(HOUR FROM d)
EXTRACT(DOW FROM day) | "Monthly Charges" * 2 | "monthly charges" * 2 | A + B | NULL::VARCHAR | 'it''s' | 'a\b'
'"' | '`' | 'tab	x' | DATE '2024-02-29' | TIMESTAMP '2024-02-29 10:00:00' | 9007199254740993 | 1e300 | round(1e30)
exp(1000) | pow(-8, 0.5) | pow(0, -1) | asin(2) | acos(-2) | CAST('nan' AS DOUBLE) | CAST('inf' AS DOUBLE)
CAST(1e30 AS BIGINT) | floor(1e30) | tan(NULL)
"""

CALLS = r"""
abs(a) | abs(b) | sign(a) | sign(b) | round(b) | round(a) | round(b, 1) | round(n, 2) | round(a, 1) | round(a, -1)
round(b, -2) | ceil(b) | ceil(a) | ceil(n) | ceiling(b) | floor(b) | floor(a) | floor(n) | trunc(b) | trunc(a)
trunc(n) | mod(a, 3) | mod(b, 0.7) | mod(a, b) | mod(-7, 3) | divide(a, b) | divide(a, 0) | sqrt(b) | sqrt(a)
cbrt(b) | cbrt(a) | square(b) | square(n) | exp(n) | exp(b) | ln(b) | ln(a) | log(b) | log(a) | log(b, 2)
log(8, 2) | log(b, n) | log10(b) | log2(b) | log2(a) | log1p(b) | pow(b, 2) | pow(b, 0.5) | pow(n, n) | power(2, n)
degrees(b) | radians(b) | sin(b) | cos(b) | tan(b) | asin(n) | acos(n) | atan(b) | atan2(b, n) | atan2(0, -1)
sigmoid(b) | sigmoid(a) | clip(b, -1, 1) | clip(a, 0, 5) | clip(b, n, 3) | is_even(a) | is_odd(a) | to_percent(b)
min_of(b, n) | min_of(a, 3, 5) | max_of(b, n) | max_of(a, 3, 5) | lower(s) | upper(s) | lcase(s) | ucase(s)
capitalize(s) | capitalize('ÉCOLE and co') | trim(s) | ltrim(s) | rtrim(s) | length(s) | len(s) | reverse(s)
left(s, 2) | left(s, 0) | right(s, 2) | right(s, 0) | right(s, 99) | substring(s, 2, 3) | substring(s, 1)
substring(s, 0, 2) | substring(s, 99) | substring(s, 2, 0) | substr(s, 2) | substr(s, 3, 2) | concat(s, '-', a)
concat(s, b, f) | concat(t, d) | concat(s) | concat_ws('-', s, t, 'z') | concat_ws(',', a, f, b)
concat_ws(t, s, a) | repeat(s, 3) | repeat(s, a) | repeat(s, 0) | repeat(s, 2.5) | lpad(s, 5, '*') | lpad(s, 3)
lpad(s, 0) | lpad(s, 9, 'ab') | rpad(s, 5, '*') | rpad(s, 3) | rpad(s, 9, 'ab') | replace(s, 'o', '0')
replace(s, '', 'x') | replace(s, 'b', '') | replace(s, '\', '/') | contains(s, ',') | contains(s, t)
contains(s, '') | starts_with(s, 'F') | starts_with(s, t) | starts_with(s, '') | prefix(s, t) | ends_with(s, 'c')
ends_with(s, t) | ends_with(s, '') | suffix(s, t) | strpos(s, 'o') | strpos(s, t) | strpos(s, '') | instr(s, 'b')
instr(s, t) | split_part(s, ',', 2) | split_part(s, ' ', 1) | split_part(s, ',', 9) | split_part(s, '.', 1)
split_part(s, ',', 0) | levenshtein(s, 'Foo') | levenshtein(s, t) | regexp_matches(s, 'and.line')
regexp_matches(s, 'and$') | regexp_matches(s, 'line$') | regexp_matches(t, '^$') | regexp_matches(s, '[[:alpha:]]+')
regexp_matches(s, '[^[:alpha:][]') | regexp_matches(s, '[]a]') | regexp_matches(s, '[a&&b]')
regexp_matches(s, '(?i)FOO') | regexp_matches(s, '(?i)ünï') | regexp_matches(s, '(?i:BAR)')
regexp_matches(s, '(?P<x>a),b') | regexp_matches(s, '\w+') | regexp_matches(s, '\bbar\b')
regexp_matches(s, '\pL\pL') | regexp_matches(s, 'a|b') | regexp_matches(s, '\$\d') | regexp_matches(s, '(?m)^and$')
regexp_matches(s, '(?s)and.line') | regexp_matches(s, '^[A-Z]') | regexp_matches(s, 'o+') | regexp_matches(s, '\d')
regexp_matches(s, '\s') | regexp_extract(s, '([a-z]+) ([a-z]+)', 2) | regexp_extract(s, 'o+')
regexp_extract(s, '(\d+)', 1) | regexp_extract(s, '(z)?x', 1) | regexp_replace(s, 'o', '0')
regexp_replace(s, '[aeiou]', '<>') | regexp_replace(s, '(\w) ', '\1_') | regexp_replace(s, 'o', '$1')
regexp_replace(s, '\s+', ' ') | md5(s) | sha256(s) | is_blank(s) | word_count(s) | digits_only(s) | letters_only(s)
year(d) | year(day) | quarter(d) | month(d) | month(day) | week(d) | week(day) | weekofyear(day) | day(d) | day(day)
dayofmonth(d) | dayofweek(d) | dayofweek(day) | isodow(d) | dayofyear(d) | dayofyear(day) | hour(d) | hour(day)
minute(d) | second(d) | epoch(d) | epoch(day) | is_weekend(d) | dayname(d) | monthname(day) | last_day(d)
last_day(day) | date_part('year', d) | date_part('quarter', d) | date_part('week', d) | date_part('dow', d)
date_part('isodow', d) | date_part('doy', d) | date_part('hour', d) | date_part('epoch', d) | date_part('second', d)
date_trunc('year', d) | date_trunc('quarter', d) | date_trunc('month', d) | date_trunc('week', d)
date_trunc('day', d) | date_trunc('hour', d) | date_trunc('minute', d) | date_trunc('second', d)
date_trunc('month', day) | date_diff('year', d, day) | date_diff('quarter', d, day) | date_diff('month', d, day)
date_diff('week', d, day) | date_diff('day', d, day) | date_diff('hour', d, day) | date_diff('minute', d, day)
date_diff('second', d, day) | date_diff('hour', d, TIMESTAMP '2024-02-29 12:34:56') | date_diff('month', day, d)
datediff('day', day, d) | date_add_days(d, 3) | date_add_days(day, a % 1000) | date_add_days(day, n % 1000)
date_add_days(day, a * 9) | make_date(2024, 2, 29) | make_date(2024, 2, 30) | make_date(2024, a, 1)
make_date(1999, 12, b) | strftime(d, '%Y-%m-%d') | strftime(d, '%Y/%m') | strftime(d, '%H:%M:%S')
strftime(d, '%d.%m.%y') | strftime(d, '%B %A') | strftime(d, '%b %a') | strftime(d, '%j') | strftime(d, '%I:%M %p')
strftime(d, '%U %W %V %G %u %w') | strftime(d, '%-d.%-m.%-H') | strftime(d, '%c') | strftime(d, '%x %X')
strftime(d, '%f') | strftime(d, '%h %z %Z') | strftime(d, 'week %V') | strftime(d, '100%% it''s')
strftime(d, 'at %Y') | strftime(day, '%Y') | date(s) | date(d) | date('2024-01-01') | coalesce(a, b, 0)
coalesce(s, t) | coalesce(NULL, a) | coalesce(d, day) | ifnull(s, 'none') | nvl(a, 0) | nullif(a, 1) | nullif(s, t)
nullif(b, 0) | if(f, 1, 2) | if(a > 1, s) | if(f, b, a) | iff(f, s, t) | greatest(a, b) | greatest(s, t)
greatest(d, day) | least(a, b, 0) | least(s, t) | is_null(s) | is_null(b) | is_missing(f) | to_integer(s)
to_integer('2.5') | to_integer('-2.5') | to_integer('1_000') | to_integer('12d') | to_integer('1f')
to_integer('+5') | to_integer('1.') | to_integer('-.5') | to_integer('99999999999999999999') | to_integer('inf')
to_integer('1,5') | to_integer('1e') | to_integer(b * 10) | to_integer(b) | to_integer(f) | to_integer(n)
to_float(s) | to_float(t) | to_float('1f') | to_float('1e400') | to_float('Infinity') | to_float('1_000')
to_float(a) | to_float(f) | to_number(s) | to_text(a) | to_text(b) | to_text(b / 7) | to_text(b * b)
to_text(n * 1e-5) | to_text(1 / b) | to_text(f) | to_text(d) | to_text(day) | to_text(n) | to_boolean(s)
to_boolean(t) | to_boolean('yes') | to_boolean('on') | to_boolean('1') | to_boolean('True ') | to_boolean('n')
to_boolean('1.0') | to_boolean(a) | to_boolean(b) | to_date(s) | to_date(t) | to_date('2024') | to_date('2024-02')
to_date('2024/01/02') | to_date('2024-01-01 ABC') | to_date('2024-01-01T') | to_date('2024-02-30')
to_date('10:00') | to_date(' 2024-01-01 ') | to_date('2024-01-01 25:00:00') | to_date('24-1-2') | to_date(d)
to_date('2024-2-9') | to_date('20240101') | to_date('01/02/2024') | to_date('2024-01-01 10:00') | to_timestamp(s)
to_timestamp(t) | to_timestamp('2024') | to_timestamp('T10:00') | to_timestamp('10:00')
to_timestamp('2024-01-01 25:00:00') | to_timestamp('2024/01/02 1:2:3')
to_timestamp('2024-01-01 10:00:00 Europe/Paris') | to_timestamp('2024-01-01 10:00:00.123456789')
to_timestamp('2024-01-01 10') | to_timestamp('2024-01-01 10:00:00 UTC') | to_timestamp('2024-01-01T10:00:00Z')
to_timestamp(day) | to_timestamp('2024-01-01 10:00') | to_timestamp('2024-01-01T10:00:00')
to_timestamp('2024-01-01 10:00:00.5') | to_timestamp('2024-01-01 10:00:00+02') | to_timestamp('x') | flag(f)
flag(a > 1) | pi()
"""

EXPRESSIONS = [text.strip() for line in (OPERATORS + CALLS).split("\n") for text in line.split(" | ") if text.strip()]
