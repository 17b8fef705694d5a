"""Encoders that give each category a row of numbers: contrasts and binary digits.

How many columns there are must be known before the train rows are: it follows from how many categories a column may
have. Columns that are not needed are 0.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, State
from components.outline import Made, Outline, places
from components.params import CategoryColumns, Params, distinct_names
from components.portable.frequencies import Ranking, smallest
from components.portable.lookups import with_known
from components.portable.numbers import decimal
from components.prepare.categories import as_text, check_few

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


class CodedParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values become numbers."""
    max_categories: int
    """How many categories a column may have."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            kept = [name for name in schema if name not in set(bound.columns)]
            distinct_names([*kept, *(new for name in bound.columns for new in bound.made(name))], "columns")
        return bound

    def made(self, name: str) -> list[str]:
        """The columns that one becomes."""
        return [f"{name}_{place}" for place in range(self.width(name))]

    @abstractmethod
    def width(self, name: str) -> int:
        """How many columns one becomes."""

    def given(self, name: str) -> tuple[str, ...] | None:
        """The categories of a column in their order, where they are given."""
        return None


P = TypeVar("P", bound=CodedParams)

CODE = "__cb_code_"


class Levels(State):
    levels: dict[str, tuple[str, ...]]  # the categories of each column in their order


class Coded(LearnedTransform[P, Levels], Generic[P]):
    """Replaces each column by several; a missing value, or a category that was not seen, is 0 in all of them."""

    @abstractmethod
    def codes(self, levels: int, width: int) -> list[list[float]]:
        """A row of numbers for each of so many categories, as wide as there are columns."""

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        kept = {name: dtype for name, dtype in schema.items() if name not in set(self.params.columns)}
        made = {new: Made(places([name])) for name in self.params.columns for new in self.params.made(name)}
        return {"table": Outline(sch.Schema({**kept, **dict.fromkeys(made, dt.float64)}), made)}

    def measures(self, table: ir.Table) -> dict[str, Ranking]:
        unknown = [name for name in self.params.columns if self.params.given(name) is None]
        return {name: smallest(as_text(table, name), self.params.max_categories + 1) for name in unknown}

    def learn(self, values: Mapping[str, Any]) -> Levels:
        for name, found in values.items():
            check_few(
                len(found or ()), name, self.params.max_categories, "Raise max_categories, or group rare ones first."
            )
        found = {name: tuple(sorted(values.get(name) or ())) for name in self.params.columns}
        return Levels(levels={name: self.params.given(name) or levels for name, levels in found.items()})

    def unfitted(self) -> Levels:
        return self.learn({})

    def transform(self, table: ir.Table, state: Levels) -> ir.Table:
        replaced, found = [*self.params.columns], table
        made: dict[str, tuple[str, str]] = {}
        for place, name in enumerate(replaced):
            new = {column: f"{CODE}{place}_{nth}" for nth, column in enumerate(self.params.made(name))}
            known = dict(zip(state.levels[name], self._codes(name, state), strict=True))
            found = with_known(found, as_text(found, name), known, dict.fromkeys(new.values(), "float64"))
            made |= {column: (name, code) for column, code in new.items()}
        kept = [found[name] for name in table.columns if name not in replaced]
        return found.select(kept + [_code(found, *place).name(column) for column, place in made.items()])

    def to_sklearn(self, state: Levels) -> "Pipeline":
        """As the contract says, over columns of text in which missing values are None."""
        import numpy as np
        from scipy.linalg import block_diag
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

        levels = [np.array([*state.levels[name], None], dtype=object) for name in self.params.columns]
        rows = [[*self._codes(name, state), [0.0] * self.params.width(name)] for name in self.params.columns]
        encoder = OneHotEncoder(categories=levels, handle_unknown="ignore", sparse_output=False)
        coding = FunctionTransformer(np.dot, kw_args={"b": block_diag(*rows)})
        return make_pipeline(encoder, coding).fit(np.array([[None] * len(levels)], dtype=object))

    def _codes(self, name: str, state: Levels) -> list[list[float]]:
        return self.codes(len(state.levels[name]), self.params.width(name))


def _code(found: ir.Table, name: str, code: str) -> ir.FloatingColumn:
    nothing = decimal(0.0)
    return ibis.ifelse(found[name].isnull(), nothing, found[code].fill_null(nothing))
