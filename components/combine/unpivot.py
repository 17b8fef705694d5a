"""Turn columns into rows."""

from collections.abc import Mapping
from typing import Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.combine.alike import any_type, as_type
from components.errors import ComponentError
from components.params import NewColumn, Params, PlainColumns, distinct_names
from components.portable.row_ids import row_id
from components.ports import ROW, is_reserved
from components.rows.order import id_of

PAIR = "__cb_pair"
MOST = 1_000


class UnpivotParams(Params):
    columns: PlainColumns
    """The columns that become rows; all others are repeated beside them."""
    names_to: NewColumn = "name"
    """The new column that says which column a value comes from."""
    values_to: NewColumn = "value"
    """The new column with the values."""
    drop_missing: bool = False
    """Make no rows of missing values."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if not 0 < len(bound.columns) <= MOST:
                count = "no columns" if not len(bound.columns) else f"{len(bound.columns):,} columns"
                hint = f"Choose 1 to {MOST:,} columns."
                raise ComponentError(f"Rows cannot be made of {count}.", hint=hint, field="columns")
            kept = [name for name in schema if name not in set(bound.columns)]
            distinct_names([*kept, self.names_to, self.values_to], "names_to")
        return bound


class Unpivot(Transform[UnpivotParams]):
    """Turns columns into rows: one row for each old row and chosen column, with the column's name and its value.

    Values of columns of different kinds become text. A row's new id is the md5 of its old id and the column's place.

    When: months, products or questions stand in columns, and the question is about them. Serving: boundary, an
    endpoint's input starts after it. Source: `pandas.melt`; SQL ``UNPIVOT``.
    """

    spec = Spec(
        key="unpivot",
        title="Unpivot",
        category="combine",
        icon="low_priority",
        about="Turns columns into rows.",
        words=("melt", "long", "wide to long", "gather", "stack", "reshape"),
        serving="boundary",
        example={"columns": ["number", "other", "target_number"], "names_to": "which", "values_to": "how_much"},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        chosen = set(self.params.columns)
        kept = [name for name in table.columns if name not in chosen and not is_reserved(name)]
        reserved = [name for name in table.columns if is_reserved(name) and name != ROW]
        long = table.select(*kept, *reserved, id_of(table).name(ROW), self._pairs(table).unnest().name(PAIR))
        name, value, place = (long[PAIR][part] for part in ("name", "value", "place"))
        made = long.select(
            *kept,
            name.name(self.params.names_to),
            value.name(self.params.values_to),
            *reserved,
            row_id(long[ROW], place).name(ROW),
        )
        return made.filter(made[self.params.values_to].notnull()) if self.params.drop_missing else made

    def _pairs(self, table: ir.Table) -> ir.ArrayValue:
        dtype = any_type({name: table[name].type() for name in self.params.columns})
        return ibis.array(
            [
                ibis.struct({"name": name, "value": as_type(table[name], dtype), "place": ibis.literal(place, "int64")})
                for place, name in enumerate(self.params.columns)
            ]
        )
