"""Take web addresses apart."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Outline, added
from components.params import Params, TextColumn, distinct_names

Part = Literal["scheme", "host", "port", "path", "query", "fragment"]

URL = r"^(([A-Za-z][A-Za-z0-9+.\-]*):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?"
SCHEME, AUTHORITY, PATH, QUERY, FRAGMENT = 2, 4, 5, 7, 9
HOST = r"^(.*@)?(\[[^\]]*\]|[^:@]*)(:([0-9]{1,5}))?$"


class UrlPartsParams(Params):
    column: TextColumn
    """The addresses."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("scheme", "host", "path", "query")
    """What to take from each."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            distinct_names([*schema, *self.names().values()], "parts")
        return bound

    def names(self) -> dict[Part, str]:
        """The name of the new column for each part."""
        return {part: f"{self.column}_{part}" for part in self.parts}


class UrlParts(Transform[UrlPartsParams]):
    """Adds a column for each part of web addresses, named ``…_host`` and so on.

    Parts that an address does not have are missing. A host needs ``//`` in front of it: ``example.com/shop`` is a path.
    Scheme and host become small letters.

    When: the site or the page matters, not the whole address. Serving: replayed row by row.
    Source: RFC 3986, appendix B; `urllib.parse.urlsplit`.
    """

    spec = Spec(
        key="url_parts",
        title="URL parts",
        category="columns",
        icon="link",
        about="Takes web addresses apart.",
        words=("domain", "host", "link", "web address", "path"),
        example={"column": "text", "parts": ["host", "path"]},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        types = {name: dt.int64 if part == "port" else dt.string for part, name in self.params.names().items()}
        return {"table": added(schema, types, of=[self.params.column])}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        url = table[self.params.column].strip()
        return table.mutate({name: PARTS[part](url) for part, name in self.params.names().items()})


def _piece(place: int) -> Callable[[ir.StringValue], ir.StringValue]:
    return lambda url: url.re_extract(URL, place).nullif("")


def _of_host(url: ir.StringValue, place: int) -> ir.StringValue:
    return url.re_extract(URL, AUTHORITY).re_extract(HOST, place).nullif("")


PARTS: Mapping[Part, Callable[[ir.StringValue], ir.Value]] = {
    "scheme": lambda url: _piece(SCHEME)(url).lower(),
    "host": lambda url: _of_host(url, 2).lower(),
    "port": lambda url: _of_host(url, 4).try_cast("int64"),
    "path": _piece(PATH),
    "query": _piece(QUERY),
    "fragment": _piece(FRAGMENT),
}
