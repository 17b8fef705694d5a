"""Rows that two versions are asked for a replay: the last requests of an endpoint, else rows kept with a model."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from components.ports import ROW
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.evaluation.evidence import read_evidence
from engine.serve.evidence import EVIDENCE
from engine.serve.replay import Rows
from engine.serve.scorer import Scorer
from engine.workspace import Workspace
from storage.served import AT, ID, KEY, ROLE

MOST = 2_000
"""Requests that are replayed."""
MOST_FILES = 400
MEMORY_MB = 512


def last_requests(workspace: Workspace, endpoint_id: str, live: Scorer, versions: Sequence[str]) -> Rows | None:
    """The last records that these versions answered, with the fields of the one that is live.

    Returns
    -------
    Rows
        None where nothing was kept, or not all of its fields.
    """
    try:
        return _last_requests(workspace, endpoint_id, live, versions)
    except FileNotFoundError:  # files were joined to one since they were listed
        return _last_requests(workspace, endpoint_id, live, versions)


def _last_requests(workspace: Workspace, endpoint_id: str, live: Scorer, versions: Sequence[str]) -> Rows | None:
    names = [field.name for field in live.fields]
    tables = [
        table
        for version_id in versions
        if (table := _logged(workspace, workspace.served.files(endpoint_id, version_id), names)) is not None
    ]
    if not tables:
        return None
    joined = pa.concat_tables(tables, promote_options="permissive")
    rows = joined.sort_by([(AT, "descending")]).slice(0, MOST)
    keys = [key or "" for key in rows.column(KEY).to_pylist()]
    times = rows.column(AT).to_pylist()
    words = f"the last {rows.num_rows:,} records, from {times[-1]:%Y-%m-%d %H:%M} to {times[0]:%Y-%m-%d %H:%M} UTC"
    return Rows("log", rows.select(names), rows.column(ID).to_pylist(), keys, words)


def _logged(workspace: Workspace, files: Sequence[Path], names: Sequence[str]) -> pa.Table | None:
    """The newest answered rows of one version; None where there are none, or not with these fields."""
    newest = _enough(list(reversed(files)))
    if not newest or not set(names) <= set(pq.read_schema(newest[0]).names):
        return None
    with _database(workspace, newest) as backend:
        table = backend.read(newest)
        if not set(names) <= set(table.columns):
            return None
        answered = table.filter(table[ROLE] == "live").order_by(table[AT].desc()).limit(MOST)
        rows = backend.collect(answered.select(ID, AT, KEY, *names))
    return rows if rows.num_rows else None


def _enough(files: Sequence[Path]) -> list[Path]:
    """The first files that together have rows enough; shadows have rows in them, too."""
    taken, rows = list[Path](), 0
    for file in files[:MOST_FILES]:
        try:
            rows += pq.read_metadata(file).num_rows
        except FileNotFoundError:  # made part of a larger file, or too old, since it was listed
            continue
        taken.append(file)
        if rows >= 3 * MOST:
            break
    return taken


def logged_records(workspace: Workspace, files: Sequence[Path], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What was asked, by the ids of predictions; what is not kept any more is left out."""
    try:
        with _database(workspace, files) as backend:
            table = backend.read(files)
            found = backend.collect(table.filter(table[ID].isin(list(ids))))
    except (duckdb.Error, FileNotFoundError):
        return {}
    names = [name for name in found.column_names if not name.startswith("__cb_")]
    return dict(zip(found.column(ID).to_pylist(), found.select(names).to_pylist(), strict=True))


def kept_rows(
    workspace: Workspace, models: Mapping[str, tuple[Scorer, Mapping[str, Path]]], why: str
) -> tuple[str, Rows] | None:
    """Held-out rows kept with the first of the models whose rows have the fields of all of them.

    Parameters
    ----------
    models
        Id of a version → its scorer and its files.
    why
        Why it is not the log.

    Returns
    -------
    tuple
        The id of the version whose rows they are, and the rows; None where no model kept such rows.
    """
    wanted = {field.name for scorer, _ in models.values() for field in scorer.fields}
    for version_id, (_, files) in models.items():
        if EVIDENCE not in files:
            continue
        with _database(workspace, [files[EVIDENCE]]) as backend:
            held_out = read_evidence(files, backend).held_out()
        known = wanted & set(held_out.column_names)
        if known == wanted and held_out.num_rows:
            rows = held_out.slice(0, MOST)
            words = f"{rows.num_rows:,} held-out rows of the training data, because {why}"
            names = [name for name in rows.column_names if name in wanted]
            return version_id, Rows("held-out rows", rows.select(names), rows.column(ROW).to_pylist(), (), words)
    return None


def kept_records(
    workspace: Workspace, files: Mapping[str, Path], names: Sequence[str], ids: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Rows kept with a model, by their ids."""
    if EVIDENCE not in files:
        return {}
    with _database(workspace, [files[EVIDENCE]]) as backend:
        held_out = read_evidence(files, backend).held_out()
    rows = held_out.filter(pc.is_in(held_out.column(ROW), pa.array(ids, held_out.column(ROW).type)))
    shown = [name for name in names if name in rows.column_names]
    return dict(zip(rows.column(ROW).to_pylist(), rows.select(shown).to_pylist(), strict=True))


@contextmanager
def _database(workspace: Workspace, readable: Sequence[Path]) -> Iterator[DuckDBBackend]:
    limits = Limits(MEMORY_MB, workspace.settings.run_threads)
    with closing(DuckDBBackend(limits, readable, workspace.cache.root)) as backend, backend.plain_errors():
        yield backend
