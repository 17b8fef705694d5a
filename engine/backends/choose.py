"""Which engine a run is computed on."""

from collections.abc import Sequence
from pathlib import Path

from components.portable.engines import BACKENDS
from engine.backends.backend import Backend, Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import InvalidSetting


def check_backend(name: str) -> None:
    """Raise unless there is an engine of this name.

    Raises
    ------
    InvalidSetting
    """
    if name not in BACKENDS:
        raise InvalidSetting(
            f"There is no backend {name!r}.", hint=f"Choose one of {', '.join(BACKENDS)}.", field="backend"
        )


def open_backend(
    name: str, limits: Limits, readable: Sequence[Path], workspace: Path, spark_remote: str | None = None
) -> Backend:
    """The engine of this name, ready to be asked.

    Parameters
    ----------
    readable
        Files that may be read.
    workspace
        The folder of the cache, which may be written to.
    spark_remote
        Address of a Spark Connect server; None runs Spark on this machine.

    Raises
    ------
    InvalidSetting, RunError
        When there is no such engine, or it does not start.
    """
    check_backend(name)
    if name == "duckdb":
        return DuckDBBackend(limits, readable, workspace)
    from engine.backends.spark import SparkBackend

    return SparkBackend(limits, workspace, spark_remote)
