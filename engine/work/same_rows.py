"""Whether two versions hold the same rows."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from engine.limits import database_memory_mb
from engine.workspace import Workspace
from storage.manifest import Manifest
from storage.table_rules import ROW_ID


def same_rows(workspace: Workspace, one: Manifest, other: Manifest) -> bool:
    """Whether two tables have the same columns and rows, in whatever order: a database promises none."""
    if one.sha256 == other.sha256:
        return True
    if one.rows != other.rows or set(one.columns) != set(other.columns):
        return False
    names = sorted(column.name for column in one.columns)
    memory = database_memory_mb(workspace.settings.run_memory_mb)
    return _content(workspace.tables.paths(one), names, memory) == _content(
        workspace.tables.paths(other), names, memory
    )


def _content(paths: Sequence[Path], names: Sequence[str], memory_mb: int) -> object:
    """A number that every row adds its own to, so that the order does not count."""
    with duckdb.connect(":memory:") as database:
        database.execute(f"SET memory_limit = '{memory_mb}MB'")
        table = database.read_parquet([str(path) for path in paths], union_by_name=True)
        columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names if name != ROW_ID)
        return table.aggregate(f"sum(hash({columns})::HUGEINT)").fetchone()
