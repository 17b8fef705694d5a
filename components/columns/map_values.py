"""Replace values by others, one by one."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import BeforeValidator, Field

from components.base import Spec, Transform
from components.errors import WrongKind
from components.listed import SOURCES, Listed, Type, as_text, equals, read
from components.outline import Outline, changed
from components.params import ARTICLE, ColumnPick, Params, Widget, only_if
from components.portable.constants import constant
from components.ports import Kind, kind_of

MOST = 1_000

KINDS: Mapping[Type, Kind] = {"string": "text", "int64": "numeric", "float64": "numeric", "boolean": "boolean"}


def _with_texts(values: Any) -> Any:
    return {as_text(key): value for key, value in values.items()} if isinstance(values, Mapping) else values


Mapped = Annotated[
    dict[Listed, Listed | None], BeforeValidator(_with_texts), Widget("values"), Field(min_length=1, max_length=MOST)
]


class MapValuesParams(Params):
    column: Annotated[str, ColumnPick(("text", "boolean", "numeric"))]
    """The column whose values are replaced."""
    mapping: Mapped
    """What each value becomes."""
    default: Listed | None = None
    """What all values become that are not listed."""
    others: Annotated[Literal["keep", "missing"], only_if(default=None)] = "keep"
    """What happens to these where there is no default: they stay, or become missing."""
    to: Type = "string"
    """The type of the new values."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for field, new in [*(("mapping", value) for value in self.mapping.values()), ("default", self.default)]:
            if new is not None:
                read(new, self.to, field)
        for schema in schemas.values():
            kind = kind_of(schema[self.column])
            for old in self.mapping:
                read(old, SOURCES[kind], "mapping", self.column)
            if self.keeps_others and kind != KINDS[self.to]:
                raise WrongKind(
                    f"Values of column {self.column!r} that are not listed stay {ARTICLE[kind]}, "
                    f"but the new ones are {ARTICLE[KINDS[self.to]]}.",
                    hint="Set a default, let the others be missing, or choose another type.",
                    field="to",
                    column=self.column,
                )
        return bound

    @property
    def keeps_others(self) -> bool:
        """Whether values that are not listed stay as they are."""
        return self.default is None and self.others == "keep"


class MapValues(Transform[MapValuesParams]):
    """Replaces the values of a column by others, one by one; missing values stay missing.

    Listed values are read as what the column holds: ``1`` is the number 1 in a column of numbers.

    When: codes should be words, or words numbers. Serving: replayed row by row.
    Source: `pandas.Series.map`, and `pandas.Series.replace` where others are kept.
    """

    spec = Spec(
        key="map_values",
        title="Map values",
        category="columns",
        icon="swap_calls",
        about="Replaces values by others, one by one.",
        words=("recode", "replace", "mapping", "dictionary", "rule engine", "relabel", "value replacer", "edit domain"),
        example={"column": "text", "mapping": {"red": "warm", "blue": "cold"}, "default": "neither"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        name = self.params.column
        mapped = self._mapped(ibis.table(sch.Schema({name: schema[name]}), name="input")[name])
        return {"table": changed(schema, {name: mapped.type()})}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({self.params.column: self._mapped(table[self.params.column])})

    def _mapped(self, column: ir.Column) -> ir.Value:
        kind, to = kind_of(column.type()), self.params.to
        mapping = self.params.mapping.items()
        branches = [(equals(column, old, kind, "mapping"), _new(new, to)) for old, new in mapping]
        others = column.cast(to) if self.params.keeps_others else _new(self.params.default, to)
        return ibis.cases((column.isnull(), ibis.null(to)), *branches, else_=others)


def _new(text: str | None, to: Type) -> ir.Value:
    return ibis.null(to) if text is None else constant(read(text, to, "mapping"))
