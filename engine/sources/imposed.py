"""Columns in the types that a person chose; what does not fit becomes missing, and is counted."""

from collections import Counter
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from engine.findings import Finding
from engine.reading.column_types import DUCKDB_TYPES
from engine.reading.read_as import ColumnType
from engine.reading.reading import ARROW_TYPES


class Imposed:
    """Types that a person chose, by the names of columns; a name that is not there is left alone."""

    def __init__(self, types: Mapping[str, ColumnType]) -> None:
        self.types = types
        self._lost: Counter[str] = Counter()

    @property
    def findings(self) -> list[Finding]:
        """How many values did not fit."""
        return [
            Finding(
                code="values_do_not_fit",
                severity="warning",
                column=name,
                message=f"{count:,} values do not fit the type that was chosen, and became missing.",
                fix="Choose another type, or leave it as it comes.",
                detail={"count": count, "type": self.types[name]},
            )
            for name, count in self._lost.items()
            if count
        ]

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The columns as they will be."""
        return pa.schema([(field.name, self._type(field)) for field in given])

    def batch(self, given: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
        """A batch in these types."""
        if given.schema == schema:
            return given
        pairs = zip(given.schema, schema, strict=True)
        cast = [place for place, (old, new) in enumerate(pairs) if old.type != new.type]
        made = _cast([given.column(place) for place in cast], [schema.field(place).name for place in cast], self.types)
        columns = list(given.columns)
        for place, array in zip(cast, made, strict=True):
            self._lost[schema.field(place).name] += array.null_count - columns[place].null_count
            columns[place] = array.cast(schema.field(place).type)
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def _type(self, field: pa.Field) -> pa.DataType:
        wanted = self.types.get(field.name)
        return ARROW_TYPES[wanted] if wanted else field.type


def _cast(arrays: list[pa.Array], names: list[str], types: Mapping[str, ColumnType]) -> list[pa.Array]:
    """Cast by DuckDB, which knows how to try."""
    places = [f"c{place}" for place in range(len(arrays))]
    tried = [f"TRY_CAST({place} AS {DUCKDB_TYPES[types[name]]})" for place, name in zip(places, names, strict=True)]
    with duckdb.connect(":memory:") as link:
        link.register("some_rows", pa.table(arrays, names=places))
        found = link.execute(f"SELECT {', '.join(tried)} FROM some_rows").to_arrow_table()  # noqa: S608  names are ours
    return [column.combine_chunks() for column in found.columns]
