"""How much is measured: in full, and quickly, to see that the harness works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Rows of the tables, nodes of the chains and of the drawings, megabytes of the limit.

    Parameters
    ----------
    beyond_rows
        Rows whose size in memory is five times the limit.
    load_seconds
        How long a server is asked from many connections.
    automl_seconds, automl_tables, automl_rows
        How long AutoML searches, in how many tables, of at most how many rows (None for all).
    recorded_runs
        How many runs the table has that is searched.
    """

    matrix_rows: int = 5_000_000
    run_rows: int = 1_000_000
    growth: tuple[int, int] = (1_000_000, 10_000_000)
    beyond_rows: int = 42_000_000
    memory_mb: int = 1_000
    chains: tuple[int, ...] = (50, 100, 200, 500)
    windows: tuple[int, ...] = (50, 500)
    runs: int = 5
    load_seconds: float = 10
    automl_seconds: float = 60
    automl_tables: int = 5
    automl_rows: int | None = None
    recorded_runs: int = 10_000


FULL = Sizes()
QUICK = Sizes(
    matrix_rows=20_000,
    run_rows=20_000,
    growth=(20_000, 200_000),
    beyond_rows=100_000,
    memory_mb=600,
    chains=(50, 100),
    windows=(20,),
    automl_seconds=4,
    automl_tables=2,
    automl_rows=400,
    recorded_runs=200,
    runs=1,
    load_seconds=2,
)
