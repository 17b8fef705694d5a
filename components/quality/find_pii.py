"""Find personal data."""

from typing import Annotated, Literal

import ibis.expr.types as ir
import pyarrow as pa
from pydantic import Field

from components.base import Spec
from components.base.inspection import Inspection, Notice, drawn
from components.params import Params, PlainColumns
from components.quality.personal import told_by_name, told_by_values

MASKED = ("payment cards", "bank accounts (IBAN)", "telephone numbers", "IP addresses")
HASHED = ("e-mail addresses", "national ids")


class FindPiiParams(Params):
    columns: PlainColumns = PlainColumns.all()
    """The columns to look through."""
    min_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    """The share of a column's values that must look like personal data before it is told."""
    names: bool = True
    """Whether what columns are called counts too."""
    on_found: Literal["warn", "stop"] = "warn"
    """What happens where some are found: the node tells, or the run stops."""
    rows: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    """How many rows are looked at, drawn at random but the same every time."""


class FindPii(Inspection[FindPiiParams]):
    """Looks for personal data, column by column, and says what helps. The table passes unchanged.

    Told by their form, and by check digits where there are some: e-mail addresses, telephone numbers, payment cards,
    bank accounts, IP addresses and the numbers that some states give to persons. Told by the name of a column: names,
    addresses, dates of birth and all of the above. No value is kept or shown. What is not found may be there all the
    same: free texts are not read.

    When: before data leave the house, or become features. Serving: replayed, it changes nothing.
    Source: ISO/IEC 7812 (Luhn), ISO 13616 (IBAN), E.164; Microsoft Presidio's recognizers.
    """

    spec = Spec(
        key="find_pii",
        title="Find personal data",
        category="quality",
        icon="person_search",
        about="Looks for e-mail addresses, cards, accounts, names and the like.",
        words=("gdpr", "privacy", "sensitive data", "pii", "personal", "anonymize"),
        example={"rows": 1_000},
    )

    def looked_at(self, table: ir.Table) -> ir.Table:
        """Some rows, as texts; columns of dates and flags are told by their names alone."""
        some = drawn(table, self.params.rows)
        return some.select(*(some[name].cast("string").name(name) for name in self.params.columns))

    def notices(self, sample: pa.Table) -> list[Notice]:
        found = (self._notice(name, sample.column(name)) for name in sample.column_names)
        return [notice for notice in found if notice is not None]

    def _notice(self, name: str, column: pa.ChunkedArray) -> Notice | None:
        kind, share = told_by_values(column.drop_null().to_pylist())
        by = "values"
        if share < max(self.params.min_share, 1e-9):
            kind, by = (told_by_name(name) if self.params.names else ""), "name"
        if not kind:
            return None
        why = f"{share:.0%} of its values look like it" if by == "values" else "as its name says"
        return Notice(
            "personal_data",
            name,
            f"Column {name!r} seems to hold {kind}: {why}.",
            _advice(kind),
            self.params.on_found == "stop",
            {"kind": kind, "share": round(share, 4), "by": by, **_component(kind, name)},
        )


def _advice(kind: str) -> str:
    if kind in MASKED:
        return "Hide them with Mask values, or drop the column."
    if kind in HASHED:
        return "Replace them with Hash values, or drop the column."
    return "Drop the column, or keep only what is needed, such as a year or a region."


def _component(kind: str, name: str) -> dict[str, object]:
    key = "mask_column" if kind in MASKED else "hash_column" if kind in HASHED else "drop_columns"
    return {"component": key, "params": {"columns": [name]}}
