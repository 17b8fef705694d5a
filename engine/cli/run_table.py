"""List runs, filtered and sorted; write notes and tags."""

from typing import Annotated, Any

import typer

from engine.cli.runs import app
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.table import print_table

NONE = "–"
MOST_METRICS = 3


@app.command("list")
@guarded
def runs_list(
    filter: Annotated[
        list[str] | None,
        typer.Option("--filter", help="A condition: 'roc_auc > 0.8', 'status = failed', 'tag = best', 'model.C < 1'."),
    ] = None,
    sort: Annotated[
        str, typer.Option("--sort", help="What to sort by, with - before it the largest or newest first.")
    ] = "-started",
    search: Annotated[str, typer.Option("--search", help="Words of the pipeline's name, a note or a tag.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 100,
    offset: Annotated[int, typer.Option("--offset", min=0, help="How many to pass over.")] = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List runs, newest first unless asked otherwise."""
    from engine.service.running.run_table import search_runs

    found = search_runs(open_home(home), filter or (), words=search, sort=sort, limit=limit, offset=offset)
    if as_json:
        print_json([row_data(row) for row in found.rows])
        return
    metrics = list(dict.fromkeys(name for row in found.rows for name in row.metrics))[:MOST_METRICS]
    titles = ("Id", "Pipeline", "Run", "State", "Took", *metrics, "Tags")
    if found.rows:
        print_table(titles, [_cells(row, metrics) for row in found.rows], numbers=frozenset(range(4, 5 + len(metrics))))
    say(f"  {len(found.rows):,} of {found.total:,} runs")


@app.command("note")
@guarded
def runs_note(
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    note: Annotated[str | None, typer.Argument(help="What to remember; an empty text takes the note away.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag to add.")] = None,
    untag: Annotated[list[str] | None, typer.Option("--untag", help="A tag to take away.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a note on a run, and give it tags; without anything to change, show them."""
    from engine.service.running.run_notes import annotate_run, notes_of

    workspace = open_home(home)
    known = notes_of(workspace, run_id).tags
    tags = [name for name in [*known, *(tag or [])] if name not in (untag or [])]
    if note is not None or tag or untag:
        found = annotate_run(workspace, run_id, note=note, tags=tags, by="cli")
    else:
        found = notes_of(workspace, run_id)
    if as_json:
        print_json({"run": run_id, **found.model_dump()})
        return
    say(_told(found))


def row_data(row: Any) -> dict[str, Any]:
    """A line as JSON: the run's own facts, and what it is found by."""
    beside: dict[str, Any] = row.model_dump(mode="json", include={"note", "tags", "metrics"})
    run: dict[str, Any] = row.run.model_dump(mode="json", exclude={"nodes"})
    return {**run, **beside, "settings": row.params}


def _told(found: Any) -> str:
    tags = f"  [{', '.join(found.tags)}]" if found.tags else ""
    return f"{found.note or 'No note.'}{tags}"


def _cells(row: Any, metrics: list[str]) -> tuple[str, ...]:
    from engine.service.amounts import seconds

    run = row.run
    scores = (f"{row.metrics[name]:.4f}" if name in row.metrics else NONE for name in metrics)
    return (run.id, run.pipeline, str(run.number), run.status, seconds(run.seconds), *scores, ", ".join(row.tags))
