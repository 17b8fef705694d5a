"""Take e-mail addresses apart."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Outline, added
from components.params import Params, TextColumn, distinct_names
from components.portable.numbers import where

Part = Literal["user", "domain", "ending"]

ADDRESS = r"^([^@\s]+)@([A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*\.([A-Za-z0-9\-]+))$"


class EmailPartsParams(Params):
    column: TextColumn
    """The addresses."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("user", "domain")
    """What to take from each: what stands before the @, what comes after it, or the last piece of that (``nl``)."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, *self.names().values()], "parts")
        return bound

    def names(self) -> dict[Part, str]:
        """The name of the new column for each part."""
        return {part: f"{self.column}_{part}" for part in self.parts}


class EmailParts(Transform[EmailPartsParams]):
    """Adds a column for each part of e-mail addresses, named ``…_user`` and ``…_domain``.

    Domains become small letters. What is no address gives missing values.

    When: the provider or the company tells something, and the address itself should go. Serving: replayed row by row.
    Source: the addresses of RFC 5321, without quoted users and addresses in brackets.
    """

    spec = Spec(
        key="email_parts",
        title="E-mail parts",
        category="columns",
        icon="alternate_email",
        about="Takes e-mail addresses apart.",
        words=("mail", "domain", "address"),
        example={"column": "text"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": added(schema, dict.fromkeys(self.params.names().values(), dt.string), of=[self.params.column])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        address = table[self.params.column].strip()
        is_one = address.re_search(ADDRESS)
        return table.mutate({name: where(is_one, PARTS[part](address)) for part, name in self.params.names().items()})


PARTS: Mapping[Part, Callable[[ir.StringValue], ir.StringValue]] = {
    "user": lambda address: address.re_extract(ADDRESS, 1),
    "domain": lambda address: address.re_extract(ADDRESS, 2).lower(),
    "ending": lambda address: address.re_extract(ADDRESS, 4).lower(),
}
