"""Runs as Python that works without us: a script, and the rows that it reads."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.base import Cuts, LearnedTransform, Source, State, StoredTable
from components.base.outside import OutsideTable
from components.ports import ROW
from engine.cache import Entry
from engine.checks import review
from engine.errors import MissingThing, RunError
from engine.execute.tables import STATE
from engine.graph import Pipeline
from engine.plan import Plan, PlannedNode, make_plan
from engine.script import FILE, write_script
from engine.work.pinned import by_table
from engine.workspace import Workspace
from storage.disk import writing

DATA = "data"
MOST_BYTES = 200_000_000
"""Of rows that go through a browser together with the script; more are left to the command line."""


class RunScript:
    """The script of a finished run.

    Raises
    ------
    NotFound
        When there is no such run.
    MissingThing
        When what it learned has left the cache.
    RunError
        When a node cannot be said with DuckDB, pandas and scikit-learn alone.
    """

    def __init__(self, workspace: Workspace, run_id: str) -> None:
        self._workspace = workspace
        with workspace.database.read() as uow:
            run = uow.runs.get(run_id)
            saved = uow.pipelines.get_version(run.pipeline_version_id)
            read = uow.runs.inputs(run_id)
            self._inputs = {it.node_id: uow.datasets.get_version(it.dataset_version_id) for it in read}
            self._names = {it.id: uow.datasets.get(it.dataset_id).name for it in self._inputs.values()}
            name = uow.pipelines.get(saved.pipeline_id).name
            drawn = Pipeline.from_document({**saved.graph, "name": name}).resolved(run.params)
        self.name = name
        self._plan = self._planned(drawn, run.target)
        self._files = {node.id: self._file(node) for node in self._sources()}
        what = f"run {run.number} of the pipeline {name!r} (version {saved.number})"
        self.text = write_script(self._plan, self._state, lambda node: self._entry(node).folder, self._files, what=what)

    def save(self, folder: Path) -> Path:
        """Write the script, and beside it the rows that it reads; returns the script's path.

        Raises
        ------
        DiskFull, WriteFailed
        """
        script = folder.expanduser().absolute() / FILE
        with writing(script):
            (script.parent / DATA).mkdir(parents=True, exist_ok=True)
            for node in self._sources():
                self._write_rows(node, script.parent / DATA / self._files[node.id])
            script.write_text(self.text, encoding="utf-8")
        return script

    @property
    def has_small_data(self) -> bool:
        """Whether its rows can go through a browser, too."""
        return sum(int(version.bytes or 0) for version in self._inputs.values()) <= MOST_BYTES

    def packed(self) -> bytes:
        """The same as a ZIP archive; without the rows where those are too many for a browser."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(FILE, self.text)
            for node in self._sources() if self.has_small_data else ():
                with archive.open(f"{DATA}/{self._files[node.id]}", "w") as file:
                    self._write_rows(node, file)
        return packed.getvalue()

    def _planned(self, drawn: Pipeline, target: str | None) -> Plan:
        """The plan that the run had: with the versions that it read."""
        pinned = by_table(drawn, self._inputs)

        def content(table: StoredTable | OutsideTable) -> str:
            if isinstance(table, OutsideTable):
                raise RunError(
                    "The rows of this run lie elsewhere; a script cannot hold them.",
                    hint="Import them as a dataset, and let the pipeline read that.",
                )
            return pinned[table].sha256

        return make_plan(review(drawn, self._workspace.schemas_of(pinned)), content, target)

    def _sources(self) -> Iterator[PlannedNode]:
        return (node for node in self._plan.nodes if isinstance(node.component, Source))

    def _file(self, node: PlannedNode) -> str:
        version = self._inputs.get(node.id)
        name = f"{self._names[version.id]}_v{version.number}" if version else node.id
        return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name) + ".parquet"

    def _write_rows(self, node: PlannedNode, target: Any) -> None:
        version = self._inputs.get(node.id)
        if version is None:
            assert isinstance(node.component, Source)  # noqa: S101
            rows = node.component.table()
            assert isinstance(rows, pa.Table)  # noqa: S101  stored ones have a version, others are refused
            pq.write_table(rows.add_column(0, ROW, pa.array(range(rows.num_rows), pa.int64())), target)
            return
        paths = self._workspace.files_of(version)
        with pq.ParquetWriter(target, pq.read_schema(paths[0])) as writer:
            for path in paths:
                for batch in pq.ParquetFile(path).iter_batches():
                    writer.write_batch(batch)

    def _entry(self, node: PlannedNode) -> Entry:
        entry = self._workspace.cache.get(node.fingerprint)
        if entry is None:
            raise MissingThing(
                "What this run learned is not in the cache any more.", hint="Run it again.", node_id=node.id
            )
        return entry

    def _state(self, node: PlannedNode) -> State:
        kind = node.component.state_type() if isinstance(node.component, LearnedTransform) else Cuts
        return kind.model_validate_json((self._entry(node).folder / STATE).read_text())
