"""Combine numeric columns in pairs."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.errors import ComponentError
from components.outline import Made, Outline, places
from components.params import NumericColumns, Params, distinct_names
from components.portable.numbers import as_float, divide, finite

Operation = Literal["add", "subtract", "multiply", "divide"]

MOST = 1_000


class ColumnArithmeticParams(Params):
    columns: NumericColumns
    """The numbers to combine; each with every one after it."""
    operations: Annotated[tuple[Operation, ...], Field(min_length=1)] = ("divide",)
    """How two columns are combined."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            made = bound.made()
            if len(made) > MOST:
                raise ComponentError(
                    f"There would be {len(made):,} new columns.",
                    hint=f"Choose fewer columns or operations; {MOST:,} new columns are the most.",
                    field="columns",
                )
            distinct_names([*schema, *(new for new, *_ in made)], "operations")
        return bound

    def made(self) -> list[tuple[str, str, str, Operation]]:
        """The name of each new column, the two it is made of, and how."""
        pairs = list(combinations(self.columns, 2))
        operations = tuple(dict.fromkeys(self.operations))
        return [(f"{a}_{WORDS[how]}_{b}", a, b, how) for how in operations for a, b in pairs]


class ColumnArithmetic(Transform[ColumnArithmeticParams]):
    """Adds a column for each pair of columns: their sum, difference, product or ratio, named ``a_plus_b`` and so on.

    What is divided by zero is missing, and so is what is not finite.

    When: ratios and differences say more than the columns themselves, and it is not known which. Serving: replayed
    row by row. Source: Kuhn & Johnson, *Feature Engineering and Selection* (2019), §6; `numpy.add`, `numpy.subtract`,
    `numpy.multiply`, `numpy.divide`.
    """

    spec = Spec(
        key="column_arithmetic",
        title="Column arithmetic",
        category="prepare/features",
        icon="calculate",
        about="Adds sums, differences, products or ratios of columns.",
        words=("add", "subtract", "multiply", "divide", "ratio", "sum columns", "difference", "feature engineering"),
        example={"columns": ["number", "other"], "operations": ["add", "divide"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = {new: Made(places([first, second])) for new, first, second, _ in self.params.made()}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.float64)}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        numbers = {name: as_float(table[name]) for name in self.params.columns}
        made = {new: OPERATIONS[how](numbers[a], numbers[b]) for new, a, b, how in self.params.made()}
        return table.mutate({new: finite(number) for new, number in made.items()})


WORDS: Mapping[Operation, str] = {"add": "plus", "subtract": "minus", "multiply": "times", "divide": "per"}
OPERATIONS: Mapping[Operation, Callable[[ir.FloatingColumn, ir.FloatingColumn], ir.FloatingValue]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": divide,
}
