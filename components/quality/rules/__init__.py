"""Rules that rows, or a table as a whole, are held to: by the component ``expect``, and by datasets.

As in SQL's ``CHECK``, a missing value breaks no rule but ``not_null``: say that apart where it matters.
"""

from typing import Annotated

from pydantic import Field

from components.quality.rules.others import ComparedRule, RefersTo, RowChange
from components.quality.rules.rows import Condition, Unique
from components.quality.rules.rule import FIELD, RowRule, Rule, TableRule
from components.quality.rules.tables import ColumnType, Freshness, RowCount, SchemaRule, TableSchema
from components.quality.rules.values import InRange, InSet, Matches, NotNull

_Rule = NotNull | Unique | InRange | InSet | Matches | Condition | RowCount | ColumnType | TableSchema | Freshness

AnyRule = Annotated[_Rule, Field(discriminator="kind")]
"""What can be told from one table."""
AnyDatasetRule = Annotated[_Rule | RefersTo | RowChange, Field(discriminator="kind")]
"""What can be told where other datasets, and earlier versions, are at hand."""

__all__ = [
    "FIELD",
    "AnyDatasetRule",
    "AnyRule",
    "ComparedRule",
    "RefersTo",
    "RowRule",
    "Rule",
    "SchemaRule",
    "TableRule",
]
