"""How long a model takes for a row, measured with the very function that answers requests."""

import time
from collections.abc import Callable
from statistics import median

from engine.serve.scorer import load_scorer
from engine.service.views import View
from engine.workspace import Workspace

TIMES = 3
WARM_ROWS = 5


class PaceView(View):
    """How long a model takes.

    Parameters
    ----------
    row_seconds
        For one row among many that are asked for at once.
    one_seconds
        For a request with a single row.
    rows
        How many rows were asked for at once.
    """

    row_seconds: float
    one_seconds: float
    rows: int


def measure_pace(workspace: Workspace, version_id: str) -> PaceView:
    """Score the rows that were kept with a model, a few times; the median counts.

    Raises
    ------
    NotFound, DamagedFile, ServingError
    """
    with workspace.database.read() as uow:
        files = uow.models.get_version(version_id).files
    scorer = load_scorer({name: workspace.artifacts.verify(sha256, name) for name, sha256 in files.items()})
    names = [field.name for field in scorer.fields]
    rows = scorer.golden().select(names)
    scorer.score(rows.slice(0, WARM_ROWS))

    def seconds(some: int) -> float:
        asked = rows.slice(0, some)
        return median(_timed(lambda: scorer.score(asked)) for _ in range(TIMES))

    return PaceView(row_seconds=seconds(rows.num_rows) / rows.num_rows, one_seconds=seconds(1), rows=rows.num_rows)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
