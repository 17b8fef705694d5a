"""Keep a dataset in step with its source, and start pipelines when it changes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait
from engine.cli.table import print_table

if TYPE_CHECKING:
    from engine.service.data.syncs import SyncView
    from engine.sources import DataSource
    from engine.workspace import Workspace

Name = Annotated[str, typer.Argument(help="The dataset.")]


@guarded
def dataset_sync(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Name,
    source: Annotated[
        str | None,
        typer.Option("--from", help="A file, an address, or CONNECTION:TABLE; the place it came from unless given."),
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="hour, '6 hours', '12 hours', day, week, month, quarter, year, cron or hand.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Time of day, such as 06:30.")] = None,
    weekday: Annotated[str | None, typer.Option(help="For week: Monday to Sunday.")] = None,
    day: Annotated[int | None, typer.Option(help="For month, quarter and year: the day of the month.")] = None,
    month: Annotated[int | None, typer.Option(help="For quarter and year: the month, 1 to 12.")] = None,
    cron: Annotated[str | None, typer.Option(help="A cron expression of five fields.")] = None,
    zone: Annotated[str | None, typer.Option(help="The time zone, such as Europe/Vienna; UTC unless given.")] = None,
    mode: Annotated[str | None, typer.Option(help="replace or append.")] = None,
    watermark: Annotated[
        str | None, typer.Option(help="The column that tells which rows are new; '' takes all rows.")
    ] = None,
    on_schema_change: Annotated[str | None, typer.Option(help="report or block.")] = None,
    retries: Annotated[int | None, typer.Option(help="How often a failed one is tried again.")] = None,
    now: Annotated[bool, typer.Option("--now", help="Sync at once, and wait for it.")] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Let it rest.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Let it go on.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Forget it; the versions stay.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Show how it went.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show or change how a dataset is synced; any option that says how sets it up."""
    from engine.service.data import syncs

    if sum((now, pause, resume, remove, history)) > 1:
        raise typer.BadParameter("give one of --now, --pause, --resume, --remove and --history")
    workspace = open_home(home)
    cron_alone = {"every": "cron"} if cron and not every else {}
    given = {"every": every, "at": at, "day": day, "month": month, "cron": cron, "zone": zone, **cron_alone}
    timing = {key: value for key, value in {**given, "weekday": weekday_number(weekday)}.items() if value is not None}
    how = {"mode": mode, "watermark": watermark, "on_schema_change": on_schema_change, "retries": retries}
    how = {key: value for key, value in how.items() if value is not None}
    if timing or how or source:
        _set(workspace, name, source, timing, how)
    if now:
        _told(wait(workspace, syncs.sync_now(workspace, name)), as_json)
        return
    if history:
        _show_history(workspace, name, as_json)
        return
    if remove:
        syncs.remove_sync(workspace, name)
        print_json({"removed": name}) if as_json else say(f"{name} is not synced any more.")
        return
    if pause:
        syncs.pause_sync(workspace, name)
    if resume:
        syncs.resume_sync(workspace, name)
    _show(syncs.get_sync(workspace, name), name, as_json)


def _set(workspace: "Workspace", name: str, text: str | None, timing: dict[str, Any], how: dict[str, Any]) -> None:
    """Change what was given and keep the rest as it is."""
    from engine.service.data import syncs
    from engine.service.schedules import read_schedule

    known = syncs.get_sync(workspace, name)
    before: dict[str, Any] = {}
    if known is not None:
        fields = ("mode", "watermark", "on_schema_change", "retries")
        before = {field: getattr(known, field) for field in fields}
    source, overrides = _source(workspace, name, text, known)
    schedule = read_schedule({**(known.schedule.model_dump(mode="json") if known else {}), **timing})
    syncs.set_sync(workspace, name, source, schedule, overrides=overrides, **{**before, **how})


def _source(
    workspace: "Workspace", name: str, text: str | None, known: "SyncView | None"
) -> "tuple[DataSource, dict[str, Any]]":
    from engine.cli.origins import origin
    from engine.errors import MissingThing
    from engine.service.data.syncs import suggested_source
    from engine.sources import read_source

    if text is not None:
        return origin(workspace, text), {}
    if known is not None:
        return read_source(known.source), known.overrides
    found = suggested_source(workspace, name)
    if found is None:
        raise MissingThing(f"{name} came from a file that is not there any more.", hint="Say where from: --from.")
    return found


def weekday_number(text: str | None) -> int | None:
    from engine.service.schedules import WEEKDAYS

    if text is None:
        return None
    found = [place for place, name in enumerate(WEEKDAYS) if name.lower().startswith(text.lower()) and len(text) > 1]
    if len(found) != 1:
        raise typer.BadParameter(f"{text!r} is no day of the week", param_hint="--weekday")
    return found[0]


def _told(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    outcome = f"v{result['version']}" if result["version"] else "nothing new"
    say(f"{result['dataset']}: {outcome}. {result['message']}")


def _show(sync: "SyncView | None", name: str, as_json: bool) -> None:
    if as_json:
        print_json(sync.model_dump(mode="json") if sync else {"dataset": name, "sync": None})
        return
    if sync is None:
        say(f"{name} is not synced. Set it up: canvasback dataset sync {name} --every day --at 06:00")
        return
    rows = f"rows beyond the greatest {sync.watermark}" if sync.watermark else "all rows"
    say(f"{sync.dataset}: {sync.schedule.words}, from {sync.source_words}", bold=True)
    say(f"  {sync.mode} {rows}; changed columns: {sync.on_schema_change}; tried again {sync.retries} times")
    say(f"  next: {sync.next_at:%Y-%m-%d %H:%M} UTC" if sync.next_at else f"  {'paused' if sync.paused else 'by hand'}")


def _show_history(workspace: "Workspace", name: str, as_json: bool) -> None:
    from engine.service.data.syncs import list_sync_runs

    runs = list_sync_runs(workspace, name)
    if as_json:
        print_json([run.model_dump(mode="json") for run in runs])
        return
    rows = [
        [
            f"{run.created_at:%Y-%m-%d %H:%M}",
            f"{run.asked_by} {run.attempt}",
            run.status,
            f"v{run.version}" if run.version else "",
            str((run.error or {}).get("message") or run.message or ""),
        ]
        for run in runs
    ]
    print_table(["When (UTC)", "Asked by", "State", "Version", "What came of it"], rows)


@guarded
def dataset_trigger(
    name: Name,
    run: Annotated[str | None, typer.Option("--run", help="A pipeline to start at each new latest version.")] = None,
    remove: Annotated[str | None, typer.Option(help="A pipeline to start no more.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show or change which pipelines start when a dataset gets a new latest version."""
    from engine.service.running import triggers

    workspace = open_home(home)
    if run is not None:
        triggers.add_trigger(workspace, name, run)
    if remove is not None:
        triggers.remove_trigger(workspace, name, remove)
    found = triggers.list_triggers(workspace, name)
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    if not found:
        say(f"No pipeline starts when {name} gets a new version.")
    for view in found:
        last = f"run {view.run} for v{view.seen}: {view.run_status}" if view.run else "not started yet"
        say(f"{view.pipeline:30} {view.error['message'] if view.error else last}")
