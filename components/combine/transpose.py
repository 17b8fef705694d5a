"""Turn rows into columns, and columns into rows."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.combine.alike import any_type, as_type
from components.errors import ComponentError
from components.listed import Listed, check_listed, equals
from components.params import CategoryColumns, ColumnPick, NewColumn, Params, PlainColumns, distinct_names
from components.portable.numbers import where
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, kind_of

LINE = "__cb_line"
ROWS = "__cb_rows"
MOST_CELLS = 2_000


class TransposeParams(Params):
    columns: PlainColumns
    """The columns that become rows; values of different kinds become text."""
    header: Annotated[str, ColumnPick(CategoryColumns.kinds)]
    """The column whose values become the names of the new columns."""
    header_values: Annotated[tuple[Listed, ...], Field(max_length=500)] = ()
    """Which of its values become columns, in this order. They are listed here because columns are known before a
    run; other rows are left out."""
    name: NewColumn = "column"
    """The new column with the names of the old ones."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if self.columns.names is None:
                others = PlainColumns.of(name for name in bound.columns if name != self.header)
                bound = bound.model_copy(update={"columns": others})
            check_listed(self.header_values, self.header, schema, "header_values")
            if not 0 < len(bound.columns) * len(self.header_values) <= MOST_CELLS:
                hint = f"Choose some columns, and so few rows that there are at most {MOST_CELLS:,} values."
                raise ComponentError("This is too little or too much to transpose.", hint=hint, field="columns")
            distinct_names([self.name, *self.header_values], "header_values")
        return bound


class Transpose(Transform[TransposeParams]):
    """Turns rows into columns: one row for each chosen column, one column for each listed row.

    A listed value must belong to one row, or the run stops. After a split, each role is transposed apart.

    When: a small table, such as a report, stands on its side. Serving: boundary, an endpoint's input starts after it.
    Source: `pandas.DataFrame.transpose`.
    """

    spec = Spec(
        key="transpose",
        title="Transpose",
        category="combine",
        icon="screen_rotation_alt",
        about="Turns rows into columns, and columns into rows.",
        words=("flip", "rows to columns", "swap"),
        serving="boundary",
        example={"columns": ["other", "target_number"], "header": "number", "header_values": ["-1.25", "8"]},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        role = [ROLE] if ROLE in table.columns else []
        wide = table.aggregate([*self._cells(table), table.count().name(ROWS)], by=[table[name] for name in role])
        long = wide.filter(wide[ROWS] > 0).select(*role, self._lines(wide).unnest().name(LINE))
        line = long[LINE]
        return long.select(
            line["name"].name(self.params.name),
            *(line[f"v{place}"].name(value) for place, value in enumerate(self.params.header_values)),
            (row_id(line["place"], long[ROLE]) if role else line["place"]).name(ROW),
            *role,
        )

    def demands(self, *tables: ir.Table) -> dict[str, ir.IntegerScalar]:
        """How many rows share a listed value with an earlier one."""
        (table,) = tables
        is_listed = reduce(or_, (self._is(table, value) for value in self.params.header_values)).fill_null(False)
        header = table[self.params.header]
        key = row_id(header, table[ROLE]) if ROLE in table.columns else header
        message = f"Several rows have one value in column {self.params.header!r}, which cannot name two columns."
        return {message: is_listed.sum() - key.nunique(where=is_listed)}

    def _is(self, table: ir.Table, value: str) -> ir.BooleanValue:
        column = table[self.params.header]
        return equals(column, value, kind_of(column.type()), "header_values")

    def _cells(self, table: ir.Table) -> list[ir.Scalar]:
        """Every value of the result, by its line and its place in it."""
        dtype = any_type({name: table[name].type() for name in self.params.columns})
        return [
            where(self._is(table, value), as_type(table[name], dtype)).max().name(f"c{line}_{place}")
            for line, name in enumerate(self.params.columns)
            for place, value in enumerate(self.params.header_values)
        ]

    def _lines(self, wide: ir.Table) -> ir.ArrayValue:
        return ibis.array(
            [
                ibis.struct(
                    {
                        "name": name,
                        "place": ibis.literal(line, "int64"),
                        **{f"v{place}": wide[f"c{line}_{place}"] for place in range(len(self.params.header_values))},
                    }
                )
                for line, name in enumerate(self.params.columns)
            ]
        )
