"""What a person gives on the command line, read."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from engine.graph import Pipeline


def named(given: list[str] | None, option: str) -> dict[str, str]:
    """``name=value`` options as they were typed."""
    found = {}
    for text in given or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"{text!r} is not name=value", param_hint=option)
        found[name] = value
    return found


def pairs(given: list[str] | None, option: str, texts: Collection[str] = ()) -> dict[str, Any]:
    """``name=value`` options; a value is read as YAML, so that numbers are numbers.

    Parameters
    ----------
    texts
        Names whose values are texts as they stand.
    """
    typed = named(given, option)
    return {name: value if name in texts else _read(name, value, option) for name, value in typed.items()}


def parameters(given: list[str] | None, pipeline: "Pipeline") -> dict[str, Any]:
    """``--param`` options, read as the pipeline declares them: a text stays one, even where it is ``7``."""
    from engine.graph.parameters import READ_AS_TEXT

    return pairs(given, "--param", {name for name, one in pipeline.params.items() if one.type in READ_AS_TEXT})


def _read(name: str, value: str, option: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(value) if value.strip() else value
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"the value of {name!r} is no YAML", param_hint=option) from error


def is_file(pipeline: str) -> bool:
    """Whether a pipeline is given as a file, not by its name."""
    return Path(pipeline).suffix in (".yaml", ".yml", ".json") or Path(pipeline).is_file()


def read_pipeline(file: Path) -> "Pipeline":
    """The pipeline in a YAML file.

    Raises
    ------
    CanvasbackError
    """
    from engine.errors import CanvasbackError
    from engine.graph import Pipeline

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = "it is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", str(error))
        raise CanvasbackError(f"Cannot read {file}: {why}.", hint="Give the path of a YAML file.") from error
    return Pipeline.from_yaml(text)
