"""A template: what it is for, its steps with the reason for each, and what it needs of somebody's own data."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.ports import Kind as ColumnKind
from engine.drafting import Goal
from engine.drafting.goal import Kind
from engine.drafting.sketch import Sketch
from engine.errors import InvalidPipeline, MissingThing
from engine.graph import Pipeline
from engine.graph.yaml_text import read_yaml

FOLDER = "gallery"
SAMPLE = "sample_data"
Words = Annotated[str, Field(min_length=10, max_length=300)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Value):
    """A node, and why it stands there."""

    id: str
    component: str
    title: Annotated[str, Field(max_length=60)]
    why: Annotated[str, Field(min_length=10, max_length=170)]
    params: dict[str, Any] = {}
    after: tuple[str, ...] = ()
    """The outputs that it takes, each as ``node`` or ``node.port``, with ``>`` and an input port where that matters."""


class Stage(_Value):
    """A frame with lines of nodes."""

    title: str
    color: Literal["yellow", "orange", "pink", "green", "blue", "grey"]
    lines: tuple[tuple[Step, ...], ...]


class Role(_Value):
    """A column that somebody's own data must have, under whatever name."""

    title: str
    about: str
    kinds: tuple[ColumnKind, ...]
    column: str
    """What it is called in the sample data."""
    optional: bool = False


class Template(_Value):
    """A pipeline to begin with.

    Parameters
    ----------
    gives
        What comes out.
    sample
        The sample data it reads.
    roles
        What one's own data must have, by the name that `goal` or the steps know it by.
    goal
        What is wanted of one's own data, where that is drawn anew for them; else the steps are kept, and the columns
        of the roles renamed.
    """

    key: str
    title: str
    icon: str
    color: Literal["blue", "green", "orange", "violet", "red", "gray"]
    about: Words
    gives: Words
    sample: str
    note: Annotated[str, Field(max_length=800)]
    stages: tuple[Stage, ...]
    roles: dict[str, Role] = {}
    goal: Kind | None = None
    order: int = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        """All nodes, in the order of the drawing."""
        return tuple(step for stage in self.stages for line in stage.lines for step in line)

    def pipeline(self, name: str, dataset: str | None = None, columns: Mapping[str, str] | None = None) -> Pipeline:
        """The drawing.

        Parameters
        ----------
        dataset, columns
            Somebody's own data instead of the sample, and which of its columns has which role.
        """
        sketch = Sketch()
        for stage in self.stages:
            sketch.stage(stage.title, stage.color)
            for line in stage.lines:
                sketch.line()
                for step in line:
                    self._draw(sketch, step, dataset, columns or {})
        for step in self.steps:
            for wire in step.after:
                source, _, port = wire.partition(">")
                sketch.wire(_source(source, self._renamed(dataset, columns)), f"{step.id}.{port}" if port else step.id)
        return sketch.pipeline(name, self.note)

    def wanted(self, columns: Mapping[str, str]) -> Goal:
        """What is wanted of somebody's own data, where `goal` says so."""
        return Goal(self.goal or "predict", columns.get("target"), time=columns.get("time"))

    def _renamed(self, dataset: str | None, columns: Mapping[str, str] | None) -> dict[str, str]:
        """Who stands behind the source, where columns of one's own data have to be renamed."""
        source = next(step.id for step in self.steps if step.component == SAMPLE)
        return {source: "own_names"} if dataset and self._mapping(columns or {}) else {}

    def _mapping(self, columns: Mapping[str, str]) -> dict[str, str]:
        named = {own: self.roles[role].column for role, own in columns.items() if role in self.roles}
        return {own: new for own, new in named.items() if own != new}

    def _draw(self, sketch: Sketch, step: Step, dataset: str | None, columns: Mapping[str, str]) -> None:
        if step.component != SAMPLE or dataset is None:
            sketch.step(step.component, step.params, step.title, step.why, node_id=step.id)
            return
        why = "Your own data, in place of the sample."
        sketch.step("dataset", {"dataset": dataset}, dataset[:60], why, node_id=step.id)
        if mapping := self._mapping(columns):
            why = "Your columns get the names that the steps behind know them by."
            sketch.step("rename_columns", {"mapping": mapping}, "Names of roles", why, step.id, node_id="own_names")


def _source(wire: str, renamed: Mapping[str, str]) -> str:
    node, dot, port = wire.partition(".")
    return renamed.get(node, f"{node}{dot}{port}")


@cache
def templates() -> tuple[Template, ...]:
    """All templates, in the order of the gallery."""
    files = sorted(resources.files(__package__).joinpath(FOLDER).iterdir(), key=lambda file: file.name)
    found = [_read(file.name, file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda one: one.order))


def template(key: str) -> Template:
    """One of them.

    Raises
    ------
    MissingThing
    """
    found = next((one for one in templates() if one.key == key), None)
    if found is None:
        raise MissingThing(
            f"There is no template {key!r}.", hint=f"There are: {', '.join(one.key for one in templates())}."
        )
    return found


def _read(name: str, text: str) -> Template:
    try:
        return Template.model_validate(read_yaml(text).data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidPipeline(f"The template {name} is none: {place}: {first['msg']}.") from error
