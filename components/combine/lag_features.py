"""Earlier values as features."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, field_validator

from components.base import Spec, Transform
from components.params import Params, PlainColumns, distinct_names
from components.rows.order import ordered_by, within

Lag = Annotated[int, Field(ge=1, le=100_000)]


class LagFeaturesParams(Params):
    columns: PlainColumns
    """The columns whose earlier values are wanted."""
    order_by: PlainColumns = PlainColumns.of([])
    """What the rows are sorted by, usually a time; the last Sort or the original rows where it is left empty."""
    group: PlainColumns = PlainColumns.of([])
    """Values stay within rows that agree in these columns, such as one shop."""
    lags: Annotated[tuple[Lag, ...], Field(min_length=1, max_length=100)] = (1,)
    """How many rows back: 1 is the row before, 7 the same weekday in daily rows."""

    @field_validator("lags")
    @classmethod
    def _each_once(cls, lags: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(lags)) < len(lags):
            raise ValueError("a lag is listed twice")
        return lags

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, *(new for _, _, new in bound.made())], "lags")
        return bound

    def made(self) -> list[tuple[str, int, str]]:
        """Each column, a lag, and the name of the new column."""
        return [(name, lag, f"{name}_lag_{lag}") for name in self.columns for lag in self.lags]


class LagFeatures(Transform[LagFeaturesParams]):
    """Adds the values of earlier rows to each row, named ``…_lag_1`` and so on.

    The first rows of a group have none before them: missing. Rows count, not time: where days are left out, the row
    before is not yesterday. Only earlier rows are looked at. After a split, each role is a group of its own.

    When: tomorrow is to be predicted from today. Serving: boundary, an endpoint's input starts after it, with the lags
    among its fields. Source: `pandas.DataFrame.shift`; SQL ``LAG``.
    """

    spec = Spec(
        key="lag_features",
        title="Lag features",
        category="combine",
        icon="history",
        about="Adds the values of earlier rows.",
        words=("shift", "previous", "lag", "time series", "earlier values"),
        serving="boundary",
        example={"columns": ["number", "text"], "order_by": ["when"], "group": ["group"], "lags": [1, 3]},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        order, group = ordered_by(table, self.params.order_by), within(table, self.params.group)
        window = ibis.window(group_by=group, order_by=order)
        return table.mutate({new: table[name].lag(lag).over(window) for name, lag, new in self.params.made()})
