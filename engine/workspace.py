"""One installation, opened: settings, metadata, tables, artifacts, cache."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis.expr.schema as sch
import pyarrow.parquet as pq

from components.base import StoredTable
from components.base.outside import OutsideTable
from engine.cache import Cache
from engine.reading.outside import OutsideReader
from engine.schemas import TableSchemas
from engine.settings import Settings
from storage.artifacts import ArtifactStore
from storage.database import Database
from storage.home import Home
from storage.manifest import Manifest
from storage.schema import DatasetVersion
from storage.secrets import home_secret
from storage.served import PredictionLog
from storage.tables import Depth, TableStore


@dataclass(frozen=True)
class Workspace:
    """Everything that a use case needs; made once per process by `open_workspace`."""

    settings: Settings
    home: Home
    database: Database
    tables: TableStore
    artifacts: ArtifactStore
    cache: Cache

    @cached_property
    def secret(self) -> bytes:
        """This home's own secret, made at first use."""
        return home_secret(self.home.secret_file)

    @cached_property
    def outside(self) -> OutsideReader:
        """Reads tables that lie elsewhere."""
        return OutsideReader(self.settings, self.database, self.home.path / "outside", lambda: self.secret)

    @cached_property
    def served(self) -> PredictionLog:
        """What endpoints were asked and what they answered."""
        return PredictionLog(self.home.served)

    @property
    def uploads(self) -> Path:
        """Where files wait to be imported."""
        folder = self.home.path / "uploads"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def version_of(self, table: StoredTable) -> DatasetVersion:
        """The dataset version that a source means.

        Raises
        ------
        NotFound
        """
        with self.database.read() as uow:
            dataset = uow.datasets.by_name(table.dataset)
            return uow.datasets.version(dataset.id, None if table.version == "latest" else table.version)

    def schema_of(self, table: StoredTable | OutsideTable) -> sch.Schema:
        """The columns of a stored table, or of one that lies elsewhere, the row id among them."""
        if isinstance(table, OutsideTable):
            return self.outside.schema(table)
        return read_schema(self.files_of(self.version_of(table))[0])

    def schemas_of(self, versions: Mapping[StoredTable, DatasetVersion]) -> TableSchemas:
        """The columns of stored tables, at pinned versions; a table that is not pinned at its own."""

        def schema(table: StoredTable | OutsideTable) -> sch.Schema:
            if isinstance(table, StoredTable) and table in versions:
                return read_schema(self.files_of(versions[table])[0])
            return self.schema_of(table)

        return schema

    def files_of(self, version: DatasetVersion, depth: Depth = "quick") -> list[Path]:
        """The Parquet files of a dataset version, verified: sizes and rows, unless hashes are asked for too.

        Raises
        ------
        DamagedFile
        """
        return self.tables.verify(Manifest.from_version(version), depth)


def read_schema(path: Path) -> sch.Schema:
    """The columns of a Parquet file, the row id among them."""
    return sch.Schema.from_pyarrow(pq.read_schema(path))


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Open a home, making or migrating it when needed.

    Raises
    ------
    StorageError
        When the home cannot be made or belongs to a newer version.
    """
    settings = settings or Settings()
    home = Home(settings.home).create()
    database = Database(settings.database_url or home.database_url)
    database.create_or_migrate()
    return Workspace(
        settings, home, database, TableStore(home.datasets), ArtifactStore(home.artifacts), Cache(home.cache)
    )
