"""When an endpoint's model learns anew, what came of it, and everything that happened."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.endpoints import app
from engine.cli.given import pairs
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.table import print_table

if TYPE_CHECKING:
    from engine.service.retraining.policies import PolicyView
    from engine.service.retraining.rounds import RoundView
    from engine.service.retraining.timeline_events import EventView

Name = Annotated[str, typer.Argument(help="The endpoint.")]
Number = Annotated[int | None, typer.Option("--round", help="The round; the newest unless given.")]
By = Annotated[str, typer.Option("--by", help="Who you are.")]
Comment = Annotated[str, typer.Option("--comment", help="Why.")]


@app.command("policy")
@guarded
def endpoint_policy(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Name,
    pipeline: Annotated[str | None, typer.Option("--pipeline", help="The pipeline that retrains.")] = None,
    node: Annotated[str | None, typer.Option("--node", help="Its model node, where it has several.")] = None,
    publish: Annotated[str | None, typer.Option("--publish", help="ask or itself.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A setting, such as rule.margin=0.01 or triggers.drift.psi=0.2; null takes it away."
        ),
    ] = None,
    pause: Annotated[bool, typer.Option("--pause", help="Let it rest.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Let it go on.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Forget it; the rounds stay.")] = False,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show or change when an endpoint's model learns anew, and by which rule the new one goes live."""
    from engine.service.retraining import policies

    if sum((pause, resume, remove)) > 1:
        raise typer.BadParameter("give one of --pause, --resume and --remove")
    changes = pairs(given, "--set")
    workspace = open_home(home)
    if pipeline or node or publish or changes:
        _set(workspace, name, pipeline, node, {**({"publish": publish} if publish else {}), **changes}, by)
    if pause:
        policies.pause_policy(workspace, name, by=by)
    if resume:
        policies.resume_policy(workspace, name, by=by)
    if remove:
        policies.remove_policy(workspace, name, by=by)
    _show_policy(policies.get_policy(workspace, name), name, as_json)


def _set(workspace: Any, name: str, pipeline: str | None, node: str | None, changes: dict[str, Any], by: str) -> None:
    """Change what was given, and keep the rest as it is."""
    from engine.service.retraining import policies
    from engine.service.retraining.policy_settings import read_policy_settings

    known = policies.get_policy(workspace, name)
    trainer = policies.trainer_of(workspace, name) if known is None and pipeline is None else None
    chosen = pipeline or (known.pipeline if known else trainer[0] if trainer else None)
    if chosen is None:
        raise typer.BadParameter("say which pipeline retrains", param_hint="--pipeline")
    document = known.settings.model_dump(mode="json", exclude_defaults=True) if known else {}
    for key, value in changes.items():
        _put(document, key.split("."), value)
    same = known is not None and chosen == known.pipeline
    kept = node or (known.node if known and same else trainer[1] if trainer else None)
    policies.set_policy(workspace, name, chosen, read_policy_settings(document), node=kept, by=by)


def _put(document: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        inner = document.get(step)
        document[step] = inner if isinstance(inner, dict) else {}
        document = document[step]
    if value is None:
        document.pop(path[-1], None)
    else:
        document[path[-1]] = value


def _show_policy(policy: "PolicyView | None", name: str, as_json: bool) -> None:
    if as_json:
        print_json(policy.model_dump(mode="json") if policy else {"endpoint": name, "policy": None})
        return
    if policy is None:
        say(f"Nothing retrains for {name}. Set it up: canvasback endpoint policy {name} --pipeline NAME")
        return
    resting = ", paused" if policy.paused else ""
    say(f"{name}: {policy.pipeline}, node {policy.node}{resting}", bold=True)
    for sentence in policy.words:
        say(f"  {sentence}")
    if policy.next_at:
        say(f"  next: {policy.next_at:%Y-%m-%d %H:%M} UTC")


@app.command("retrain")
@guarded
def endpoint_retrain(
    name: Name, by: By = "", comment: Comment = "", home: Home = None, as_json: AsJson = False
) -> None:
    """Begin a round now; a worker does it."""
    from engine.service.retraining.rounds import retrain_now

    _show_round(retrain_now(open_home(home), name, by=by, note=comment), as_json)


@app.command("rounds")
@guarded
def endpoint_rounds(name: Name, number: Number = None, home: Home = None, as_json: AsJson = False) -> None:
    """List the rounds of an endpoint, or show one: why it began, what was compared, the verdict."""
    from engine.service.retraining.rounds import get_round, list_rounds

    workspace = open_home(home)
    if number is not None:
        _show_round(get_round(workspace, name, number), as_json)
        return
    found = list_rounds(workspace, name)
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    rows = [
        [str(it.number), f"{it.created_at:%Y-%m-%d %H:%M}", it.state, it.cause.get("words", ""), it.verdict]
        for it in found
    ]
    print_table(["Round", "Begun (UTC)", "State", "Why", "Verdict"], rows) if rows else say("No round yet.")


@app.command("approve")
@guarded
def endpoint_approve(
    name: Name,
    number: Number = None,
    by: By = "",
    comment: Comment = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let the challenger of a waiting round go live."""
    from engine.service.retraining.rounds import approve_round

    _show_round(approve_round(open_home(home), name, number, by=by, comment=comment), as_json)


@app.command("decline")
@guarded
def endpoint_decline(
    name: Name,
    number: Number = None,
    by: By = "",
    comment: Comment = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Keep the champion, and say why."""
    from engine.service.retraining.rounds import decline_round

    _show_round(decline_round(open_home(home), name, number, by=by, comment=comment), as_json)


@app.command("undo")
@guarded
def endpoint_undo(
    name: Name,
    number: Number = None,
    by: By = "",
    comment: Comment = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let what answered before a round answer again."""
    from engine.service.retraining.rounds import undo_round

    _show_round(undo_round(open_home(home), name, number, by=by, comment=comment), as_json)


def _show_round(view: "RoundView", as_json: bool) -> None:
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    say(f"Round {view.number} of {view.endpoint}: {view.state}", bold=True)
    say(f"  began {view.created_at:%Y-%m-%d %H:%M} UTC: {view.cause.get('words', '')}")
    if view.challenger:
        say(f"  {view.challenger.name} against {view.champion.name if view.champion else 'nothing'}")
    for condition in view.conditions:
        say(f"  [{ {True: 'yes', False: 'no', None: '?'}[condition.holds] }] {condition.words}")
    if view.verdict:
        say(f"  {view.verdict}")


@app.command("timeline")
@guarded
def endpoint_timeline(
    name: Name,
    around: Annotated[
        str | None, typer.Option("--around", help="Why it answers as it does at a time: 03:12, or 2026-11-22T03:12.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Events at most.")] = 50,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell everything that happened to an endpoint, newest first; or why it changed."""
    from engine.service.retraining.timeline import timeline, why_changed

    moment = _moment(around) if around else None
    workspace = open_home(home)
    if moment is None:
        events = timeline(workspace, name)[:limit]
        print_json([event.model_dump(mode="json") for event in events]) if as_json else _print_events(events)
        return
    found = why_changed(workspace, name, moment)
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif found.change is None:
        say(f"Nothing answered {name} by {moment:%Y-%m-%d %H:%M}.")
    else:
        _print_events(found.chain)


def _moment(text: str) -> datetime:
    """A time of day is the last one there was."""
    now = datetime.now().astimezone()
    try:
        if len(text) <= 5:
            shown = datetime.strptime(text, "%H:%M").time()
            moment = now.replace(hour=shown.hour, minute=shown.minute, second=0, microsecond=0)
            return moment if moment <= now else moment - timedelta(days=1)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time such as 03:12", param_hint="--around") from None
    return found if found.tzinfo else found.astimezone()


def _print_events(events: "list[EventView]") -> None:
    for event in events:
        by = f" by {event.by}" if event.by else ""
        say(f"{event.at.astimezone():%Y-%m-%d %H:%M}  {event.title}{by}", bold=event.is_bad)
        for more in (event.why, event.about):
            if more:
                say(f"                  {more}")
