"""Publish model versions: look at what would change, go live now or at a time, cancel what is planned."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.endpoints import app
from engine.cli.models import By, whoever
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait
from engine.cli.table import print_table

if TYPE_CHECKING:
    from engine.serve.rollout import Rollout
    from engine.service.serving.publications import PublicationView
    from engine.workspace import Workspace

Reference = Annotated[str, typer.Argument(help="The model: NAME, NAME:VERSION or NAME@ALIAS.")]
Name = Annotated[str, typer.Argument(help="The endpoint.")]
Note = Annotated[str, typer.Option("--note", help="What is new, or why.")]
Canary = Annotated[float | None, typer.Option("--canary", help="Only so many percent of the requests.")]
Shadow = Annotated[bool, typer.Option("--shadow", help="Ask it too, and let nobody hear it.")]
MostChanged = Annotated[
    float | None, typer.Option("--most-changed", help="Percent of the answers that may change; more is not published.")
]


@app.command("publish")
@guarded
def endpoint_publish(  # noqa: PLR0913, PLR0917  an argument is an option
    reference: Reference,
    name: Annotated[str, typer.Option("--name", help="The endpoint.")],
    note: Note = "",
    canary: Canary = None,
    shadow: Shadow = False,
    at: Annotated[str | None, typer.Option("--at", help="When, such as 2026-12-01T06:00, in UTC unless said.")] = None,
    replay: Annotated[
        bool, typer.Option("--replay/--no-replay", help="Send the last requests through both versions before.")
    ] = True,
    most_changed: MostChanged = None,
    promote_after: Annotated[
        int | None, typer.Option("--promote-after", help="Promote a canary that is not worse after so many records.")
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="… or after so many hours, if it has some.")] = None,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Publish a model version, once it has proved to answer as its training run did."""
    from engine.service.modelling.models import split_reference
    from engine.service.serving import publications

    workspace, (model, version) = open_home(home), split_reference(reference)
    rollout = _rollout(canary, shadow, replay, most_changed, _rule(canary, promote_after, hours))
    who = whoever(by)
    if at is not None:
        plan = publications.plan_publish(workspace, model, version, name, moment(at), note, by=who, rollout=rollout)
        told = f"{plan.parts} is published to {plan.endpoint} on {plan.at:%Y-%m-%d %H:%M} UTC. ({plan.id})"
        print_json(plan.model_dump(mode="json")) if as_json else say(told)
        return
    job = publications.start_publish(workspace, model, version, name, note, by=who, rollout=rollout)
    _told_published(workspace, wait(workspace, job), as_json)


@app.command("replay")
@guarded
def endpoint_replay(
    name: Name,
    reference: Reference,
    canary: Canary = None,
    note: Note = "",
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show what would change if a version replaced the one that answers; nothing is switched."""
    from engine.service.modelling.models import split_reference
    from engine.service.serving import publications

    workspace, (model, version) = open_home(home), split_reference(reference)
    rollout = _rollout(canary, False, True, None, None)
    job = publications.start_check(workspace, model, version, name, note, by=whoever(by), rollout=rollout)
    wait(workspace, job)
    found = publications.publication_of_job(workspace, job)
    assert found is not None  # noqa: S101  the job has succeeded
    if as_json:
        print_json({"publication": found.id, "endpoint": name, "report": found.report})
        return
    _show_replay(found)
    say(f"\nLet it go live with `canvasback endpoint go-live {found.id}`.")


@app.command("go-live")
@guarded
def endpoint_go_live(
    publication: Annotated[str, typer.Argument(help="The publication's id, from `replay` or `plans`.")],
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let what was checked answer now."""
    from engine.service.serving import publications

    found = publications.go_live(open_home(home), publication, by=whoever(by))
    told = {"endpoint": found.endpoint, "publication": found.id, "revision": found.revision}
    print_json(told) if as_json else say(f"{found.endpoint}: {found.parts} is live, revision {found.revision}.")


@app.command("plans")
@guarded
def endpoint_plans(
    name: Name,
    cancel: Annotated[str | None, typer.Option("--cancel", help="Cancel the one with this id.")] = None,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List the publications of an endpoint, those to come and those that were, or cancel one."""
    from engine.service.serving import publications

    workspace = open_home(home)
    if cancel is not None:
        publications.cancel_publication(workspace, cancel, by=whoever(by))
    found = publications.list_publications(workspace, name)
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"report"}) for view in found])
        return
    rows = [(it.id, it.parts, _when(it), it.status, it.asked_by, it.why or it.note) for it in found]
    print_table(("Id", "Publication", "When (UTC)", "Status", "By", "Why"), rows)


def moment(text: str) -> datetime:
    """A moment as people write it; in UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text[:40]!r} is no time: write it like 2026-12-01T06:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _rollout(canary: float | None, shadow: bool, replay: bool, most_changed: float | None, rule: Any) -> "Rollout":
    from engine.serve.rollout import read_rollout

    if canary is not None and shadow:
        raise typer.BadParameter("give one of --canary and --shadow")
    how = "shadow" if shadow else "all" if canary is None else "canary"
    share = {} if canary is None else {"share": canary / 100}
    allowed = None if most_changed is None else most_changed / 100
    return read_rollout({"how": how, **share, "replay": replay, "most_changed": allowed, "rule": rule})


def _rule(canary: float | None, promote_after: int | None, hours: float | None) -> dict[str, Any] | None:
    if promote_after is None and hours is None:
        return None
    if canary is None:
        raise typer.BadParameter("--promote-after and --hours are for a canary: give --canary PERCENT")
    records = {} if promote_after is None else {"records": promote_after}
    return {**records, "hours": hours}


def _told_published(workspace: "Workspace", result: dict[str, Any], as_json: bool) -> None:
    from engine.service.serving.endpoints import url_of
    from engine.service.serving.keys import first_key

    result["url"] = url_of(workspace, result["endpoint"])
    key = first_key(workspace, result["endpoint"])
    if key:
        result["key"] = key
    if as_json:
        print_json(result)
        return
    parity = result["parity"]
    say(f"{result['endpoint']} answers with {result['model']} v{result['version']} at {result['url']}")
    say(f"{parity['rows']} stored rows replayed, largest difference {parity['max_difference']:.2g}")
    if result.get("replay"):
        say(result["replay"])
    if key:
        say(f"Key (shown once): {key}")


def _show_replay(found: "PublicationView") -> None:
    replay = found.replay
    if replay is None:
        say("Nothing is replaced, so there is nothing to compare.")
        return
    say(replay["said"], bold=True)
    if replay.get("error"):
        return
    say(f"Asked: {replay['words']}.")
    for change in replay["contract"]:
        say(f"{'Breaks callers' if change['breaks'] else 'Callers may notice'}: {change['words']}.")
    if replay.get("moves"):
        print_table(("From", "To", "Answers"), [(it["from"], it["to"], f"{it['rows']:,}") for it in replay["moves"]])
    if replay.get("difference"):
        names = ("mean", "mean_absolute", "p5", "p50", "p95")
        print_table(names, [[f"{replay['difference'][name]:.4g}" for name in names]])
    if replay.get("segments"):
        rows = [
            (it["slice"], f"{it['rows']:,}", f"{it['changed']:.1%}", f"{it['elsewhere']:.1%}")
            for it in replay["segments"]
        ]
        print_table(("Segment", "Rows", "Change", "Elsewhere"), rows, frozenset({1, 2, 3}))


def _when(it: "PublicationView") -> str:
    return f"{it.at or it.finished_at or it.created_at:%Y-%m-%d %H:%M}"
