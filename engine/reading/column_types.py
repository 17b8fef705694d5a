"""Which type each text column gets: guessed from its first values, then checked against every value of the table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import duckdb

from engine.findings import Finding
from engine.reading import type_counts as sql
from engine.reading import type_findings as tell
from engine.reading.misfits import Misfits, name_misfits
from engine.reading.read_as import ColumnType, ReadAs
from engine.reading.stage import Stage, literal
from engine.reading.type_counts import Counts
from engine.reading.values import Shape, fits_format, grouping_of, groups_digits, moment_formats, shape_of
from engine.reading.written import reader_of

_SAMPLE_ROWS = 1_000
_SAMPLE_CELLS = 500_000
_MOSTLY = 0.8
EITHER_ORDER = ("%d/", "%m/", "%d-", "%m-")
"""Dates with points have the day first everywhere, so they tell nothing about others."""


@dataclass
class TypedColumn:
    """A column with its type, and the SQL that makes it from text."""

    name: str
    type: ColumnType
    expression: str
    findings: list[Finding] = field(default_factory=list)
    date_format: str | None = None
    is_empty: bool = False
    misfits: Misfits | None = None


def settle_types(
    connection: duckdb.DuckDBPyConnection,
    stage: Stage,
    names: Sequence[str],
    read_as: ReadAs,
    known: Mapping[str, ColumnType] | None = None,
) -> list[TypedColumn]:
    """Type every column of the stage, each value of which is looked at.

    Parameters
    ----------
    known
        Types that the file itself tells, whose texts are as DuckDB writes them; what a person imposes comes first.
    """
    samples = sample(connection, stage, len(names))
    told = {name: kind for name, kind in (known or {}).items() if name not in read_as.types}
    columns = [
        _Known(Stage.column(i), name, told[name])
        if name in told
        else _Undecided(Stage.column(i), name, samples[i], read_as)
        for i, name in enumerate(names)
    ]
    open_columns = [column for column in columns if isinstance(column, _Undecided) and column.tests]
    counted = sql.count(connection, stage, {column.source: column.tests for column in open_columns}, read_as)
    day_first = _day_first(open_columns, counted, read_as)
    typed = [column.decide(counted.get(column.source, {}), day_first) for column in columns]
    told_of = {i: column.misfits for i, column in enumerate(typed) if column.misfits}
    for i, finding in name_misfits(connection, stage, told_of):
        typed[i].findings.append(finding)
    return typed


def sample(connection: duckdb.DuckDBPyConnection, stage: Stage, width: int) -> list[list[str]]:
    """Return the first filled cells of each column."""
    rows = max(20, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(width, 1)))
    if stage.table is not None:
        table = stage.table.slice(0, rows)
    else:
        table = connection.execute(f"SELECT * FROM {stage.relation} LIMIT {rows}").to_arrow_table()  # noqa: S608
    return [[cell for cell in column.to_pylist() if cell] for column in table.columns]


@dataclass
class _Known:
    """A text column whose type nobody has to find out."""

    source: str
    name: str
    kind: ColumnType

    def decide(self, _counts: Counts, _day_first: bool | None) -> TypedColumn:
        return TypedColumn(self.name, self.kind, f"CAST({self.source} AS {DUCKDB_TYPES[self.kind]})")


class _Undecided:
    """A text column on its way to a type."""

    def __init__(self, source: str, name: str, cells: Sequence[str], read_as: ReadAs) -> None:
        self.source, self.name = source, name
        self.read_as = read_as.model_copy(update={"thousands": grouping_of(cells, read_as)})
        self.text = f"trim({source})"
        self.imposed = read_as.types.get(name)
        self.commas = next((cell.strip() for cell in cells if "," in cell), None)
        self.may_group = groups_digits(cells, read_as)
        self.shape: Shape = self._shape(cells)
        self.cells = cells
        self.formats = self._formats(cells)
        self.tests = self._tests()

    def _shape(self, cells: Sequence[str]) -> Shape:
        if self.imposed is not None:
            return _SHAPES[self.imposed]
        if self.name in self.read_as.date_formats or fits_format(cells, self.read_as.date_format):
            return "moment"
        return shape_of(cells, self.read_as.null_values, self.read_as.thousands or "")

    def _formats(self, cells: Sequence[str]) -> list[str]:
        if self.shape != "moment":
            return []
        own, wanted = self.read_as.date_formats.get(self.name), self.read_as.date_format
        found = [own] if own else [*([wanted] if wanted else []), *moment_formats(cells)]
        return list(dict.fromkeys(found)) or ["%Y-%m-%d"]

    def _tests(self) -> dict[str, str]:
        if self.shape == "text":
            return {}
        if self.shape == "boolean":
            return sql.boolean_tests(self.source, self.read_as)
        if self.shape == "moment":
            return sql.moment_tests(self.source, self.formats, self.read_as)
        return sql.number_tests(self.source, self.read_as)

    def decide(self, counts: Counts, day_first: bool | None) -> TypedColumn:
        if self.shape == "text" or not counts.get("filled"):
            column = self._as("string", f"nullif({self.source}, '')")
            column.is_empty = self.shape != "text"
            return column
        if self.shape == "moment":
            return self._moment(counts, day_first)
        if self.shape == "boolean":
            return self._settled("boolean", sql.as_boolean(self.text), counts, counts["true"])
        return self._number(counts)

    def _number(self, counts: Counts) -> TypedColumn:
        numbers = counts["filled"] - counts["word"] - counts["blank"]
        if self.imposed is None and counts["zero"] and counts["float"] + counts["long"]:
            return self._kept_text(
                "leading_zeros", f"{counts['zero']:,} values begin with zeros, which a number would lose"
            )
        if self.imposed is None and counts["long"] and counts["int"] + counts["long"] >= numbers > 0:
            return self._kept_text("long_numbers", f"{counts['long']:,} values have too many digits for a number")
        if self.imposed != "float64" and (self.imposed == "int64" or counts["int"] == numbers):
            is_plain = "plain" in counts and counts["int"] == numbers
            as_int = f"CAST({self.source} AS BIGINT)" if is_plain else sql.as_int(self.text, self.read_as)
            return self._settled("int64", as_int, counts, counts["int"])
        as_float = f"CAST({self.source} AS DOUBLE)" if "plain" in counts else sql.as_float(self.text, self.read_as)
        column = self._settled("float64", as_float, counts, counts["float"])
        if column.type == "float64" and self.may_group and self.imposed is None:
            column.findings.append(tell.points_may_group(self.name, self.may_group))
        return column

    def _moment(self, counts: Counts, day_first: bool | None) -> TypedColumn:
        best = max(counts[fmt] for fmt in self.formats)
        fitting = [fmt for fmt in self.formats if counts[fmt] == best]
        chosen = self.read_as.date_format if self.read_as.date_format in fitting else _prefer(fitting, day_first)
        date_only = self.imposed == "date" or (self.imposed is None and sql.is_date_only(chosen))
        expression = sql.as_moment(self.text, chosen, date_only=date_only)
        column = self._settled("date" if date_only else "timestamp", expression, counts, best)
        if column.type != "string":
            column.date_format = chosen
            column.findings += self._doubts(chosen, fitting, counts, certain=day_first is not None)
        return column

    def _doubts(self, chosen: str, fitting: Sequence[str], counts: Counts, *, certain: bool) -> list[Finding]:
        wanted = None if self.name in self.read_as.date_formats else self.read_as.date_format
        if wanted and wanted != chosen:
            return [tell.format_unused(self.name, wanted, counts["filled"] - counts["word"] - counts[wanted], chosen)]
        return [] if wanted else tell.ambiguity(self.name, chosen, fitting, certain=certain)

    def _settled(self, kind: ColumnType, expression: str, counts: Counts, fitting: int) -> TypedColumn:
        """Give the type where all values fit; else keep text and say what does not fit."""
        misfits = counts["filled"] - fitting - counts["word"]
        if self.imposed is not None:
            column = self._as(kind, expression)
            if misfits > 0:
                column.misfits = self._misfits(expression, partial(tell.made_missing, self.name, kind, misfits))
            return column
        if misfits > 0 or not fitting:
            return self._mixed(kind, expression, counts, misfits, fitting)
        words = [tell.words_missing(self.name, counts["word"], self.read_as)] if counts["word"] else []
        return self._as(kind, expression, *words)

    def _misfits(self, expression: str, say: tell.Say) -> Misfits:
        words = ", ".join(literal(word) for word in self.read_as.null_values) or "''"
        return Misfits(self.source, f"{expression} IS NULL AND {self.text} NOT IN ({words})", say)

    def _mixed(self, kind: ColumnType, expression: str, counts: Counts, misfits: int, fitting: int) -> TypedColumn:
        column = self._as("string", f"nullif({self.source}, '')")
        reader = reader_of([cell for cell in self.cells if cell not in self.read_as.null_values]) if fitting else None
        if kind == "float64" and fitting == counts["int"]:
            kind = "int64"
        if reader:
            column.findings.append(tell.written_otherwise(self.name, kind, misfits, *reader))
        elif fitting and fitting >= _MOSTLY * (counts["filled"] - counts["word"]):
            say = partial(tell.not_all, self.name, kind, misfits, counts["blank"], fitting)
            column.misfits = self._misfits(expression, say)
        elif fitting:
            column.misfits = self._misfits(expression, partial(tell.changes_late, self.name, kind, misfits, fitting))
        elif self.shape == "number" and self.commas is not None:
            may_group = self.read_as.thousands is None and re.search(r"\d,\d{3}\b", self.commas) is not None
            column.findings.append(tell.other_numbers(self.name, self.commas[:40], may_group=may_group))
        return column

    def _kept_text(self, code: str, why: str) -> TypedColumn:
        finding = Finding(
            code=code,
            severity="info",
            column=self.name,
            message=f"{self.name}: {why}, so the column stays text.",
            fix="Change its type to a number if these are amounts and not codes.",
            detail={"component": "cast", "params": {"columns": [self.name], "to": "float64"}},
        )
        return self._as("string", f"nullif({self.source}, '')", finding)

    def _as(self, kind: ColumnType, expression: str, *findings: Finding) -> TypedColumn:
        if kind == "string" and self.imposed and self.imposed != "string":
            kind, expression = self.imposed, f"CAST(NULL AS {DUCKDB_TYPES[self.imposed]})"
        return TypedColumn(self.name, kind, expression, list(findings))


DUCKDB_TYPES: dict[ColumnType, str] = {
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_SHAPES: dict[ColumnType, Shape] = {
    "int64": "number",
    "float64": "number",
    "boolean": "boolean",
    "date": "moment",
    "timestamp": "moment",
    "string": "text",
}


def _day_first(columns: Sequence[_Undecided], counted: dict[str, Counts], read_as: ReadAs) -> bool | None:
    """Let columns that can be read one way only decide for those that can be read both ways, where they agree."""
    if read_as.day_first is not None:
        return read_as.day_first
    found: set[bool] = set()
    for column in columns:
        counts = counted[column.source]
        best = max((counts[fmt] for fmt in column.formats), default=0)
        orders = {
            fmt.startswith("%d") for fmt in column.formats if counts[fmt] == best and fmt.startswith(EITHER_ORDER)
        }
        if len(orders) == 1 and best:
            found |= orders
    return found.pop() if len(found) == 1 else None


def _prefer(formats: Sequence[str], day_first: bool | None) -> str:
    unwanted = "%d" if day_first is False else "%m"
    return next((fmt for fmt in formats if not fmt.startswith(unwanted)), formats[0])
