"""Put the rows of several tables under one another."""

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Spec, Transform
from components.combine.alike import as_type, common_type
from components.errors import ComponentError
from components.params import Params, distinct_names
from components.portable.row_ids import row_id
from components.ports import ROLE, ROW, Port, is_reserved, visible
from components.rows.order import id_of

INPUTS = (Port("table"), Port("table2"), Port("table3", optional=True), Port("table4", optional=True))


class UnionParams(Params):
    by_name: bool = True
    """Columns of one name belong together; without it, the first column with the first, and so on."""
    columns: Literal["all", "common"] = "all"
    """Keep all columns, missing in rows of a table that has none of the name, or only those of every table."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        _check_roles(schemas)
        if schemas:
            self.types(schemas)
        return bound

    def named(self, schemas: Sequence[sch.Schema]) -> list[dict[str, str]]:
        """For each table, its columns by their names in the result."""
        columns = [list(visible(schema)) for schema in schemas]
        if self.by_name:
            return [{name: name for name in names} for names in columns]
        counts = sorted({len(names) for names in columns})
        if len(counts) > 1:
            raise ComponentError(
                f"These tables have {' and '.join(map(str, counts))} columns.",
                hint="Select as many columns of each, or put them together by name.",
                field="by_name",
            )
        return [dict(zip(columns[0], names, strict=True)) for names in columns]

    def types(self, schemas: Mapping[str, sch.Schema]) -> dict[str, dt.DataType]:
        """The columns of the result, from the schemas by what each table is called in a message.

        Raises
        ------
        WrongKind, ComponentError
            When the tables do not fit under one another.
        """
        named = dict(zip(schemas, self.named([*schemas.values()]), strict=True))
        names = dict.fromkeys(name for columns in named.values() for name in columns)
        distinct_names(names, "by_name")
        if self.columns == "common":
            names = dict.fromkeys(name for name in names if all(name in columns for columns in named.values()))
        if not names:
            raise ComponentError("These tables have no column in common.", hint="Rename some.", field="columns")
        return {name: _type_of(name, named, schemas) for name in names}


class Union(Transform[UnionParams]):
    """Puts the rows of two to four tables under one another.

    Where types differ, numbers become decimal and dates get a time; other kinds must agree. Rows of the second and
    further tables get new ids, so that every row has one of its own. Nothing is removed: Remove duplicates does that.

    When: the same things were recorded in several tables. Serving: boundary, an endpoint's input starts after it: its
    records have the columns of the result. Source: SQL ``UNION ALL BY NAME``.
    """

    spec = Spec(
        key="union",
        title="Union",
        category="combine",
        icon="table_rows",
        about="Puts the rows of several tables under one another.",
        words=(
            "append",
            "concat",
            "concatenate",
            "stack tables",
            "bind rows",
            "rbind",
            "union all",
            "combine tables",
            "add rows",
        ),
        inputs=INPUTS,
        serving="boundary",
        example={"by_name": True},
    )

    def transform(self, *tables: ir.Table) -> ir.Table:
        schemas = [table.schema() for table in tables]
        types = self.params.types({f"table {place}": schema for place, schema in enumerate(schemas, 1)})
        types |= {name: schema[name] for schema in reversed(schemas) for name in schema if is_reserved(name)}
        named = self.params.named(schemas)
        return ibis.union(*(_part(t, place, named[place], types) for place, t in enumerate(tables)))


def _part(table: ir.Table, place: int, names: Mapping[str, str], types: Mapping[str, dt.DataType]) -> ir.Table:
    columns = {name: _column(table, names.get(name, name), dtype) for name, dtype in types.items()}
    if ROW in types and (place or ROW not in table.columns):
        columns[ROW] = row_id(ibis.literal(f"table {place}"), id_of(table))
    return table.select(*(column.name(name) for name, column in columns.items()))


def _column(table: ir.Table, name: str, dtype: dt.DataType) -> ir.Value:
    nullable = dtype.copy(nullable=True)
    return as_type(table[name], nullable) if name in table.columns else ibis.null(nullable)


def _type_of(name: str, named: Mapping[str, Mapping[str, str]], schemas: Mapping[str, sch.Schema]) -> dt.DataType:
    there = {table: columns[name] for table, columns in named.items() if name in columns}
    types = {f"Column {column!r} of {table!r}": schemas[table][column] for table, column in there.items()}
    return common_type(types, "by_name")


def _check_roles(schemas: Mapping[str, sch.Schema]) -> None:
    with_roles = [port for port, schema in schemas.items() if ROLE in schema]
    if 0 < len(with_roles) < len(schemas):
        raise ComponentError(
            f"Rows of input {with_roles[0]!r} have train and test roles already, those of others have none.",
            hint="Put the split, and everything that learns, after this node.",
        )
