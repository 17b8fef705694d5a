"""Let an endpoint answer whole datasets and files: once, or again and again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.endpoints import app as endpoints
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait
from engine.cli.syncs import weekday_number
from engine.cli.table import print_table

if TYPE_CHECKING:
    from engine.service.serving.batches import BatchView

app = typer.Typer(help="Datasets that an endpoint answers again and again.", no_args_is_help=True)
endpoints.add_typer(app, name="batch")

Name = Annotated[str, typer.Argument(help="The endpoint.")]
Which = Annotated[str, typer.Argument(help="The dataset that the batch writes, or its id.")]
Strict = Annotated[
    bool | None,
    typer.Option(
        "--strict/--lenient",
        help="End it at a record that cannot be answered, or keep that without an answer; as the endpoint does unless "
        "given.",
    ),
]


@endpoints.command("score")
@guarded
def endpoint_score(
    endpoint: Name,
    into: Annotated[str, typer.Option("--name", help="The dataset that gets the answers; made where there is none.")],
    dataset: Annotated[str | None, typer.Option(help="The dataset to answer: NAME or NAME:VERSION.")] = None,
    given: Annotated[Path | None, typer.Option("--input", help="A file instead: .csv, .json, .parquet, ….")] = None,
    strict: Strict = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer a whole dataset or file, as the next version of a dataset."""
    from engine.service.serving.scorings import split_dataset, start_scoring
    from engine.sources import FileSource

    if (dataset is None) == (given is None):
        raise typer.BadParameter("give one of --dataset and --input")
    workspace = open_home(home)
    source = split_dataset(dataset or "") if given is None else FileSource(path=given.absolute())
    told = wait(workspace, start_scoring(workspace, endpoint, source, into, strict=strict))
    if as_json:
        print_json(told)
        return
    say(f"{told['dataset']} v{told['version']}: {told['rows']:,} rows of {told['source']}, answered by {told['model']}")
    if told["unanswered"]:
        say(f"  {told['unanswered']:,} of them are without an answer; the column not_answered says why.")


@endpoints.command("scorings")
@guarded
def endpoint_scorings(endpoint: Name, home: Home = None, as_json: AsJson = False) -> None:
    """List what an endpoint has answered as a whole."""
    from engine.service.serving.scorings import list_scorings

    found = list_scorings(open_home(home), endpoint)
    if as_json:
        print_json([it.model_dump(mode="json") for it in found])
        return
    rows = [
        [
            f"{it.created_at:%Y-%m-%d %H:%M}",
            it.source,
            f"{it.into} v{it.version}" if it.version else it.into,
            it.model,
            it.status,
            "" if it.rows is None else f"{it.rows:,}",
            str((it.error or {}).get("message", "")),
        ]
        for it in found
    ]
    print_table(["When (UTC)", "Rows of", "Into", "Answered by", "State", "Rows", ""], rows)


@app.command("list")
@guarded
def batch_list(endpoint: Name, home: Home = None, as_json: AsJson = False) -> None:
    """List what an endpoint answers again and again."""
    from engine.service.serving.batches import list_batches

    found = list_batches(open_home(home), endpoint)
    if as_json:
        print_json([it.model_dump(mode="json") for it in found])
        return
    if not found:
        say(f"{endpoint} answers no dataset again and again.")
    for it in found:
        _tell(it)


@app.command("add")
@guarded
def batch_add(  # noqa: PLR0913, PLR0917  an argument is an option
    endpoint: Name,
    dataset: Annotated[str, typer.Option(help="The dataset to answer.")],
    into: Annotated[str, typer.Option("--name", help="The dataset that gets the answers.")],
    every: Annotated[
        str | None,
        typer.Option(help="hour, '6 hours', '12 hours', day, week, month, quarter, year or cron; at each new version "
                     "of the dataset unless given."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="Time of day, such as 06:30.")] = None,
    weekday: Annotated[str | None, typer.Option(help="For week: Monday to Sunday.")] = None,
    day: Annotated[int | None, typer.Option(help="For month, quarter and year: the day of the month.")] = None,
    month: Annotated[int | None, typer.Option(help="For quarter and year: the month, 1 to 12.")] = None,
    cron: Annotated[str | None, typer.Option(help="A cron expression of five fields.")] = None,
    zone: Annotated[str | None, typer.Option(help="The time zone, such as Europe/Vienna; UTC unless given.")] = None,
    strict: Strict = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Let an endpoint answer a dataset again and again, into new versions of another one."""
    from engine.service.schedules import read_schedule
    from engine.service.serving.batches import add_batch

    timing: dict[str, Any] = {"every": every or ("cron" if cron else None), "at": at, "day": day, "month": month}
    timing |= {"cron": cron, "zone": zone, "weekday": weekday_number(weekday)}
    timing = {key: value for key, value in timing.items() if value is not None}
    schedule = read_schedule(timing) if timing else None
    _told(add_batch(open_home(home), endpoint, dataset, into, schedule, strict=strict), as_json)


@app.command("run")
@guarded
def batch_run(endpoint: Name, which: Which, home: Home = None, as_json: AsJson = False) -> None:
    """Answer the dataset of a batch now, and wait for it."""
    from engine.service.serving.batches import find_batch, run_batch

    workspace = open_home(home)
    told = wait(workspace, run_batch(workspace, find_batch(workspace, endpoint, which).id))
    print_json(told) if as_json else say(f"{told['dataset']} v{told['version']}: {told['rows']:,} rows")


@app.command("pause")
@guarded
def batch_pause(endpoint: Name, which: Which, home: Home = None, as_json: AsJson = False) -> None:
    """Let a batch rest."""
    from engine.service.serving.batches import find_batch, pause_batch

    workspace = open_home(home)
    pause_batch(workspace, find_batch(workspace, endpoint, which).id)
    _told(find_batch(workspace, endpoint, which), as_json)


@app.command("resume")
@guarded
def batch_resume(endpoint: Name, which: Which, home: Home = None, as_json: AsJson = False) -> None:
    """Let a batch go on."""
    from engine.service.serving.batches import find_batch, resume_batch

    workspace = open_home(home)
    resume_batch(workspace, find_batch(workspace, endpoint, which).id)
    _told(find_batch(workspace, endpoint, which), as_json)


@app.command("remove")
@guarded
def batch_remove(endpoint: Name, which: Which, home: Home = None, as_json: AsJson = False) -> None:
    """Forget a batch; what it made stays."""
    from engine.service.serving.batches import find_batch, remove_batch

    workspace = open_home(home)
    batch = find_batch(workspace, endpoint, which)
    remove_batch(workspace, batch.id)
    print_json({"removed": batch.id}) if as_json else say(f"{batch.into} gets no more answers of {endpoint}.")


def _told(batch: "BatchView", as_json: bool) -> None:
    print_json(batch.model_dump(mode="json")) if as_json else _tell(batch)


def _tell(it: "BatchView") -> None:
    say(f"{it.dataset} into {it.into}, {it.words}{' (paused)' if it.paused else ''}", bold=True)
    if it.next_at is not None:
        say(f"  next: {it.next_at:%Y-%m-%d %H:%M} UTC")
    if it.error is not None:
        say(f"  not started: {it.error['message']} {it.error.get('hint', '')}")
    if it.last is not None:
        came = f"v{it.last.version}" if it.last.version else it.last.status
        say(f"  last: {came} of {it.last.source} by {it.last.model}")
