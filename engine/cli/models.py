"""Look at models, and say what there is to say of them."""

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.shared import AsJson, Home, guarded, main_metric, open_home, print_json, say
from engine.cli.table import print_table

app = typer.Typer(help="Look at models, name them, sign them off, retire them.", no_args_is_help=True)

Reference = Annotated[str, typer.Argument(metavar="MODEL", help="NAME, NAME:VERSION or NAME@ALIAS.")]
By = Annotated[str, typer.Option("--by", help="Who you are; unless given, your login on this computer.")]
Comment = Annotated[str, typer.Option("--comment", help="Why.")]


@app.command("list")
@guarded
def model_list(
    search: Annotated[str, typer.Option("--search", help="In the name, the description or a tag.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="key or key=value, of the model or one of its versions.")] = "",
    alias: Annotated[str, typer.Option("--alias", help="Only models with this alias.")] = "",
    stage: Annotated[str, typer.Option("--stage", help="Only models with a version at this stage.")] = "",
    task: Annotated[str, typer.Option("--task", help="classification, regression, …")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List models."""
    from engine.service.modelling.models import list_models

    found = list_models(open_home(home), search, tag=tag, alias=alias, stage=stage, task=task)
    if as_json:
        print_json([view.model_dump(mode="json", exclude={"report"}) for view in found])
        return
    rows = [
        (it.model, f"v{it.version}", it.task or "", main_metric(it.metrics), _named(it.aliases), _named(it.stages))
        for it in found
    ]
    print_table(("Model", "Latest", "Task", "Score", "Aliases", "Stages"), rows)


def _named(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} v{number}" for name, number in numbers.items())


@app.command("show")
@guarded
def model_show(reference: Reference, home: Home = None, as_json: AsJson = False) -> None:
    """Show a model's metrics, inputs and lineage, and what was decided about it."""
    from engine.service.modelling.models import get_model, split_reference

    view = get_model(open_home(home), *split_reference(reference))
    if as_json:
        print_json(view.model_dump(mode="json"))
        return
    say(f"{view.model} v{view.version}: {view.task}{f' of {view.target}' if view.target else ''}")
    for metric, value in view.metrics.items():
        beside = f"   baseline {view.baseline[metric]:10.4f}" if metric in view.baseline else ""
        say(f"  {metric:20} {value:10.4f}{beside}")
    for name, told in _decided(view).items():
        if told:
            say(f"  {name:20} {told}")


def _decided(view: Any) -> dict[str, str]:
    from engine.service.modelling.model_words import written_tags

    needed = "needed before publishing" if view.lacks_sign_off else ""
    return {
        "aliases": ", ".join(view.own_aliases),
        "stage": view.stage if view.stage != "none" else "",
        "sign-off": ", ".join(part for part in (view.sign_off or "", needed) if part),
        "retired": "yes" if view.retired else "",
        "tags": written_tags({**view.tags, **view.version_tags}),
        "answers": ", ".join(view.endpoints),
    }


@app.command("tag")
@guarded
def model_tag(
    reference: Reference,
    tags: Annotated[list[str] | None, typer.Argument(help="key=value, or only a word.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="The key of a tag to take away.")] = None,
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tag a model, or with NAME:VERSION or NAME@ALIAS one version; without tags, say which there are."""
    from engine.service.modelling.model_words import tag, written_tags
    from engine.service.modelling.models import split_reference

    name, version = split_reference(reference)
    chosen = version if version is not None or reference.endswith("@latest") else False
    add = {key.strip(): value.strip() for key, _, value in (text.partition("=") for text in tags or ())}
    found = tag(open_home(home), name, chosen, add=add, remove=frozenset(remove or ()), by=whoever(by))
    print_json({"model": reference, "tags": found}) if as_json else say(written_tags(found) or "No tags.")


@app.command("describe")
@guarded
def model_describe(
    reference: Reference,
    text: Annotated[str, typer.Argument(help="The description; empty takes it away.")],
    by: By = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Describe a model, or with NAME:VERSION or NAME@ALIAS one version."""
    from engine.service.modelling.model_words import describe_model, describe_version
    from engine.service.modelling.models import split_reference

    workspace, (name, version) = open_home(home), split_reference(reference)
    if version is None and not reference.endswith("@latest"):
        describe_model(workspace, name, description=text, by=whoever(by))
    else:
        describe_version(workspace, name, version, description=text, by=whoever(by))
    print_json({"model": reference, "description": text}) if as_json else say(f"{reference} is described.")


@app.command("card")
@guarded
def model_card(
    reference: Reference,
    to: Annotated[Path | None, typer.Option("--to", help="A file ending in .md or .html; else it is printed.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a version's model card: what is known of it and what people wrote, as Markdown or HTML."""
    from engine.service.modelling.model_cards import card_markdown, get_card, get_texts, write_card_file
    from engine.service.modelling.models import split_reference

    workspace = open_home(home)
    card = get_card(workspace, *split_reference(reference))
    if to is not None:
        write_card_file(card, to)
    if as_json:
        told = {"model": card.model, "version": card.version, "texts": get_texts(workspace, card.model, card.version)}
        print_json({**told, "file": str(to) if to else None, "markdown": card_markdown(card)})
    else:
        say(f"The card of {card.model} v{card.version} is in {to}." if to else card_markdown(card))


def whoever(by: str) -> str:
    """The name that was given, else the login of this computer."""
    if by.strip():
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have neither a login nor its variables
        return "cli"
