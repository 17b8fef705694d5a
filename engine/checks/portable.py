"""What a pipeline asks for that the engine it is to run on cannot do."""

from collections.abc import Iterator, Mapping
from typing import Any

from components import expressions
from components.base import Component, Source
from components.portable.engines import NAMES, UNREADABLE
from components.ports import visible
from engine.checks.problems import Problem
from engine.graph import Node, Pipeline
from engine.schemas import NodeSchemas


def backend_problems(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], backend: str) -> Iterator[Problem]:
    """Components, functions and columns that an engine does not know."""
    for node in pipeline.nodes:
        known = schemas.get(node.id, NodeSchemas())
        if known.component is not None:
            yield from component_problems(node, known.component, backend)
            yield from _column_problems(node, known, backend)


def component_problems(node: Node, component: Component[Any], backend: str) -> Iterator[Problem]:
    """What a component, or a function in its params, declares that it cannot do."""
    engine = NAMES[backend]
    if backend not in component.spec.backends:
        others = " or ".join(NAMES[name] for name in component.spec.backends)
        yield Problem(
            "not_on_backend",
            f"{node.label} ({component.spec.title}) cannot be computed on {engine}.",
            node=node.id,
            hint=f"Run this pipeline on {others}, or do without this node.",
        )
    for field, text in component.params.expressions().items():
        for name in sorted(expressions.functions(text)):
            if backend not in expressions.FUNCTIONS[name].backends:
                yield Problem(
                    "not_on_backend",
                    f"{node.label} uses {name}(), which {engine} cannot compute.",
                    node=node.id,
                    field=field,
                    hint="Write the expression without it, or run this pipeline on DuckDB.",
                )


def _column_problems(node: Node, known: NodeSchemas, backend: str) -> Iterator[Problem]:
    if not isinstance(known.component, Source):
        return
    for schema in known.outputs.values():
        unreadable = [f"{name!r}" for name, dtype in visible(schema).items() if UNREADABLE[backend](dtype)]
        if unreadable:
            yield Problem(
                "not_on_backend",
                f"{NAMES[backend]} has no type for {', '.join(unreadable)} of {node.label}.",
                node=node.id,
                hint="Import the dataset with these columns as text, or run this pipeline on DuckDB.",
            )
