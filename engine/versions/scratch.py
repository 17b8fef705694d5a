"""A private DuckDB for one piece of work: it spills into a folder of that work, and reads what it is told to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from engine.errors import CanvasbackError, LimitReached, RunError
from engine.workspace import Workspace

PART_OF_MEMORY = 4
LEAST_MB, MOST_MB = 256, 1_024


@contextmanager
def opened_scratch(workspace: Workspace, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that goes on in `folder` where memory ends.

    Raises
    ------
    LimitReached, RunError
        In plain words, what DuckDB says in its own.
    """
    memory_mb = min(max(workspace.settings.run_memory_mb // PART_OF_MEMORY, LEAST_MB), MOST_MB)
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": str(folder / "spill"),
    }
    if workspace.settings.run_threads is not None:
        config["threads"] = workspace.settings.run_threads
    with duckdb.connect(":memory:", config=config) as connection:
        try:
            yield connection
        except duckdb.Error as error:
            raise _plain(error, memory_mb) from error


def files_as_rows(paths: Sequence[Path]) -> str:
    """Parquet files as a relation of SQL."""
    return f"read_parquet([{', '.join(text(str(path)) for path in paths)}])"


def identifier(name: str) -> str:
    """A name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def _plain(error: duckdb.Error, memory_mb: int) -> CanvasbackError:
    reason = str(error).strip().splitlines()[0][:300]
    if "No space left" in str(error) or "max_temp_directory_size" in str(error):
        return LimitReached(
            "The disk is full: there is no room for what comparing the rows must put aside.",
            hint="Free some space, or let gc remove what nothing needs; what was there before is intact.",
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return LimitReached(
            f"Comparing the rows needs more than the {memory_mb:,} MB of memory that DuckDB may use.",
            hint="Raise CANVASBACK_RUN_MEMORY_MB.",
            detail={"reason": reason},
        )
    return RunError(f"DuckDB refused to compare the rows: {reason}", hint="The log of this home has the details.")
