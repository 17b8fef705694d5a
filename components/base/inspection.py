"""What looks at a table on its way, and hands it on unchanged."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import ibis.expr.schema as sch
import ibis.expr.types as ir
import pyarrow as pa

from components.base.component import P
from components.base.transform import Transform
from components.outline import Outline
from components.portable.draws import digest
from components.ports import visible
from components.rows.order import id_of


@dataclass(frozen=True)
class Notice:
    """One thing that was noticed about a column."""

    code: str
    column: str
    message: str
    fix: str
    stops: bool = False
    detail: dict[str, Any] = field(default_factory=dict)


class Inspection(Transform[P]):
    """Looks at a table and hands it on: at some rows of it, or at all of them with the engine's own statistics."""

    sees: ClassVar[Literal["sample", "profile"]] = "sample"

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        return {"table": Outline(schema)}

    def transform(self, *tables: ir.Table) -> ir.Table:
        return tables[0]

    def looked_at(self, table: ir.Table) -> ir.Table:
        """The columns, and the rows, that it looks at."""
        return table.select(*visible(table.schema()))

    def notices(self, sample: pa.Table) -> list[Notice]:
        """What is noticed about them."""
        return []


def drawn(table: ir.Table, rows: int) -> ir.Table:
    """Some rows at random, the same ones every time."""
    return table.order_by(digest(id_of(table), "inspection")).limit(rows)
