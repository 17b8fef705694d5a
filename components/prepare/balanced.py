"""How many rows each class gets, and who may add or lose some."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

import ibis
import ibis.expr.types as ir
from pydantic import Field

from components.base import Adds, Resampler, ResamplerParams
from components.portable.draws import digest
from components.portable.numbers import as_float, decimal
from components.ports import ROLE
from components.rows.order import id_of, in_order
from components.targets import TargetParams

Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]
Ratio = Annotated[float, Field(gt=0, le=1)]
Neighbours = Annotated[int, Field(ge=1, le=1_000)]

IS_COUNTED, ROWS, RANK = "__cb_is_counted", "__cb_rows", "__cb_rank"


class MoreRows(TargetParams):
    """What adds rows."""

    ratio: Ratio = 1.0
    """How many rows a smaller class gets, relative to the largest one: 1 makes them equal; none loses any."""
    strategy: Literal["not majority", "minority"] = "not majority"
    """Which classes get more rows: all but the largest, or only the smallest."""

    def raised(self, rows: Mapping[int, int]) -> dict[int, int]:
        """How many rows each class has afterwards."""
        most, least = max(rows.values()), min(rows.values())
        chosen = {c for c, count in rows.items() if self.strategy == "not majority" or count == least}
        return {c: max(count, int(most * self.ratio)) if c in chosen else count for c, count in rows.items()}


class FewerRows(TargetParams):
    """What takes rows out until classes have their sizes."""

    ratio: Ratio = 1.0
    """How many rows the smallest class has afterwards, relative to a larger one: 1 makes them equal."""
    strategy: Literal["not minority", "majority"] = "not minority"
    """Which classes lose rows: all but the smallest, or only the largest."""

    def lowered(self, rows: Mapping[int, int]) -> dict[int, int]:
        """How many rows each class has afterwards."""
        most, least = max(rows.values()), min(rows.values())
        chosen = {c for c, count in rows.items() if self.strategy == "not minority" or count == most}
        return {c: min(count, int(least / self.ratio)) if c in chosen else count for c, count in rows.items()}


class NeighbourParams(MoreRows, ResamplerParams):
    """What makes rows up between neighbours."""

    seed: Seed = 0
    """Another seed makes up other rows."""


class CleaningParams(ResamplerParams):
    """What takes out rows that stand among others of another class."""

    strategy: Literal["not minority", "majority", "all"] = "not minority"
    """Which classes may lose rows: all but the smallest, only the largest, or every one."""


N = TypeVar("N", bound=NeighbourParams)


class MadeUp(Resampler[N], Generic[N]):
    """Makes up rows of the smaller classes."""

    adds: ClassVar[Adds] = "made-up rows"
    instead: ClassVar[str] = "Encode it as numbers instead, such as with Target encode"

    def wanted(self, rows: Mapping[int, int]) -> Mapping[int, int]:
        return self.params.raised(rows)

    def growing(self, rows: Mapping[int, int]) -> list[int]:
        """The classes that get more rows."""
        return [c for c, count in self.wanted(rows).items() if count > rows[c]]


def ranked(table: ir.Table, target: str, key: str) -> ir.Table:
    """The table with what is needed to draw: which rows count, how many their class has, and a row's place in it.

    Only train rows whose class is known count. The caller drops the three columns.
    """
    is_counted = table[target].notnull()
    if ROLE in table.columns:
        is_counted &= (table[ROLE] == "train").fill_null(False)
    table = table.mutate({IS_COUNTED: is_counted})
    within = [table[IS_COUNTED], table[target]]
    drawn = [digest(id_of(table), key), *in_order(table)]
    return table.mutate(
        {
            ROWS: table.count().over(group_by=within),
            RANK: ibis.row_number().over(group_by=within, order_by=drawn),
        }
    )


def largest(table: ir.Table) -> ir.IntegerColumn:
    """How many rows the largest class has, beside every row."""
    return table[ROWS].max(where=table[IS_COUNTED]).over(ibis.window())


def least(table: ir.Table) -> ir.IntegerColumn:
    """How many rows the smallest class has, beside every row."""
    return table[ROWS].min(where=table[IS_COUNTED]).over(ibis.window())


def times(rows: ir.IntegerValue, ratio: float) -> ir.IntegerValue:
    """A number of rows, multiplied, without the fraction."""
    return (as_float(rows) * decimal(ratio)).floor().cast("int64")
