"""Replace values by their fingerprint."""

from typing import Annotated

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.outline import Outline, changed
from components.params import Params, PlainColumns


class HashColumnParams(Params):
    columns: PlainColumns
    """The columns to replace."""
    salt: Annotated[str, Field(max_length=200)] = ""
    """A text put before each value: without it, short values can be guessed. It is kept in the pipeline as it is."""


class HashColumn(Transform[HashColumnParams]):
    """Replaces values by their SHA-256 digest: equal values stay equal, but cannot be read any more.

    Numbers and dates count as they are written. A pseudonym is not anonymous: who knows the salt can try values.

    When: persons must be told apart, or joined, without their names. Serving: replayed row by row.
    Source: FIPS 180-4 (SHA-256).
    """

    spec = Spec(
        key="hash_column",
        title="Hash values",
        category="columns",
        icon="fingerprint",
        about="Replaces values by their fingerprint.",
        words=("anonymize", "pseudonymize", "md5", "sha256", "fingerprint", "hash"),
        example={"columns": ["text", "other"], "salt": "pepper"},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": changed(schema, dict.fromkeys(self.params.columns, dt.string))}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table.mutate({name: self._hashed(table[name]) for name in self.params.columns})

    def _hashed(self, column: ir.Column) -> ir.StringValue:
        return (ibis.literal(self.params.salt) + column.cast("string")).hexdigest("sha256")
