"""Write rows that follow those of the version before: its files are listed again, and only new ones are written."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds

from engine.errors import DataError
from engine.findings import Finding
from engine.versions.arrow_kinds import is_moment, is_number, is_text
from engine.versions.place import Changes, Place, Written
from engine.versions.replace_rows import small_files, tables_of
from engine.workspace import Workspace
from storage.manifest import Manifest
from storage.schema import DatasetVersion
from storage.table_rules import ROW_ID, stored_batch, stored_schema

REPLACE = "Replace the rows instead, or bring the columns into the form that the dataset has."


def append_rows(
    workspace: Workspace, place: Place, parent: DatasetVersion, batches: Iterable[pa.RecordBatch], schema: pa.Schema
) -> Written:
    """Write the next version of a table, given the rows that are added to it.

    Raises
    ------
    DataError
        When a column does not fit: one that the dataset does not have, or one of another type.
    StorageError
    """
    before = Manifest.from_version(parent)
    old = workspace.files_of(parent, "once")
    kept = pq.read_schema(old[0]).remove_metadata()
    fit = Fit(pa.schema([field for field in kept if field.name != ROW_ID]), stored_schema(schema), parent)
    counted = _Counted(fit.batches(batches), place.first_row)
    again = small_files(before) or (len(before.files) if not before.rows else 0)
    stays = len(before.files) - again

    def tables() -> Iterator[pa.Table]:
        for path in old[stays:]:
            yield from tables_of(path)
        yield from counted.tables()

    tail = workspace.tables.write_numbered(place.dataset_id, place.number, tables(), kept)
    head = Manifest.of(before.columns, before.files[:stays])
    if not counted.rows:
        workspace.tables.remove([file.path for file in tail.files])
        manifest = before
    else:
        manifest = head.appended(tail) if head.files else tail
    changes = Changes(counted.rows, kept=before.rows)
    return Written(manifest, place.first_row + counted.rows, changes, tuple(fit.findings))


class _Counted:
    """Batches with ids that go on from the first free one; `rows` counts them."""

    def __init__(self, batches: Iterable[pa.RecordBatch], first: int) -> None:
        self._batches = batches
        self._first = first
        self.rows = 0

    def tables(self) -> Iterator[pa.Table]:
        for batch in self._batches:
            yield stored_batch(batch, batch.schema, self._first + self.rows)
            self.rows += batch.num_rows


class Fit:
    """Brings rows into the columns of a dataset.

    A column that is missing becomes empty, and a number or date of a narrower type is widened. What would lose
    something, or add a column to rows that are there already, is refused.

    Raises
    ------
    DataError
        Names the columns.
    """

    def __init__(self, wanted: pa.Schema, given: pa.Schema, parent: DatasetVersion) -> None:
        self._wanted = wanted
        self._parent = f"v{parent.number}"
        self._places = {name.casefold(): at for at, name in enumerate(given.names)}
        self._refuse_new(wanted, given)
        for field in wanted:
            at = self._places.get(field.name.casefold())
            if at is not None and not _widens(given.field(at).type, field.type):
                raise self._other_type(given.field(at).type, field)
        self.findings = [_filled(name) for name in wanted.names if name.casefold() not in self._places]

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows in the wanted columns.

        Raises
        ------
        DataError
            Names the value that does not fit.
        """
        rows = 0
        for batch in batches:
            arrays = [self._column(batch, field, rows) for field in self._wanted]
            yield pa.RecordBatch.from_arrays(arrays, schema=self._wanted)
            rows += batch.num_rows

    def _column(self, batch: pa.RecordBatch, field: pa.Field, rows: int) -> pa.Array:
        at = self._places.get(field.name.casefold())
        if at is None:
            return pa.nulls(batch.num_rows, field.type)
        values = batch.column(at)
        if is_text(values.type) and not is_text(field.type):
            if values.null_count < len(values):
                raise self._other_type(values.type, field)
            return pa.nulls(len(values), field.type)
        try:
            return values.cast(field.type)
        except pa.ArrowException as error:
            raise DataError(
                f"Column {field.name!r} does not fit {field.type}, which it is in {self._parent}, behind row {rows:,}: "
                f"{error}.",
                hint=REPLACE,
                field=field.name,
            ) from error

    def _other_type(self, found: pa.DataType, field: pa.Field) -> DataError:
        return DataError(
            f"Column {field.name!r} holds {found} here and {field.type} in {self._parent}: the rows cannot be added.",
            hint=REPLACE,
            field=field.name,
        )

    def _refuse_new(self, wanted: pa.Schema, given: pa.Schema) -> None:
        known = {name.casefold() for name in wanted.names}
        new = [name for name in given.names if name.casefold() not in known]
        if new:
            raise DataError(
                f"The rows cannot be added: {self._parent} has no column {', '.join(map(repr, new[:10]))}.",
                hint="Leave the column out, or replace the rows of the dataset instead.",
                field=new[0],
            )


def _widens(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values of one type may be kept as another one without losing anything.

    Numbers are tried value by value: 3.0 is a whole number, 3.5 is none. So are texts, because a column without any
    value has no other type.
    """
    if given == wanted or kinds.is_null(given) or is_text(given):
        return True
    if is_number(given) and is_number(wanted):
        return True
    return bool(kinds.is_timestamp(wanted)) and is_moment(given)


def _filled(name: str) -> Finding:
    return Finding(
        code="column_filled",
        severity="warning",
        column=name,
        message=f"The new rows have no column {name}; it is empty in them.",
        fix="Import rows that have it, if they should.",
    )
