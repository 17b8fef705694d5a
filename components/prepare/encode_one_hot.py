"""Turn categories into columns of zeros and ones."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import LearnedTransform, Spec, State
from components.outline import Outline, changed
from components.params import CategoryColumns, Params
from components.portable.frequencies import Ranking, most_frequent
from components.ports import ONE_HOT
from components.prepare.packed import pack

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder

OTHER = "(other)"


class EncodeOneHotParams(Params):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values become columns of zeros and ones."""
    max_categories: Annotated[int, Field(ge=1, le=1000)] = 50
    """How many categories to keep for each column: the most frequent ones."""
    drop: Literal["first", "if_binary"] | None = None
    """Leave out the first category, always or where there are just two, so that the columns do not add up to 1."""
    unknown: Literal["ignore", "other"] = "ignore"
    """What becomes of rare and unseen categories: all zeros, or a category of their own, ``(other)``."""


class EncodeOneHotState(State):
    kept: dict[str, tuple[str, ...]]  # the known categories of each column, in alphabetical order
    categories: dict[str, tuple[str, ...]]  # what the columns of the matrix stand for: without dropped, with (other)


class EncodeOneHot(LearnedTransform[EncodeOneHotParams, EncodeOneHotState]):
    """Turns each category into a column of zeros and ones; numbers and flags are taken as text.

    The column stays packed as one category per row until the model's matrix is filled (`components.prepare.packed`),
    so a table does not grow with its categories. A missing value is all zeros.

    When: categories without an order, for any model. Serving: replayed with the learned categories.
    Source: `sklearn.preprocessing.OneHotEncoder`.
    """

    spec = Spec(
        key="encode_one_hot",
        title="One-hot encode",
        category="prepare/encode",
        icon="grid_on",
        about="Turns each category into a column of zeros and ones.",
        words=(
            "dummy",
            "dummies",
            "get dummies",
            "one hot",
            "onehot",
            "ohe",
            "categorical",
            "category",
            "dummy variables",
            "indicator",
            "one to many",
            "continuize",
            "text to number",
        ),
        example={"columns": ["text", "flag"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, ONE_HOT))}

    def measures(self, table: ir.Table) -> dict[str, Ranking]:
        return {name: most_frequent(_text(table, name), self.params.max_categories) for name in self.params.columns}

    def learn(self, values: Mapping[str, Any]) -> EncodeOneHotState:
        known = {name: tuple(sorted(found or ())) for name, found in values.items()}
        if self.params.unknown == "other":
            known = {name: tuple(c for c in found if c != OTHER) for name, found in known.items()}
        return EncodeOneHotState(kept=known, categories={n: self._of_matrix(found) for n, found in known.items()})

    def unfitted(self) -> EncodeOneHotState:
        return self.learn({name: ["a", "b"] for name in self.params.columns})

    def transform(self, table: ir.Table, state: EncodeOneHotState) -> ir.Table:
        return table.mutate({name: pack(self._category(table, name, state)) for name in self.params.columns})

    def categories(self, state: EncodeOneHotState) -> Mapping[str, tuple[str, ...]]:
        return state.categories

    def to_sklearn(self, state: EncodeOneHotState) -> "OneHotEncoder | Pipeline":
        """As the contract says, over columns of text in which missing values are None.

        None is a category that is dropped, hence all zeros, and so is every category it does not know; with
        ``unknown="other"`` those go to ``(other)`` instead, as the only infrequent category of its sample.
        """
        import numpy as np
        from sklearn.compose import ColumnTransformer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import OneHotEncoder

        is_folding = self.params.unknown == "other"
        source = {name: (*found, OTHER) for name, found in state.kept.items()} if is_folding else state.categories
        known = [[*source[name], None] for name in self.params.columns]
        encoder = OneHotEncoder(
            categories=[np.array(categories, dtype=object) for categories in known],
            drop=np.full(len(known), None, dtype=object),
            handle_unknown="infrequent_if_exist" if is_folding else "ignore",
            min_frequency=2 if is_folding else None,
            sparse_output=False,
            dtype=np.float32,
        ).fit(_sample(known))
        if not is_folding or self.params.drop is None:
            return encoder
        columns = [(name, category) for name in self.params.columns for category in source[name]]
        kept = [place for place, (name, category) in enumerate(columns) if category in state.categories[name]]
        return make_pipeline(encoder, ColumnTransformer([("kept", "passthrough", kept)])).fit(_sample(known))

    def _of_matrix(self, known: tuple[str, ...]) -> tuple[str, ...]:
        columns = (*known, OTHER) if self.params.unknown == "other" else known
        drops = self.params.drop == "first" or (self.params.drop == "if_binary" and len(columns) == 2)
        return columns[1:] if drops else columns

    def _category(self, table: ir.Table, name: str, state: EncodeOneHotState) -> ir.StringColumn:
        text, known, nothing = _text(table, name), state.kept[name], ibis.null("string")
        used = [category for category in known if category in state.categories[name]]
        dropped = [category for category in known if category not in state.categories[name]]
        rest = OTHER if OTHER in state.categories[name] and OTHER not in known else nothing
        return ibis.cases((text.isnull(), nothing), (text.isin(used), text), (text.isin(dropped), nothing), else_=rest)


def _text(table: ir.Table, name: str) -> ir.StringColumn:
    return table[name].cast("string").name(name)


def _sample(known: Sequence[Sequence[str | None]]) -> Any:
    """Rows in which every category occurs at least twice, and ``(other)`` once."""
    import numpy as np

    columns = [[c for c in categories for _ in range(1 if c == OTHER else 2)] for categories in known]
    rows = max(map(len, columns), default=1)
    return np.array([[column[row] if row < len(column) else None for column in columns] for row in range(rows)], object)
