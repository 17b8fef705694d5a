"""Rows that are typed in."""

from typing import Annotated, Any, Self

import pyarrow as pa
from pydantic import Field, model_validator

from components.base import Source, Spec
from components.errors import ComponentError
from components.params import Constant, NewColumn, Params, distinct_names

MOST_ROWS, MOST_COLUMNS = 1_000, 200

Row = Annotated[dict[NewColumn, Constant | None], Field(min_length=1, max_length=MOST_COLUMNS)]


class ManualTableParams(Params):
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=MOST_ROWS)]
    """The rows, each with its values by column; a column that a row leaves out is missing there."""

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        if len(self.names) > MOST_COLUMNS:
            raise ValueError(f"a table that is typed in has at most {MOST_COLUMNS} columns")
        try:
            distinct_names(self.names, "rows")
            for name in self.names:
                _type(name, [row.get(name) for row in self.rows])
        except ComponentError as error:
            raise ValueError(error.message.rstrip(".")) from error
        return self

    @property
    def names(self) -> list[str]:
        """All columns, in the order in which they first occur."""
        return list(dict.fromkeys(name for row in self.rows for name in row))


class ManualTable(Source[ManualTableParams]):
    """A small table that is typed in: texts, numbers, true and false.

    Whole and decimal numbers may stand in one column; a column without any value holds text.

    When: a few prices, names or limits are needed to look things up, or to try things out. Serving: replaced by the
    records of a request, or frozen with the model where it is looked up in. Source: SQL ``VALUES``.
    """

    spec = Spec(
        key="manual_table",
        title="Typed table",
        category="sources",
        icon="edit_note",
        about="A small table that is typed in.",
        words=("table creator", "create table", "enter data", "paste data", "inline", "new table"),
        inputs=(),
        example={"rows": [{"country": "NL", "vat": 0.21}, {"country": "DE", "vat": 0.19}]},
    )

    def table(self) -> pa.Table:
        columns = {name: [row.get(name) for row in self.params.rows] for name in self.params.names}
        return pa.table({name: pa.array(values, _type(name, values)) for name, values in columns.items()})


def _type(name: str, values: list[Any]) -> pa.DataType:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return pa.string()
    if kinds == {bool}:
        return pa.bool_()
    if kinds <= {int, float}:
        return pa.float64() if float in kinds else pa.int64()
    raise ComponentError(f"Column {name!r} mixes {' and '.join(sorted(WORDS[kind] for kind in kinds))}.")


WORDS = {str: "texts", bool: "true or false", int: "whole numbers", float: "numbers"}
