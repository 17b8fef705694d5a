"""Let an endpoint's model answer a whole dataset or file, as a new version of a dataset."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.reading import ahead, inspect
from engine.reading.scratch import scratch_in
from engine.serve.answered_rows import ROWS_AT_ONCE, AnsweredRows
from engine.serve.fields import Field
from engine.serve.scorer import Scorer, load_scorer
from engine.sources import FileSource, open_source, read_source
from engine.versions.held_to_rules import hold_to_rules
from engine.versions.new_version import NewVersion, caught_up, find_place, measure, write_rows
from engine.work.assignment import Assignment
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage.schema import DatasetVersion, ModelVersion, Scoring
from storage.table_rules import ROW_ID
from storage.unit_of_work import UnitOfWork

ANSWERING = 0.8
"""The share of the work that answering is; the rest is putting the rows down and measuring them."""
TYPED = frozenset({".parquet", ".arrow", ".feather", ".arrows", ".ipc"})


@dataclass(frozen=True)
class Rows:
    """Rows that are to be answered.

    Parameters
    ----------
    total
        How many there are, where that is known; else progress is told by bytes.
    told
        Where they come from, in words.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    told: str
    total: int | None = None
    bytes: int | None = None


def score_batch(assignment: Assignment) -> dict[str, Any]:
    """Do the scoring ``payload["scoring_id"]``.

    Returns
    -------
    dict
        ``dataset, version, rows, unanswered, endpoint, model, source``

    Raises
    ------
    InvalidRecord
        Naming the first records that cannot be answered, where one is strict.
    DataError, UnreadableFile, StorageError
    """
    workspace = assignment.workspace
    scoring, endpoint, answering, version = _asked(workspace, assignment.payload["scoring_id"])
    assignment.tell(0.0, "Loading the model", always=True)
    scorer = load_scorer(verified_files(workspace, answering))
    with scratch_in(workspace.cache.root), _opened(workspace, scoring, version, scorer.fields) as rows:
        place = find_place(workspace, scoring.into)
        answered = AnsweredRows(scorer, rows.schema, scoring.model, strict=scoring.strict)
        written = write_rows(workspace, place, _reported(assignment, rows, answered), answered.schema)
        told = rows.told
    assignment.tell(0.9, "Profiling", always=True)
    source = {
        "endpoint": endpoint,
        "model": scoring.model,
        "rows of": told,
        "scoring_id": scoring.id,
        "model_version_id": answering.id,
        "dataset_versions": [version.id] if version is not None else [],
    }
    made = NewVersion(place, written, measure(workspace, written.manifest), source, _about(endpoint, scorer))
    made = hold_to_rules(workspace, caught_up(workspace, made, "replace"))
    counts = {"rows": answered.rows, "unanswered": answered.unanswered}
    result = {"dataset": scoring.into, "endpoint": endpoint, "model": scoring.model, "source": told, **counts}

    def keep(uow: UnitOfWork) -> None:
        kept = made.keep(uow)
        result["version"] = kept.number
        uow.batches.finish(scoring.id, kept, **counts)
        detail = {"dataset": scoring.into, "version": kept.number, "model": scoring.model, "rows of": told}
        uow.audit.record("local" if scoring.asked_by == "hand" else "schedule", "dataset scored", endpoint, detail)

    assignment.finish.append(keep)
    assignment.afterwards.append(partial(made.tidy, workspace))
    file = _file_of(scoring)
    if file is not None and file.path.is_relative_to(workspace.uploads.resolve()):
        assignment.afterwards.append(partial(file.path.unlink, missing_ok=True))
    return result


def _asked(workspace: Workspace, scoring_id: str) -> tuple[Scoring, str, ModelVersion, DatasetVersion | None]:
    """What is asked for: the scoring, its endpoint's name, who answers, and the version that is read."""
    with workspace.database.read() as uow:
        scoring = uow.batches.scoring(scoring_id)
        endpoint = uow.endpoints.get(scoring.endpoint_id).name
        answering = uow.models.get_version(scoring.model_version_id or "")
        source = scoring.source_version_id
        return scoring, endpoint, answering, uow.datasets.get_version(source) if source else None


def _file_of(scoring: Scoring) -> FileSource | None:
    if "file" not in scoring.source:
        return None
    source = read_source(scoring.source["file"])
    return source if isinstance(source, FileSource) else None


@contextmanager
def _opened(
    workspace: Workspace, scoring: Scoring, version: DatasetVersion | None, fields: tuple[Field, ...]
) -> Iterator[Rows]:
    file = _file_of(scoring)
    if file is not None:
        with open_source(workspace, file, {"types": _texts(file, fields)}) as incoming:
            reading = incoming.reading
            yield Rows(reading.schema, ahead(reading.batches()), file.called, incoming.rows, incoming.bytes)
        return
    assert version is not None  # noqa: S101  a scoring reads a file or a version
    paths = workspace.files_of(version, "once")
    schema = pq.read_schema(paths[0]).remove_metadata()
    schema = schema.remove(schema.get_field_index(ROW_ID))
    batches = (
        batch.cast(schema)
        for path in paths
        for batch in pq.ParquetFile(path).iter_batches(ROWS_AT_ONCE, columns=schema.names)
    )
    yield Rows(schema, batches, f"{scoring.source['dataset']} v{scoring.source['version']}", version.rows)


def _texts(file: FileSource, fields: tuple[Field, ...]) -> dict[str, str]:
    """Columns that the model knows as texts stay texts, whatever the values of this file look like."""
    if TYPED & {suffix.lower() for suffix in file.path.suffixes}:
        return {}
    there = {column.name for column in inspect(file.path).columns}
    return {field.name: "string" for field in fields if field.family == "text" and field.name in there}


def _reported(assignment: Assignment, rows: Rows, answered: AnsweredRows) -> Iterator[pa.RecordBatch]:
    """The answered rows, while their number is told as progress."""
    seen = 0
    total = f" of {rows.total:,}" if rows.total else ""
    for batch in answered.batches(rows.batches):
        yield batch
        seen += batch.nbytes
        share = answered.rows / rows.total if rows.total else seen / (2 * rows.bytes) if rows.bytes else None
        done = None if share is None else ANSWERING * min(1.0, share)
        assignment.tell(done, f"{answered.rows:,}{total} rows answered")


def _about(endpoint: str, scorer: Scorer) -> str:
    target = scorer.model.target
    return f"What the endpoint {endpoint} answers" + (f" for {target}." if target else ".")
