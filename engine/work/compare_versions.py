"""Compare two versions of a dataset: their columns, their rows, and how their values moved."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.cache import bytes_in
from engine.errors import UnknownColumn
from engine.versions.drift import Drift, drift_of
from engine.versions.row_changes import RowChanges, RowCounts, Side
from engine.versions.scratch import files_as_rows, opened_scratch
from engine.work.assignment import Assignment
from engine.workspace import Workspace
from storage.manifest import File, Manifest
from storage.schema import DatasetVersion
from storage.table_rules import ROW_ID

KEPT = ("added", "removed", "changed")


def compare_versions(assignment: Assignment) -> dict[str, Any]:
    """Compare ``payload["left"]`` and ``payload["right"]`` of ``payload["name"]``, and keep what was found.

    Returns
    -------
    dict
        ``fingerprint``: of the cache's entry with the summary and some rows of each kind.

    Raises
    ------
    DamagedFile, RunError
    UnknownColumn
        When a column of the key is not in both.
    """
    workspace, payload = assignment.workspace, assignment.payload
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(payload["name"])
        left, right = (uow.datasets.version(dataset.id, payload[side]) for side in ("left", "right"))
    key, fingerprint = payload["key"], payload["fingerprint"]
    if workspace.cache.get(fingerprint) is None:
        assignment.tell(0.05, "Reading both versions", always=True)
        comparison = _Comparison(workspace, left, right, key)
        with workspace.cache.writing() as folder, workspace.cache.writing() as aside:
            summary = comparison.write(assignment, folder, aside)
            meta = {"rows": summary["shown"], "bytes": bytes_in(folder), "summary": summary}
            workspace.cache.keep(fingerprint, folder, meta)
    return {"fingerprint": fingerprint}


class _Comparison:
    def __init__(self, workspace: Workspace, left: DatasetVersion, right: DatasetVersion, key: Sequence[str]) -> None:
        self._workspace, self._key = workspace, key
        self._versions = left, right
        self._manifests = tuple(Manifest.from_version(version) for version in (left, right))
        self._paths = tuple(workspace.files_of(version, "once") for version in (left, right))
        self._schemas = tuple(pq.read_schema(paths[0]).remove_metadata() for paths in self._paths)
        for name in key:
            if not all(name in schema.names for schema in self._schemas):
                raise UnknownColumn(
                    f"The key {name!r} is not a column of both versions.", hint="Choose another key.", field=name
                )

    def write(self, assignment: Assignment, folder: Path, aside: Path) -> dict[str, Any]:
        """Write some rows of each kind, and tell what was found."""
        left, right = self._sides()
        with opened_scratch(self._workspace, aside) as connection:
            changes = RowChanges(connection, left, right, self._key)
            assignment.tell(0.1, "Comparing rows", always=True)
            counts = changes.count()
            assignment.tell(0.5, "Keeping what changed", always=True)
            changes.keep(folder, counts)
            assignment.tell(0.7, "Comparing values", always=True)
            relations = [files_as_rows(paths) for paths in self._paths]
            drifts = drift_of(connection, relations[0], relations[1], (self._schemas[0], self._schemas[1]))
        shown = {name: pq.read_metadata(folder / f"{name}.parquet").num_rows for name in KEPT}
        return self._summary(counts, drifts) | {"shown": shown}

    def _sides(self) -> tuple[Side, Side]:
        """Without the files that both list: their rows are the same."""
        listed = [{file.path for file in manifest.files} for manifest in self._manifests]
        shared = listed[0] & listed[1]
        left, right = (self._side(at, shared) for at in (0, 1))
        return left, right

    def _side(self, at: int, shared: set[str]) -> Side:
        own: list[tuple[File, Path]] = [
            pair for pair in zip(self._manifests[at].files, self._paths[at], strict=True) if pair[0].path not in shared
        ]
        return Side([path for _, path in own], sum(file.rows for file, _ in own), self._schemas[at])

    def _summary(self, counts: RowCounts, drifts: dict[str, Drift]) -> dict[str, Any]:
        left, right = self._versions
        return {
            "left": left.number,
            "right": right.number,
            "key": [*self._key],
            "same": left.sha256 == right.sha256,
            "schema": _schema_changes(*self._schemas),
            "rows": {
                "left": left.rows,
                "right": right.rows,
                "added": counts.added,
                "removed": counts.removed,
                "changed": counts.changed,
                "kept": right.rows - counts.added - counts.changed,
            },
            "columns": [_column(name, counts.cells.get(name, 0), drift) for name, drift in drifts.items()],
        }


def _schema_changes(left: pa.Schema, right: pa.Schema) -> dict[str, Any]:
    before = {field.name: str(field.type) for field in left if field.name != ROW_ID}
    after = {field.name: str(field.type) for field in right if field.name != ROW_ID}
    both = [name for name in after if name in before]
    return {
        "added": [{"name": name, "type": after[name]} for name in after if name not in before],
        "removed": [{"name": name, "type": before[name]} for name in before if name not in after],
        "retyped": [
            {"name": name, "before": before[name], "after": after[name]} for name in both if before[name] != after[name]
        ],
    }


def _column(name: str, cells: int, drift: Drift) -> dict[str, Any]:
    return {
        "name": name,
        "cells": cells,
        "missing": list(drift.missing),
        "mean": list(drift.mean),
        "psi": drift.psi,
        "shift": drift.shift,
        "new": drift.new[:20],
        "new_count": len(drift.new),
        "lost": drift.lost[:20],
        "lost_count": len(drift.lost),
    }
