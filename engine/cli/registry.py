"""Decide about models: aliases, stages, sign-offs; retire, delete, restore."""

from typing import Annotated

import typer

from engine.cli.models import By, Comment, Reference, app, whoever
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.table import print_table


@app.command("alias")
@guarded
def model_alias(
    reference: Reference,
    alias: Annotated[str | None, typer.Argument(help="champion, challenger, …; without one, all are listed.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the alias away.")] = False,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let an alias stand for a version, move it there, or take it away."""
    from engine.service.modelling import registry
    from engine.service.modelling.models import get_model, split_reference

    workspace, (name, version) = open_home(home), split_reference(reference)
    if alias is None:
        found = registry.list_aliases(workspace, name)
        if as_json:
            print_json([view.model_dump(mode="json") for view in found])
            return
        rows = [(it.alias, f"v{it.version}", it.set_by, f"{it.set_at:%Y-%m-%d %H:%M}") for it in found]
        print_table(("Alias", "Version", "By", "Since"), rows)
        return
    if remove:
        before: int | None = registry.remove_alias(workspace, name, alias, by=whoever(by))
        told = f"{name} has no {alias} any more; it was v{before}."
        number = None
    else:
        number = get_model(workspace, name, version).version
        before = registry.set_alias(workspace, name, number, alias, by=whoever(by))
        moved = f", before it was v{before}" if before not in (None, number) else ""
        told = f"{name}@{alias.strip().lower()} is v{number}{moved}."
    if as_json:
        print_json({"model": name, "alias": alias.strip().lower(), "version": number, "before": before})
    else:
        say(told)


@app.command("stage")
@guarded
def model_stage(
    reference: Reference,
    stage: Annotated[str, typer.Argument(help="none, staging, production or archived.")],
    comment: Comment = "",
    archive_others: Annotated[
        bool, typer.Option("--archive-others", help="Archive the other versions at this stage.")
    ] = False,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Put a version at a stage."""
    from engine.service.modelling.models import get_model, split_reference
    from engine.service.modelling.registry import move_stage

    workspace = open_home(home)
    view = get_model(workspace, *split_reference(reference))
    how = {"by": whoever(by), "comment": comment, "archive_others": archive_others}
    archived = move_stage(workspace, view.model, view.version, stage, **how)  # type: ignore[arg-type]
    if as_json:
        now = {"version": view.version, "before": view.stage, "stage": stage.lower(), "archived": archived}
        print_json({"model": view.model, **now})
        return
    others = f" Archived: {', '.join(f'v{number}' for number in archived)}." if archived else ""
    say(f"{view.model} v{view.version}: {view.stage} → {stage.lower()}.{others}")


@app.command("approve")
@guarded
def model_approve(
    reference: Reference, comment: Comment = "", by: By = "", home: Home = None, as_json: AsJson = False
) -> None:
    """Sign a version off."""
    from engine.service.modelling.models import get_model, split_reference
    from engine.service.modelling.registry import approve

    workspace, who = open_home(home), whoever(by)
    view = get_model(workspace, *split_reference(reference))
    approve(workspace, view.model, view.version, by=who, comment=comment)
    told = {"model": view.model, "version": view.version, "sign_off": "approved", "by": who}
    print_json(told) if as_json else say(f"{view.model} v{view.version} is approved by {who}.")


@app.command("reject")
@guarded
def model_reject(
    reference: Reference, comment: Comment = "", by: By = "", home: Home = None, as_json: AsJson = False
) -> None:
    """Refuse to sign a version off; --comment says why."""
    from engine.service.modelling.models import get_model, split_reference
    from engine.service.modelling.registry import reject

    workspace, who = open_home(home), whoever(by)
    view = get_model(workspace, *split_reference(reference))
    live = reject(workspace, view.model, view.version, by=who, comment=comment)
    if as_json:
        told = {"model": view.model, "version": view.version, "sign_off": "rejected", "by": who}
        print_json({**told, "still_answers": live})
        return
    say(f"{view.model} v{view.version} is rejected by {who}.")
    for endpoint in live:
        say(f"It still answers the endpoint {endpoint}: roll back or publish another version.")


@app.command("sign-off")
@guarded
def model_sign_off(
    name: Annotated[str, typer.Argument(help="The model.")],
    required: Annotated[bool, typer.Option("--required/--not-required", help="Whether publishing needs an approval.")],
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say whether the versions of a model need an approval before they are published."""
    from engine.service.modelling.registry import require_sign_off

    require_sign_off(open_home(home), name, required, by=whoever(by))
    said = "need an approval before they are published" if required else "are published without an approval"
    print_json({"model": name, "needs_sign_off": required}) if as_json else say(f"Versions of {name} {said}.")


@app.command("history")
@guarded
def model_history(reference: Reference, home: Home = None, as_json: AsJson = False) -> None:
    """Tell what was decided about a model's versions: who, when, why."""
    from engine.service.modelling.models import split_reference
    from engine.service.modelling.registry import list_events

    found = list_events(open_home(home), *split_reference(reference))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    rows = [
        (f"{it.at:%Y-%m-%d %H:%M}", f"v{it.version}", it.kind, _change(it.before, it.after), it.by, it.comment)
        for it in found
    ]
    print_table(("When", "Version", "What", "Change", "Who", "Why"), rows)


def _change(before: str, after: str) -> str:
    return f"{before or '–'} → {after or '–'}"


@app.command("retire")
@guarded
def model_retire(
    reference: Reference,
    undo: Annotated[bool, typer.Option("--undo", help="Let it be published again.")] = False,
    comment: Comment = "",
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Keep a version from being published; it stays, and endpoints that it answers go on."""
    from engine.service.modelling.model_bin import dependants, retire, take_back
    from engine.service.modelling.models import get_model, split_reference

    workspace = open_home(home)
    view = get_model(workspace, *split_reference(reference))
    change = take_back if undo else retire
    change(workspace, view.model, view.version, by=whoever(by), comment=comment)
    found = dependants(workspace, view.model, view.version)
    if as_json:
        told = {"model": view.model, "version": view.version, "retired": not undo}
        print_json({**told, "dependants": found.model_dump()})
        return
    say(f"{view.model} v{view.version} {'can be published again' if undo else 'is retired'}.")
    for line in found.lines if not undo else ():
        say(f"  {line}")


@app.command("delete")
@guarded
def model_delete(
    reference: Annotated[str, typer.Argument(metavar="MODEL", help="NAME:VERSION or NAME@ALIAS; NAME with --all.")],
    everything: Annotated[bool, typer.Option("--all", help="The model with all its versions.")] = False,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Move a version, or with --all a whole model, to the bin; refused while an endpoint uses it."""
    from engine.service.modelling.model_bin import BIN_DAYS, delete_model, dependants
    from engine.service.modelling.models import delete_model_version, get_model, split_reference

    workspace, (name, version) = open_home(home), split_reference(reference)
    if everything == (version is not None):
        message = "give NAME alone with --all" if everything else "name a version, NAME:VERSION, or give --all"
        raise typer.BadParameter(message, param_hint="MODEL")
    number = None if everything else get_model(workspace, name, version).version
    found = dependants(workspace, name, False if everything else number)
    if everything:
        delete_model(workspace, name, by=whoever(by))
    else:
        delete_model_version(workspace, name, number, whoever(by))
    if as_json:
        print_json({"model": name, "version": number, "deleted": True, "dependants": found.model_dump()})
        return
    what = name if everything else f"{name} v{number}"
    say(f"{what} is in the bin for {BIN_DAYS} days; `canvasback model restore` brings it back.")
    for line in found.lines:
        say(f"  {line}")


@app.command("restore")
@guarded
def model_restore(
    reference: Annotated[str, typer.Argument(metavar="MODEL", help="NAME for a whole model, NAME:VERSION for one.")],
    new_name: Annotated[str | None, typer.Option("--as", help="Another name, where the old one is taken.")] = None,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take a model or a version out of the bin."""
    from engine.service.modelling.model_bin import restore_named
    from engine.service.modelling.models import split_reference

    back = restore_named(open_home(home), *split_reference(reference), new_name=new_name, by=whoever(by))
    what = back.model if back.version is None else f"{back.model} v{back.version}"
    print_json(back.model_dump()) if as_json else say(f"{what} is back.")


@app.command("bin")
@guarded
def model_bin(home: Home = None, as_json: AsJson = False) -> None:
    """List what can be restored."""
    from engine.service.modelling.model_bin import list_bin

    found = list_bin(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    rows = [
        (
            it.model if it.version is None else f"{it.model}:{it.version}",
            str(it.versions),
            it.deleted_by,
            f"{it.deleted_at:%Y-%m-%d %H:%M}",
            f"{it.until:%Y-%m-%d}",
        )
        for it in found
    ]
    print_table(("Model", "Versions", "Deleted by", "When", "Kept until"), rows, frozenset({1}))
