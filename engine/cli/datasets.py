"""Import and look at datasets."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from engine.cli import rules
from engine.cli.given import pairs
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait

TEXTS = ("delimiter", "quote", "escape", "decimal", "thousands", "sheet", "cell_range", "encoding", "date_format")
"""Ways to read a file that are texts, whatever they look like."""

LINE = ("file", "line", "reason", "text")

app = typer.Typer(help="Import, look at and delete datasets.", no_args_is_help=True)
app.add_typer(rules.app, name="rules")


@app.command("import")
@guarded
def dataset_import(  # noqa: PLR0913, PLR0917  each is an option of the command
    source: Annotated[
        str | None,
        typer.Argument(
            help="A file, a folder or a pattern in quotes, an address https://…, or CONNECTION:TABLE (CONNECTION:KEY)."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The dataset's name; the file's unless given.")] = None,
    read_as: Annotated[
        list[str] | None,
        typer.Option("--read-as", help="How to read it, e.g. delimiter=tab, encoding=latin-1, sheet=Sales."),
    ] = None,
    file_column: Annotated[
        str | None, typer.Option("--file-column", help="Of several files: a column that tells of each row its file.")
    ] = None,
    append: Annotated[
        bool, typer.Option("--append", help="Add the rows to those of the latest version instead of replacing them.")
    ] = False,
    query: Annotated[str | None, typer.Option(help="One SELECT, answered through --connection.")] = None,
    connection: Annotated[str | None, typer.Option(help="The connection that answers the query.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Import files, an address, a table, a query or an object as a new dataset, or as the next version of one."""
    from engine.cli.origins import origin
    from engine.service.data.datasets import start_import, suggested_name

    overrides = pairs(read_as, "--read-as", TEXTS)
    workspace = open_home(home)
    found = origin(workspace, source, query, connection, file_column)
    mode: Literal["append", "replace"] = "append" if append else "replace"
    called = name or suggested_name(found.called)
    result = wait(workspace, start_import(workspace, found, called, overrides=overrides, mode=mode))
    if as_json:
        print_json(result)
        return
    say(f"{result['dataset']} v{result['version']}: {result['rows']:,} rows, {len(result['columns'])} columns")
    if result.get("held"):
        say(f"  held: {result['held']['message']} {result['held']['hint']}")
    for finding in result["findings"]:
        say(f"  {finding['severity']}: {finding['message']}")
    if result["rejected"]:
        left = result["rejected"]
        kept = "The line that was left out is" if left == 1 else f"The {left:,} lines that were left out are"
        say(f"  {kept} kept: dataset rejected {result['dataset']}")


@app.command("list")
@guarded
def dataset_list(home: Home = None, as_json: AsJson = False) -> None:
    """List datasets."""
    from engine.service.data.datasets import list_datasets

    found = list_datasets(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"findings"}) for view in found])
        return
    for view in found:
        say(f"{view.name:30} v{view.version}  {view.rows or 0:>12,} rows  {len(view.columns)} columns")


@app.command("show")
@guarded
def dataset_show(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    version: Annotated[int | None, typer.Option(help="A version; the latest unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show a dataset's columns and findings."""
    from engine.service.data.datasets import get_dataset

    view = get_dataset(open_home(home), name, version)
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    say(f"{view.name} v{view.version}: {view.rows:,} rows")
    for column in view.columns:
        say(f"  {column['name']:30} {column['type']}")


@app.command("profile")
@guarded
def dataset_profile(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    version: Annotated[int | None, typer.Option(help="A version; the latest unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the statistics of a dataset's columns."""
    from engine.service.data.datasets import profile_dataset

    found = profile_dataset(open_home(home), name, version)
    if as_json:
        print_json(found)
        return
    say(f"{found['rows']:,} rows, {found['duplicates']} duplicates, quality {found['quality_score']}")
    for sentence in found["summary"]:
        say(f"  {sentence}")
    for column in found["columns"]:
        say(
            f"  {column['name']:30} {column['type']:10} {column['missing']:>8} missing {column['distinct']:>8} distinct"
        )


@app.command("delete")
@guarded
def dataset_delete(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    version: Annotated[int | None, typer.Option(help="Only this version.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Delete a dataset or a version with its files; refused while a pipeline, a run, a model or a board needs it."""
    from engine.service.data.datasets import delete_dataset
    from engine.service.data.versions import delete_version

    workspace = open_home(home)
    if version is None:
        delete_dataset(workspace, name)
    else:
        delete_version(workspace, name, version)
    gone = {"deleted": name, **({"version": version} if version else {})}
    print_json(gone) if as_json else say(f"{name}{f' v{version}' if version else ''} is deleted.")


@app.command("rejected")
@guarded
def dataset_rejected(
    name: Annotated[str, typer.Argument(help="The dataset.")],
    version: Annotated[int | None, typer.Option(help="A version; the latest unless given.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many to show.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many to pass over.")] = 0,
    to: Annotated[Path | None, typer.Option("--to", help="Write all of them to this CSV file instead.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the lines of the file that were left out of a version, or write them to a file."""
    from engine.service.data.rejected import rejected_csv, rejected_lines
    from storage.disk import writing

    workspace = open_home(home)
    if to is not None:
        with writing(to):
            to.write_bytes(rejected_csv(workspace, name, version))
        print_json({"file": str(to)}) if as_json else say(f"Written to {to}.")
        return
    found = rejected_lines(workspace, name, version, offset, limit)
    if as_json:
        print_json({"total": found.total, "lines": [dict(zip(LINE, row, strict=True)) for row in found.rows]})
        return
    for file, line, reason, text in found.rows:
        say(f"{file + ':' if file else ''}{line}: {reason}: {text}")
    say(f"{found.total or 0:,} lines were left out.")
