"""Every operator and function of an expression gives the same on DuckDB and on Spark."""

from collections.abc import Callable

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from components import expressions
from components.ports import ROW
from engine.backends.backend import Backend
from tests.conformance.expression_cases import CALLS, DATA, EXPRESSIONS
from tests.conformance.same import differences

pytestmark = pytest.mark.slow


IN_ONE_QUERY = 60
Answers = Callable[[str], pa.ChunkedArray]


def answers(backend: Backend) -> Answers:
    """What an engine says to each expression: many in one query, each alone when one of them fails."""
    table = backend.register(DATA)
    known: dict[str, pa.ChunkedArray] = {}

    def ask(texts: list[str]) -> None:
        values = {f"x{i}": expressions.to_ibis(text, table) for i, text in enumerate(texts)}
        found = backend.collect(table.order_by(ROW).select(**values))
        known.update(zip(texts, found.columns, strict=True))

    def answer(text: str) -> pa.ChunkedArray:
        if text not in known:
            start = EXPRESSIONS.index(text) // IN_ONE_QUERY * IN_ONE_QUERY
            try:
                ask(EXPRESSIONS[start : start + IN_ONE_QUERY])
            except Exception:  # noqa: BLE001  which one of them fails is found by asking this one
                ask([text])
        return known[text]

    return answer


@pytest.fixture(scope="module")
def on_duckdb(duckdb: Backend) -> Answers:
    return answers(duckdb)


@pytest.fixture(scope="module")
def on_spark(spark: Backend) -> Answers:
    return answers(spark)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_gives_the_same_on_both_engines(text: str, on_duckdb: Answers, on_spark: Answers) -> None:
    expected, found = on_duckdb(text), on_spark(text)
    assert found.type == expected.type
    assert differences(expected.to_pylist(), found.to_pylist()) == []


def test_every_function_of_the_reference_is_asked() -> None:
    assert {name for name in expressions.FUNCTIONS if f"{name}(" not in CALLS} == set()


def test_a_value_that_stops_a_query_is_told_in_plain_words(duckdb: Backend, spark: Backend) -> None:
    def told(backend: Backend) -> str:
        table: ir.Table = backend.register(DATA)
        too_large = expressions.to_ibis("a * 100000000000000000 * 1000", table)
        with pytest.raises(Exception, match="cannot be computed") as caught, backend.plain_errors():
            backend.collect(table.select(x=too_large))
        return type(caught.value).__name__

    assert told(duckdb) == told(spark) == "DataError"
