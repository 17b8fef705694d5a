"""Params of what looks at the target before a model does."""

from collections.abc import Mapping
from typing import Annotated, Self

import ibis.expr.schema as sch

from components.errors import ComponentError, WrongKind
from components.params import CategoryColumns, Params, TargetPick
from components.ports import kind_of


class TargetParams(Params):
    target: Annotated[str | None, TargetPick(CategoryColumns.kinds)] = None
    """What the model predicts; left empty, the target of the model further down."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        target = self.target or _only(hidden)
        bound = super().bind(schemas, hidden | {target})
        for schema in schemas.values():
            _check(target, schema)
        return bound.model_copy(update={"target": target})

    @property
    def answer(self) -> str:
        """The target; only after `bind`."""
        if self.target is None:
            raise ComponentError("The target was not looked for in a table.")
        return self.target


def _only(hidden: frozenset[str]) -> str:
    if len(hidden) == 1:
        return next(iter(hidden))
    several = f"The models further down predict {', '.join(map(repr, sorted(hidden)))}."
    raise ComponentError(
        several if hidden else "It is not said what is predicted.", hint="Choose the target.", field="target"
    )


def _check(target: str, schema: sch.Schema) -> None:
    if target in schema and kind_of(schema[target]) == "one_hot":
        raise WrongKind(
            f"The target {target!r} is one-hot encoded on its way here.",
            hint="Take it out of the columns that are encoded.",
            field="target",
            column=target,
        )
    CategoryColumns.of([target]).resolve(schema, field="target")
