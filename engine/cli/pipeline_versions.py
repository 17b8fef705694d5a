"""The versions of a pipeline: list, save, compare, name, restore, duplicate."""

from typing import Annotated, Any

import typer

from engine.cli.pipelines import app
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.table import print_table

Name = Annotated[str, typer.Argument(help="The pipeline.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version: v2, or 2.")]
Label = Annotated[str, typer.Option("--label", help="A short name of the version.")]
Note = Annotated[str, typer.Option("--note", help="What there is to know about it.")]
SIDE = "A version (v1, or 1), draft, or origin: the version that the pipeline was duplicated from."


@app.command("versions")
@guarded
def pipeline_versions(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """List the versions of a pipeline: what changed, and how their runs did."""
    from engine.service.building.pipeline_versions import changes_since, list_versions

    workspace = open_home(home)
    key = _id(workspace, name)
    found = [(view, changes_since(workspace, key, view.version)) for view in list_versions(workspace, key)]
    if as_json:
        print_json([{**view.model_dump(mode="json"), "changed": changed} for view, changed in found])
        return
    titles = ("Version", "Label", "Changed", "Saved", "Runs", "Last", "Median", "Best", "Best score")
    print_table(titles, [_cells(view, changed) for view, changed in found], numbers=frozenset({4, 6, 7}))


@app.command("save")
@guarded
def pipeline_save(name: Name, label: Label = "", note: Note = "", home: Home = None, as_json: AsJson = False) -> None:
    """Keep the draft of a pipeline as a version."""
    from engine.service.building.pipeline_versions import save_named

    workspace = open_home(home)
    number = save_named(workspace, _id(workspace, name), label, note, made_by="cli")
    print_json({"pipeline": name, "version": number}) if as_json else say(f"The draft of {name} is v{number}.")


@app.command("label")
@guarded
def pipeline_label(
    name: Name,
    version: Version,
    label: Annotated[str, typer.Argument(help="A short name of the version; empty takes it away.")],
    note: Annotated[str | None, typer.Option("--note", help="What there is to know about it.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give a version of a pipeline a label and a note."""
    from engine.service.building.pipeline_versions import describe_version, find_version

    workspace = open_home(home)
    key = _id(workspace, name)
    known = find_version(workspace, key, version)
    describe_version(workspace, key, known.version, label=label, note=known.note if note is None else note)
    told = find_version(workspace, key, version)
    if as_json:
        print_json(told.model_dump(mode="json", include={"version", "label", "note"}))
    else:
        say(f"v{told.version} of {name}: {told.label or 'no label'}")


@app.command("diff")
@guarded
def pipeline_diff(
    name: Name,
    before: Annotated[str, typer.Argument(metavar="FROM", help=SIDE)],
    after: Annotated[str, typer.Argument(metavar="TO", help=SIDE)] = "draft",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what changed between two versions of a pipeline: nodes, params, wires."""
    from engine.service.building.pipeline_versions import compare_versions

    workspace = open_home(home)
    found = compare_versions(workspace, _id(workspace, name), before, after)
    if as_json:
        print_json({"pipeline": name, **found.model_dump(mode="json")})
        return
    say(f"{name}, from {found.before} to {found.after}: {found.in_words}", bold=True)
    for line in found.lines:
        say(f"  {line}")


@app.command("restore")
@guarded
def pipeline_restore(name: Name, version: Version, home: Home = None, as_json: AsJson = False) -> None:
    """Make a version of a pipeline the draft again; what was there is kept as a version first."""
    from engine.service.building.pipeline_versions import find_version, restore_version

    workspace = open_home(home)
    key = _id(workspace, name)
    number = find_version(workspace, key, version).version
    kept = restore_version(workspace, key, number, made_by="cli")
    if as_json:
        print_json({"pipeline": name, "version": number, "kept": kept})
    else:
        say(f"v{number} of {name} is the draft again. What was there is v{kept}.")


@app.command("duplicate")
@guarded
def pipeline_duplicate(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="What the other pipeline is called.")],
    version: Annotated[str, typer.Option("--version", help="Begin as this version; as the draft unless given.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Go on from a version of a pipeline under another name; the new one remembers where it came from."""
    from engine.service.building.pipeline_versions import DRAFT, duplicate, origin_of

    workspace = open_home(home)
    made = duplicate(workspace, _id(workspace, name), new_name, version or DRAFT)
    origin = origin_of(workspace, made.pipeline_id)
    if as_json:
        told = origin.model_dump(mode="json") if origin else None
        print_json({"pipeline": made.name, "id": made.pipeline_id, "origin": told})
    else:
        say(f"{made.name} begins as {name} v{origin.version if origin else ''}.")


def _id(workspace: Any, name: str) -> str:
    from engine.service.building.pipelines import find_draft

    return find_draft(workspace, name).pipeline_id


def _cells(view: Any, changed: str) -> tuple[str, ...]:
    from engine.service.amounts import seconds

    best = view.best_score
    return (
        f"v{view.version}",
        view.label,
        changed,
        f"{view.created_at:%Y-%m-%d %H:%M}",
        str(view.runs),
        view.last_status or "–",
        seconds(view.median_seconds),
        seconds(view.best_seconds),
        f"{best.metric} {best.value:.4f}" if best else "–",
    )
