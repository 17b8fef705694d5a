"""Which columns of an output are those of another drawing under other names."""

from collections.abc import Mapping

import ibis.expr.schema as sch

from components.ports import visible
from engine.schemas import NodeSchemas, computed_from

Names = Mapping[str, str]
"""What columns are called from now on, by what they were called until now; only those that change."""

NOTHING: Names = {}


def same_columns(
    before: NodeSchemas, after: NodeSchemas, port: str, arriving: Mapping[str, Names]
) -> dict[str, str] | None:
    """The columns of an output that have another name, where each is computed from the same as it was.

    Parameters
    ----------
    arriving
        The columns of each input that have another name.

    Returns
    -------
    dict or None
        None where there are other columns than before, so that nobody can tell which is which.
    """
    old, new = visible(before.outputs[port]), visible(after.outputs[port])
    if [*old.values()] != [*new.values()]:
        return None
    names = {one: other for one, other in zip(old, new, strict=True) if one != other}
    is_same = all(_source(before, port, one, arriving) == _source(after, port, other) for one, other in names.items())
    return names if is_same else None


def still_there(before: NodeSchemas, after: NodeSchemas, port: str, arriving: Mapping[str, Names]) -> dict[str, str]:
    """The columns that arrive under another name, and leave under it, where nothing more can be told."""
    old, new = before.outputs.get(port), after.outputs[port]
    return {
        one: other
        for names in arriving.values()
        for one, other in names.items()
        if other in new and one not in new and (old is None or one in old)
    }


def at_one_place(before: sch.Schema | None, after: sch.Schema | None, pairs: frozenset[tuple[str, str]]) -> Names:
    """Of columns that stand at the same place in two schemas, those that were renamed somewhere before."""
    old, new = (list(visible(schema)) if schema is not None else [] for schema in (before, after))
    if len(old) != len(new):
        return NOTHING
    return {one: other for one, other in zip(old, new, strict=True) if (one, other) in pairs}


def _source(
    known: NodeSchemas, port: str, name: str, arriving: Mapping[str, Names] | None = None
) -> frozenset[tuple[str, str]]:
    found = computed_from(known, port, (name,), rows=False)
    return frozenset((place, (arriving or {}).get(place, NOTHING).get(column, column)) for place, column in found)
