"""Write the rows of an output into a database."""

from typing import Any

import pyarrow.parquet as pq

from components.base.output import WriteDatabase
from engine.cache import Entry
from engine.errors import InvalidSetting
from engine.execute.work import TABLE
from engine.work.assignment import Assignment
from engine.work.origin import Origin
from storage.foreign import write_table

BATCH_ROWS = 5_000


def write_database(assignment: Assignment, origin: Origin, deed: WriteDatabase, entry: Entry) -> dict[str, Any]:
    """Write the rows in one transaction.

    Raises
    ------
    InvalidSetting
        When nobody said that the connection may write.
    StorageError
        When the database refuses: then nothing was written.
    """
    workspace = assignment.workspace
    with workspace.database.read() as uow:
        may_write = uow.connections.by_name(deed.connection).writes
    if not may_write:
        raise InvalidSetting(
            f"The connection {deed.connection!r} may only read.",
            hint="Add it again with --allow-writes.",
            field="connection",
        )
    foreign = workspace.outside.foreign(deed.connection)
    what = {"table": deed.table, "mode": deed.mode, "run": origin.run.id}

    def begin(uow: Any) -> None:
        # A late attempt must not write a second time.
        uow.jobs.owned(assignment.job.id, assignment.worker, assignment.job.attempt)
        uow.audit.record("local", "connection written", f"connection {deed.connection}", what)

    workspace.database.transact(begin)
    stored = pq.ParquetFile(entry.path(TABLE))
    rows = write_table(
        foreign, deed.table, deed.mode, stored.schema_arrow, stored.iter_batches(BATCH_ROWS), deed.folder
    )
    message = f"{rows:,} rows written to {deed.table} of {deed.connection}"
    return {"kind": "database", "connection": deed.connection, "table": deed.table, "rows": rows, "message": message}
