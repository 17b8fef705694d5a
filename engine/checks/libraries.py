"""What a node needs that this installation does not have."""

from collections.abc import Iterable, Iterator, Mapping

from components.base import Estimator, Spec
from components.libraries import Library
from engine.checks.problems import Problem
from engine.graph import Node, Pipeline
from engine.schemas import NodeSchemas


def library_problems(node: Node, spec: Spec) -> Iterator[Problem]:
    """Each library that is missing, with how to get it."""
    yield from _missing(node, spec.requires)


def setting_problems(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    """The same for what a model needs only with the settings that it has."""
    for node in pipeline.nodes:
        component = schemas.get(node.id, NodeSchemas()).component
        if isinstance(component, Estimator):
            yield from _missing(node, component.libraries())


def _missing(node: Node, libraries: Iterable[Library]) -> Iterator[Problem]:
    for library in libraries:
        if not library.is_there:
            message = f"{node.label} needs {library.name}, which is not installed."
            yield Problem("library_missing", message, node=node.id, hint=f"{library.hint}.")
