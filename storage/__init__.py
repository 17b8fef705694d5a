"""What lasts: metadata, dataset snapshots, artifacts and secrets of one home."""

from storage.artifacts import ArtifactStore
from storage.database import Database
from storage.home import Home
from storage.manifest import Column, File, Manifest
from storage.tables import TableStore
from storage.unit_of_work import UnitOfWork

__all__ = ["ArtifactStore", "Column", "Database", "File", "Home", "Manifest", "TableStore", "UnitOfWork"]
