"""Whatever a table holds, a component gives a table or refuses in words; a new component is tested unasked."""

import datetime as dt
import decimal
import math
from collections.abc import Iterator
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
import tables

from components.base import LearnedTransform, Split, Transform
from components.catalog import catalog, component
from components.errors import ComponentError
from components.ports import ROLE, ROW

KEYS = sorted(key for key, kind in catalog().items() if issubclass(kind, Transform | LearnedTransform | Split))
MANY = 10_000

NAUGHTY = (
    "",
    " ",
    "\t\n",
    "NULL",
    "NaN",
    "inf",
    "-0",
    "1e400",
    "'; DROP TABLE input; --",
    '"quoted"',
    "a,b;c|d",
    "{{7*7}}",
    "=1+1",
    "\\",
    "%_",
    "𝒳 Ω é é",
    "مرحبا",
    "\u202eback\u202c",
    "👩‍👩‍👧‍👦",
    "ß ẞ ı İ",
    "https://[::1",
    "a@b@c",
    "x" * 5_000,
)


def extreme() -> pa.Table:
    """Infinite and huge numbers, times of other centuries, texts that attack, in as many categories as rows."""
    numbers = [math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 0.1, None, math.nan]
    wholes = [2**63 - 1, -(2**63), 0, 1, None]
    moments = [
        dt.datetime(*day) for day in ((1, 1, 1), (1582, 10, 15), (1969, 12, 31, 23), (2262, 4, 12), (9999, 12, 31))
    ]
    columns: dict[str, list[Any]] = {
        "number": [numbers[i % len(numbers)] for i in range(MANY)],
        "other": [wholes[i % len(wholes)] for i in range(MANY)],
        "text": [f"{NAUGHTY[i % len(NAUGHTY)]}{i}" if i >= len(NAUGHTY) else NAUGHTY[i] for i in range(MANY)],
        "flag": [(True, False, None)[i % 3] for i in range(MANY)],
        "when": [(*moments, None)[i % 6] for i in range(MANY)],
        "group": [f"g{i // 5}" for i in range(MANY)],
        "target_class": ["yes" if i % 3 else "no" for i in range(MANY)],
        "target_number": [float(i % 17) for i in range(MANY)],
        ROW: list(range(MANY)),
    }
    return pa.table(columns, schema=tables.SCHEMA)


def decimals() -> pa.Table:
    """The example with exact numbers."""
    table = tables.example()
    exact = pa.array(
        [None if v is None else decimal.Decimal(str(v)) for v in table["number"].to_pylist()], pa.decimal128(18, 4)
    )
    return table.set_column(table.column_names.index("number"), "number", exact)


def constant() -> pa.Table:
    """The example with one value in every column but the targets."""
    table = tables.example()
    first = table.slice(0, 1).to_pylist()[0]
    kept = {"target_class", "target_number", ROW}
    columns = [table[name] if name in kept else [first[name]] * len(table) for name in table.column_names]
    return pa.table(columns, schema=tables.SCHEMA)


def nested(table: pa.Table, name: str) -> pa.Table:
    """The same table with lists in a column."""
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array([[1]] * len(table)))


def outcome(key: str, table: ir.Table) -> dict[str, ir.Table]:
    """What a component with its example makes of a table, once its demands are met.

    Raises
    ------
    ComponentError
    """
    made = tables.made(component(key), table)
    if isinstance(made, Transform):
        given = [table for port in made.spec.inputs if port.kind == "table"]
        for message, count in made.demands(*given).items():
            if table.aggregate(count.name("count")).to_pyarrow()["count"][0].as_py():
                raise ComponentError(message, hint="Correct the data.")
    return tables.run(made, table)


def refusal(key: str, table: ir.Table) -> ComponentError | None:
    """Why a component takes a table no further; None where it computes every value of its outputs."""
    try:
        outputs = outcome(key, table)
    except ComponentError as refused:
        return refused
    for output in outputs.values():
        assert output.to_pyarrow().schema.names == list(output.columns)
    return None


def names(refused: ComponentError, column: str) -> bool:
    """Whether a refusal says which column, and what to do."""
    return column in f"{refused.message} {refused.hint}" and bool(refused.hint)


@pytest.fixture(scope="module")
def extremes() -> Iterator[ir.Table]:
    connection = ibis.duckdb.connect()
    yield tables.lazy(extreme(), connection)
    connection.disconnect()


SELECTORS = {"select_from_model", "select_k_best", "select_rfe", "select_sequential"}
TOO_EXTREME = {"encode_binary", "encode_ordinal", "lookup", *SELECTORS}
"""So many categories need another encoder, a key that repeats is no key, and most rows here have an infinite number."""


@pytest.mark.parametrize("key", KEYS)
def test_extreme_values_are_worked_with_or_refused_in_words(key: str, extremes: ir.Table) -> None:
    refused = refusal(key, extremes)
    assert (refused is not None) == (key in TOO_EXTREME)
    assert refused is None or refused.hint


@pytest.mark.parametrize("key", KEYS)
def test_constant_columns_are_nothing_special(key: str) -> None:
    refused = refusal(key, tables.lazy(constant()))
    assert (refused is not None) == (key == "lookup")  # its key repeats
    assert refused is None or refused.hint


@pytest.mark.parametrize("key", KEYS)
def test_exact_numbers_are_numbers(key: str) -> None:
    assert refusal(key, tables.lazy(decimals())) is None


@pytest.mark.parametrize("key", KEYS)
def test_a_single_row_is_enough_or_refused_in_words(key: str) -> None:
    refused = refusal(key, tables.lazy(tables.example(1)))
    assert (refused is not None) == (key in SELECTORS)  # one row has one class
    assert refused is None or refused.hint


@pytest.mark.parametrize("key", KEYS)
def test_the_order_of_columns_does_not_matter(key: str) -> None:
    if component(key).spec.key in BY_PLACE:
        pytest.skip("its columns go by their place")
    table = tables.example()
    straight, turned = tables.lazy(table), tables.lazy(table.select(table.column_names[::-1]))
    found = outcome(key, turned)
    for port, output in outcome(key, straight).items():
        assert same_values(found[port]) == same_values(output)


@pytest.mark.parametrize("key", KEYS)
def test_a_column_that_vanished_is_named(key: str) -> None:
    table = tables.example()
    for name in named(key):
        without = tables.lazy(table.drop_columns([name]))
        with pytest.raises(ComponentError, match=name) as refused:
            tables.made(component(key), without)
        assert refused.value.hint


@pytest.mark.parametrize("key", KEYS)
def test_a_column_of_nested_data_is_carried_or_refused_by_name(key: str) -> None:
    for name in named(key):
        refused = refusal(key, tables.lazy(nested(tables.example(), name)))
        assert refused is None or names(refused, name)


@pytest.mark.parametrize("key", KEYS)
def test_a_column_that_changed_its_type_is_worked_with_or_refused_by_name(key: str) -> None:
    for name in named(key):
        table = tables.example()
        changed = 7.5 if pa.types.is_string(table.schema.field(name).type) else "some words"
        other = table.set_column(table.column_names.index(name), name, pa.array([changed] * len(table)))
        refused = refusal(key, tables.lazy(other))
        assert refused is None or names(refused, name)


@pytest.mark.parametrize("key", KEYS)
def test_every_role_is_treated_by_what_the_train_rows_say(key: str) -> None:
    """Changing test rows changes nothing of what is learned, nor any train row."""
    if not issubclass(component(key), LearnedTransform):
        pytest.skip("learns nothing")
    table = tables.example()
    roles = pa.array(["train" if i % 4 else "test" for i in range(len(table))])
    planted = pa.array([1e6 if i % 4 == 0 else v for i, v in enumerate(table["number"].to_pylist())])
    leaked = table.set_column(0, "number", planted)
    states = []
    for rows in (table, leaked):
        given = tables.lazy(rows.append_column(ROLE, roles))
        made: Any = tables.made(component(key), given)
        states.append(made.fit(given.filter(given[ROLE] == "train")))
    assert states[0] == states[1]


BY_PLACE = {"transpose", "union", "unpivot"}
"""Components for which the place of a column means something."""


def same_values(output: ir.Table) -> list[str]:
    """The rows without regard to the order of columns."""
    return sorted(repr(sorted(row.items())) for row in tables.rows(output))


def named(key: str) -> list[str]:
    """The columns that the example of a component names as columns."""
    kind = component(key)
    params = kind.params_type().model_validate(dict(kind.spec.example))
    found = dict.fromkeys(name for names in params.named_columns().values() for name in names)
    return [name for name in found if name in tables.SCHEMA.names and name != ROW]
