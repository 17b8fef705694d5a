"""Write the reference pages from the code: components, settings, commands."""

import sys
from pathlib import Path
from typing import Any

import click
import typer

from docs.component_pages import FOLDER, component_pages
from engine.cli.main import app
from engine.settings import Settings

DOCS = Path(__file__).parent


def pages(*, examples: bool = True) -> dict[str, str]:
    """Each reference page by file name."""
    return {**component_pages(examples=examples), "settings.md": settings(), "commands.md": commands()}


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


def main() -> int:
    """Write the pages; with ``--check``, only say whether they are up to date."""
    written = pages()
    if "--check" in sys.argv:
        return len([name for name, text in written.items() if _read(DOCS / name) != text])
    for left in set((DOCS / FOLDER).glob("*.md")) - {DOCS / name for name in written}:
        left.unlink()
    for name, text in written.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
