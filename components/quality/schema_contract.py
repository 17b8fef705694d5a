"""Hold a table to the columns it must have."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import Spec, Transform
from components.errors import ComponentError
from components.outline import Outline
from components.params import NewColumn, Params, Widget
from components.ports import visible
from components.quality.contract import differences
from components.quality.types import Type

TOLD = 20


class SchemaContractParams(Params):
    columns: Annotated[dict[NewColumn, Type], Widget("mapping", keys="columns"), Field(min_length=1, max_length=2_000)]
    """Each column with its type: ``int64``, ``float64``, ``numeric`` (either), ``string``, ``boolean``, ``date``,
    ``timestamp``, ``datetime`` (either) or ``any``."""
    extra: Literal["allow", "refuse"] = "allow"
    """Columns that are not listed."""
    missing: Literal["refuse", "allow"] = "refuse"
    """Columns that are listed and not there."""
    order: Literal["any", "same"] = "any"
    """Whether the columns must come as they are listed."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            found = list(self.differences(schema))
            if found:
                more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
                raise ComponentError(
                    f"This table breaks the contract: {'; '.join(found[:TOLD])}{more}.",
                    hint="Mend the table before this node (Rename, Change type, Drop), or change the contract.",
                    field="columns",
                )
        return bound

    def differences(self, schema: sch.Schema) -> Iterator[str]:
        """Each way in which a table is not what the contract says."""
        yield from differences(
            self.columns, schema, refuses_missing=self.missing == "refuse", refuses_extra=self.extra == "refuse"
        )
        if self.order == "same":
            there = visible(schema)
            listed = [name for name in self.columns if name in there]
            found = [name for name in there if name in self.columns]
            place = next((i for i, pair in enumerate(zip(listed, found, strict=True)) if pair[0] != pair[1]), None)
            if place is not None:
                yield f"column {found[place]!r} comes where {listed[place]!r} should"


class SchemaContract(Transform[SchemaContractParams]):
    """Hands a table on unchanged, if it has the columns that were agreed on.

    It is looked at when the pipeline is checked, before anything runs: every difference is named. Names count as they
    are written, types of any width count as their family.

    When: others deliver the data, and a change on their side must not go unnoticed. Serving: replayed, the records of
    an endpoint have a schema of their own. Source: pandera's ``DataFrameSchema``, dbt's model contracts.
    """

    spec = Spec(
        key="schema_contract",
        title="Schema contract",
        category="quality",
        icon="contract",
        about="Refuses a table that has not the columns it must have.",
        words=("schema", "validate columns", "data contract", "column types", "pandera"),
        example={"columns": {"number": "float64", "text": "string", "when": "datetime"}},
    )

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": Outline(schema)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        (table,) = tables
        return table
