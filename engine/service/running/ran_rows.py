"""What a node made in the last run, where no preview can show it: a model's predictions, a whole-table computation."""

from engine.errors import PEOPLE_ERRORS
from engine.service.building.trials import PAGE_COLUMNS, RowsView, TrialView, as_words
from engine.service.running.runs import latest_run, node_table
from engine.workspace import Workspace

KEPT = ("succeeded", "cached")


def with_ran_rows(workspace: Workspace, pipeline_id: str, view: TrialView, port: str | None, most: int) -> TrialView:
    """The preview, with the rows of the last run where it has none of its own."""
    if view.after is not None and view.of == "data":
        return view
    run = latest_run(workspace, pipeline_id)
    ran = next((node for node in run.nodes if node.node == view.node), None) if run else None
    if run is None or ran is None or ran.status not in KEPT:
        return view
    tables = [name for name in ran.ports if name != "model"]
    shown = port if port in tables else next(iter(tables), None)
    if shown is None:
        return view
    try:
        page = node_table(workspace, run.id, view.node, shown, 0, most)
    except PEOPLE_ERRORS:  # its result has left the cache
        return view
    names = [column["name"] for column in page.columns[:PAGE_COLUMNS]]
    rows = [[as_words(value) for value in row[: len(names)]] for row in page.rows]
    after = RowsView(columns=names, rows=rows, total=page.total or len(rows), left_out=len(page.columns) - len(names))
    before = view.before if view.of == "data" else None
    found = {"of": "run", "run": run.number, "after": after, "before": before, "port": shown, "ports": tables}
    return view.model_copy(update={**found, "columns": [], "counts": None})
