"""What components of single rows do to values, beside what pandas, NumPy or Python's own library say."""

import datetime as dates
import hashlib
import random
import re
import string
from typing import Any
from urllib.parse import urlsplit

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from dateutil.relativedelta import relativedelta
from pydantic import ValidationError

from components.catalog import component
from components.errors import ComponentError, WrongKind
from components.ports import ROW
from tests.components import tables

TEXTS = [
    "a-b-c",
    "a",
    "",
    None,
    "-",
    "  Two  Words ",
    "O'Neil's 🎨 été",
    "x" * 300,
    "tab\tand\nline",
    "(5) [6]",
    "\t five\n",
]
NUMBERS = [0.0, -0.0, 1.5, -2.5, 2.675, 1234.5678, -1e-9, 1e300, -1e300, 7.0, None, 0.49999999999999994, 99.5]


def of(**columns: Any) -> Any:
    return ibis.memtable(pa.table(columns))


def made(key: str, table: Any, **params: Any) -> pa.Table:
    return tables.run(tables.made(component(key), table, params), table)["table"].to_pyarrow()


def values(key: str, given: list[Any], read: str = "a", **params: Any) -> list[Any]:
    """What becomes of the values of column ``a``; ``read`` is the column to look at."""
    table = of(a=pa.array(given), **{ROW: range(len(given))})
    return made(key, table, **params).sort_by(ROW)[read].to_pylist()


def each(function: Any, given: list[Any]) -> list[Any]:
    return [None if value is None else function(value) for value in given]


# Constants


@pytest.mark.parametrize(("value", "kind"), [(True, "bool"), (3, "int64"), (3.0, "double"), ("3", "string")])
def test_a_constant_keeps_the_type_it_was_written_in(value: Any, kind: str) -> None:
    column = made("constant_column", of(a=[1, 2]), name="b", value=value)["b"]
    assert column.to_pylist() == [value, value]
    assert str(column.type) == kind


# Texts


@pytest.mark.parametrize("rest", ["drop", "keep"])
@pytest.mark.parametrize("by", ["-", " ", "'s ", "🎨", "(", "."])
def test_a_split_text_is_what_pandas_splits(by: str, rest: str) -> None:
    table = of(a=TEXTS)
    found = made("split_column", table, column="a", by=by, into=["p", "q"], rest=rest).to_pandas()[["p", "q"]]
    most = 1 if rest == "keep" else -1
    split = pd.Series(TEXTS, dtype=object).str.split(by, expand=True, n=most, regex=False)
    expected = split.reindex(columns=range(2)).set_axis(["p", "q"], axis=1)
    assert found.astype(object).where(found.notna(), None).equals(expected.astype(object).where(expected.notna(), None))


@pytest.mark.parametrize("into", [["p", "p"], ["p", "P"], ["A"], ["__cb_row"], []])
def test_parts_need_names_of_their_own(into: list[str]) -> None:
    with pytest.raises((ComponentError, ValidationError)):
        made("split_column", of(a=["x"]), column="a", by=",", into=into)


def test_merged_values_leave_out_what_is_missing_or_are_missing_as_a_whole() -> None:
    table = of(a=["x", None, None], b=[1, 2, None], c=[True, None, None])
    params: dict[str, Any] = {"columns": ["a", "b", "c"], "separator": "; ", "name": "m"}
    assert made("merge_columns", table, **params)["m"].to_pylist() == ["x; 1; true", "2", None]
    assert made("merge_columns", table, **params, missing="missing")["m"].to_pylist() == ["x; 1; true", None, None]


@pytest.mark.parametrize("pattern", ["[a-z]", "([0-9])\\]", "(?i)(T)w(o)", "(?P<word>é.é)", "(z)?", "^$"])
def test_an_extract_is_what_pandas_extracts(pattern: str) -> None:
    compiled = re.compile(pattern)
    group = 1 if compiled.groups else 0

    def expected(text: str) -> str | None:
        found = compiled.search(text)
        return found and (found[group] or "")

    assert values("extract_text", TEXTS, "b", column="a", pattern=pattern, name="b") == each(expected, TEXTS)


@pytest.mark.parametrize(("pattern", "group"), [("(", None), ("(?=x)", None), ("(a)", 2), ("a", 1)])
def test_a_pattern_or_group_that_is_none_is_refused_before_anything_runs(pattern: str, group: int | None) -> None:
    with pytest.raises(ComponentError):
        values("extract_text", ["a"], column="a", pattern=pattern, name="b", group=group)


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("lower", str.lower),
        ("upper", str.upper),
        ("sentence", str.capitalize),
        ("title", lambda text: string.capwords(text, " ")),
    ],
)
def test_cases_are_those_of_python(to: str, expected: Any) -> None:
    assert values("text_case", TEXTS, columns=["a"], to=to) == each(expected, TEXTS)


@pytest.mark.parametrize(("side", "expected"), [("both", str.strip), ("start", str.lstrip), ("end", str.rstrip)])
def test_blanks_go_as_in_python(side: str, expected: Any) -> None:
    assert values("trim_text", TEXTS, columns=["a"], side=side) == each(expected, TEXTS)


def test_trimming_can_make_one_blank_of_several_and_nothing_missing() -> None:
    params: dict[str, Any] = {"columns": ["a"], "inside": True, "empty_is_missing": True}
    assert values("trim_text", [" a \t\n b ", " ", None], **params) == ["a b", None, None]


@pytest.mark.parametrize(
    ("find", "replace", "regex"),
    [("a", "AA", False), (".", "!", False), ("\\s+", "_", True), ("(.)-(.)", r"\2\\\1", True)],
)
def test_a_replacement_is_what_python_replaces(find: str, replace: str, regex: bool) -> None:
    expected = each(lambda text: re.sub(find, replace, text) if regex else text.replace(find, replace), TEXTS)
    assert values("replace_text", TEXTS, columns=["a"], find=find, replace=replace, regex=regex) == expected


@pytest.mark.parametrize("replace", [r"\2", "\\"])
def test_a_replacement_cannot_name_a_group_that_is_not_there(replace: str) -> None:
    with pytest.raises(ComponentError, match="replacement"):
        values("replace_text", ["a"], columns=["a"], find="(a)", replace=replace, regex=True)


@pytest.mark.parametrize(("unit", "name", "count"), [("characters", "a_length", len), ("words", "a_words", None)])
def test_lengths_are_those_of_python(unit: str, name: str, count: Any) -> None:
    expected = each(count or (lambda text: len(text.split())), TEXTS)
    assert values("text_length", TEXTS, name, columns=["a"], unit=unit) == expected


def test_a_length_does_not_overwrite_a_column() -> None:
    with pytest.raises(ComponentError, match="two columns"):
        made("text_length", of(a=["x"], a_length=[1]), columns=["a"])


def test_a_hash_is_the_sha256_of_the_salt_and_the_value() -> None:
    expected = each(lambda text: hashlib.sha256(f"s{text}".encode()).hexdigest(), TEXTS)
    assert values("hash_column", TEXTS, columns=["a"], salt="s") == expected
    assert values("hash_column", [7, None], columns=["a"]) == [hashlib.sha256(b"7").hexdigest(), None]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["***4567", "****", "*", "", None, "🎨*🎨🎨🎨🎨"]),
        ({"keep": 0}, ["*******", "****", "*", "", None, "******"]),
        ({"keep": 1, "side": "start", "sign": "#"}, ["1######", "1###", "#", "", None, "🎨#####"]),
    ],
)
def test_a_mask_hides_short_values_altogether(params: Any, expected: list[Any]) -> None:
    given = ["1234567", "1234", "1", "", None, "🎨é🎨🎨🎨🎨"]
    if not params:
        expected = [*expected[:5], "**🎨🎨🎨🎨"]
    assert values("mask_column", given, columns=["a"], **params) == expected


# Numbers


@pytest.mark.parametrize("digits", [-3, 0, 1, 2, 15])
@pytest.mark.parametrize("how", ["up", "down", "nearest"])
def test_numbers_are_rounded_as_by_numpy_and_halves_away_from_zero(digits: int, how: str) -> None:
    def expected(number: float) -> float:
        scaled = number * 10.0**digits if digits >= 0 else number / 10.0**-digits
        if abs(scaled) >= 2**53:
            return number
        whole = {"up": np.ceil, "down": np.floor, "nearest": np.rint}[how](scaled)
        if how == "nearest" and abs(scaled - np.trunc(scaled)) == 0.5:
            whole = np.trunc(scaled) + np.sign(scaled)
        return float(whole / 10.0**digits if digits >= 0 else whole * 10.0**-digits)

    found = values("round_numbers", NUMBERS, columns=["a"], digits=digits, how=how)
    assert found == each(expected, NUMBERS)


@pytest.mark.parametrize(("digits", "expected"), [(0, [14, None, -15]), (-1, [10.0, None, -20.0])])
def test_whole_numbers_stay_what_they_are_unless_digits_go(digits: int, expected: list[Any]) -> None:
    assert values("round_numbers", [14, None, -15], columns=["a"], digits=digits) == expected


@pytest.mark.parametrize(
    ("function", "numpys"),
    [
        ("square", np.square), ("cube", lambda x: x * x * x), ("root", np.sqrt), ("inverse", np.reciprocal),
        ("log", np.log), ("log1p", np.log1p), ("exp", np.exp), ("abs", np.abs),
    ],
)  # fmt: skip
def test_functions_are_those_of_numpy_and_missing_where_these_are_not_finite(function: str, numpys: Any) -> None:
    given = [*NUMBERS, 1e-7, -0.5, -1.0, float("inf"), float("-inf"), 800.0, 3e-5]
    with np.errstate(all="ignore"):
        computed = each(numpys, given)
    expected = [None if x is None or not np.isfinite(x) else float(x) for x in computed]
    found = values("math", given, "a_new", columns=["a"], function=function, suffix="_new")
    assert [x is None for x in found] == [x is None for x in expected]
    assert [x for x in found if x is not None] == pytest.approx([x for x in expected if x is not None], rel=1e-11)


def test_a_function_can_change_the_column_itself() -> None:
    assert made("math", of(a=[4, None, -1]), columns=["a"], function="root").to_pydict() == {"a": [2.0, None, None]}


@pytest.mark.parametrize("closed", ["left", "right"])
@pytest.mark.parametrize("edges", [[0.0], [-2.5, 0.0, 1.5], [0.1, 7.0, 1e300]])
def test_bins_are_those_of_pandas(edges: list[float], closed: str) -> None:
    labels = [f"bin {place}" for place in range(len(edges) + 1)]
    borders = [float("-inf"), *edges, float("inf")]
    cut = pd.cut(pd.Series(NUMBERS, dtype=float), borders, labels=labels, right=closed == "right")
    found = values("bin_values", NUMBERS, "a_bin", column="a", edges=edges, labels=labels, closed=closed)
    assert found == [None if pd.isna(label) else label for label in cut]


def test_infinity_is_in_the_outer_bins_and_missing_in_none() -> None:
    given = [float("inf"), float("-inf"), None]
    assert values("bin_values", given, "a_bin", column="a", edges=[18, 65]) == ["65 and more", "below 18", None]


@pytest.mark.parametrize(
    "params", [{"edges": [2, 1]}, {"edges": [1, 1]}, {"edges": [1], "labels": ["x"]}, {"edges": []}]
)
def test_borders_go_up_and_labels_fit_them(params: Any) -> None:
    with pytest.raises(ValidationError):
        values("bin_values", [1.0], column="a", **params)


# Mapped values


@pytest.mark.parametrize(
    ("given", "params", "expected"),
    [
        (["a", "b", None], {"mapping": {"a": "x"}}, ["x", "b", None]),
        (["a", "b", None], {"mapping": {"a": "x"}, "default": "?"}, ["x", "?", None]),
        (["a", "b", None], {"mapping": {"a": "x"}, "others": "missing"}, ["x", None, None]),
        (["a", "b"], {"mapping": {"a": None}}, [None, "b"]),
        (["a", "b"], {"mapping": {"a": 1, "b": 2.5}, "others": "missing", "to": "float64"}, [1.0, 2.5]),
        ([1, 2, 2**62 + 1], {"mapping": {1: 10, str(2**62 + 1): 20}, "to": "int64"}, [10, 2, 20]),
        ([1.0, 0.1, None], {"mapping": {1: "one", "0.1": "tenth"}, "default": "?"}, ["one", "tenth", None]),
        ([True, False, None], {"mapping": {"yes": "da"}, "default": "net"}, ["da", "net", None]),
        (
            ["j", "n", "?"],
            {"mapping": {"j": True, "n": "no"}, "others": "missing", "to": "boolean"},
            [True, False, None],
        ),
    ],
)
def test_values_become_what_is_listed(given: list[Any], params: Any, expected: list[Any]) -> None:
    assert values("map_values", given, column="a", **params) == expected


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ([1], {"mapping": {"one": "x"}, "default": "y"}),
        ([True], {"mapping": {"perhaps": "x"}, "default": "y"}),
        (["a"], {"mapping": {"a": "x"}, "others": "missing", "to": "int64"}),
        (["a"], {"mapping": {"a": "1"}, "default": "nan", "to": "float64"}),
        (["a"], {"mapping": {"a": "1"}, "to": "int64"}),
    ],
)
def test_what_cannot_be_read_or_kept_is_refused(given: list[Any], params: Any) -> None:
    with pytest.raises(ComponentError):
        values("map_values", given, column="a", **params)


# Dates

MOMENTS = [
    dates.datetime(2024, 2, 29, 23, 59, 59, 250_000), dates.datetime(2025, 2, 28), dates.datetime(2025, 12, 31, 12, 0),
    dates.datetime(2026, 1, 31, 12, 0, 0), dates.datetime(1969, 7, 20, 20, 17, 40, 750_000),
    dates.datetime(2027, 1, 3), None,
]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.date32()])
def test_parts_of_dates_are_those_of_pandas(kind: Any) -> None:
    parts = [
        "year",
        "quarter",
        "month",
        "week",
        "day",
        "dayofweek",
        "dayofyear",
        "is_weekend",
        "hour",
        "minute",
        "second",
    ]
    table = of(a=pa.array(MOMENTS).cast(kind, safe=False))
    found = made("date_parts", table, columns=["a"], parts=[*parts, "epoch"])
    series = pd.Series(table.to_pyarrow()["a"].to_pandas()).astype("datetime64[us]")
    expected = {part: getattr(series.dt, part) for part in parts if part not in ("week", "dayofweek", "is_weekend")}
    expected |= {"week": series.dt.isocalendar().week, "dayofweek": (series.dt.dayofweek + 1) % 7}
    expected |= {"is_weekend": (series.dt.dayofweek >= 5).where(series.notna())}
    expected |= {"epoch": (series - pd.Timestamp(0)) // pd.Timedelta(seconds=1)}
    for part, one in expected.items():
        told = [None if pd.isna(value) else int(value) for value in one]
        assert found[f"a_{part}"].to_pylist() == told, part


def test_a_time_of_day_has_no_date() -> None:
    table = of(a=pa.array([dates.time(1, 2)]))
    with pytest.raises(WrongKind, match="without a date"):
        made("date_parts", table, columns=["a"])


def pairs() -> tuple[list[Any], list[Any]]:
    drawn = random.Random(7)  # noqa: S311
    starts, ends = [], []
    for _ in range(400):
        start = dates.datetime(2019, 1, 1) + dates.timedelta(seconds=drawn.randrange(7 * 365 * 86_400))
        ends.append(start + dates.timedelta(days=drawn.randrange(-800, 800), hours=drawn.randrange(-30, 30)))
        starts.append(start)
    edges = [(2024, 1, 31), (2024, 2, 29), (2025, 2, 28), (2024, 4, 30), (2024, 5, 31), (2023, 2, 28)]
    for one in edges:
        for other in edges:
            starts.append(dates.datetime(*one))
            ends.append(dates.datetime(*other))
    return [*starts, None, starts[0]], [*ends, ends[0], None]


@pytest.mark.parametrize("unit", ["second", "minute", "hour", "day", "week", "month", "quarter", "year"])
def test_differences_count_complete_units(unit: str) -> None:
    starts, ends = pairs()
    found = made("date_difference", of(a=starts, b=ends), start="a", end="b", unit=unit, name="d")["d"].to_pylist()
    assert found[-2:] == [None, None]
    for start, end, count in zip(starts[:-2], ends[:-2], found, strict=False):
        assert count == complete(start, end, unit), (start, end)


def complete(start: Any, end: Any, unit: str) -> int:
    if start > end:
        return -complete(end, start, unit)
    months = relativedelta(end, start).years * 12 + relativedelta(end, start).months
    if unit in ("month", "quarter", "year"):
        return months // {"month": 1, "quarter": 3, "year": 12}[unit]
    return (end - start) // dates.timedelta(**{f"{unit}s": 1})


def test_a_difference_can_have_a_fraction_where_units_have_a_length() -> None:
    table = of(a=[dates.datetime(2026, 1, 1)], b=[dates.datetime(2026, 1, 2, 12, 0, 0, 500)])
    found = made("date_difference", table, start="a", end="b", name="d", fraction=True)["d"].to_pylist()
    assert found == pytest.approx([1.5 + 0.0005 / 86_400], rel=1e-14)
    with pytest.raises(ValidationError, match="no fixed length"):
        made("date_difference", table, start="a", end="b", name="d", fraction=True, unit="month")


WRITTEN = {
    "%d/%m/%Y": [
        "31/01/2026",
        "1/2/2026",
        " 29/02/2024 ",
        "30/02/2024",
        "2026-01-31",
        "",
        None,
        "01/13/2026",
        "31/01/26",
    ],
    "%Y-%m-%d %H:%M:%S": ["2026-01-31 23:59:59", "2026-1-1 1:2:3", "2026-01-31 24:00:00", "2026-01-31  10:00:00"],
    "%d %B %Y": ["3 March 2026", "03 march 2026", "31 APRIL 2026", "3 Mar 2026", "3 Märch 2026"],
    "%b %d, %y": ["Mar 3, 69", "dec 31, 68", "DEC 31, 00", "Foo 1, 20"],
    "%m/%d/%y %I:%M %p": [
        "1/31/26 12:00 AM",
        "1/31/26 12:30 pm",
        "12/1/99 1:05 PM",
        "1/1/26 13:00 PM",
        "1/1/26 0:10 AM",
    ],
    "%Y%m%dT%H%M%S.%f": ["20260131T235959.5", "20260131T235959.123456", "20260131T235959"],
    "%m.%Y": ["02.2026", "2.2026", "13.2026"],
    "%Y": ["2026", "26", "20261"],
    "100%% on [%d|%m|%Y] é🎨": ["100% on [1|2|2026] é🎨", "100% on 1|2|2026"],
}


@pytest.mark.parametrize("form", WRITTEN)
def test_texts_are_read_as_dates_as_by_strptime(form: str) -> None:
    def expected(text: str) -> Any:
        try:
            moment = dates.datetime.strptime(text.strip(), form)
        except ValueError:
            return None
        return moment if any(code in form for code in ("%H", "%I", "%f")) else moment.date()

    assert values("parse_date", WRITTEN[form], columns=["a"], format=form) == each(expected, WRITTEN[form])


AMOUNTS = {
    (".", ""): [
        "1,234.50",
        "(7)",
        "-5",
        "5-",
        "\u22125",
        "1e-3",
        "1'000",
        "1 000",
        ".5",
        "1,23",
        "1.2.3",
        "7 kg",
        "",
        None,
    ],
    (",", "€"): ["1.234,50 €", "€ 5", "-€5", "€-5", "(€ 5)", "(5) €", "5 €-", "5", "$5", "1,234.50 €", "1.23 €", None],
    (".", "%"): ["12 %", "-1.25%", "7", "1,000 %", "% 5", "%", "5 % 6", "5 $", None],
    (".", "kg"): ["5kg", "5 KG", "1e5 kg", "12,34,567 kg", "kg", "5 kg kg", None],
}
READ = {
    (".", ""): [1234.5, -7.0, -5.0, -5.0, -5.0, 0.001, 1000.0, 1000.0, 0.5, *[None] * 5],
    (",", "€"): [1234.5, 5.0, -5.0, -5.0, -5.0, -5.0, -5.0, 5.0, *[None] * 4],
    (".", "%"): [0.12, -0.0125, 0.07, 10.0, 0.05, *[None] * 4],
    (".", "kg"): [5.0, None, None, 1234567.0, *[None] * 3],
}


@pytest.mark.parametrize("way", AMOUNTS)
def test_numbers_are_read_as_people_write_them_and_nothing_is_skipped(way: tuple[str, str]) -> None:
    decimal, unit = way
    assert values("parse_number", AMOUNTS[way], columns=["a"], decimal=decimal, unit=unit) == READ[way]


def test_percentages_can_stay_what_they_say() -> None:
    assert values("parse_number", ["12 %"], columns=["a"], unit="%", share=False) == [12.0]


@pytest.mark.parametrize("unit", ["5", "-", "1 kg", "()"])
def test_a_unit_is_no_number(unit: str) -> None:
    with pytest.raises(ValidationError, match="a unit is a sign or a word"):
        values("parse_number", ["1"], columns=["a"], unit=unit)


def test_dates_in_several_formats_are_read_by_the_first_that_fits() -> None:
    texts = ["2026-01-31", "31/01/2026", "01/02/2026", "never", None]
    params: dict[str, Any] = {"columns": ["a"], "format": "%Y-%m-%d", "others": ["%d/%m/%Y", "%m/%d/%Y"]}
    found = [dates.date(2026, 1, 31), dates.date(2026, 1, 31), dates.date(2026, 2, 1), None, None]
    assert values("parse_date", texts, **params) == found
    timed = values(
        "parse_date", ["2026-01-31", "31/01/2026 10:30"], columns=["a"], format="%Y-%m-%d", others=["%d/%m/%Y %H:%M"]
    )
    assert timed == [dates.datetime(2026, 1, 31), dates.datetime(2026, 1, 31, 10, 30)]


@pytest.mark.parametrize("form", ["%d/%m", "%Y %y", "%Y-%d", "%Y %I", "%Q", "%Y%", "YYYY", "%Y %Y", "%Y %b %m"])
def test_a_format_must_say_which_day_it_is_and_say_it_once(form: str) -> None:
    with pytest.raises(ComponentError):
        values("parse_date", ["x"], columns=["a"], format=form)


def test_texts_that_must_be_dates_are_counted() -> None:
    table = of(a=["1/2/2026", "x", None, " ", "y"])
    params = {"columns": ["a"], "format": "%d/%m/%Y", "on_error": "fail"}
    made = tables.made(component("parse_date"), table, params)
    ((message, count),) = made.demands(table).items()  # type: ignore[attr-defined]
    assert "'a'" in message
    assert count.to_pyarrow().as_py() == 2
    assert made.examples(table)[message].to_pyarrow().as_py() == "x"  # type: ignore[attr-defined]


# Addresses

URLS = [
    "https://User:pw@Example.com:8080/a/b?x=1&y=2#part", "http://example.com", "//cdn.example.com/x.js",
    "mailto:a@b.nl", "example.com/shop", "https://[::1]:443/", "ftp://h/?#", "", None,
    "https://exa mple.com/é🎨?q=ü", "HTTP://A.B/?q=a?b#c#d",
]  # fmt: skip


@pytest.mark.parametrize("part", ["scheme", "host", "port", "path", "query", "fragment"])
def test_parts_of_addresses_are_those_of_python(part: str) -> None:
    def expected(url: str) -> Any:
        found = urlsplit(url)
        if part == "host":
            host = found.netloc.rpartition("@")[2].lower()
            return (host if host.endswith("]") else re.sub(r":\d*$", "", host)) or None
        return getattr(found, part) or None

    assert values("url_parts", URLS, f"a_{part}", column="a", parts=[part]) == each(expected, URLS)


def test_parts_of_mail_addresses() -> None:
    given = ["Ann.B@Mail.Example.NL", " a+b@c.org ", "a@b", "a@@b.nl", "a b@c.nl", "@c.nl", "a@.nl", "", None]
    table = of(a=given)
    found = made("email_parts", table, column="a", parts=["user", "domain", "ending"]).drop_columns("a").to_pylist()
    known = [("Ann.B", "mail.example.nl", "nl"), ("a+b", "c.org", "org")]
    assert [tuple(row.values()) for row in found] == known + [(None,) * 3] * 7


@pytest.mark.parametrize(
    ("key", "params", "words"),
    [
        ("cast", {"columns": ["a"], "to": "float64"}, "a · to number"),
        ("cast", {"columns": ["a"], "to": "timestamp"}, "a · to date and time"),
        ("constant_column", {"name": "string", "value": "int64"}, "name string · value int64"),
    ],
)
def test_a_card_names_types_in_peoples_words_and_leaves_what_they_wrote(key: str, params: Any, words: str) -> None:
    assert component(key).params_type().model_validate(params).words() == words


def test_a_card_begins_with_what_was_chosen_where_no_column_was() -> None:
    params = component("forecast_backtest").params_type().model_validate({"time": "day", "target": "sales"})
    assert params.words() == "time day · target sales"
