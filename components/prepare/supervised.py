"""What those share that prepare features by looking at a target."""

from collections.abc import Iterable, Mapping

import ibis.expr.schema as sch

from components.errors import ComponentError, WrongKind
from components.ports import kind_of


def check_target(target: str, columns: Iterable[str], schemas: Mapping[str, sch.Schema]) -> None:
    """Refuse a target that is among the columns, or one-hot encoded.

    Raises
    ------
    ComponentError
    """
    if not schemas:
        return
    if target in columns:
        raise ComponentError(
            f"The target {target!r} is also one of the columns.",
            hint="Take it out of the columns.",
            field="columns",
            column=target,
        )
    if any(kind_of(schema[target]) == "one_hot" for schema in schemas.values()):
        raise WrongKind(
            f"The target {target!r} is one-hot encoded on its way here.",
            hint="Take it out of the columns that are encoded.",
            field="target",
            column=target,
        )
