"""Rules about rows as a whole."""

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components import expressions
from components.errors import WrongKind
from components.params import Expression, PlainColumns
from components.portable.row_ids import joined
from components.quality.rules.rule import FIELD, SHOWN, VALUE, RowRule, are, count, listed
from components.rows.order import in_order, order_of


class Unique(RowRule):
    """No row repeats another in some columns taken together; rows with a missing value do not count."""

    kind: Literal["unique"] = "unique"
    """No row repeats an earlier one in some columns taken together."""
    columns: PlainColumns
    """The columns that tell rows apart; of rows that agree, the first breaks nothing."""

    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        keys = [table[name] for name in self.columns]
        place = ibis.row_number().over(ibis.window(group_by=keys, order_by=in_order(table)))
        return {self._label: (place > 0) & self._is_whole(table)}

    def counts(self, table: ir.Table) -> Mapping[str, ir.IntegerScalar]:
        keys = [table[name] for name in self.columns]
        key, is_whole = keys[0] if len(keys) == 1 else joined(*keys), self._is_whole(table)
        return {self._label: count(is_whole) - key.nunique(where=is_whole)}

    def failing(self, table: ir.Table) -> ir.Table:
        # Only rows that repeat something are numbered: to number all of them takes them all into memory.
        keys = [*self.columns]
        repeated = table.group_by(keys).having(table.count() > 1).agg()
        return super().failing(table.semi_join(repeated, keys))

    def examples(self, table: ir.Table, column: str) -> ir.Table | None:
        whole = table.filter(self._is_whole(table))
        keys = [whole[name] for name in self.columns]
        values = whole.select((keys[0] if len(keys) == 1 else _listed(keys)).name(VALUE))
        repeated = values.group_by(VALUE).aggregate(rows=values.count())
        return repeated.filter(repeated["rows"] > 1).select(VALUE).order_by(VALUE).limit(SHOWN)

    def expects(self) -> str:
        together = "" if len(self.columns) == 1 else " together"
        return f"{listed(self.columns)} {are(self.columns)} unique{together}"

    def words(self, column: str) -> str:
        names = ", ".join(repr(name) for name in self.columns)
        return f"column {names} repeats values" if len(self.columns) == 1 else f"columns {names} repeat values together"

    def reads(self, schema: sch.Schema) -> list[str]:
        return [*self.columns, *order_of(schema)]

    def _is_whole(self, table: ir.Table) -> ir.BooleanColumn:
        return reduce(and_, (table[name].notnull() for name in self.columns))

    @property
    def _label(self) -> str:
        return next(iter(self.columns)) if len(self.columns) == 1 else ""


class Condition(RowRule):
    """A condition that every row must meet."""

    kind: Literal["condition"] = "condition"
    """A condition that every row must meet."""
    condition: Expression
    """Such as ``end >= start``; where it cannot be told, because a value is missing, it is met."""

    def bind(self, schema: sch.Schema) -> Self:
        if not expressions.check(self.condition, schema, FIELD).is_boolean():
            raise WrongKind(
                "A condition must be true or false.", hint="Compare with something: price > 0.", field=FIELD
            )
        return self

    def broken(self, table: ir.Table) -> Mapping[str, ir.BooleanColumn]:
        return {"": (~expressions.to_ibis(self.condition, table, FIELD)).fill_null(False)}

    def expects(self) -> str:
        return self.condition

    def words(self, column: str) -> str:
        return f"rows do not meet {self.condition}"

    def reads(self, schema: sch.Schema) -> list[str]:
        return expressions.read_columns(self.condition, schema)


def _listed(keys: list[ir.Column]) -> ir.StringValue:
    texts = [key.cast("string") for key in keys]
    return reduce(lambda left, right: left + ", " + right, texts)
