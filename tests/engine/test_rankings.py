"""Values ranked for several columns at once are those that each column's own query gives."""

from collections.abc import Iterator

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.portable.frequencies import VALUE, most_frequent, smallest
from engine.backends.backend import Backend, Limits
from engine.backends.duckdb import DuckDBBackend

SOME = st.lists(
    st.tuples(st.sampled_from(["a", "b", "B", "ä", "", None]), st.integers(-3, 3) | st.none(), st.booleans()),
    max_size=60,
)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    backend = DuckDBBackend(Limits(memory_mb=500, threads=1), [], tmp_path_factory.mktemp("cache"))
    yield backend
    backend.close()


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(SOME, st.integers(1, 4))
def test_one_query_finds_what_a_query_for_each_column_finds(
    backend: Backend, rows: list[tuple[str | None, int | None, bool]], limit: int
) -> None:
    texts, numbers, flags = zip(*rows, strict=True) if rows else ((), (), ())
    table = backend.register(
        pa.table(
            {
                "text": pa.array(texts, pa.string()),
                "number": pa.array(numbers, pa.int64()),
                "flag": pa.array(flags, pa.bool_()),
            }
        )
    )
    asked = {
        "texts": most_frequent(table["text"], limit),
        "folded": most_frequent(table["text"].lower().name("text"), 2),
        "numbers": most_frequent(table["number"], 1),
        "flags": smallest(table["flag"], limit),
        "in_order": smallest(table["text"], 3),
    }
    assert backend.ranked(table, asked) == {
        name: backend.collect(ranking.values())[VALUE].to_pylist() for name, ranking in asked.items()
    }


def test_nothing_is_asked_when_nothing_is_to_be_ranked(backend: Backend) -> None:
    assert backend.ranked(ibis.table({"a": "string"}, name="nowhere"), {}) == {}
