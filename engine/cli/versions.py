"""The versions of a dataset: list, compare, go back, name, keep, export."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.datasets import app
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait
from engine.cli.table import print_table

Name = Annotated[str, typer.Argument(help="The dataset.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version: v2, or 2.")]
Columns = Annotated[str, typer.Option("--key", help="Columns that name a row, e.g. id or 'shop,day'.")]
SHOWN = 20
"""Lines of a comparison that a terminal gets; --json tells all."""


@app.command("versions")
@guarded
def dataset_versions(name: Name, home: Home = None, as_json: AsJson = False) -> None:
    """List the versions of a dataset."""
    from engine.service.amounts import size
    from engine.service.data.versions import list_versions

    found = list_versions(open_home(home), name)
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    rows = [
        (
            f"v{view.number}",
            "held" if view.held else "latest" if view.is_latest else "",
            view.label,
            f"{view.rows:,}",
            _changes(view.changes),
            size(view.bytes),
            view.made_by,
            f"{view.created_at:%Y-%m-%d %H:%M}",
        )
        for view in found
    ]
    print_table(("Version", "", "Label", "Rows", "Change", "Size", "By", "Made"), rows, frozenset({3, 5}))


def _changes(changes: dict[str, int] | None) -> str:
    if changes is None:
        return ""
    signs = {"added": "+", "removed": "-", "changed": "~"}
    return " ".join(f"{sign}{changes[kind]:,}" for kind, sign in signs.items() if changes[kind]) or "none"


@app.command("diff")
@guarded
def dataset_diff(
    name: Name,
    left: Annotated[str, typer.Argument(metavar="FROM", help="The one version: v1, or 1.")],
    right: Annotated[str, typer.Argument(metavar="TO", help="The other one.")],
    key: Columns = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Compare two versions: columns, rows, cells, and how far values moved."""
    from engine.service.data.version_diff import diff_rows, find_diff, start_diff

    workspace = open_home(home)
    numbers = _number(left), _number(right)
    chosen = _names(key) or None
    found = find_diff(workspace, name, *numbers, chosen)
    if found is None:
        wait(workspace, start_diff(workspace, name, *numbers, chosen))
        found = find_diff(workspace, name, *numbers, chosen)
    if found is None:
        raise typer.Exit(1)
    samples = {kind: diff_rows(workspace, found, kind, limit=SHOWN) for kind in found.shown}
    if as_json:
        document = found.model_dump(mode="json", exclude={"schema_", "fingerprint"})
        rows = {
            kind: {"columns": [column["name"] for column in page.columns], "rows": page.rows}
            for kind, page in samples.items()
        }
        print_json({**document, "schema": found.schema_, "samples": rows})
        return
    say(found.in_words)
    lines = [
        (it.name, f"{it.cells:,}", "–" if it.psi is None else f"{it.psi:.3f}", it.in_words) for it in found.columns
    ]
    print_table(("Column", "Cells changed", "PSI", "In words"), lines, frozenset({1, 2}))
    changed = samples["changed"].rows
    if changed:
        say()
        print_table(
            ("Row", "Column", "Before", "After"),
            [[str(cell if cell is not None else "–") for cell in row] for row in changed],
        )


@app.command("rollback")
@guarded
def dataset_rollback(name: Name, version: Version, home: Home = None, as_json: AsJson = False) -> None:
    """Make an earlier version the latest one, or release a held one; nothing is deleted."""
    from engine.service.data.versions import make_latest

    number = _number(version)
    make_latest(open_home(home), name, number)
    print_json({"dataset": name, "latest": number}) if as_json else say(f"v{number} is the latest version of {name}.")


@app.command("label")
@guarded
def dataset_label(
    name: Name,
    version: Version,
    label: Annotated[str, typer.Argument(help="The label; empty takes it away. A labelled version is never let go.")],
    note: Annotated[str | None, typer.Option("--note", help="What there is to know about the version.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give a version a label, and a note."""
    from engine.service.data.versions import describe_version

    number = _number(version)
    describe_version(open_home(home), name, number, label=label, note=note)
    if as_json:
        print_json({"dataset": name, "version": number, "label": label.strip()})
        return
    say(f"{name} v{number} is labelled {label.strip()}." if label.strip() else f"{name} v{number} has no label.")


@app.command("tag")
@guarded
def dataset_tag(  # noqa: PLR0913, PLR0917  each is an option
    name: Name,
    tags: Annotated[
        list[str] | None, typer.Argument(help="Its tags from now on; none leaves them as they are.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take all tags away.")] = False,
    owner: Annotated[str | None, typer.Option("--owner", help="Who looks after it.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="What it is.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Columns that name a row; empty for the whole row.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what a dataset is: tags, owner, description, and the columns that name a row."""
    from engine.service.data.versions import about_dataset, choose_key, describe_dataset

    workspace = open_home(home)
    given = [] if clear else tags or None
    describe_dataset(workspace, name, description=description, owner=owner, tags=given)
    if key is not None:
        choose_key(workspace, name, _names(key))
    about = about_dataset(workspace, name)
    if as_json:
        print_json(about.model_dump(mode="json"))
        return
    facts = {
        "Tags": ", ".join(about.tags),
        "Owner": about.owner,
        "Description": about.description,
        "Key": ", ".join(about.key),
    }
    for what, value in facts.items():
        say(f"{what}: {value or '–'}")


@app.command("retain")
@guarded
def dataset_retain(
    name: Name,
    newest: Annotated[int | None, typer.Option("--newest", help="Keep so many versions.")] = None,
    days: Annotated[int | None, typer.Option("--days", help="Keep versions for so many days.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only tell what would go.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Choose which versions are kept; without --newest and --days, all. Versions that something needs always are."""
    from engine.service.data.versions import preview_retention, set_retention

    workspace = open_home(home)
    fates = preview_retention(workspace, name, newest, days)
    gone = [fate.number for fate in fates if fate.goes] if preview else set_retention(workspace, name, newest, days)
    if as_json:
        kept = {f"v{fate.number}": fate.kept_because for fate in fates if not fate.goes}
        print_json({"dataset": name, "preview": preview, "gone": gone, "kept": kept})
        return
    listed = ", ".join(f"v{number}" for number in gone)
    if not gone:
        say("No version goes.")
    else:
        say(f"{listed} would go." if preview else f"{listed} went.")


@app.command("export")
@guarded
def dataset_export(
    name: Name,
    to: Annotated[Path, typer.Option("--to", help="The file: .csv, .parquet, .xlsx or .jsonl.")],
    version: Annotated[int | None, typer.Option(help="A version; the latest unless given.")] = None,
    keep_formulas: Annotated[
        bool, typer.Option("--keep-formulas", help="Do not quote texts that a spreadsheet would run as formulas.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a version as a file for other programs."""
    from engine.service.data.exports import format_of, keep_export, start_export

    format, workspace = format_of(to), open_home(home)
    formulas: Any = "keep" if keep_formulas else "quote"
    result = wait(workspace, start_export(workspace, name, version, format, formulas))
    path = keep_export(workspace, result, to)
    if as_json:
        print_json({"file": str(path), "rows": result["rows"], "bytes": path.stat().st_size})
        return
    say(f"{path}: {result['rows']:,} rows")


def _number(text: str) -> int:
    digits = text.removeprefix("v")
    if not digits.isdecimal() or len(digits) > 9:
        raise typer.BadParameter(f"{text!r} is no version: write v2, or 2.")
    return int(digits)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
