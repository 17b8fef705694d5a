"""Look values up in another table."""

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Annotated, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Spec, Transform
from components.combine.keys import KEY, check_comparable
from components.params import AnyColumns, ColumnPick, Columns, Params, distinct_names
from components.portable.row_ids import row_id
from components.ports import Port, reserved_in, visible

LOOKUP = "lookup"


class LookupColumns(Columns):
    """Columns of the table that is looked up in."""

    input = LOOKUP


class LookupParams(Params):
    on: Annotated[tuple[str, ...], ColumnPick(input="table"), Field(min_length=1, max_length=20)]
    """The columns to look up by."""
    lookup_on: Annotated[tuple[str, ...], ColumnPick(input=LOOKUP)] = ()
    """What these are called in the other table, in the same order, where names differ."""
    columns: LookupColumns = LookupColumns.all()
    """The columns to take from the other table."""
    prefix: Annotated[str, Field(max_length=50)] = ""
    """Put in front of their names."""

    @model_validator(mode="after")
    def _as_many_keys(self) -> Self:
        if self.lookup_on and len(self.lookup_on) != len(self.on):
            raise ValueError("'on' and 'lookup_on' must have the same number of columns")
        return self

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Pairs of a column here and one there."""
        return list(zip(self.on, self.lookup_on or self.on, strict=True))

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        if not {"table", LOOKUP} <= set(schemas):
            return bound
        table, lookup = schemas["table"], schemas[LOOKUP]
        there = [name for _, name in self.keys]
        AnyColumns.of(dict.fromkeys(there)).resolve(lookup, field="lookup_on" if self.lookup_on else "on")
        for names in self.keys:
            check_comparable(names, (table, lookup), ("here", "in the other table"), "on")
        if self.columns.names is None:
            wanted = LookupColumns.of(name for name in bound.columns if name not in there)
            bound = bound.model_copy(update={"columns": wanted})
        distinct_names([*table, *(self.prefix + name for name in bound.columns)], "prefix")
        return bound


class Lookup(Transform[LookupParams]):
    """Adds columns from another table, found by a key; every row stays, once, matched or not.

    The other table must have one row for each key, or the run stops. A missing key finds nothing.

    When: codes have names, prices or regions in another table. Serving: lookup, the other table is frozen with the
    model. Source: SQL ``LEFT JOIN`` on a unique key.
    """

    spec = Spec(
        key="lookup",
        title="Look up",
        category="combine",
        icon="search",
        about="Adds columns from another table, found by a key.",
        words=("vlookup", "reference", "enrich", "dimension", "left join", "cell replacer"),
        inputs=(Port("table"), Port(LOOKUP)),
        serving="lookup",
        example={"on": ["when"], "columns": ["text"], "prefix": "found_"},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        table, lookup = tables
        names = {name: self.params.prefix + name for name in self.params.columns}
        apart = lookup.select(
            *(lookup[name].name(output) for name, output in names.items()),
            *(lookup[there].name(f"{KEY}{place}") for place, (_, there) in enumerate(self.params.keys)),
        )
        matches = [table[here] == apart[f"{KEY}{place}"] for place, (here, _) in enumerate(self.params.keys)]
        both = table.left_join(apart, matches)
        return both.select(*visible(table.schema()), *names.values(), *reserved_in(table))

    def demands(self, *tables: ir.Table) -> dict[str, ir.IntegerScalar]:
        """How many rows of the other table share their key with an earlier one."""
        _, lookup = tables
        keys = [lookup[there] for _, there in self.params.keys]
        is_given = reduce(and_, (key.notnull() for key in keys))
        key = keys[0] if len(keys) == 1 else row_id(*keys)
        listed = ", ".join(repr(there) for _, there in self.params.keys)
        message = f"The table to look up in has several rows with one {listed}."
        return {message: is_given.sum() - key.nunique(where=is_given)}
