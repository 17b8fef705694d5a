"""What is known of the stored tables, from their profiles and a sample: for the findings of a drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.base import StoredTable
from engine.checks import Facts, TableFacts
from engine.profile import Profile, telling
from engine.workspace import Workspace
from storage.errors import StorageError
from storage.schema import DatasetVersion

LOOKED_AT = 20_000
KEPT = 64


def facts_of(workspace: Workspace) -> Facts:
    """What a review may know of this home's tables."""

    def known(table: StoredTable) -> TableFacts | None:
        try:
            version = workspace.version_of(table)
            return _facts(_Version(version.id, version, workspace))
        except StorageError:  # the review says so where it looks for the columns
            return None

    return known


@dataclass(frozen=True)
class _Version:
    """A dataset version never changes: what is found out about it once holds."""

    id: str
    version: DatasetVersion = field(compare=False)
    workspace: Workspace = field(compare=False)


@lru_cache(maxsize=KEPT)
def _facts(asked: _Version) -> TableFacts | None:
    if asked.version.profile is None:
        return None
    return TableFacts(Profile.model_validate(asked.version.profile), partial(_telling, asked))


@lru_cache(maxsize=KEPT)
def _telling(asked: _Version, target: str) -> Mapping[str, float]:
    return telling(first_rows(asked.workspace.files_of(asked.version), LOOKED_AT), target)


def first_rows(files: Sequence[Path], most: int) -> pa.Table:
    """The first rows of a stored table."""
    file = pq.ParquetFile(files[0])
    first = next(file.iter_batches(most), None)
    return pa.Table.from_batches([] if first is None else [first], schema=file.schema_arrow)
