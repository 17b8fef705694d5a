"""Look for what made a field drift: up its lineage to dataset versions, syncs, nodes and rules, and at who asks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from engine.backends.backend import Backend, Limits
from engine.errors import PEOPLE_ERRORS, CanvasbackError, DataError
from engine.graph import Pipeline, diff
from engine.leakage import origin
from engine.monitor.blame import Suspect, blame, dataset_score, fits
from engine.monitor.drift import LEAST_ROWS, drift_of
from engine.monitor.fields import watched
from engine.monitor.logged import Logged, opened_log
from engine.monitor.observed import observe
from engine.monitor.reference import MOST_ROWS, references
from engine.monitor.window import Window
from engine.profile.compared import SOME
from engine.refactor.follow import known_of, settled
from engine.schemas.sources import ColumnSources, column_sources
from engine.serve.endpoint_settings import read_endpoint_settings
from engine.serve.evidence import EVIDENCE
from engine.serve.modelfile import MODEL
from engine.work.assignment import Assignment
from engine.work.pinned import by_table
from engine.workspace import Workspace
from storage.schema import Dataset, DatasetVersion, ModelVersion
from storage.served import KEY
from storage.table_rules import ROW_ID
from storage.unit_of_work import UnitOfWork

MEMORY_MB = 1_024
MOST_VERSIONS = 8
"""So many of the versions that have come since are looked at, the newest of them."""
MOST_KEYS = 10
GENERATIONS = 3
"""So far a dataset is followed to the datasets that it was made of."""


def blame_drift(assignment: Assignment) -> dict[str, Any]:
    """Look for who is to blame that ``payload["field"]`` drifts at ``payload["point_id"]``, and keep it with the point.

    Returns
    -------
    dict
        ``point, field, verdict``

    Raises
    ------
    DataError
        When the field is not watched there.
    """
    payload = assignment.payload
    field, point_id = payload["field"], payload["point_id"]
    assignment.tell(0.1, "Following the field up its lineage", always=True)
    found = _Inquiry(assignment, point_id, field).blame()

    def keep(uow: UnitOfWork) -> None:
        point = uow.watching.get(point_id)
        point.blame = {**point.blame, field: found.model_dump(mode="json")}

    assignment.finish.append(keep)
    return {"point": point_id, "field": field, "verdict": found.verdict}


@dataclass(frozen=True)
class _Column:
    """A column of a dataset that the field is computed from, at the version that the model learned from."""

    dataset: Dataset
    version: DatasetVersion
    name: str

    @property
    def words(self) -> str:
        return f"{self.dataset.name}.{self.name}"


class _Inquiry:
    def __init__(self, assignment: Assignment, point_id: str, field: str) -> None:
        self._assignment, self._workspace = assignment, assignment.workspace
        self._field = field
        with self._workspace.database.read() as uow:
            self._point = uow.watching.get(point_id)
            self._version = uow.models.get_version(self._point.model_version_id)
            self._endpoint = uow.endpoints.get(self._point.endpoint_id)
            self._model = uow.models.get(self._version.model_id).name
            self._history = [it.deployment for it in uow.endpoints.history(self._endpoint.id)]
            self._keys = {key.id: key.name or f"{key.prefix}…" for key in uow.keys.of(self._endpoint.id)}
            self._points = uow.watching.points(self._endpoint.id, version_id=self._version.id)
        if field not in self._point.psi:
            raise DataError(
                f"{field} is not watched in this window.", hint="Choose a field of its table.", field="field"
            )
        self._checked: list[str] = []

    def blame(self) -> Any:
        """Ask everywhere, and rank what was found."""
        columns = self._columns
        suspects = [*self._deployments(columns)]
        self._assignment.tell(0.3, "Looking at dataset versions", always=True)
        with self._opened(columns) as logged:
            for column in columns:
                suspects += self._datasets(logged, column)
            self._assignment.tell(0.8, "Looking at who asks", always=True)
            suspects += self._callers(logged)
        sources = [column.words for column in columns]
        return blame(self._field, suspects, since=self._since, sources=sources, checked=self._checked)

    @cached_property
    def _since(self) -> datetime | None:
        """The first window of the unbroken row of drifting ones that leads to this point."""
        since = None
        for point in reversed([it for it in self._points if it.ends_at <= self._point.ends_at]):
            if not any(it["code"] == "drift" and it["field"] == self._field for it in point.findings):
                break
            since = point.begins_at
        return since

    @cached_property
    def _columns(self) -> list[_Column]:
        """The dataset columns that the field is computed from."""
        found = self._lineage
        pinned = _pinned(self._workspace, self._version)
        with self._workspace.database.read() as uow:
            return [
                _Column(uow.datasets.get(pinned[node].dataset_id), pinned[node], name)
                for node, name in sorted(found.columns)
                if node in pinned
            ]

    @cached_property
    def _lineage(self) -> ColumnSources:
        with self._workspace.database.read() as uow:
            graph = uow.pipelines.get_version(self._version.pipeline_version_id).graph
        try:
            drawn = Pipeline.from_document({**graph, "name": self._model})
            pipeline = settled(drawn.resolved(self._version.lineage.get("params") or {}))
            stored = self._workspace.schemas_of(by_table(pipeline, _pinned(self._workspace, self._version)))
            place = origin(pipeline, self._version.node_id)
            return column_sources(pipeline, known_of(pipeline, stored), place, [self._field])
        except PEOPLE_ERRORS as error:
            self._checked.append(f"The lineage of {self._field} could not be followed: {_message(error)}")
            return ColumnSources(frozenset(), frozenset())

    def _opened(self, columns: Sequence[_Column]) -> Any:
        window = Window(self._point.begins_at, self._point.ends_at)
        logs = self._workspace.served.files(self._endpoint.id, self._version.id, *window.days)
        files = {name: self._workspace.artifacts.verify(self._version.files[name], name) for name in (MODEL, EVIDENCE)}
        more = [path for column in columns for path in self._readable(column)]
        return opened_log(
            files, logs, window, workspace=self._workspace.cache.root, more=list(dict.fromkeys(more)),
            limits=Limits(MEMORY_MB, self._workspace.settings.run_threads),
            masked=read_endpoint_settings(self._endpoint.settings).masked,
        )  # fmt: skip

    def _readable(self, column: _Column) -> Iterator[Path]:
        for version in (column.version, *self._newer(column)):
            yield from self._workspace.files_of(version)

    def _newer(self, column: _Column) -> list[DatasetVersion]:
        """The versions that have come since the model learned, the oldest first."""
        with self._workspace.database.read() as uow:
            rows = uow.datasets.versions(column.dataset.id, limit=MOST_VERSIONS)
        end = self._point.ends_at
        return [it for it in reversed(rows) if it.number > column.version.number and it.created_at <= end]

    def _datasets(self, logged: Logged, column: _Column) -> Iterator[Suspect]:
        newer = self._newer(column)
        if not newer:
            self._checked.append(
                f"{column.dataset.name} is still v{column.version.number}, which the model learned from."
            )
        quiet, last_moved = [], 0.0
        for version in newer:
            moved = self._moved(logged.backend, column, version)
            if moved is None or moved < SOME or abs(moved - last_moved) < SOME / 2:
                # What was as far away in the version before came with that one.
                quiet.append(version.number)
                last_moved = moved or last_moved
                continue
            last_moved = moved
            follows = self._follows(logged, column, version)
            score = dataset_score(moved, follows, version.created_at, self._since)
            about = {"dataset": column.dataset.name, "version": version.number, "column": column.name}
            yield Suspect(
                kind="dataset", name=f"{column.dataset.name} v{version.number}", score=score, at=version.created_at,
                sentence=self._version_words(column, version, moved, follows), about=about,
            )  # fmt: skip
            yield from self._behind(column, version, score)
        if quiet:
            told = ", ".join(f"v{number}" for number in quiet)
            self._checked.append(f"{column.dataset.name} {told} moved {column.name} no further.")

    def _version_words(self, column: _Column, version: DatasetVersion, moved: float, follows: float | None) -> str:
        name = f"Dataset {column.dataset.name} v{version.number}"
        how = "synced" if "sync" in version.source else "made by a run" if "run_id" in version.source else "imported"
        told = f"{name}, {how} {version.created_at:%d %b %H:%M} UTC, moved {column.name} by PSI {moved:.2f}"
        if follows is None:
            return f"{told}; the field is computed from it, so that the log cannot be laid beside it."
        if follows >= SOME:
            return f"{told}, but the log is not like it either (PSI {follows:.2f})."
        if self._since is None:
            return f"{told}; the log is like it (PSI {follows:.2f})."
        if not fits(version.created_at, self._since):
            return f"{told}, but the log has been like that since {self._since:%d %b %H:%M}, before it came."
        return f"{told}; the log follows it from {self._since:%d %b %H:%M} UTC on (PSI {follows:.2f} beside it)."

    def _behind(self, column: _Column, version: DatasetVersion, score: float) -> Iterator[Suspect]:
        """What is behind a version that moved: rules it breaks, nodes that changed, datasets that it was made of."""
        with self._workspace.database.read() as uow:
            check = uow.rules.check_of(version.id)
        for result in check.results if check else ():
            if result.get("state") == "broken" and column.name in (result.get("columns") or {}):
                where = f"{column.dataset.name} v{version.number}"
                told = f"The rule “{result['title']}” is broken by {where}: {result['told']}"
                yield Suspect(
                    kind="rule", name=str(result["title"]), score=round(0.9 * score, 3), at=version.created_at,
                    sentence=told if told.endswith(".") else f"{told}.",
                    about={"dataset": column.dataset.name, "version": version.number},
                )  # fmt: skip
        yield from self._nodes(column, version, score, GENERATIONS)

    def _nodes(self, column: _Column, version: DatasetVersion, score: float, generations: int) -> Iterator[Suspect]:
        """Of a version that a pipeline made: what changed in it since the version that the model learned from."""
        runs = [one.source.get("run_id") for one in (column.version, version)]
        if not generations or not all(runs):
            return
        with self._workspace.database.read() as uow:
            before, after = (uow.runs.get(str(run_id)) for run_id in runs)
            drawn = [uow.pipelines.get_version(run.pipeline_version_id) for run in (before, after)]
            name = uow.pipelines.get(after.pipeline_id).name
            read = [{row.node_id: row.dataset_version_id for row in uow.runs.inputs(run.id)} for run in (before, after)]
            pairs = [
                (uow.datasets.get_version(read[0][node]), uow.datasets.get_version(read[1][node]))
                for node in read[0].keys() & read[1].keys()
                if read[0][node] != read[1][node]
            ]
            upstream = [(uow.datasets.get(then.dataset_id), then, now) for then, now in pairs]
        if drawn[0].id != drawn[1].id:
            changed = diff(*(Pipeline.from_document({**each.graph, "name": name}) for each in drawn))
            for change in changed.nodes:
                if change.matters:
                    params = ", ".join(f"{it.name} {it.before!r} → {it.after!r}" for it in change.params if it.matters)
                    told = f"The node “{change.node.label}” of {name} was {change.state} in v{drawn[1].number}"
                    yield Suspect(
                        kind="node", name=f"{name}: {change.node.label}", score=round(0.95 * score, 3),
                        at=drawn[1].created_at, about={"pipeline_id": after.pipeline_id, "node": change.node.id},
                        sentence=f"{told}{f' ({params[:200]})' if params else ''}; {version_words(column, version)}.",
                    )  # fmt: skip
        for dataset, then, now in upstream:
            made = f"{column.dataset.name} v{version.number} was made of {dataset.name} v{now.number}"
            told = f"{made}, no longer of v{then.number}"
            yield Suspect(
                kind="dataset", name=f"{dataset.name} v{now.number}", score=round(0.9 * score, 3), at=now.created_at,
                sentence=f"{told}.", about={"dataset": dataset.name, "version": now.number},
            )  # fmt: skip
            yield from self._nodes(_Column(dataset, then, column.name), now, 0.9 * score, generations - 1)

    def _moved(self, backend: Backend, column: _Column, version: DatasetVersion) -> float | None:
        """How far the column is from where it was when the model learned."""
        sides = [self._table(backend, column, each) for each in (column.version, version)]
        if sides[0] is None or sides[1] is None:
            return None
        return _apart(backend, sides[0], sides[1], column.name)

    def _follows(self, logged: Logged, column: _Column, version: DatasetVersion) -> float | None:
        """How far the log is from a version; None where the field is not the column itself."""
        if column.name != self._field or len(self._columns) != 1:
            return None
        table = self._table(logged.backend, column, version)
        return None if table is None else _apart(logged.backend, table, logged.table.select(self._field), self._field)

    def _table(self, backend: Backend, column: _Column, version: DatasetVersion) -> ir.Table | None:
        table = backend.read(self._workspace.files_of(version))
        return table.select(ROW_ID, column.name) if column.name in table.columns else None

    def _deployments(self, columns: Sequence[_Column]) -> Iterator[Suspect]:
        """A version that has drifted from its first hour on was trained on other rows than are asked."""
        begun = min((it.created_at for it in self._history if it.model_version_id == self._version.id), default=None)
        first = self._points[0].begins_at if self._points else None
        if begun is None or self._since is None or first is None or self._since > first:
            return
        told = f"It has been so since {self._model} v{self._version.number} went live on {begun:%d %b %H:%M} UTC"
        learned = ", ".join(dict.fromkeys(f"{it.dataset.name} v{it.version.number}" for it in columns))
        yield Suspect(
            kind="deployment", name=f"{self._model} v{self._version.number} went live", score=0.3, at=begun,
            sentence=f"{told}: it may never have learned from rows like these{f' ({learned})' if learned else ''}.",
        )  # fmt: skip

    def _callers(self, logged: Logged) -> Iterator[Suspect]:
        """Whether the drift comes with the records of some keys only."""
        assert logged.every is not None  # noqa: S101  a point has rows
        if KEY not in logged.every.columns:
            return
        table = logged.table.filter(logged.table[KEY].notnull())
        counted = table.group_by(KEY).aggregate(n=table.count()).order_by("n").limit(1_000)
        rows = {it[KEY]: it["n"] for it in logged.backend.collect(counted).to_pylist()}
        keys = [key for key in sorted(rows, key=lambda it: -rows[it])[:MOST_KEYS] if rows[key] >= LEAST_ROWS]
        if len(rows) < 2 or not keys:
            if len(rows) == 1:
                self._checked.append("All records of the window came with the same key.")
            return
        reference = logged.learned_from()
        apart = {
            key: _apart(logged.backend, reference, table.filter(table[KEY] == key), self._field) or 0.0 for key in keys
        }
        moved = {key: psi for key, psi in apart.items() if psi >= SOME}
        still = {key: psi for key, psi in apart.items() if psi < SOME}
        if not moved or not still:
            if len(keys) > 1:
                self._checked.append(f"The records of all {len(keys)} keys with rows enough are alike.")
            return
        names = ", ".join(f"“{self._keys.get(key, key)}”" for key in moved)
        psi, most = max(moved.values()), max(still.values())
        many = sum(rows[key] for key in moved)
        yield Suspect(
            kind="caller", name=names, score=0.8, about={"keys": list(moved)},
            sentence=f"Only the records sent with the key {names} have moved (PSI {psi:.2f}, {many:,} rows); those of "
            f"the {len(still)} other{'' if len(still) == 1 else 's'} are as they were (PSI at most {most:.2f}).",
        )  # fmt: skip


def version_words(column: _Column, version: DatasetVersion) -> str:
    """Which version something led to."""
    return f"{column.dataset.name} v{version.number} came out of it"


def _apart(backend: Backend, then: ir.Table, now: ir.Table, name: str) -> float | None:
    """The population stability index of one column of two tables; None where it cannot be watched."""
    if ROW_ID in then.columns:
        then = then.order_by(then[ROW_ID].hash()).limit(MOST_ROWS)
    fields = watched({name: then.schema()[name]})
    if not fields or name not in now.columns:
        return None
    known = references(then, fields, backend)
    found = drift_of(known, *observe(now, known, backend))
    return found.fields[0].psi if min(found.rows) else None


def _pinned(workspace: Workspace, version: ModelVersion) -> Mapping[str, DatasetVersion]:
    """Source node → the dataset version that it read when the model learned."""
    with workspace.database.read() as uow:
        return {
            it["node"]: uow.datasets.get_version(it["dataset_version_id"]) for it in version.lineage.get("inputs", ())
        }


def _message(error: Exception) -> str:
    return error.message if isinstance(error, CanvasbackError) else str(error)
