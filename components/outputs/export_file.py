"""Keep rows as a file."""

from typing import Annotated, Literal

import ibis
import ibis.expr.types as ir
from pydantic import Field, field_validator

from components.base import Output, Spec
from components.base.output import ExportFile as Deed
from components.outputs.leaving import LeavingParams, leaving
from components.params import Widget

Format = Literal["csv", "parquet", "json", "xlsx"]

STARTS = r"^[=@\t\r\n＝＠＋－]|^[+-]"
"""What a spreadsheet may take for the begin of a formula."""
NUMBER = r"^[+-]?([0-9]+([.,][0-9]+)*|[.,][0-9]+)([eE][+-]?[0-9]+)?%?$"
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class ExportFileParams(LeavingParams):
    format: Format = "csv"
    """``csv``, ``parquet``, ``json`` (one object a line) or ``xlsx`` (up to 1,048,575 rows)."""
    filename: Annotated[str, Field(max_length=100)] = ""
    """What the file is called, without its suffix; the pipeline's and node's name where it is empty."""
    delimiter: Annotated[Literal["comma", "semicolon", "tab", "pipe"], Widget(advanced=True)] = "comma"
    """What stands between the values of a CSV file."""
    header: Annotated[bool, Widget(advanced=True)] = True
    """Whether a CSV file begins with the names of its columns."""
    formulas: Annotated[Literal["quote", "keep"], Widget(advanced=True)] = "quote"
    """Texts in a CSV file that a spreadsheet would run as a formula (those that begin with ``=``, ``+``, ``-``, ``@``
    or a tab, and are no number) get a ``'`` in front. Cells of an xlsx file are never formulas."""

    @field_validator("filename")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if any(sign in name for sign in '/\\:*?"<>|') or not name.isprintable() or name.strip(". ") != name:
            raise ValueError("a file name has no slashes, no signs such as : * ? and no dot at its begin or end")
        return name


class ExportFile(Output[ExportFileParams]):
    """Keeps the rows as a file, to be fetched from the page of the run or by ``canvasback runs fetch``.

    When: somebody wants the result in another program. Serving: not part of an endpoint.
    Source: RFC 4180 (CSV), Apache Parquet, JSON Lines, ECMA-376 (xlsx); OWASP on CSV injection.
    """

    spec = Spec(
        key="export_file",
        title="Export file",
        category="outputs",
        icon="download",
        about="Keeps the rows as a file to fetch.",
        words=(
            "csv",
            "excel",
            "download",
            "save",
            "write",
            "to csv",
            "parquet",
            "csv writer",
            "write file",
            "output file",
        ),
        outputs=(),
        serving="training_only",
        example={"format": "csv"},
    )

    def table(self, *tables: ir.Table) -> ir.Table:
        rows = leaving(tables[0], self.params.columns)
        if self.params.format != "csv" or self.params.formulas == "keep":
            return rows
        return rows.mutate({name: quoted(rows[name]) for name, dtype in rows.schema().items() if dtype.is_string()})

    def deed(self) -> Deed:
        csv = {"delimiter": DELIMITERS[self.params.delimiter], "header": self.params.header}
        csv["formulas"] = self.params.formulas
        return Deed(self.params.filename, self.params.format, csv if self.params.format == "csv" else {})


def quoted(text: ir.StringColumn) -> ir.StringValue:
    """Texts that no spreadsheet runs."""
    is_formula = text.re_search(STARTS) & ~text.re_search(NUMBER)
    return ibis.ifelse(is_formula.fill_null(False), ibis.literal("'") + text, text)
