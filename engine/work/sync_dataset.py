"""Bring what is new in the source of a sync into a new version of its dataset."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

import pyarrow as pa

from engine.findings import Finding
from engine.reading.reading import Tell
from engine.reading.scratch import scratch_in
from engine.sources import Incoming, Watermark, check_standing, greatest, open_newer, open_source, read_source
from engine.versions.held_to_rules import hold_to_rules
from engine.versions.new_version import Mode, NewVersion, Place, caught_up, find_place, write_rows
from engine.versions.schema_changes import refusal, schema_changes
from engine.work.assignment import Assignment
from engine.work.import_dataset import Look, added_to, first_step, measured, reported
from engine.workspace import Workspace
from storage.manifest import Manifest
from storage.schema import Sync
from storage.table_rules import columns_of, stored_schema
from storage.unit_of_work import UnitOfWork

ASKED_BY = {"hand": "asked for by a person", "schedule": "by its schedule", "retry": "by its schedule, tried again"}
NOTHING_BEYOND = "No row lies beyond {column} {value}."
NO_ROWS = "The source gave no rows."
SAME = "The source has the same {rows:,} rows as v{version}."
BLOCKED = "The columns of the source have changed, and this sync stops when they do."
BLOCKED_HINT = (
    "Let the sync take changed columns over, or put the source right, and sync again. The dataset is as it was."
)
WIDER = "Rows cannot be appended to a table that lacks some of their columns."
WIDER_HINT = "Let the sync replace the whole table, or put the source right, and sync again. The dataset is as it was."


@dataclass(frozen=True)
class Synced:
    """What came of it: a version, or why there is none."""

    message: str
    rows: int = 0
    changes: tuple[Finding, ...] = ()
    made: NewVersion | None = None


def sync_dataset(assignment: Assignment) -> dict[str, Any]:
    """Do the sync run ``payload["sync_run_id"]``.

    Returns
    -------
    dict
        ``dataset, version, rows, message``; the version is None where there was nothing new.

    Raises
    ------
    SchemaChanged
        When the columns are others, and the sync is to stop then.
    UnreadableFile, DataError, StorageError
    """
    started = time.monotonic()
    run_id = assignment.payload["sync_run_id"]
    sync, name, asked_by = _begin(assignment, run_id)
    place = find_place(assignment.workspace, name)
    assignment.tell(0.0, first_step(read_source(sync.source)), always=True)
    look = Look(assignment)
    opened = _opened(assignment.workspace, sync, place, look.tell)
    with scratch_in(assignment.workspace.cache.root), opened as (incoming, mark):
        synced = _synced(look, sync, place, incoming, mark)
    actor = "local" if asked_by == "hand" else "schedule"
    if synced.made is not None:
        synced.made.source["sync"] = ASKED_BY[asked_by]
    result = {"dataset": name, "version": None, "rows": synced.rows, "message": synced.message}

    def keep(uow: UnitOfWork) -> None:
        if synced.made is not None:
            result["version"] = synced.made.keep(uow).number
            uow.audit.record(actor, "dataset synced", f"dataset {name}", {"version": result["version"]})
        findings = [finding.model_dump(mode="json") for finding in synced.changes]
        told = {"rows": synced.rows, "message": synced.message, "findings": findings}
        seconds = time.monotonic() - started
        uow.syncs.succeed(run_id, version_number=result["version"], seconds=seconds, **told)

    assignment.finish.append(keep)
    if synced.made is not None:
        assignment.afterwards.append(partial(synced.made.tidy, assignment.workspace))
    return result


def _begin(assignment: Assignment, run_id: str) -> tuple[Sync, str, str]:
    def begin(uow: UnitOfWork) -> tuple[Sync, str, str]:
        job = uow.jobs.owned(assignment.job.id, assignment.worker, assignment.job.attempt)
        uow.syncs.follow([job])
        run = uow.syncs.get_run(run_id)
        sync = uow.syncs.get(run.sync_id)
        return sync, uow.datasets.get(sync.dataset_id).name, run.asked_by

    return assignment.workspace.database.transact(begin)


@contextmanager
def _opened(workspace: Workspace, sync: Sync, place: Place, tell: Tell) -> Iterator[tuple[Incoming, Watermark | None]]:
    """The rows that may be new, and the mark they are beyond."""
    source = read_source(sync.source)
    check_standing(workspace, source)
    files = workspace.files_of(place.parent) if place.parent else []
    value = greatest(files, sync.watermark) if sync.watermark and files else None
    overrides = added_to(place.parent, source, sync.overrides) if sync.mode == "append" else sync.overrides
    if sync.watermark is None or value is None:
        with open_source(workspace, source, overrides, tell) as incoming:
            yield incoming, None
        return
    mark = Watermark(sync.watermark, value)
    with open_newer(workspace, source, overrides, mark, files, tell) as incoming:
        yield incoming, mark


def _synced(look: Look, sync: Sync, place: Place, incoming: Incoming, mark: Watermark | None) -> Synced:
    assignment = look.assignment
    changes = _changes(sync, place, incoming)
    mode: Mode = "append" if sync.mode == "append" else "replace"
    counted = _Counted(reported(assignment, incoming, look.done))
    first = next((batch for batch in counted if batch.num_rows), None)
    if first is None and place.parent is not None and (mark is not None or mode == "append"):
        nothing = NOTHING_BEYOND.format(column=mark.column, value=mark.value) if mark else NO_ROWS
        return Synced(nothing, changes=changes)
    batches = chain([first] if first is not None else [], counted)
    written = write_rows(assignment.workspace, place, batches, incoming.reading.schema, mode)
    parent = place.parent
    if parent is not None and written.manifest.sha256 == parent.sha256:  # the very files: none was written
        return Synced(SAME.format(rows=parent.rows, version=parent.number), changes=changes)
    told = {"origin": {"source": sync.source, "overrides": sync.overrides}}
    made = measured(assignment, place, written, incoming, told)
    if mark is None:  # with a mark, rows could come twice: `keep` refuses, and the next try begins at the new mark
        made = caught_up(assignment.workspace, made, mode)
    made = hold_to_rules(assignment.workspace, replace(made, findings=[*made.findings, *changes]))
    return Synced(_words(counted.rows, mode, mark), counted.rows, changes, made)


def _changes(sync: Sync, place: Place, incoming: Incoming) -> tuple[Finding, ...]:
    """How the columns differ from the latest version's.

    Raises
    ------
    SchemaChanged
    """
    if place.parent is None:
        return ()
    before = Manifest.from_version(place.parent).columns
    changes = schema_changes(before, columns_of(stored_schema(incoming.reading.schema)))
    if changes and sync.on_schema_change == "block":
        raise refusal(changes, because=BLOCKED, hint=BLOCKED_HINT)
    added = [change for change in changes if change.code == "column_added"]
    if added and sync.mode == "append":
        raise refusal(added, because=WIDER, hint=WIDER_HINT)
    return tuple(changes)


def _words(rows: int, mode: Mode, mark: Watermark | None) -> str:
    amount = "1 row" if rows == 1 else f"{rows:,} rows"
    if mark is not None:
        verb = "appended" if mode == "append" else "taken"
        return f"{amount} beyond {mark.column} {mark.value} {verb}."
    return f"{amount} appended." if mode == "append" else f"{amount}, the whole table."


class _Counted:
    """Batches, and how many rows they had."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        batch = next(self._batches)
        self.rows += batch.num_rows
        return batch
