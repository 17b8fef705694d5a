"""The table of runs: filtered, sorted and paged by the database, with metrics, settings, tags and notes."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from engine.service.running.run_conditions import Known, read_conditions, read_known, read_order
from engine.service.running.run_views import listed_run
from engine.service.scores import better
from engine.service.views import RunView, View
from engine.workspace import Workspace
from storage.repositories.run_index import RunSearch, RunValues
from storage.repositories.runs import RunEntry

PAGE = 50
NEWEST_FIRST = "-started"


class RunRow(View):
    """One line of the table.

    Parameters
    ----------
    metrics
        Of several models in one run, the better value of each metric.
    params
        Pipeline parameters, and params of model nodes as ``node.param``.
    """

    run: RunView
    note: str = ""
    tags: list[str] = Field(default_factory=list)
    metrics: dict[str, float] = Field(default_factory=dict)
    params: dict[str, float | str] = Field(default_factory=dict)


class RunPage(View):
    """Some lines of the table, and how many there are."""

    rows: list[RunRow]
    total: int
    offset: int = 0


def known_of_runs(workspace: Workspace) -> Known:
    """What runs can be filtered and sorted by."""
    with workspace.database.read() as uow:
        return read_known(uow)


def search_runs(
    workspace: Workspace,
    conditions: Sequence[str] = (),
    *,
    words: str = "",
    sort: str = NEWEST_FIRST,
    limit: int = PAGE,
    offset: int = 0,
) -> RunPage:
    """A page of the runs that fulfil all conditions: eight queries, however many runs there are.

    Parameters
    ----------
    conditions
        Like ``roc_auc > 0.8``; see `engine.service.running.run_conditions`.
    words
        What the pipeline's name, the note or a tag contains.
    sort
        A name, with ``-`` before it the largest first.

    Raises
    ------
    InvalidSetting
        When a condition or the order names something that no run has.
    """
    with workspace.database.read() as uow:
        known = read_known(uow)
        search = RunSearch(read_conditions(conditions, known), words, read_order(sort, known))
        total = uow.run_index.count(search)
        entries = uow.run_index.page(search, limit=limit, offset=offset)
        values = uow.run_index.values([entry.id for entry in entries])
    return RunPage(rows=[_row(entry, values) for entry in entries], total=total, offset=offset)


def best_of(told: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    """Of each metric the better value, whichever node came to it."""
    found: dict[str, float] = {}
    for _, name, value in told:
        pick = min if better(name) == "lower" else max
        found[name] = pick(found.get(name, value), value)
    return found


def _row(entry: RunEntry, values: RunValues) -> RunRow:
    params: Mapping[str, float | str] = values.params.get(entry.id, {})
    return RunRow(
        run=listed_run(entry),
        note=entry.note or "",
        tags=list(values.tags.get(entry.id, ())),
        metrics=best_of(values.metrics.get(entry.id, ())),
        params=dict(params),
    )
