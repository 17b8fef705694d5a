"""Numbers, dates and flags as people write them are noticed in texts, and one click draws the node that reads them."""

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from components.catalog import component
from engine.drafting.repairs import steps_of
from engine.profile import Profile, profile
from engine.reading import detect, read
from tests.components import tables

WRITTEN: dict[str, tuple[str, list[str], list[Any]]] = {
    "percent": ("percentages_as_text", ["1.25%", "12 %", "-3%"], [0.0125, 0.12, -0.03]),
    "percent with commas": ("percentages_as_text", ["1,25 %", "12,5 %"], [0.0125, 0.125]),
    "dollars": ("money_as_text", ["$1,234.50", "$3.00", "-$7.25"], [1234.5, 3.0, -7.25]),
    "euros": ("money_as_text", ["1.234,50 €", "3,10 €"], [1234.5, 3.1]),
    "whole euros": ("money_as_text", ["1.234 €", "12.500 €", "7 €"], [1234.0, 12500.0, 7.0]),
    "a currency's name": ("money_as_text", ["USD 1,234.50", "USD 3"], [1234.5, 3.0]),
    "kilograms": ("units_as_text", ["12.5 kg", "3kg", "1,250 kg"], [12.5, 3.0, 1250.0]),
    "kilometres per hour": ("units_as_text", ["80 km/h", "120 km/h"], [80.0, 120.0]),
    "losses in brackets": ("numbers_as_text", ["(1,234.50)", "20.25", "(3.00)"], [-1234.5, 20.25, -3.0]),
    "losses in brackets, with a sign": ("money_as_text", ["($1,234.50)", "$20.25"], [-1234.5, 20.25]),
    "minus behind": ("numbers_as_text", ["1.234,50-", "20,25"], [-1234.5, 20.25]),
    "decimal commas": ("numbers_as_text", ["0,5", "1234,75"], [0.5, 1234.75]),
    "apostrophes": ("numbers_as_text", ["1'234'567.50", "12.25"], [1234567.5, 12.25]),
    "blanks": ("numbers_as_text", ["1 234 567,50", "12,25"], [1234567.5, 12.25]),
    "lakhs": ("money_as_text", ["₹12,34,567.00", "₹1,000.50"], [1234567.0, 1000.5]),
}


def profiled(**columns: Any) -> Profile:
    return profile(pa.table({name: pa.array(values) for name, values in columns.items()}))


def fixed(texts: list[str], findings: list[dict[str, Any]]) -> list[Any]:
    """The column after the nodes that the findings draw."""
    table: Any = ibis.memtable(pa.table({"a": texts}))
    for key, params in steps_of(findings):
        table = tables.run(tables.made(component(key), table, params), table)["table"]
    return table.to_pyarrow()["a"].to_pylist()


@pytest.mark.parametrize("case", WRITTEN)
def test_numbers_as_people_write_them_are_one_click_from_being_numbers(case: str) -> None:
    code, texts, numbers = WRITTEN[case]
    (found,) = [one for one in profiled(a=texts * 10).findings if one.code == code]
    assert found.severity == "warning"
    assert fixed(texts, [found.model_dump()]) == numbers


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["2025-12-31", "31/12/2025", "2026-01-02"], [date(2025, 12, 31), date(2025, 12, 31), date(2026, 1, 2)]),
        (["12/31/2025", "2 Jan 2026", "3 Mar 2026"], [date(2025, 12, 31), date(2026, 1, 2), date(2026, 3, 3)]),
    ],
)
def test_dates_in_two_formats_are_read_by_one_node(texts: list[str], dates: list[date]) -> None:
    (found,) = [one for one in profiled(a=texts * 10).findings if one.code == "dates_as_text"]
    assert "in 2 formats" in found.message
    assert fixed(texts, [found.model_dump()]) == dates


def test_dates_whose_day_could_be_the_month_are_told_but_not_guessed() -> None:
    for texts in (["2025-12-31", "01/02/2025"], ["13/01/2025", "01/13/2025"]):
        (found,) = [one for one in profiled(a=texts * 10).findings if one.code == "dates_as_text"]
        assert "component" not in found.detail


def test_a_comma_that_could_be_either_sign_is_told_but_not_guessed() -> None:
    (found,) = [one for one in profiled(a=["1,250 kg", "2,500 kg"] * 9).findings if one.code == "units_as_text"]
    assert "component" not in found.detail
    assert "cannot be told" in (found.fix or "")


def test_units_that_differ_are_never_put_into_one_column() -> None:
    (found,) = [one for one in profiled(a=["5 kg", "300 g", "2 kg"] * 9).findings if one.code == "mixed_units"]
    assert "(kg, g)" in found.message
    assert "component" not in found.detail


def test_what_cannot_be_read_is_counted_before_anybody_clicks() -> None:
    (found,) = [one for one in profiled(a=["5 %", "7 %"] * 30 + ["n/k"] * 2).findings if "percent" in one.code]
    assert "60 percentages as text, such as 5 %; 2 values are no number and would be missing" in found.message


@pytest.mark.parametrize(
    "texts",
    [
        ["A-17", "B-18", "C-19"],
        ["0660 123 456", "0661 765 432", "0662 111 222"],
        ["1st", "2nd", "3rd", "4th"],
        ["12:30", "13:45", "7:05"],
        ["3 Main St", "17 High St", "5 Elm Rd"],
        ["v1.2.3", "v1.2.4", "v2.0.0"],
        ["007", "008", "009"],
        ["5/10", "7/10", "9/10"],
    ],
)
def test_codes_times_and_addresses_are_no_numbers(texts: list[str]) -> None:
    codes = {one.code for one in profiled(a=texts * 10).findings}
    assert not codes & {"percentages_as_text", "money_as_text", "units_as_text", "mixed_units"}


def test_amounts_that_are_all_different_are_no_identifiers() -> None:
    codes = {one.code for one in profiled(a=[f"{n},5 %" for n in range(50)]).findings}
    assert codes == {"percentages_as_text"}


@pytest.mark.parametrize("written", ["${n:,}.50", "{n},5 %", "{n}.25", "{n} kg"])
def test_amounts_as_text_tell_no_rows_apart(written: str) -> None:
    found = profiled(amount=[written.format(n=n) for n in range(1_000, 1_060)])
    assert (found.keys, found.columns[0].semantic) == ((), "text")
    assert not [line for line in found.summary if "its own" in line or "identifier" in line]
    assert profiled(code=[f"A-{n}" for n in range(60)]).keys


def test_yes_and_no_become_true_and_false_for_all_columns_at_once() -> None:
    yes, nein = ["yes", "No", "Y", "n"] * 5, ["ja", "nein"] * 10
    (found,) = [
        one for one in profiled(a=yes, b=nein, c=["maybe", "no"] * 10).findings if one.code == "booleans_as_text"
    ]
    assert found.detail["params"] == {"columns": ["a", "b"], "to": "boolean"}
    assert fixed(["yes", "No", "Y", "n"], [cast("a")]) == [True, False, True, False]


def cast(column: str) -> dict[str, Any]:
    return {"detail": {"component": "cast", "params": {"columns": [column], "to": "boolean"}}}


def test_two_findings_about_one_column_draw_one_node_that_reads_it() -> None:
    plain = {"detail": {"component": "cast", "params": {"columns": ["a", "b"], "to": "float64"}}}
    parse = {"detail": {"component": "parse_number", "params": {"columns": ["a"], "unit": "%"}}}
    assert steps_of([parse, plain]) == [
        ("cast", {"columns": ["b"], "to": "float64"}),
        ("parse_number", {"columns": ["a"], "unit": "%"}),
    ]


@pytest.mark.parametrize(
    ("cells", "component_key"),
    [
        ([f"{n}.50" for n in range(100, 190)] + [f"({n}.25)" for n in range(100, 110)], "parse_number"),
        ([f"2025-01-{1 + n % 28:02}" for n in range(90)] + ["31/12/2024"] * 10, "parse_date"),
    ],
)
def test_an_import_names_the_node_that_reads_values_written_in_two_ways(
    cells: list[str], component_key: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("n,a\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells)))
    read_as, noticed = detect(path)
    reading = read(path, read_as)
    texts = pa.Table.from_batches(list(reading.batches()), reading.schema)["a"].to_pylist()
    (found,) = [one for one in (*noticed, *reading.findings) if one.column == "a"]
    assert found.detail["component"] == component_key
    assert None not in fixed(texts, [found.model_dump()])


def test_the_count_of_a_profile_is_that_of_the_node() -> None:
    """The profile asks DuckDB, the node is Ibis: both mean the same numbers."""
    texts = ["1.5 %", " 2 % ", "\u22123 %", "(4) %", "9 %", "6.25%", "11%", "12%", "8", "1.5 % 6"] * 5
    percent = {"detail": {"component": "parse_number", "params": {"columns": ["a"], "unit": "%"}}}
    found = profiled(a=texts).columns[0].written
    assert found is not None
    assert found.count == sum(value is not None for value in fixed(texts, [percent])) == 45
