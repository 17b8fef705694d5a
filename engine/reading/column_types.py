"""Which type each text column gets: guessed from its first values, then checked against every value of the table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from engine.findings import Finding
from engine.reading import type_counts as sql
from engine.reading.read_as import ColumnType, ReadAs
from engine.reading.stage import Stage
from engine.reading.type_counts import Counts
from engine.reading.values import Shape, moment_formats, shape_of

_SAMPLE_ROWS = 1_000
_SAMPLE_CELLS = 500_000
_MOSTLY = 0.8


@dataclass
class TypedColumn:
    """A column with its type, and the SQL that makes it from text."""

    name: str
    type: ColumnType
    expression: str
    findings: list[Finding] = field(default_factory=list)


def settle_types(
    connection: duckdb.DuckDBPyConnection, stage: Stage, names: Sequence[str], read_as: ReadAs
) -> list[TypedColumn]:
    """Type every column of the stage, each value of which is looked at."""
    samples = sample(connection, stage, len(names))
    columns = [_Undecided(Stage.column(i), name, samples[i], read_as) for i, name in enumerate(names)]
    open_columns = [column for column in columns if column.tests]
    counted = sql.count(connection, stage, {column.source: column.tests for column in open_columns}, read_as)
    day_first = _day_first(open_columns, counted)
    return [column.decide(counted.get(column.source, {}), day_first) for column in columns]


def sample(connection: duckdb.DuckDBPyConnection, stage: Stage, width: int) -> list[list[str]]:
    """Return the first filled cells of each column."""
    rows = max(20, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(width, 1)))
    if stage.table is not None:
        table = stage.table.slice(0, rows)
    else:
        table = connection.execute(f"SELECT * FROM {stage.relation} LIMIT {rows}").to_arrow_table()  # noqa: S608
    return [[cell for cell in column.to_pylist() if cell] for column in table.columns]


class _Undecided:
    """A text column on its way to a type."""

    def __init__(self, source: str, name: str, cells: Sequence[str], read_as: ReadAs) -> None:
        self.source, self.name, self.read_as = source, name, read_as
        self.text = f"trim({source})"
        self.imposed = read_as.types.get(name)
        self.shape: Shape = _shape_of_type(self.imposed) or shape_of(cells, read_as.null_values)
        self.formats = self._formats(cells)
        self.tests = self._tests()

    def _formats(self, cells: Sequence[str]) -> list[str]:
        if self.shape != "moment":
            return []
        return [self.read_as.date_format] if self.read_as.date_format else moment_formats(cells) or ["%Y-%m-%d"]

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
            return self._as("string", f"nullif({self.source}, '')")
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
            as_int = f"CAST({self.source} AS BIGINT)" if is_plain else sql.as_int(self.text)
            return self._settled("int64", as_int, counts, counts["int"])
        as_float = f"CAST({self.source} AS DOUBLE)" if "plain" in counts else sql.as_float(self.text, self.read_as)
        return self._settled("float64", as_float, counts, counts["float"])

    def _moment(self, counts: Counts, day_first: bool | None) -> TypedColumn:
        best = max(counts[fmt] for fmt in self.formats)
        fitting = [fmt for fmt in self.formats if counts[fmt] == best]
        chosen = _prefer(fitting, day_first)
        date_only = self.imposed == "date" or (self.imposed is None and sql.is_date_only(chosen))
        expression = sql.as_moment(self.text, chosen, date_only=date_only)
        column = self._settled("date" if date_only else "timestamp", expression, counts, best)
        if column.type != "string" and self.read_as.date_format is None:
            column.findings += _ambiguity(self.name, chosen, fitting, certain=day_first is not None)
        return column

    def _settled(self, kind: ColumnType, expression: str, counts: Counts, fitting: int) -> TypedColumn:
        """Give the type where all values fit; else keep text and say what does not fit."""
        misfits = counts["filled"] - fitting - counts["word"]
        if self.imposed is not None:
            left = [_made_missing(self.name, kind, misfits)] if misfits > 0 else []
            return self._as(kind, expression, *left)
        if misfits > 0 or not fitting:
            return self._mixed(kind, counts, misfits, fitting)
        words = [_words_missing(self.name, counts["word"], self.read_as)] if counts["word"] else []
        return self._as(kind, expression, *words)

    def _mixed(self, kind: ColumnType, counts: Counts, misfits: int, fitting: int) -> TypedColumn:
        column = self._as("string", f"nullif({self.source}, '')")
        if fitting and fitting >= _MOSTLY * (counts["filled"] - counts["word"]):
            column.findings.append(_not_all(self.name, kind, misfits, counts["blank"], fitting))
        elif fitting:
            column.findings.append(_changes_late(self.name, kind, misfits, fitting))
        return column

    def _kept_text(self, code: str, why: str) -> TypedColumn:
        finding = Finding(
            code=code,
            severity="info",
            column=self.name,
            message=f"{self.name}: {why}, so the column stays text.",
            fix="Cast it to a number if these are amounts and not codes.",
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
_WORDS: dict[ColumnType, str] = {
    "int64": "numbers",
    "float64": "numbers",
    "boolean": "true or false",
    "date": "dates",
    "timestamp": "dates",
    "string": "text",
}


def _shape_of_type(imposed: ColumnType | None) -> Shape | None:
    return _SHAPES[imposed] if imposed else None


def _day_first(columns: Sequence[_Undecided], counted: dict[str, Counts]) -> bool | None:
    """Let a column that can be read one way only decide for those that can be read both ways."""
    for column in columns:
        counts = counted[column.source]
        best = max((counts[fmt] for fmt in column.formats), default=0)
        orders = {
            fmt.startswith("%d") for fmt in column.formats if counts[fmt] == best and fmt.startswith(("%d", "%m"))
        }
        if len(orders) == 1 and best:
            return orders.pop()
    return None


def _prefer(formats: Sequence[str], day_first: bool | None) -> str:
    unwanted = "%d" if day_first is False else "%m"
    return next((fmt for fmt in formats if not fmt.startswith(unwanted)), formats[0])


def _ambiguity(name: str, chosen: str, fitting: Sequence[str], *, certain: bool) -> list[Finding]:
    if certain or not ({"%d", "%m"} <= {fmt[:2] for fmt in fitting}):
        return []
    order, other = ("day first", "month first") if chosen.startswith("%d") else ("month first", "day first")
    instead = next(fmt for fmt in fitting if fmt[:2] != chosen[:2])
    return [
        Finding(
            code="ambiguous_dates",
            severity="warning",
            column=name,
            message=f"{name}: every date fits both day first and month first; they were read {order} ({chosen}).",
            fix=f"Set the date format to {instead} if the {other.replace(' first', '')} comes first.",
            detail={"read_as": chosen, "or": instead},
        )
    ]


def _not_all(name: str, kind: ColumnType, misfits: int, blank: int, fitting: int) -> Finding:
    what = _WORDS[kind]
    examples = " (blank)" if blank == misfits else f" ({blank:,} of them blank)" if blank else ""
    return Finding(
        code="numbers_as_text" if what == "numbers" else "values_as_text",
        severity="warning",
        column=name,
        message=f"{name}: {misfits:,} values are not {what}{examples} in a column of {what}, so it stays text.",
        fix=f"Use cast to make it {kind}; values that are not {what} become missing.",
        detail={
            "misfits": misfits,
            "blank": blank,
            "fitting": fitting,
            "component": "cast",
            "params": _cast(name, kind),
        },
    )


def _changes_late(name: str, kind: ColumnType, misfits: int, fitting: int) -> Finding:
    return Finding(
        code="type_changes",
        severity="warning",
        column=name,
        message=f"{name} begins with {_WORDS[kind]}, but {misfits:,} later values are none, so it stays text.",
        fix=f"Look at the values; use cast to make it {kind} if the others may become missing.",
        detail={"misfits": misfits, "fitting": fitting, "component": "cast", "params": _cast(name, kind)},
    )


def _words_missing(name: str, count: int, read_as: ReadAs) -> Finding:
    return Finding(
        code="null_words",
        severity="info",
        column=name,
        message=f"{name}: {count:,} words such as {', '.join(read_as.null_values[:2])} were read as missing values.",
        fix="Change null_values if one of them is a value.",
        detail={"count": count},
    )


def _made_missing(name: str, kind: ColumnType, count: int) -> Finding:
    return Finding(
        code="misfits_made_missing",
        severity="warning",
        column=name,
        message=f"{name}: {count:,} values are not {_WORDS[kind]} and became missing, because {kind} was asked for.",
        fix="Leave the type open to keep them as text.",
        detail={"count": count},
    )


def _cast(name: str, kind: ColumnType) -> dict[str, object]:
    return {"columns": [name], "to": kind}
