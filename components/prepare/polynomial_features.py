"""Add powers and products of columns."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import chain, combinations, combinations_with_replacement, islice
from operator import mul
from typing import Annotated, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.errors import ComponentError
from components.outline import Made, Outline, places
from components.params import NumericColumns, Params, distinct_names
from components.portable.numbers import as_float, finite

MOST = 1_000


class PolynomialFeaturesParams(Params):
    columns: NumericColumns = NumericColumns.all()
    """The numbers to multiply; leave the column that you want to predict out."""
    degree: Annotated[int, Field(ge=2, le=5)] = 2
    """How many factors a product may have."""
    interaction_only: bool = False
    """Only products of different columns, no powers."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            made = [name for name, _ in islice(bound.made(), MOST + 1)]
            if len(made) > MOST:
                raise ComponentError(
                    f"There would be more than {MOST:,} new columns.",
                    hint="Choose fewer columns or a lower degree.",
                    field="columns",
                )
            distinct_names([*schema, *made], "columns")
        return bound

    def made(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The name of each new column, and the columns that are multiplied for it."""
        combine = combinations if self.interaction_only else combinations_with_replacement
        products = chain.from_iterable(combine(self.columns, factors) for factors in range(2, self.degree + 1))
        return ((" ".join(map(_power, Counter(product).items())), product) for product in products)


class PolynomialFeatures(Transform[PolynomialFeaturesParams]):
    """Adds powers and products of columns, named ``a^2`` and ``a b``; the columns themselves stay.

    Where a factor is missing, or the product is not finite, it is missing.

    When: a linear model should see bends, and columns that matter together. Serving: replayed row by row.
    Source: Hastie, Tibshirani & Friedman, *The Elements of Statistical Learning* (2009), §5.1;
    `sklearn.preprocessing.PolynomialFeatures` with ``include_bias=False``.
    """

    spec = Spec(
        key="polynomial_features",
        title="Powers and products",
        category="prepare/features",
        icon="exponent",
        about="Adds powers and products of numeric columns.",
        words=("polynomial", "interaction", "interactions", "square", "quadratic", "feature engineering"),
        example={"columns": ["number", "other"], "degree": 3},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        made = {new: Made(places(product)) for new, product in self.params.made()}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.float64)}), made)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        numbers = {name: as_float(table[name]) for name in self.params.columns}
        made = {new: reduce(mul, (numbers[name] for name in product)) for new, product in self.params.made()}
        return table.mutate({new: finite(number) for new, number in made.items()})


def _power(factor: tuple[str, int]) -> str:
    name, times = factor
    return name if times == 1 else f"{name}^{times}"
