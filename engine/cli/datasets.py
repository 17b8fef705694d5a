"""Import and look at datasets."""

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.given import pairs
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait

app = typer.Typer(help="Import, look at and delete datasets.", no_args_is_help=True)


@app.command("import")
@guarded
def dataset_import(
    source: Annotated[Path, typer.Argument(help="The file.")],
    name: Annotated[str | None, typer.Option("--name", help="The dataset's name; the file's unless given.")] = None,
    read_as: Annotated[
        list[str] | None, typer.Option("--read-as", help="How to read it, e.g. delimiter=';' or encoding=latin-1.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Import a file as a new dataset, or as the next version of one."""
    from engine.service.datasets import start_import, suggested_name

    overrides = pairs(read_as, "--read-as")
    workspace = open_home(home)
    result = wait(
        workspace,
        start_import(workspace, source, name or suggested_name(source.name), overrides=overrides),
    )
    if as_json:
        print_json(result)
        return
    say(f"{result['dataset']} v{result['version']}: {result['rows']:,} rows, {len(result['columns'])} columns")
    for finding in result["findings"]:
        say(f"  {finding['severity']}: {finding['message']}")


@app.command("list")
@guarded
def dataset_list(home: Home = None, as_json: AsJson = False) -> None:
    """List datasets."""
    from engine.service.datasets import list_datasets

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
    from engine.service.datasets import get_dataset

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
    from engine.service.datasets import profile_dataset

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
    name: Annotated[str, typer.Argument(help="The dataset.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Delete a dataset and its files; refused while a pipeline, a run or a model needs it."""
    from engine.service.datasets import delete_dataset

    delete_dataset(open_home(home), name)
    print_json({"deleted": name}) if as_json else say(f"{name} is deleted.")
