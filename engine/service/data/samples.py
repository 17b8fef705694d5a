"""The samples that previews are made of: 10,000 rows of each dataset version, drawn once and kept."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.base import OutsideTable, Source, StoredTable
from components.ports import ROW
from engine.errors import CanvasbackError, MissingThing
from engine.profile.sampling import draw_sample
from engine.service.views import View
from engine.workspace import Workspace
from storage.schema import DatasetVersion

SAMPLE_ROWS = 10_000
RULE = "sample 1"
"""Names how rows are drawn: what was drawn otherwise is not taken for it."""
PORT = "table"
KEPT_BYTES = 128_000_000


class SampledView(View):
    """How much of a source a sample is.

    Parameters
    ----------
    of
        Rows of the whole source.
    """

    node: str
    title: str
    rows: int
    of: int

    @property
    def is_whole(self) -> bool:
        """Whether all rows are in the sample."""
        return self.rows >= self.of


class StoredSamples:
    """Samples of a home's tables, kept in its cache like any other result: they may be deleted at any time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._versions: dict[StoredTable, DatasetVersion] = {}

    def identity(self, source: Source[Any]) -> str:
        """What tells the rows of a source from any others, without reading them."""
        table = source.table()
        if isinstance(table, StoredTable):
            return f"{RULE} {self.version(table).sha256}"
        if isinstance(table, OutsideTable):
            return f"outside {table!r}"
        return f"built in {source.spec.key} {source.params.model_dump_json()}"

    def rows(self, source: Source[Any]) -> pa.Table:
        """The sample of a source.

        Raises
        ------
        MissingThing
            When its rows are not in this home.
        """
        table = source.table()
        if isinstance(table, OutsideTable):
            raise MissingThing("The rows are read from outside when a run begins.", hint="Run to here to see them.")
        if isinstance(table, StoredTable):
            return self._stored(self.version(table))
        if ROW not in table.column_names:
            table = table.add_column(0, ROW, pa.array(range(len(table)), pa.int64()))
        return table.take(_every(len(table)))

    def count(self, source: Source[Any]) -> int:
        """How many rows the whole source has."""
        table = source.table()
        if isinstance(table, StoredTable):
            return int(self.version(table).rows or 0)
        return 0 if isinstance(table, OutsideTable) else len(table)

    def drawn(self, source: Source[Any]) -> int:
        """How many rows its sample has: fewer than `SAMPLE_ROWS` of rows that are very long."""
        table = source.table()
        entry = self._workspace.cache.get(_name(self.version(table))) if isinstance(table, StoredTable) else None
        most = min(self.count(source), SAMPLE_ROWS)
        return min(most, int(entry.meta["rows"][PORT])) if entry is not None else most

    def version(self, table: StoredTable) -> DatasetVersion:
        """The version that is meant, asked once."""
        if table not in self._versions:
            self._versions[table] = self._workspace.version_of(table)
        return self._versions[table]

    def _stored(self, version: DatasetVersion) -> pa.Table:
        cache = self._workspace.cache
        fingerprint = _name(version)
        entry = cache.get(fingerprint)
        if entry is not None and entry.has([PORT]):
            return pq.read_table(entry.path(PORT))
        drawn = draw_sample(self._workspace.files_of(version), SAMPLE_ROWS)
        try:
            with cache.writing() as folder:
                pq.write_table(drawn, folder / f"{PORT}.parquet", compression="zstd", compression_level=1)
                cache.keep(fingerprint, folder, {"rows": {PORT: len(drawn)}})
        except (OSError, CanvasbackError):  # a full disk must not keep anyone from looking
            return drawn
        return drawn


def _name(version: DatasetVersion) -> str:
    """What the sample of a version is called in the cache."""
    return hashlib.sha256(f"{RULE} {SAMPLE_ROWS} {version.sha256}".encode()).hexdigest()[:32]


@lru_cache(maxsize=8)
def _every(rows: int) -> Any:
    """Places of rows spread evenly over a table that has no ids of its own."""
    step = max(1, -(-rows // SAMPLE_ROWS))
    return pa.array(range(0, rows, step), pa.int64())


def told(samples: StoredSamples, sources: Sequence[tuple[str, str, Source[Any]]]) -> list[SampledView]:
    """How much of each source the sample is, as far as its rows are in this home."""
    found = []
    for node, title, source in sources:
        of = samples.count(source)
        if of:
            found.append(SampledView(node=node, title=title, rows=samples.drawn(source), of=of))
    return found
