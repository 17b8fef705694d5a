"""Write the reference pages from the code: components, settings, commands."""

import sys
from pathlib import Path
from typing import Any

import click
import typer

from engine.cli.main import app
from engine.service.components import list_categories, list_components
from engine.settings import Settings

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """Each reference page by file name."""
    return {"components.md": components(), "settings.md": settings(), "commands.md": commands()}


def components() -> str:
    """What nodes can be."""
    lines = ["# Components", "", "What a node can be. `canvasback components KEY` shows the same.", ""]
    listed = list_components()
    for category in list_categories():
        lines += [f"## {category['title']}", ""]
        for found in (one for one in listed if one["category"] == category["key"]):
            lines += [f"### {found['title']} (`{found['key']}`)", "", found["help"], ""]
            lines += [f'Needs `pip install "{install}"`.\n' for install in found["requires"]]
            lines += [*_params(found["params"]), ""]
    return "\n".join(lines).rstrip() + "\n"


def settings() -> str:
    """What can be set."""
    lines = ["# Settings", "", "Environment variables, or lines of a file `.env` where the command is started.", ""]
    lines += ["| Variable | Meaning | Default |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "made on this machine" if field.default_factory else f"`{field.default}`"
        lines.append(f"| `CANVASBACK_{name.upper()}` | {field.description} | {default} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """The command line."""
    lines = ["# Commands", "", "Exit codes: 0 done, 1 failed, 2 wrong use.", ""]
    for path, command in sorted(_leaves(typer.main.get_command(app), "canvasback")):
        context = click.Context(command, info_name=path)
        lines += [f"## `{path}`", "", (command.help or "").strip(), ""]
        for param in command.params:
            names = ", ".join(f"`{name}`" for name in param.opts)
            lines.append(f"- {names}: {_help(param, context)}")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _help(param: Any, context: click.Context) -> str:
    return getattr(param, "help", None) or param.make_metavar(context)


def _leaves(command: Any, path: str) -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        return [(path, command)]
    return [leaf for name, one in inner.items() for leaf in _leaves(one, f"{path} {name}")]


def _params(schema: dict[str, Any]) -> list[str]:
    properties = schema.get("properties", {})
    if not properties:
        return []
    lines = ["| Param | Meaning | Default |", "|---|---|---|"]
    for name, field in properties.items():
        default = "required" if name in schema.get("required", ()) else f"`{field.get('default')}`"
        about = (field.get("description") or "").replace("\n", " ").replace("|", "\\|")
        lines.append(f"| `{name}` | {about} | {default} |")
    return lines


def main() -> int:
    """Write the pages; with ``--check``, only say whether they are up to date."""
    stale = [name for name, text in pages().items() if _read(DOCS / name) != text]
    if "--check" in sys.argv:
        return len(stale)
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
