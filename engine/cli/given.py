"""What a person gives on the command line, read."""

from pathlib import Path
from typing import Any

import click

from engine.errors import CanvasbackError


def pairs(given: list[str] | None, option: str) -> dict[str, Any]:
    import yaml

    pairs = {}
    for text in given or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"{text!r} is not name=value", param_hint=option)
        pairs[name] = yaml.safe_load(value) if value else value
    return pairs


def read_pipeline(file: Path) -> Any:
    from engine.graph import Pipeline

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise CanvasbackError(f"Cannot read {file}: {error.strerror}.", hint="Check the path.") from error
    except UnicodeDecodeError as error:
        raise CanvasbackError(f"{file} is no UTF-8 text.", hint="A pipeline is a YAML file.") from error
    return Pipeline.from_yaml(text)
