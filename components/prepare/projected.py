"""What projections share: many columns become a few new ones."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self, TypeVar

import ibis.expr.schema as sch
from pydantic import Field

from components.base import MatrixTransform
from components.errors import ComponentError
from components.params import FeatureColumns, NewColumn, Params
from components.ports import kind_of
from components.prepare.fitted import arguments, check_made, check_some

Count = Annotated[int, Field(ge=1, le=1_000)]
Share = Annotated[float, Field(gt=0, lt=1)]


class ProjectionParams(Params):
    columns: FeatureColumns = FeatureColumns.all()
    """The columns to put together; one-hot columns count with all their categories."""
    n_components: Count | Share | None = None
    """How many new columns to make, or where that can be told, which share of the variance they keep."""
    prefix: NewColumn
    """What the new columns are called, before their numbers."""
    keep: bool = False
    """Whether the columns that they are made from stay too."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if schemas:
            check_some(bound.columns)
        for schema in schemas.values():
            bound._check_components(schema)
        dropped = () if bound.keep else bound.columns
        check_made(schemas.values(), dropped, bound.made(), "prefix")
        return bound

    def made(self) -> list[str]:
        """The names of the new columns."""
        return [f"{self.prefix}_{number}" for number in range(1, self.count() + 1)]

    def count(self) -> int:
        """How many columns there will be."""
        return self.n_components if isinstance(self.n_components, int) else len(self.columns)

    def _check_components(self, schema: sch.Schema) -> None:
        """How many columns one-hot ones count for is known only when they are there."""
        packed = [name for name in self.columns if kind_of(schema[name]) == "one_hot"]
        if packed and not isinstance(self.n_components, int):
            raise ComponentError(
                f"How many new columns to make must be said, because {packed[0]!r} is one-hot encoded.",
                hint="Set 'n_components' to a whole number.",
                field="n_components",
            )
        if not packed and self.count() > len(self.columns):
            raise ComponentError(
                f"{self.count():,} new columns cannot be made from {len(self.columns):,}.",
                hint="Lower 'n_components', or choose more columns.",
                field="n_components",
            )


R = TypeVar("R", bound=ProjectionParams)


class Projection(MatrixTransform[R]):
    """Makes new columns from all chosen ones."""

    def sources(self) -> dict[str, tuple[str, ...]]:
        columns = tuple(self.params.columns)
        return dict.fromkeys(self.params.made(), columns)

    def drops(self) -> tuple[str, ...]:
        return () if self.params.keep else tuple(self.params.columns)

    def settings(self) -> dict[str, Any]:
        """The arguments of the transformer."""
        return arguments(self.params, "prefix", "keep")

    def most_components(self, given: Any) -> int:
        """The most components that a matrix has."""
        return int(min(given.shape))

    def fit(self, given: Any, target: Any) -> Any:
        transformer = self.build()
        asked = self.params.n_components
        if isinstance(asked, int):
            transformer.set_params(n_components=min(asked, self.most_components(given)))
        return transformer.fit(given)


def loadings(components: Any, columns: Sequence[str], made: Sequence[str], most: int = 5) -> list[dict[str, Any]]:
    """For each new column, the columns that weigh most in it."""
    import numpy as np

    told = []
    for name, weights in zip(made, components, strict=False):
        heaviest = np.argsort(-np.abs(weights), kind="stable")[:most]
        told.append({"column": name, "weights": {columns[place]: float(weights[place]) for place in heaviest}})
    return told
