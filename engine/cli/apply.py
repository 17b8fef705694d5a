"""A home as a file says it shall be."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, wait

if TYPE_CHECKING:
    from engine.service.applying import Plan
    from engine.sources import DataSource
    from engine.workspace import Workspace

SIGNS: Mapping[str, str] = {"make": "+", "change": "~", "leave": " "}


@guarded
def apply(
    file: Annotated[Path, typer.Argument(help="Datasets, pipelines, endpoints, policies and alerts as YAML.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Set up datasets, pipelines, endpoints and alerts as a file says; with a plan first, and only what is not so."""
    from engine.service.applying import apply_plan, make_plan, read_wishes

    wishes = read_wishes(file)
    workspace = open_home(home)
    plan = make_plan(workspace, wishes)
    if not as_json:
        _print_plan(plan)
    told: dict[str, Any] = {"plan": [step.as_data() for step in plan.steps], "done": []}
    if dry_run or not plan.to_do:
        if as_json:
            print_json(told)
        return
    if not yes and (as_json or not typer.confirm("Do this?", err=True)):
        if as_json:
            raise typer.BadParameter("with --json, say --yes or --dry-run")
        raise typer.Exit(1)
    for done in apply_plan(
        workspace,
        plan,
        origin=lambda text: _origin(workspace, wishes.folder, text),
        wait=lambda job_id: wait(workspace, job_id),
    ):
        told["done"].append(done.as_data())
        if not as_json:
            say(f"{done.step.what} {done.step.name}: {done.words}")
    print_json(told) if as_json else say("Done.", bold=True)


def _origin(workspace: "Workspace", folder: Path, text: str) -> "DataSource":
    """What a file means by a place: a file is looked for beside it first."""
    from engine.cli.origins import WEB, origin

    beside = folder / text
    is_file = not text.lower().startswith(WEB) and (beside.exists() or ":" not in text)
    return origin(workspace, str(beside) if is_file else text)


def _print_plan(plan: "Plan") -> None:
    for step in plan.steps:
        words = f": {step.words}" if step.words else ""
        said = "as it is" if step.verb == "leave" else step.verb
        say(f"{SIGNS[step.verb]} {said:8} {step.what:9} {step.name}{words}", bold=step.verb != "leave")
    counts = f"{plan.count('make')} to make, {plan.count('change')} to change, {plan.count('leave')} as they are"
    say(f"{counts}." if plan.to_do else "Everything is as the file says.")
