"""Begin a pipeline: drawn for a dataset, or from a template."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.cli.given import pairs
from engine.cli.shared import WRONG_USE, AsJson, Home, fail, guarded, open_home, print_json, say
from engine.cli.table import print_table

if TYPE_CHECKING:
    from engine.service.building.beginnings import Suggestion


class Find(StrEnum):
    """What is wanted of a dataset, where no column is predicted."""

    groups = "groups"
    odd_rows = "odd-rows"
    forecast = "forecast"


class Task(StrEnum):
    """How a column is predicted."""

    classification = "classification"
    regression = "regression"


@guarded
def pipeline_build(  # noqa: PLR0913, PLR0917  an argument is an option
    dataset: Annotated[str, typer.Argument(help="The dataset.")],
    target: Annotated[str | None, typer.Option("--target", help="The column to predict, or to forecast.")] = None,
    find: Annotated[
        Find | None, typer.Option("--find", help="What else is wanted: groups, odd rows, a forecast.")
    ] = None,
    task: Annotated[Task | None, typer.Option("--task", help="Predict a class or a number, where both can be.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="For a forecast: the column of times.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the pipeline is called.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Draw a pipeline for a dataset: each node with the reason for it, to be changed on the canvas."""
    from engine.service.building.beginnings import Goal, build, look_at, preview

    workspace = open_home(home)
    if target is None and find in (None, Find.forecast):
        _suggest(look_at(workspace, dataset).suggestions, as_json=as_json)
    kind = find.value.replace("-", "_") if find else "predict"
    goal = Goal(kind, target, task.value if task else None, time)  # type: ignore[arg-type]
    called = name or f"{dataset} {target or kind.replace('_', ' ')}"
    told = preview(workspace, dataset, goal, called)
    draft = build(workspace, dataset, goal, called)
    if as_json:
        left_out = {one.column: one.why for one in told.left_out}
        steps = [{"title": title, "why": why} for title, why in told.steps]
        print_json({"pipeline": draft.name, "id": draft.pipeline_id, "summary": told.summary, "steps": steps,
                    "left_out": left_out, "problems": told.problems})  # fmt: skip
        return
    say(told.summary, bold=True)
    for title, why in told.steps:
        say(f"  {title}: {why}")
    for one in told.left_out:
        say(f"Left out: {one.column} {one.why}.")
    say(f"Drawn as {draft.name}. Run it with: canvasback run {draft.name!r}")


def _suggest(likely: "list[Suggestion]", *, as_json: bool) -> NoReturn:
    """End with what could be predicted, for who has not said it."""
    names = {one.answer.name: ", ".join(one.reasons) for one in likely}
    listed = "".join(f"\n  {column}: {why}" for column, why in names.items())
    hint = f"Give --target, or --find. Likely targets:{listed}" if names else "Give --find groups or --find odd-rows."
    error = {"code": "no_target", "message": "It is not said what is predicted.", "hint": hint}
    fail(error, as_json=as_json, exit_code=WRONG_USE, targets=names)


@guarded
def pipeline_templates(as_json: AsJson = False) -> None:
    """List the templates, each with sample data."""
    from engine.service.building.beginnings import templates

    if as_json:
        print_json([one.model_dump(include={"key", "title", "about", "gives", "sample"}) for one in templates()])
        return
    print_table(("Template", "What it does"), [(one.key, one.about) for one in templates()])


@guarded
def pipeline_begin(
    template: Annotated[str, typer.Argument(help="The template; `templates` lists them.")],
    name: Annotated[str | None, typer.Option("--name", help="What the pipeline is called.")] = None,
    dataset: Annotated[str | None, typer.Option("--dataset", help="Your own data instead of the sample.")] = None,
    column: Annotated[list[str] | None, typer.Option("--column", help="The column of a role: target=left.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Draw a template's pipeline, on its sample data or on a dataset."""
    from engine.service.building.beginnings import begin_with_template

    columns = {role: str(own) for role, own in pairs(column, "--column").items()}
    draft = begin_with_template(open_home(home), template, name or template, dataset=dataset, columns=columns)
    print_json({"pipeline": draft.name, "id": draft.pipeline_id}) if as_json else say(f"Drawn as {draft.name}.")
