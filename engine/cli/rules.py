"""The rules of a dataset: write them, check versions against them."""

from typing import Annotated, Any, Literal, get_args

import typer

from engine.cli.given import pairs
from engine.cli.shared import FAILED, AsJson, Home, guarded, open_home, print_json, say, wait

app = typer.Typer(help="Rules that every version of a dataset is held to.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The dataset.")]
Version = Annotated[int | None, typer.Option(help="A version; the latest unless given.")]
Level = Annotated[
    Literal["warn", "stop"], typer.Option(help="`stop` keeps a version that breaks it from becoming the latest.")
]
MARKS = {"kept": "kept", "broken": "BROKEN", "unfit": "BROKEN", "changed": "changed", "unchecked": "unchecked"}


@app.command("list")
@guarded
def rules_list(name: Name, version: Version = None, home: Home = None, as_json: AsJson = False) -> None:
    """List the rules of a dataset, and how they stand at a version."""
    from engine.service.data.rules import get_rules

    found = get_rules(open_home(home), name, version)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    say(
        f"{name} v{found.version}: {len(found.rules)} rules"
        + (f"; held: {found.held['message']}" if found.held else "")
    )
    for rule in found.rules:
        say(
            f"  {rule.id}  {MARKS[rule.state]:9} {rule.severity:4}  {rule.title}"
            + (f": {rule.told}" if rule.told else "")
        )


@app.command("add")
@guarded
def rules_add(
    name: Name,
    kind: Annotated[str, typer.Argument(help="not_null, unique, in_range, in_set, matches, condition, refers_to, …")],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="e.g. columns=age,pay (or numeric), min=0, pattern='A.*'")
    ] = None,
    severity: Level = "warn",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Add a rule; every version from now on is held to it."""
    from engine.service.data.rules import add_rule, get_rules

    workspace = open_home(home)
    rule_id = add_rule(workspace, name, {**_named(pairs(param, "--param")), "kind": kind}, severity)
    (made,) = [rule for rule in get_rules(workspace, name).rules if rule.id == rule_id]
    print_json(made.model_dump(mode="json")) if as_json else say(f"{made.id}  {made.title}")


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """Columns by their names, beside those by their kind."""
    from components.params import Selector

    columns = given.get("columns")
    if not isinstance(columns, str) or columns in get_args(Selector):
        return given
    return {**given, "columns": [name.strip() for name in columns.split(",")]}


@app.command("delete")
@guarded
def rules_delete(
    name: Name,
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Delete a rule."""
    from engine.service.data.rules import delete_rule

    delete_rule(open_home(home), name, rule)
    print_json({"deleted": rule}) if as_json else say("The rule is deleted.")


@app.command("suggest")
@guarded
def rules_suggest(
    name: Name,
    add: Annotated[bool, typer.Option("--add", help="Add all that are suggested.")] = False,
    severity: Level = "warn",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the rules that the profile suggests, each with how many rows would fail now."""
    from engine.service.data.rules import add_rules, suggest_rules

    workspace = open_home(home)
    found = suggest_rules(workspace, name)
    if add:
        add_rules(workspace, name, [rule for one in found for rule in one.rules], severity)
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    for one in found:
        say(f"  {one.failing:>10,} fail  {one.title}")


@app.command("check")
@guarded
def rules_check(name: Name, version: Version = None, home: Home = None, as_json: AsJson = False) -> None:
    """Check a version against the rules as they are now; exit code 1 where one that stops is broken."""
    from engine.service.data.rules import start_check

    workspace = open_home(home)
    result = wait(workspace, start_check(workspace, name, version))
    if as_json:
        print_json(result)
    else:
        say(f"{name} v{result['version']}: {'passed' if result['passed'] else 'not passed'}")
        for one in result["results"]:
            say(
                f"  {MARKS[one['state']]:9} {one['severity']:4}  {one['title']}"
                + (f": {one['told']}" if one["told"] else "")
            )
    if not result["passed"]:
        raise typer.Exit(FAILED)


@app.command("failing")
@guarded
def rules_failing(
    name: Name,
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    version: Version = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many rows.")] = 20,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show rows that broke a rule."""
    from engine.service.data.rules import failing_rows

    found = failing_rows(open_home(home), name, rule, version, limit=limit)
    names = [column["name"] for column in found.columns]
    rows = [dict(zip(names, row, strict=True)) for row in found.rows]
    if as_json:
        print_json({"columns": found.columns, "rows": rows, "total": found.total})
        return
    for row in rows:
        say("  " + ", ".join(f"{column}={value}" for column, value in row.items()))
