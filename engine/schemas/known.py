"""What is known of a node before it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import Component, Cut, LearnedTransform, Split, Transform, unbound
from components.outline import Outline
from components.ports import ROLE
from engine.errors import CanvasbackError

KEPT_ANSWERS = 4_096
"""How many answers about single nodes are remembered: an edit of one node asks again only about what follows it."""


@dataclass(frozen=True)
class NodeSchemas:
    """What is known of one node before it runs.

    Parameters
    ----------
    component
        With bound params; None where they do not fit.
    outlines
        Outputs that the component told without building them.
    built
        Outputs that had to be built.
    errors
        Why not.
    """

    component: Component[Any] | None = None
    inputs: Mapping[str, sch.Schema] = field(default_factory=dict)
    outputs: Mapping[str, sch.Schema] = field(default_factory=dict)
    outlines: Mapping[str, Outline] = field(default_factory=dict)
    built: Mapping[str, ir.Table] = field(default_factory=dict)
    errors: tuple[CanvasbackError, ...] = ()

    @cached_property
    def tables(self) -> Mapping[str, ir.Table]:
        """Each output as an expression over inputs named after the input ports; none for sources and models."""
        return output_tables(self.component, self.inputs) if self.component and not self.built else self.built


def output_tables(bound: Component[Any], schemas: Mapping[str, sch.Schema]) -> dict[str, ir.Table]:
    """The outputs of a lazy component, as expressions over its inputs."""
    tables = [unbound(schema, name) for name, schema in schemas.items()]
    match bound:
        case LearnedTransform():
            return {"table": bound.transform(tables[0], bound.unfitted())}
        case Split():
            return {"table": with_roles(bound, tables[0])}
        case Transform():
            made = bound.transform(*tables)
            return dict(made) if isinstance(made, Mapping) else {bound.spec.outputs[0].name: made}
        case _:
            return {}


def with_roles(split: Split[Any], table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.Table:
    """The table with the role that a split gives each row."""
    return table.mutate(**{ROLE: split.roles(table, cuts)})
