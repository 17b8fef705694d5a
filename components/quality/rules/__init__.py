"""Rules that rows, or a table as a whole, are held to.

As in SQL's ``CHECK``, a missing value breaks no rule but ``not_null``: say that apart where it matters.
"""

from typing import Annotated

from pydantic import Field

from components.quality.rules.rows import Condition, Unique
from components.quality.rules.rule import FIELD, RowRule, Rule, TableRule
from components.quality.rules.tables import ColumnType, Freshness, RowCount
from components.quality.rules.values import InRange, InSet, Matches, NotNull

AnyRule = Annotated[
    NotNull | Unique | InRange | InSet | Matches | Condition | RowCount | ColumnType | Freshness,
    Field(discriminator="kind"),
]

__all__ = ["FIELD", "AnyRule", "ColumnType", "RowRule", "Rule", "TableRule"]
