"""A file into wishes: every mistake is named with its line and its key; nothing that the file says is executed."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from engine.errors import PEOPLE_ERRORS, CanvasbackError, InvalidPipeline, InvalidSetting
from engine.graph import Pipeline
from engine.graph.yaml_text import Written, read_yaml
from engine.schemas import read_params
from engine.service.applying.wishes import Document, PipelineWish
from storage.errors import BadName
from storage.repositories.names import check_name, nearest

MOST_BYTES = 1_000_000
SECRETS = "Secrets are never in a file: name an environment variable with secret_env, or a file with secret_file."
NEVER = {
    **dict.fromkeys(("keys", "key"), "Keys are never in a file: make them with canvasback endpoint key create."),
    **dict.fromkeys(("secret", "password", "signing_key", "token"), SECRETS),
}
"""What must not stand in a file, and where it is instead."""


class Complaint(Protocol):
    """Any error that is meant for people."""

    message: str
    hint: str


@dataclass(frozen=True)
class Wishes:
    """What a file wishes.

    Parameters
    ----------
    folder
        Where files are looked for that it names.
    pipelines
        By name, as they are drawn.
    """

    document: Document
    folder: Path
    pipelines: Mapping[str, Pipeline]
    _written: Written

    def line(self, *path: str) -> int:
        """The line in which something is wished."""
        return self._written.place(*path).line

    def told(self, kind: type[CanvasbackError], error: Complaint, *path: str) -> CanvasbackError:
        """An error with the line and the key of the wish that it came from."""
        key = ".".join(path)
        message = f"Line {self.line(*path)}, {key}: {error.message.rstrip('.')}."
        hint = error.hint or "Correct it; nothing was changed."
        return kind(message, hint=hint, field=key, detail={"line": self.line(*path), "key": key})


def read_wishes(path: Path) -> Wishes:
    """The wishes of a YAML file.

    Raises
    ------
    InvalidSetting
        Naming line and key of the first thing that cannot be.
    """
    written = _written(path)
    document = _document(written)
    folder = path.absolute().parent
    drawn = {name: _pipeline(name, wish, folder, written) for name, wish in document.pipelines.items()}
    wishes = Wishes(document, folder, drawn, written)
    _check_names(wishes)
    _check_nodes(wishes)
    return wishes


def _written(path: Path) -> Written:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidSetting(f"{path} has more than {MOST_BYTES:,} bytes.", hint="Divide it into several files.")
        return read_yaml(path.read_text(encoding="utf-8"))
    except InvalidPipeline as error:
        message = error.message.replace("The pipeline file", "The file")
        raise InvalidSetting(message, hint=error.hint, detail=error.detail) from error
    except UnicodeDecodeError as error:
        raise InvalidSetting(f"{path} is no UTF-8 text.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from error


def _document(written: Written) -> Document:
    if not isinstance(written.data, dict):
        raise InvalidSetting("The file holds no sections.", hint="Begin with format: 1, then datasets, pipelines, …")
    try:
        return Document.model_validate(written.data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        # A key that is not known explains one that is missing, and a secret in the file matters most.
        first = next((it for it in found if it["type"] == "extra_forbidden"), found[0])
        raise _mistake(written, first) from error


def _mistake(written: Written, error: Mapping[str, Any]) -> InvalidSetting:
    path = [it for it in error["loc"] if it != "[key]"]
    line, key = written.place(*path).line, ".".join(map(str, path))
    message, hint = str(error["msg"]).removeprefix("Value error, "), "Correct it; nothing was changed."
    if error["type"] == "extra_forbidden":
        known = _fields(Document, [str(it) for it in path[:-1]])
        message = f"{path[-1]!r} is not known here"
        hint = NEVER.get(str(path[-1])) or nearest(str(path[-1]), known)
    elif error["type"] == "missing":
        message = f"{path[-1]!r} is missing" + (": begin the file with format: 1" if path == ["format"] else "")
    told = {"line": line, "key": key}
    return InvalidSetting(f"Line {line}, {key}: {message}.", hint=hint, field=key, detail=told)


def _fields(model: Any, path: Sequence[str]) -> list[str]:
    """What may stand at a place of the file."""
    for step in path:
        model = _inner(model, step)
    return [field.alias or name for name, field in model.model_fields.items()] if _is_model(model) else []


def _inner(model: Any, step: str) -> Any:
    if _is_model(model):
        named = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        return _bare(named.get(step))
    return _bare(get_args(model)[-1]) if get_origin(model) is dict else None


def _bare(annotation: Any) -> Any:
    """An annotation without its optional and its metadata."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(it for it in get_args(annotation) if it is not type(None)))
    return annotation


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _pipeline(name: str, wish: PipelineWish, folder: Path, written: Written) -> Pipeline:
    place = ("pipelines", name, "file" if wish.file else "drawing")
    line = written.place(*place).line
    try:
        if wish.drawing is not None:
            return Pipeline.from_document({"format": 1, **wish.drawing, "name": name})
        text = (folder / str(wish.file)).read_text(encoding="utf-8")
        found = Pipeline.from_yaml(text)
    except InvalidPipeline as error:
        at = tuple(error.detail.pop("at", ()))
        here = f"Line {written.place(*place, *at).line}" if wish.drawing is not None else f"Line {line}, in {wish.file}"
        message = f"{here}, pipelines.{name}: {error.message}"
        raise InvalidSetting(message, hint=error.hint, field=f"pipelines.{name}", detail={"line": line}) from error
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8 text"
        message = f"Line {line}, pipelines.{name}.file: {wish.file} cannot be read: {why}."
        raise InvalidSetting(message, hint=f"Files are looked for in {folder}.", detail={"line": line}) from error
    return Pipeline.from_document({**found.as_document(), "name": name})


def _check_nodes(wishes: Wishes) -> None:
    """Components and params that do not exist are told before anything is done; columns are checked when it runs."""
    for name, drawn in wishes.pipelines.items():
        is_here = wishes.document.pipelines[name].drawing is not None
        for node in drawn.filled_in().nodes:
            try:
                read_params(node)
            except PEOPLE_ERRORS as error:
                path = ("drawing", "nodes", node.id) if is_here else ("file",)
                raise wishes.told(InvalidSetting, error, "pipelines", name, *path) from error


def _check_names(wishes: Wishes) -> None:
    """What names an endpoint may have is known before anything is done."""
    from engine.service.serving.endpoints import checked_name

    for section in ("endpoints", "policies"):
        for name in getattr(wishes.document, section):
            try:
                checked_name(name)
            except CanvasbackError as error:
                raise wishes.told(InvalidSetting, error, section, name) from error
    for section in ("channels", "alerts"):
        for name in getattr(wishes.document, section):
            try:
                check_name(name, section.removesuffix("s"))
            except BadName as error:
                raise wishes.told(InvalidSetting, error, section, name) from error
