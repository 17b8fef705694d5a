"""Sort numbers into ranges."""

import itertools
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.outline import Outline, added
from components.params import NewColumn, NumericColumn, Params, distinct_names
from components.portable.numbers import as_float, decimal

MOST = 1_000


class BinValuesParams(Params):
    column: NumericColumn
    """The numbers to sort into ranges."""
    edges: Annotated[tuple[float, ...], Field(min_length=1, max_length=MOST)]
    """The borders between ranges, from low to high: two borders make three ranges."""
    labels: Annotated[tuple[str, ...], Field(max_length=MOST + 1)] = ()
    """What the ranges are called, one more than there are borders; ``18 to 65`` and the like where it is left empty."""
    closed: Literal["left", "right"] = "left"
    """Whether a number on a border belongs to the range above it (left) or below it (right)."""
    name: NewColumn | None = None
    """The name of the new column; ``…_bin`` where it is left empty. The name of an existing one replaces it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(low >= high for low, high in itertools.pairwise(self.edges)):
            raise ValueError("the borders must go from low to high, each once")
        if self.labels and len(self.labels) != len(self.edges) + 1:
            raise ValueError(f"{len(self.edges)} borders make {len(self.edges) + 1} ranges, so many labels are needed")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            taken = [name for name in schema if name != self.name]
            distinct_names([*taken, self.output], "name")
        return bound

    @property
    def output(self) -> str:
        """The name of the new column."""
        return self.name or f"{self.column}_bin"

    @property
    def ranges(self) -> tuple[str, ...]:
        """What the ranges are called."""
        return self.labels or _labels(self.edges, self.closed)


class BinValues(Transform[BinValuesParams]):
    """Sorts numbers into ranges and adds a column with their names; the outer ranges are open.

    When: a number matters by class, such as an age group or a price band. Serving: replayed row by row.
    Source: `pandas.cut`, with minus infinity and infinity around the borders.
    """

    spec = Spec(
        key="bin_values",
        title="Bin values",
        category="columns",
        icon="bar_chart",
        about="Sorts numbers into ranges that you set.",
        words=("bucket", "discretize", "cut", "binning", "range", "age group", "numeric binner"),
        example={"column": "number", "edges": [0, 5], "labels": ["low", "middle", "high"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, {self.params.output: dt.string}, of=[self.params.column])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        number = as_float(table[self.params.column])
        *lower, last = self.params.ranges
        branches = [(self._is_below(number, edge), label) for edge, label in zip(self.params.edges, lower, strict=True)]
        return table.mutate({self.params.output: ibis.cases(*branches, (number.notnull(), last))})

    def _is_below(self, number: ir.FloatingValue, edge: float) -> ir.BooleanValue:
        return number < decimal(edge) if self.params.closed == "left" else number <= decimal(edge)


def _labels(edges: tuple[float, ...], closed: Literal["left", "right"]) -> tuple[str, ...]:
    """Names of ranges.

    Examples
    --------
    >>> _labels((18, 65), "left")
    ('below 18', '18 to below 65', '65 and more')
    >>> _labels((0.5,), "right")
    ('up to 0.5', 'above 0.5')
    """
    said = [f"{edge:.15g}" for edge in edges]
    pairs = itertools.pairwise(said)
    if closed == "left":
        return (f"below {said[0]}", *(f"{low} to below {high}" for low, high in pairs), f"{said[-1]} and more")
    return (f"up to {said[0]}", *(f"above {low} to {high}" for low, high in pairs), f"above {said[-1]}")
