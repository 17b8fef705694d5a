"""Write tables and models into one page."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import ibis.expr.types as ir
from pydantic import Field

from components.base import Output, Spec
from components.base.output import WriteReport
from components.outputs.leaving import leaving
from components.outputs.sketch import sketch_of, sketched
from components.params import Params, Widget
from components.ports import Port, kind_of, visible

INPUTS = (
    *(Port(name, optional=True) for name in ("table", "table2", "table3", "table4")),
    Port("model", "model", optional=True, many=True),
)
COUNT, POINTS = "_count", "_points"
"""After the name of a port: how many rows its table has, and the points of its chart."""
MOST_COLUMNS = 40


class ReportParams(Params):
    title: Annotated[str, Field(max_length=200)] = ""
    """What stands on top; the pipeline's name where it is empty."""
    text: Annotated[str, Widget("paragraph"), Field(max_length=20_000)] = ""
    """A few sentences below the title; an empty line begins a new paragraph."""
    rows: Annotated[int, Field(ge=1, le=500)] = 20
    """How many rows of each table are shown."""
    charts: bool = True
    """Draw a small chart of each table that has a column of dates or of a few categories."""


class Report(Output[ReportParams]):
    """Writes up to four tables and any number of models into one page, to be read in any browser, printed or sent.

    Of a table: its first rows and 40 columns, how many there are, and a small chart: the mean of its first number (or
    how many rows there are, where it has none) by its first column of 2 to 12 categories, or over time where it begins
    with a date or has no such column. Of a model: what it predicts, its metrics beside those of a dummy model, the
    columns it leans on, its errors or its groups, and its warnings. The page is one file, without scripts, and loads
    nothing from anywhere.

    When: somebody wants the result without this program. Serving: not part of an endpoint.
    Source: HTML, SVG and WCAG 2.2 (W3C).
    """

    spec = Spec(
        key="report",
        title="Report",
        category="outputs",
        icon="article",
        about="Writes tables and models into one page to fetch.",
        words=("pdf", "html", "document", "summary", "share"),
        inputs=INPUTS,
        outputs=(),
        serving="training_only",
        example={"title": "What we found", "rows": 10},
    )
    passes = 3

    def tables(self, given: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
        return {name: part for port, table in given.items() for name, part in self._parts(port, table)}

    def deed(self) -> WriteReport:
        return WriteReport(self.params.title.strip(), self.params.text.strip())

    def _parts(self, port: str, table: ir.Table) -> Iterator[tuple[str, ir.Table]]:
        yield port, _plain(leaving(table, [*visible(table.schema())][:MOST_COLUMNS]).limit(self.params.rows))
        yield f"{port}{COUNT}", table.aggregate(rows=table.count().cast("int64"))
        sketch = sketch_of(table.schema()) if self.params.charts else None
        if sketch is not None:
            yield f"{port}{POINTS}", sketched(table, sketch)


def _plain(rows: ir.Table) -> ir.Table:
    """One-hot columns as the categories that they are."""
    packed = [name for name, dtype in rows.schema().items() if kind_of(dtype) == "one_hot"]
    return rows.mutate({name: rows[name]["one_hot"] for name in packed}) if packed else rows
