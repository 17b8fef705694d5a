"""Start everything, or one process of it; the demo; the components."""

from typing import Annotated, Any

import typer

from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say, settings_for, wait


@guarded
def up(
    home: Home = None,
    ui_port: Annotated[int | None, typer.Option(help="Port of the UI.")] = None,
    api_port: Annotated[int | None, typer.Option(help="Port of the API.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Put a sample in, if the home is new.")] = False,
) -> None:
    """Start the UI, the API and the workers on loopback; Ctrl-C stops them together."""
    from engine.supervise import supervise

    settings = settings_for(home, ui_port=ui_port, api_port=api_port, workers=workers)
    raise typer.Exit(supervise(settings, demo=demo))


@guarded
def ui(home: Home = None) -> None:
    """Start the UI alone."""
    from engine.supervise import run_ui

    run_ui(settings_for(home))


@guarded
def api(home: Home = None) -> None:
    """Start the API alone."""
    from engine.api.running import run_api
    from engine.supervise import end_with_the_supervisor

    end_with_the_supervisor()
    run_api(settings_for(home))


@guarded
def worker(home: Home = None) -> None:
    """Start one worker."""
    from engine.supervise import run_worker

    run_worker(settings_for(home))


@guarded
def demo(home: Home = None, as_json: AsJson = False) -> None:
    """Fill a home with a sample dataset, a pipeline, a model and an endpoint."""
    from engine.service.demo import make_demo

    made = make_demo(open_home(home), wait)
    print_json(made) if as_json else say(f"Made {', '.join(made.values())}.")


@guarded
def components(
    key: Annotated[str | None, typer.Argument(help="One component.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """List what nodes can be: ports, params, help."""
    from engine.service.building.components import describe_component, list_components, list_left_out

    if key:
        found = describe_component(key)
        print_json(found) if as_json else _print_component(found)
        return
    listed = list_components()
    if as_json:
        print_json(listed)
        return
    for found in listed:
        say(f"{found['key']:36} {found['about']}")
    for one in list_left_out():
        say(f"Left out: {one['key'] or 'everything'} of {one['package']}. {one['reason']}", err=True)


def _print_component(found: dict[str, Any]) -> None:
    say(f"{found['title']} ({found['key']})", bold=True)
    say(found["help"] + "\n")
    for name, schema in found["params"].get("properties", {}).items():
        say(f"  {name:20} {schema.get('description', '')}")
