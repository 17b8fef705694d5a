"""How much is measured: in full, and quickly, to see that the harness works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Rows of the tables, nodes of the chains and of the drawings, megabytes of the limit.

    Parameters
    ----------
    beyond_rows
        Rows whose size in memory is five times the limit.
    """

    matrix_rows: int = 5_000_000
    run_rows: int = 1_000_000
    growth: tuple[int, int] = (1_000_000, 10_000_000)
    beyond_rows: int = 42_000_000
    memory_mb: int = 1_000
    chains: tuple[int, ...] = (50, 100, 200, 500)
    windows: tuple[int, ...] = (50, 500)
    runs: int = 5


FULL = Sizes()
QUICK = Sizes(
    matrix_rows=20_000,
    run_rows=20_000,
    growth=(20_000, 200_000),
    beyond_rows=100_000,
    memory_mb=600,
    chains=(50, 100),
    windows=(20,),
    runs=1,
)
