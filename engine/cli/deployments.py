"""What answers an endpoint: show it, share its traffic out, promote, take back, roll back, let it end."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.endpoints import app
from engine.cli.models import By, whoever
from engine.cli.publications import Name, Note, moment
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait
from engine.cli.table import print_table

if TYPE_CHECKING:
    from engine.service.serving.deployments import RevisionView

Version = Annotated[
    str | None, typer.Argument(help="The version, NAME:VERSION; the one with the smallest share unless given.")
]


@app.command("show")
@guarded
def endpoint_show(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """Show what answers an endpoint, since when, and what is about to change."""
    from engine.service.serving import canaries, deployments, publications, sunsets
    from engine.service.serving.endpoints import get_endpoint

    workspace = open_home(home)
    view = get_endpoint(workspace, name)
    revisions = deployments.list_revisions(workspace, name)
    now = next((it for it in revisions if it.active), None)
    plans = [it for it in publications.list_publications(workspace, name) if it.status == "planned"]
    canary, sunset = canaries.last_canary(workspace, name), sunsets.get_sunset(workspace, name)
    if as_json:
        told = view.model_dump(mode="json", exclude={"deployments", "keys", "sample"})
        print_json(
            {
                **told,
                "now": now.model_dump(mode="json") if now else None,
                "planned": [it.model_dump(mode="json", exclude={"report"}) for it in plans],
                "canary": canary.model_dump(mode="json") if canary else None,
                "sunset": sunset.model_dump(mode="json") if sunset else None,
            }
        )
        return
    say(f"{view.name} · {view.status} · {view.url}", bold=True)
    say(f"Answers: {now.words} (revision {now.revision}, {_who(now)})" if now else "Nothing answers it.")
    if canary and canary.status == "watching":
        say(f"Canary {canary.version} under a rule: {(canary.verdict or {}).get('words', 'not looked at yet')}")
    for plan in plans:
        say(f"Planned for {plan.at:%Y-%m-%d %H:%M} UTC: {plan.parts} ({plan.id})")
    if sunset:
        follower = f"; {sunset.successor} answers instead" if sunset.successor else ""
        verb = "Ended" if view.status == "retired" else "Ends"
        say(f"{verb} {sunset.at:%Y-%m-%d %H:%M} UTC: {sunset.reason or 'no reason given'}{follower}")


@app.command("history")
@guarded
def endpoint_history(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """List what has answered an endpoint: who put it there, when, and why."""
    from engine.service.serving.deployments import list_revisions

    found = list_revisions(open_home(home), name)
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    rows = [
        (str(it.revision), it.words, f"{it.created_at:%Y-%m-%d %H:%M}", it.made_by, it.note + (" (now)" * it.active))
        for it in found
    ]
    print_table(("Revision", "Answered", "Since (UTC)", "By", "Why"), rows)


@app.command("traffic")
@guarded
def endpoint_traffic(
    name: Name,
    shares: Annotated[list[str], typer.Argument(help="Who answers how much, in percent: churn:1=90 churn:2=10.")],
    shadow: Annotated[
        list[str] | None, typer.Option("--shadow", help="A version that is asked too, and that nobody hears.")
    ] = None,
    note: Note = "",
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Share the traffic out among versions; each has passed the parity gate before it answers."""
    from engine.service.modelling.models import split_reference
    from engine.service.serving import deployments

    workspace = open_home(home)
    wanted = dict(map(_share, shares))
    listening = [split_reference(one) for one in shadow or ()]
    job = deployments.change_traffic(workspace, name, wanted, shadows=listening, note=note, by=whoever(by))
    if job is not None:
        wait(workspace, job)
    _told(deployments.list_revisions(workspace, name)[0], name, as_json)


@app.command("promote")
@guarded
def endpoint_promote(
    name: Name, version: Version = None, note: Note = "", by: By = "", home: Home = None, as_json: AsJson = False
) -> None:
    """Let a canary answer everything."""
    from engine.service.modelling.models import split_reference
    from engine.service.serving import deployments

    which = split_reference(version) if version else None
    _told(deployments.promote(open_home(home), name, which, note=note, by=whoever(by)), name, as_json)


@app.command("take-back")
@guarded
def endpoint_take_back(
    name: Name, version: Version = None, note: Note = "", by: By = "", home: Home = None, as_json: AsJson = False
) -> None:
    """Let a canary answer no more; the others share what it had."""
    from engine.service.modelling.models import split_reference
    from engine.service.serving import deployments

    which = split_reference(version) if version else None
    _told(deployments.take_back(open_home(home), name, which, note=note, by=whoever(by)), name, as_json)


@app.command("rollback")
@guarded
def endpoint_rollback(
    name: Name,
    to: Annotated[int | None, typer.Option("--to", help="The revision, from `history`; the one before.")] = None,
    note: Note = "",
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let what answered before answer again, at once."""
    from engine.service.serving import deployments

    _told(deployments.roll_back(open_home(home), name, to, note=note, by=whoever(by)), name, as_json, " again")


@app.command("retire")
@guarded
def endpoint_retire(  # noqa: PLR0913, PLR0917  an argument is an option
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="What callers are told.")] = "",
    successor: Annotated[str | None, typer.Option("--successor", help="The endpoint that answers instead.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="When, such as 2026-12-01T06:00; at once unless given.")
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Keep it after all.")] = False,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Stop answering for good, at once or at a moment that callers are told of until then."""
    from engine.service.serving import sunsets

    workspace = open_home(home)
    if withdraw:
        sunsets.keep_endpoint(workspace, name, by=whoever(by))
        print_json({"endpoint": name, "status": "live"}) if as_json else say(f"{name} stays.")
        return
    when = moment(at) if at else None
    told = sunsets.retire_endpoint(workspace, name, reason=reason, successor=successor, at=when, by=whoever(by))
    status = "live" if when else "retired"
    if as_json:
        print_json({"endpoint": name, "status": status, "sunset": told.model_dump(mode="json")})
    else:
        say(f"{name} ends on {told.at:%Y-%m-%d %H:%M} UTC." if when else f"{name} is retired.")


def _share(text: str) -> tuple[tuple[str, Any], float]:
    """One ``NAME:VERSION=PERCENT``."""
    from engine.service.modelling.models import split_reference

    reference, _, percent = text.rpartition("=")
    try:
        share = float(percent.removesuffix("%"))
    except ValueError:
        share = -1.0
    if not reference or not 0 <= share <= 100:
        raise typer.BadParameter(f"{text[:60]!r} is no share: write it like churn:2=10, in percent")
    return split_reference(reference), share / 100


def _told(now: "RevisionView", name: str, as_json: bool, more: str = "") -> None:
    if as_json:
        main = {"endpoint": name, "model": now.model, "version": now.version, "revision": now.revision}
        print_json({**main, "parts": [part.model_dump(mode="json", exclude={"parity"}) for part in now.parts]})
    else:
        say(f"{name} answers with {now.words}{more}.")


def _who(now: "RevisionView") -> str:
    why = f": {now.note}" if now.note else ""
    return f"since {now.created_at:%Y-%m-%d %H:%M} UTC by {now.made_by}{why}"
