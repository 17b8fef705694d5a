"""Several files read as one table: columns are matched by name, and every difference is told."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import pyarrow as pa

from engine.errors import DataError
from engine.findings import Finding
from engine.reading import Column, Inspection, ReadAs, Reading, Rejected, UnreadableFile, detect, inspect, read
from engine.reading.column_types import EITHER_ORDER
from engine.reading.left_out import LeftOut
from engine.reading.limits import KEPT_REJECTED, PREVIEW_ROWS
from engine.reading.read_as import ColumnType
from engine.reading.reading import ARROW_TYPES, Tell, part_of, untold
from engine.sources.file_list import NamedFile

MOST_INSPECTED = 20
_SAID = 3
"""Of so many files a finding is told one by one."""
_WIDER: dict[frozenset[ColumnType], ColumnType] = {
    frozenset(("int64", "float64")): "float64",
    frozenset(("date", "timestamp")): "timestamp",
}


@dataclass(frozen=True)
class Seen:
    """One of the files, as it would be read alone."""

    file: NamedFile
    read_as: ReadAs
    columns: tuple[Column, ...]
    empty: frozenset[str]
    date_formats: Mapping[str, str]
    findings: tuple[Finding, ...]

    def column(self, name: str) -> Column | None:
        """The column of this name, whatever its case."""
        return next((column for column in self.columns if column.name.casefold() == name.casefold()), None)


@dataclass
class Together:
    """The rows of all files, one after the other: what an `Incoming` reads.

    Attributes
    ----------
    findings, rejected, rejected_count, left_out
        Complete behind the last batch; each names its file.
    """

    seen: Sequence[Seen]
    columns: Sequence[Column]
    name_column: str | None
    findings: list[Finding]
    rejected: list[Rejected] = field(default_factory=list)
    rejected_count: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def schema(self) -> pa.Schema:
        """Of every batch."""
        fields = [(column.name, ARROW_TYPES[column.type]) for column in self.columns]
        return pa.schema([*([(self.name_column, pa.string())] if self.name_column else []), *fields])

    @property
    def told(self) -> dict[str, Any]:
        """How the first file is read: the others are looked at anew, each for itself."""
        return self.seen[0].read_as.model_dump(mode="json")

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """The rows of all files, in their order."""
        for one in self.seen:
            with _reading(one, self.columns) as reading:
                for batch in reading.batches():
                    yield self._fitted(batch, one)
            self._note(reading, one.file.name)

    def _fitted(self, batch: pa.RecordBatch, one: Seen) -> pa.RecordBatch:
        arrays = [pa.repeat(pa.scalar(one.file.name), len(batch))] if self.name_column else []
        for column in self.columns:
            own, kind = one.column(column.name), ARROW_TYPES[column.type]
            if own is None or own.name in one.empty:
                arrays.append(pa.nulls(len(batch), kind))
            else:
                values = batch.column(own.name)
                arrays.append(values if values.type == kind else values.cast(kind))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _note(self, reading: Reading, file: str) -> None:
        self.rejected_count += reading.rejected_count
        room = KEPT_REJECTED - len(self.rejected)
        self.rejected += [line.model_copy(update={"file": file}) for line in reading.rejected[:room]]
        if reading.left_out is not None:
            self.left_out.add_all(reading.left_out, file)


def read_together(
    files: Sequence[NamedFile], overrides: Mapping[str, Any] | None, name_column: str | None, tell: Tell = untold
) -> Together:
    """Look at all files, and settle the columns of the table that they make.

    Parameters
    ----------
    tell
        Is told which share of all their bytes was looked at.

    Raises
    ------
    UnreadableFile
        Naming the file that cannot be read, or does not belong to the others.
    """
    sizes = [file.path.stat().st_size for file in files]
    ends = [end / max(sum(sizes), 1) for end in accumulate(sizes)]
    parts = [part_of(tell, begin, end) for begin, end in pairwise([0.0, *ends])]
    return _together([_seen(file, overrides, part) for file, part in zip(files, parts, strict=True)], name_column)


def inspect_together(
    files: Sequence[NamedFile], overrides: Mapping[str, Any] | None, name_column: str | None
) -> Inspection:
    """What the files would give, from the first rows of each.

    Raises
    ------
    UnreadableFile
    """
    found = []
    for file in files[:MOST_INSPECTED]:
        with _naming(file):
            found.append(inspect(file.path, overrides))
    pairs = list(zip(files, found, strict=False))
    together = _together([_from_inspection(file, one) for file, one in pairs], name_column)
    rejected = [line.model_copy(update={"file": file.name}) for file, one in pairs for line in one.rejected]
    names = [Column(name=name_column, type="string")] if name_column else []
    return Inspection(
        read_as=found[0].read_as,
        columns=(*names, *together.columns),
        preview=tuple(_preview(pairs, together)),
        findings=(*together.findings, *_not_looked_at(files)),
        sheets=found[0].sheets,
        date_formats={name: fmt for one in found for name, fmt in one.date_formats.items()},
        rejected=tuple(rejected[:KEPT_REJECTED]),
        rejected_count=sum(one.rejected_count for one in found),
    )


class _naming:  # noqa: N801  reads as a statement
    """Let an error name the file that it is about."""

    def __init__(self, file: NamedFile) -> None:
        self._file = file

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnreadableFile):
            raise type(error)(f"{self._file.name}: {error.message}", hint=error.hint, field=error.field) from error


def _seen(file: NamedFile, overrides: Mapping[str, Any] | None, tell: Tell) -> Seen:
    with _naming(file):
        read_as, noticed = detect(file.path, overrides)
        with read(file.path, read_as, tell=tell) as reading:
            findings = (*noticed, *reading.findings)
            return Seen(file, read_as, reading.columns, reading.empty, reading.date_formats, findings)


def _from_inspection(file: NamedFile, one: Inspection) -> Seen:
    return Seen(file, one.read_as, one.columns, frozenset(one.empty), one.date_formats, one.findings)


def _together(seen: Sequence[Seen], name_column: str | None) -> Together:
    seen, about_dates = _same_order_of_dates(seen)
    names: dict[str, str] = {}
    for one in seen:
        for column in one.columns:
            names.setdefault(column.name.casefold(), column.name)
    _refuse_strangers(seen)
    if name_column is not None and name_column.casefold() in names:
        raise DataError(f"The files have a column {name_column!r} already.", hint="Choose another name for it.")
    findings = [*_of_files(seen), *about_dates]
    columns = []
    for name in names.values():
        kind, about = _type_of(name, seen)
        columns.append(Column(name=name, type=kind))
        findings += [*about, *_missing(name, seen)]
    return Together(seen, columns, name_column, findings)


def _reading(one: Seen, columns: Sequence[Column]) -> Reading:
    """Read a file with the types of the whole table, where its own texts are still there to be read so."""
    texts = {
        own.name: column.type
        for column in columns
        if (own := one.column(column.name)) and own.type != column.type and own.name not in one.empty
    }
    imposed = {**one.read_as.types, **texts} if one.read_as.format in ("csv", "excel") else one.read_as.types
    with _naming(one.file):
        return read(one.file.path, one.read_as.model_copy(update={"types": imposed}))


def _type_of(name: str, seen: Sequence[Seen]) -> tuple[ColumnType, list[Finding]]:
    found = [(one.file.name, own) for one in seen if (own := one.column(name)) and own.name not in one.empty]
    kinds: frozenset[ColumnType] = frozenset(own.type for _, own in found)
    if len(kinds) < 2:
        return next(iter(kinds), "string"), []
    kind = _WIDER.get(kinds, "string")
    examples = {own.type: file for file, own in reversed(found)}
    told = ", ".join(f"{of} in {file}" for of, file in examples.items())
    finding = Finding(
        code="types_differ",
        severity="info" if kind != "string" else "warning",
        column=name,
        message=f"{name} is {told}; it was read as {kind}.",
        fix=None if kind != "string" else "Look at the files that differ: their values may be of another sort.",
        detail={"types": examples, "read_as": kind},
    )
    return kind, [finding]


def _missing(name: str, seen: Sequence[Seen]) -> Iterator[Finding]:
    without = [one.file.name for one in seen if one.column(name) is None]
    if without:
        yield Finding(
            code="missing_column",
            severity="warning",
            column=name,
            message=f"{name} is missing in {_some(without)}: its values are missing there.",
            fix="Check whether it has another name in these files.",
            detail={"files": without[:50], "count": len(without)},
        )


def _refuse_strangers(seen: Sequence[Seen]) -> None:
    first = {column.name.casefold() for column in seen[0].columns}
    for one in seen[1:]:
        if not first & {column.name.casefold() for column in one.columns}:
            raise UnreadableFile(
                f"{one.file.name} has no column in common with {seen[0].file.name}.",
                hint="Choose files of one table, or check how their header is read.",
            )


def _same_order_of_dates(seen: Sequence[Seen]) -> tuple[list[Seen], list[Finding]]:
    """Dates that can be read both ways in one file are read as another file shows that they are meant."""
    doubtful = {
        (one.file.name, finding.column) for one in seen for finding in one.findings if finding.code == "ambiguous_dates"
    }
    orders = {
        fmt[:2]
        for one in seen
        for name, fmt in one.date_formats.items()
        if fmt.startswith(EITHER_ORDER) and (one.file.name, name) not in doubtful
    }
    if not doubtful or len(orders) != 1:
        both = "Some files have the day first and some the month first; look at the dates of each."
        differ = [Finding(code="dates_differ", severity="warning", message=both)] if len(orders) > 1 else []
        return list(seen), differ
    day_first = orders == {"%d"}
    settled = [
        Seen(
            one.file,
            one.read_as.model_copy(update={"day_first": day_first}),
            one.columns,
            one.empty,
            one.date_formats,
            tuple(finding for finding in one.findings if finding.code != "ambiguous_dates"),
        )
        for one in seen
    ]
    return settled, []


def _of_files(seen: Sequence[Seen]) -> Iterator[Finding]:
    """What was noticed in single files; what many of them share is told of the first few."""
    said: Counter[tuple[str, str | None]] = Counter()
    for one in seen:
        for finding in one.findings:
            key = (finding.code, finding.column)
            said[key] += 1
            if said[key] <= _SAID:
                detail = {**finding.detail, "file": one.file.name}
                yield finding.model_copy(update={"message": f"{one.file.name}: {finding.message}", "detail": detail})
    for (code, column), count in said.items():
        if count > _SAID:
            message = f"{count - _SAID:,} more files have the finding {code.replace('_', ' ')!r}."
            yield Finding(code="more_files", severity="warning", column=column, message=message)


def _preview(pairs: Sequence[tuple[NamedFile, Inspection]], together: Together) -> Iterator[dict[str, Any]]:
    each = max(5, PREVIEW_ROWS // len(pairs))
    for (file, one), seen in zip(pairs, together.seen, strict=True):
        for row in one.preview[:each]:
            own = {column.name: seen.column(column.name) for column in together.columns}
            names = {together.name_column: file.name} if together.name_column else {}
            yield {**names, **{name: row.get(found.name) if found else None for name, found in own.items()}}


def _not_looked_at(files: Sequence[NamedFile]) -> Iterator[Finding]:
    if len(files) > MOST_INSPECTED:
        message = f"The first {MOST_INSPECTED} of {len(files):,} files were looked at; the rest is checked while read."
        yield Finding(code="head_inspected", severity="info", message=message)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SAID]) + (f" and {len(names) - _SAID:,} more files" if len(names) > _SAID else "")
