"""What a node needs that this installation does not have."""

from collections.abc import Iterator

from components.base import Spec
from engine.checks.problems import Problem
from engine.graph import Node


def library_problems(node: Node, spec: Spec) -> Iterator[Problem]:
    """Each library that is missing, with how to get it."""
    for library in spec.requires:
        if not library.is_there:
            message = f"{node.label} needs {library.name}, which is not installed."
            yield Problem("library_missing", message, node=node.id, hint=f"{library.hint}.")
