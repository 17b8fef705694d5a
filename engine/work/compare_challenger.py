"""Put a round's challenger beside the champion, on rows that neither of them learned from, and keep the numbers."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.base import Split
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import DataError, Incomparable, InvalidSetting, MissingThing
from engine.evaluation.duel import LEAST_ROWS, duel
from engine.evaluation.evidence import read_evidence
from engine.evaluation.unseen import Champion, left_out, unseen_rows
from engine.graph import Pipeline
from engine.leakage import line
from engine.limits import database_memory_mb
from engine.schemas import read_params
from engine.serve.evidence import EVIDENCE
from engine.serve.modelfile import MODEL, ModelFile
from engine.serve.scorer import load_scorer
from engine.work.assignment import Assignment
from engine.work.publish_endpoint import verified_files
from engine.work.replayed_requests import replayed_requests
from engine.workspace import Workspace
from storage.errors import DamagedFile, NotFound
from storage.schema import DatasetVersion, ModelVersion
from storage.unit_of_work import UnitOfWork

UNTOLD = (DataError, Incomparable, InvalidSetting, MissingThing)
"""What keeps two models from being compared; a person decides then."""


@dataclass(frozen=True)
class Side:
    """A model version with its files.

    Parameters
    ----------
    origin
        What its rows are of: equal ids are equal rows only where two models have the same.
    version
        The dataset version that its rows are of; None where they begin behind a grouping, or that version is gone.
    groups
        Columns whose equal values stay together in its split.
    """

    row: ModelVersion
    files: Mapping[str, Path]
    origin: str
    version: DatasetVersion | None
    groups: tuple[str, ...]


def compare_challenger(assignment: Assignment) -> dict[str, Any]:
    """Compare the models of ``payload["round_id"]``, by ``payload["metric"]`` and for each ``payload["group"]``.

    Returns
    -------
    dict
        ``round_id, rows``: how many rows neither model learned from.

    Raises
    ------
    DamagedFile, NotFound
    """
    workspace, payload = assignment.workspace, assignment.payload
    with workspace.database.read() as uow:
        found = uow.policies.round(payload["round_id"])
        rows = [uow.models.get_version(str(one)) for one in (found.challenger_id, found.champion_id)]
    assignment.tell(0.1, "Loading both models", always=True)
    challenger, champion = (_side(workspace, row) for row in rows)
    assignment.tell(0.3, "Looking for rows that neither model learned from", always=True)
    try:
        comparison = _compared(workspace, challenger, champion, payload)
    except UNTOLD as error:
        comparison = {"why_not": " ".join(part for part in (error.message, error.hint) if part)}
    assignment.tell(0.8, "Asking both what was asked lately", always=True)
    if payload.get("replay"):
        comparison["replay"] = replayed_requests(workspace, found.endpoint_id, champion.row, challenger.row)

    def keep(uow: UnitOfWork) -> None:
        uow.policies.keep(found.id, comparison=comparison)

    assignment.finish.append(keep)
    return {"round_id": found.id, "rows": comparison.get("rows", {}).get("remain")}


def _compared(workspace: Workspace, challenger: Side, champion: Side, payload: Mapping[str, Any]) -> dict[str, Any]:
    if challenger.origin != champion.origin:
        raise Incomparable(
            "The two models begin with different tables, so that nobody can tell which of the new rows the champion "
            "has learned from.",
            hint="Publish the new model by hand where that is meant.",
        )
    files = [side.files[EVIDENCE] for side in (challenger, champion) if EVIDENCE in side.files]
    known, notes = _known_rows(workspace, champion)
    limits = Limits(database_memory_mb(workspace.settings.run_memory_mb), workspace.settings.run_threads)
    with (
        tempfile.TemporaryDirectory(prefix="canvasback-challenger-") as folder,
        closing(DuckDBBackend(limits, [*files, *known], Path(folder))) as backend,
    ):
        told = [read_evidence(side.files, backend) for side in (challenger, champion)]
        standing = Champion(told[1], load_scorer(champion.files), backend.read(known) if known else None)
        seen = unseen_rows(told[0], standing, [*challenger.groups, *champion.groups], backend)
    counts = {"held_out": seen.held_out, "remain": seen.rows, "both": seen.both, "new": seen.new, "out": left_out(seen)}
    if seen.rows < LEAST_ROWS:
        return {"rows": counts, "notes": notes, "why_not": _too_few(seen.rows)}
    return {"rows": counts, "notes": notes, **duel(seen, payload.get("metric"), payload.get("group"))}


def _too_few(rows: int) -> str:
    many = "No row remains" if not rows else "One row remains" if rows == 1 else f"Only {rows:,} rows remain"
    return f"{many} that neither model learned from, too few to say which one is better."


def _known_rows(workspace: Workspace, champion: Side) -> tuple[list[Path], list[str]]:
    """The files with all rows of the version that the champion was trained on; none where nobody has them any more."""
    if champion.version is None:
        return [], ["Only rows that both models held out count: which others are new to the champion is not known."]
    return workspace.files_of(champion.version), []


def _side(workspace: Workspace, row: ModelVersion) -> Side:
    files = verified_files(workspace, row)
    begins = ModelFile.model_validate_json(files[MODEL].read_text()).slice.origin
    with workspace.database.read() as uow:
        drawn = _drawn(uow, row)
        read = next((it["dataset_version_id"] for it in row.lineage.get("inputs", ()) if it["node"] == begins), None)
        version = _version(workspace, uow, read)
        pipeline_id = uow.pipelines.get_version(row.pipeline_version_id).pipeline_id
    origin = f"dataset {version.dataset_id}" if version else f"node {begins} of pipeline {pipeline_id}"
    return Side(row, files, origin, version, tuple(_groups(drawn, row.node_id)))


def _version(workspace: Workspace, uow: UnitOfWork, version_id: str | None) -> DatasetVersion | None:
    try:
        version = uow.datasets.get_version(version_id) if version_id else None
        if version is not None:
            workspace.files_of(version)
    except (NotFound, DamagedFile):
        return None
    return version


def _drawn(uow: UnitOfWork, row: ModelVersion) -> Pipeline:
    run = uow.runs.get(row.run_id)
    return Pipeline.from_document(uow.pipelines.get_version(row.pipeline_version_id).graph).filled_in(run.params)


def _groups(drawn: Pipeline, node: str) -> Iterator[str]:
    """The columns whose equal values stay together on the way to a model."""
    for name in line(drawn, node):
        found = read_params(drawn.by_id[name])
        column = found.together() if isinstance(found, Split) else None
        if column is not None:
            yield column
