"""What DuckDB is asked in another way than Ibis would has the same answer."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backends.duckdb_sql import MANY, DuckDBSQL

OURS, PLAIN = DuckDBSQL().connect(":memory:"), ibis.duckdb.connect(":memory:")
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4) | st.sampled_from(
    ["", " ", "'", "''", '"', "a", "A", "ä", "a\u0308", "NULL", "🎨"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS | st.none(), min_size=1, max_size=12), st.lists(TEXTS, min_size=1, max_size=2 * MANY))
def test_a_text_is_among_others_or_not_or_missing(rows: list[str | None], options: list[str]) -> None:
    table = ibis.memtable(pa.table({"x": pa.array([*rows, options[0]], pa.string())}))
    asked = table.select(within=table["x"].isin(options), without=table["x"].notin(options))
    assert OURS.to_pyarrow(asked).to_pylist() == PLAIN.to_pyarrow(asked).to_pylist()


@pytest.mark.parametrize(("options", "is_enum"), [(["a"], False), (list("abcdef"), True)])
def test_many_texts_are_looked_up_as_an_enum(options: list[str], is_enum: bool) -> None:
    table = ibis.table({"x": "string"}, name="t")
    assert ("ENUM" in OURS.compile(table.select(found=table["x"].isin(options)))) == is_enum
