"""Keys by which rows of two tables belong together."""

import ibis.expr.schema as sch

from components.errors import WrongKind
from components.params import ARTICLE
from components.ports import kind_of

KEY = "__cb_key_"


def check_comparable(
    names: tuple[str, str], schemas: tuple[sch.Schema, sch.Schema], sides: tuple[str, str], field: str
) -> None:
    """Refuse keys of different kinds.

    Parameters
    ----------
    sides
        What the two tables are called: ``on the left``.

    Raises
    ------
    WrongKind
    """
    here, there = (kind_of(schema[name]) for schema, name in zip(schemas, names, strict=True))
    if here != there or here in ("other", "one_hot"):
        raise WrongKind(
            f"Key {names[0]!r} is {ARTICLE[here]} {sides[0]}, but {names[1]!r} is {ARTICLE[there]} {sides[1]}.",
            hint="Convert one of them with “Change type” first.",
            field=field,
            column=names[0],
        )
