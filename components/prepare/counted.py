"""Encoders that know of each category how many train rows have it."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, State
from components.outline import Outline, changed
from components.params import CategoryColumns, Params
from components.prepare.categories import counted, mapping_encoder, with_numbers, with_rows

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder


class CountedParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values become numbers."""


class Counts(State):
    rows: dict[str, dict[str, int]]  # by column and category
    missing: dict[str, int]  # rows without a value


Numbers = tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Any]]
"""By column and category, and of missing values by column."""


class Counted(LearnedTransform[CountedParams, Counts]):
    """Replaces each category by a number that follows from how often it occurs; unseen ones are 0."""

    makes: ClassVar[dt.DataType]
    """The type of the numbers."""

    @abstractmethod
    def numbers(self, state: Counts) -> Numbers:
        """What stands for each category, and for a missing value."""

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, self.makes))}

    def measures(self, table: ir.Table) -> dict[str, ir.Scalar]:
        return {name: with_rows(table, name) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> Counts:
        found = {name: counted(values.get(name), name) for name in self.params.columns}
        return Counts(
            rows={name: {c: rows for c, rows in each.items() if c is not None} for name, each in found.items()},
            missing={name: each.get(None, 0) for name, each in found.items()},
        )

    def unfitted(self) -> Counts:
        return self.learn({})

    def transform(self, table: ir.Table, state: Counts) -> ir.Table:
        numbers, missing = self.numbers(state)
        return with_numbers(table, numbers, missing, 0, str(self.makes))

    def to_sklearn(self, state: Counts) -> "TargetEncoder":
        """As the contract says, over columns of text in which missing values are None."""
        (numbers, missing), names = self.numbers(state), [*self.params.columns]
        return mapping_encoder([numbers[name] for name in names], [missing[name] for name in names], 0.0)
