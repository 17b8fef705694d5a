"""What is known of a dataset's values: its profile, a target's associates, a comparison, the full report."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from components.ports import is_reserved
from engine.errors import DataError, MissingThing
from engine.profile import ColumnProfile, Comparison, Profile, Told, compare, tells_target
from engine.profile.associations import MOST_COLUMNS
from engine.profile.source import opened
from engine.profile.targets import can_be_target
from engine.service.jobs import job_view
from engine.service.views import JobView
from engine.workspace import Workspace
from storage.schema import DatasetVersion

REPORT_ROWS, LEAST_REPORT_ROWS, MOST_REPORT_ROWS = 50_000, 100, 200_000
REPORT_SECONDS = 1_800.0
REPORT_CELLS = 2_000_000
"""A wide table is reported on fewer rows."""
COMPARED_ROWS, COMPARED_CELLS = 100_000, 20_000_000
TARGET_ROWS = 50_000
LATER_SHARE = 0.2
KEPT = 16
MOST_PAIRED = MOST_COLUMNS
"""Columns of a kind whose pairs are measured."""
REPORT, MEASURE = "profile_report", "measure_version"
Part = Literal["time", "values"]


def has_profile(workspace: Workspace, name: str, version: int | None = None) -> bool:
    """Whether a version was measured."""
    return _version(workspace, name, version).profile is not None


def get_profile(workspace: Workspace, name: str, version: int | None = None) -> Profile:
    """The profile of a version; what an older one did not measure yet is empty.

    Raises
    ------
    MissingThing
        Where it was never made: `start_measuring` makes it.
    """
    row = _version(workspace, name, version)
    if row.profile is None:
        raise MissingThing(f"{name} v{row.number} has no profile yet.", hint="Measure it.")
    return Profile.model_validate(row.profile)


def is_whole(profile: Profile) -> bool:
    """Whether it has all that is measured today."""
    return bool(profile.summary)


def start_measuring(workspace: Workspace, name: str, version: int | None = None) -> str:
    """Queue the measuring of a version; the id of the job."""
    payload = {"version_id": _version(workspace, name, version).id}
    return workspace.database.transact(lambda uow: uow.jobs.enqueue(MEASURE, payload)).id


def targets_of(profile: Profile) -> list[str]:
    """The columns that others can be associated with."""
    return [one.name for one in profile.columns if can_be_target(one)]


def associations(workspace: Workspace, name: str, version: int | None, target: str) -> tuple[Told, ...]:
    """How much each column goes together with a target, the strongest first.

    Raises
    ------
    DataError, UnknownColumn
    """
    row = _version(workspace, name, version)
    columns = get_profile(workspace, name, row.number).columns
    return tells_target(_sampled(_Asked(workspace, row), TARGET_ROWS), columns, target)


def compare_versions(workspace: Workspace, name: str, left: int, right: int) -> Comparison:
    """Two versions of a dataset, column by column."""
    sides = [_version(workspace, name, number) for number in (left, right)]
    before, after = (_sampled(_Asked(workspace, row), COMPARED_ROWS) for row in sides)
    return compare(before, after, rows=(sides[0].rows, sides[1].rows))


def compare_parts(workspace: Workspace, name: str, version: int | None, by: str, value: Any = None) -> Comparison:
    """Two parts of a version, as train and test: by a column's value, or the last fifth in time against the rest.

    Parameters
    ----------
    by
        A column of dates, or of few values.
    value
        Which rows are the right side, where `by` has values; None for the last in time.

    Raises
    ------
    DataError
        Where one side would be empty.
    """
    row = _version(workspace, name, version)
    sample = _sampled(_Asked(workspace, row), COMPARED_ROWS)
    column = sample.column(by)
    if value is None:
        known = column.drop_null()
        if not len(known):
            raise DataError(f"{by} has no values.", hint="Choose another column.", field=by)
        place = pc.sort_indices(known)[int(len(known) * (1 - LATER_SHARE)) - 1].as_py()
        is_right = pc.greater(column, known[place])
    else:
        is_right = pc.equal(pc.cast(column, pa.string()), str(value).lower() if isinstance(value, bool) else str(value))
    chosen = pc.fill_null(is_right, False)
    rest = sample.drop_columns([by])
    left, right = rest.filter(pc.invert(chosen)), rest.filter(chosen)
    if not left.num_rows or not right.num_rows:
        raise DataError(f"By {by}, one of the two parts is empty.", hint="Choose another column or value.", field=by)
    return compare(left, right)


def parts_by(profile: Profile) -> list[ColumnProfile]:
    """The columns by which a table can be taken apart: dates, and those of few values."""
    return [one for one in profile.columns if one.semantic == "date" or _has_few(one)]


def _has_few(column: ColumnProfile) -> bool:
    return column.semantic == "category" and 2 <= column.distinct <= 10 and len(column.top) == column.distinct


def start_report(workspace: Workspace, name: str, version: int | None = None, rows: int = REPORT_ROWS) -> str:
    """Queue the full report about a sample of a version.

    Returns
    -------
    str
        The id of the job.

    Raises
    ------
    DataError
        Where so many rows cannot be reported on.
    """
    if not LEAST_REPORT_ROWS <= rows <= MOST_REPORT_ROWS:
        raise DataError(
            f"A report can be made of {LEAST_REPORT_ROWS:,} to {MOST_REPORT_ROWS:,} rows, not of {rows:,}.",
            hint="Choose another number of rows.",
        )
    row = _version(workspace, name, version)
    payload = {"version_id": row.id, "rows": min(rows, report_rows(len(row.columns), rows))}
    seconds = min(REPORT_SECONDS, workspace.settings.run_timeout_seconds)
    job = workspace.database.transact(lambda uow: uow.jobs.enqueue(REPORT, payload, timeout_seconds=seconds))
    return job.id


def report_rows(columns: int, rows: int = REPORT_ROWS) -> int:
    """How many rows a report of so many columns is made of."""
    return max(LEAST_REPORT_ROWS, min(rows, REPORT_CELLS // max(columns, 1)))


def find_report(workspace: Workspace, name: str, version: int | None = None) -> JobView | None:
    """The newest report about a version: under way, done, or why not; None where none was asked for."""
    row = _version(workspace, name, version)
    with workspace.database.read() as uow:
        asked = uow.jobs.list(kind=REPORT, limit=500)
        found = next((job for job in asked if job.payload.get("version_id") == row.id), None)
        return job_view(found) if found else None


def report_file(workspace: Workspace, job_id: str) -> tuple[str, Path]:
    """What a report is called, and where it lies; its bytes are checked.

    Raises
    ------
    MissingThing, NotFound, DamagedFile
    """
    with workspace.database.read() as uow:
        result = uow.jobs.get(job_id).result or {}
    if "artifact" not in result:
        raise MissingThing("This report is not there.", hint="Make it again.")
    return str(result["filename"]), workspace.artifacts.verify(str(result["artifact"]))


class _Asked:
    """A dataset version, which never changes: what is drawn of it once can be used again."""

    def __init__(self, workspace: Workspace, version: DatasetVersion) -> None:
        self.workspace, self.version = workspace, version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.version.id == self.version.id

    def __hash__(self) -> int:
        return hash(self.version.id)


@lru_cache(maxsize=KEPT)
def _sampled(asked: _Asked, most: int) -> pa.Table:
    row = asked.version
    with opened(asked.workspace.files_of(row)) as source:
        names = [name for name in source.columns if not is_reserved(name)]
        return source.sample(row.rows, min(most, COMPARED_CELLS // max(len(names), 1)), names)


def _version(workspace: Workspace, name: str, number: int | None) -> DatasetVersion:
    with workspace.database.read() as uow:
        return uow.datasets.version(uow.datasets.by_name(name).id, number)
