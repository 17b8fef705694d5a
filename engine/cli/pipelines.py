"""Check, import and export pipelines."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.given import is_file, named, parameters, read_pipeline
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.table import print_table

app = typer.Typer(help="Draw, check, import and export pipelines.", no_args_is_help=True)


@app.command("validate")
@guarded
def pipeline_validate(
    file: Annotated[Path, typer.Argument(help="A pipeline as YAML.")], home: Home = None, as_json: AsJson = False
) -> None:
    """List everything wrong with a pipeline; exit 1 when something keeps it from running."""
    from engine.service.building.pipelines import problem_list

    problems = problem_list(open_home(home), read_pipeline(file))
    if as_json:
        print_json({"problems": problems})
    else:
        print_problems(problems)
    if any(problem["severity"] == "error" for problem in problems):
        raise typer.Exit(1)


@app.command("import")
@guarded
def pipeline_import(
    file: Annotated[Path, typer.Argument(help="A pipeline as YAML.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Make a file the draft of the pipeline it names."""
    from engine.service.building.pipelines import import_pipeline

    draft = import_pipeline(open_home(home), read_pipeline(file))
    print_json({"pipeline": draft.name, "id": draft.pipeline_id}) if as_json else say(f"Imported {draft.name}.")


@app.command("export")
@guarded
def pipeline_export(
    name: Annotated[str, typer.Argument(help="The pipeline.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Print a pipeline's draft as YAML."""
    from engine.service.building.pipelines import drawn, find_draft

    pipeline = drawn(find_draft(open_home(home), name))
    print_json(pipeline.as_document()) if as_json else typer.echo(pipeline.as_yaml(), nl=False)


@app.command("script")
@guarded
def pipeline_script(
    run: Annotated[str, typer.Argument(help="The id of a finished run.")],
    to: Annotated[Path, typer.Option("--to", help="The folder to write to; it may be new.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a run as a Python script that needs only DuckDB, pandas and scikit-learn, with the rows that it reads."""
    from engine.service.running.scripts import RunScript

    path = RunScript(open_home(home), run).save(to)
    print_json({"script": str(path)}) if as_json else say(f"Written. Try it: python {path}")


@app.command("plan")
@guarded
def pipeline_plan(
    pipeline: Annotated[str, typer.Argument(help="A YAML file, or the name of a pipeline.")],
    param: Annotated[list[str] | None, typer.Option("--param", help="A pipeline parameter: name=value.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Plan only up to this node.")] = None,
    backend: Annotated[str, typer.Option("--backend", help="What would compute it: duckdb or spark.")] = "duckdb",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run would compute and reuse, and about how long it would take; nothing runs."""
    from engine.service.building.pipelines import drawn, find_draft
    from engine.service.building.plans import preview_run

    named(param, "--param")  # what is no name=value is told before anything else
    workspace = open_home(home)
    asked = read_pipeline(Path(pipeline)) if is_file(pipeline) else drawn(find_draft(workspace, pipeline))
    params = parameters(param, asked)
    plan = preview_run(workspace, asked, target=to, params=params, backend=backend)
    print_json({**plan.model_dump(mode="json"), "in_words": plan.in_words}) if as_json else print_plan(plan)


@app.command("list")
@guarded
def pipeline_list(home: Home = None, as_json: AsJson = False) -> None:
    """List pipelines."""
    from engine.service.building.pipelines import list_pipelines

    found = list_pipelines(open_home(home))
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        say(f"{view.name:30} v{view.version or '-'}  last run {view.last_run_status or '-'}")


@app.command("show")
@guarded
def pipeline_show(
    name: Annotated[str, typer.Argument(help="The pipeline.")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show a pipeline's nodes and versions."""
    from engine.service.building.pipeline_versions import list_versions
    from engine.service.building.pipelines import drawn, find_draft

    workspace = open_home(home)
    draft = find_draft(workspace, name)
    versions = [view.model_dump(mode="json") for view in list_versions(workspace, draft.pipeline_id)]
    if as_json:
        print_json({"pipeline": draft.name, "rev": draft.rev, "versions": versions, "graph": draft.document})
        return
    for node in drawn(draft).nodes:
        say(f"  {node.id:30} {node.component}{'  (switched off)' if node.disabled else ''}")
    say(f"{len(versions)} versions")


@app.command("rename-column")
@guarded
def pipeline_rename_column(  # noqa: PLR0913, PLR0917  what is typed
    name: Annotated[str, typer.Argument(help="The pipeline.")],
    node: Annotated[str, typer.Argument(help="The node that gives the column.")],
    column: Annotated[str, typer.Argument(help="What it is called.")],
    to: Annotated[str, typer.Argument(help="What it shall be called.")],
    port: Annotated[str, typer.Option("--port", help="The output of the node.")] = "table",
    only_list: Annotated[bool, typer.Option("--list", help="List what would change, and change nothing.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Give a column another name, with every later use of it in settings and expressions."""
    from engine.service.building.pipelines import find_draft, import_pipeline
    from engine.service.building.refactoring import propose_name

    workspace = open_home(home)
    proposal = propose_name(workspace, find_draft(workspace, name).pipeline_id, node, port, column, to)
    if not only_list:
        import_pipeline(workspace, proposal.pipeline)
    print_json(proposal.as_data()) if as_json else print_changes(proposal)


def print_changes(proposal: Any) -> None:
    said = {"insert": "is new", "param": "", "derived": "column is called", "look": "must be looked at"}
    rows = [(one.node, one.field or "", said[one.kind], one.before, one.after or one.note) for one in proposal.changes]
    print_table(("Node", "Setting", "", "Before", "After"), rows)


def print_plan(plan: Any) -> None:
    from engine.service.amounts import count, memory, seconds

    titles = ("Step", "What happens", "Expected", "Memory", "Measured in")
    names = {step.node: step.title for step in plan.steps}
    rows = [
        (
            step.title,
            f"within {names[step.stage]}" if step.stage else step.doing,
            "unknown" if step.is_unknown else seconds(step.seconds),
            memory(step.memory_mb),
            f"{count(step.measured, 'run')}{', set otherwise' if step.is_similar else ''}" if step.measured else "–",
        )
        for step in plan.steps
    ]
    print_table(titles, rows, numbers=frozenset({2, 3}))
    for split, node in plan.splits_moved.items():
        say(f"{names[split]} will stand before {names[node]}, so that nothing is learned from test rows.")
    say(f"{plan.in_words}.", bold=True)


def print_problems(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        where = f"[{problem['node']}] " if problem["node"] else ""
        say(f"{problem['severity']}: {where}{problem['message']} {problem['hint']}")
    if not problems:
        say("No problems.")
