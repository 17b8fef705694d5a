"""How a table differs from the columns that were agreed on."""

import difflib
from collections.abc import Iterator, Mapping

import ibis.expr.schema as sch

from components.ports import visible
from components.quality.types import FITTING, Type, called


def differences(
    wanted: Mapping[str, Type], schema: sch.Schema, *, refuses_missing: bool = True, refuses_extra: bool = False
) -> Iterator[str]:
    """Each way in which a table has not the columns, or the types, that it should have.

    Examples
    --------
    >>> list(differences({"age": "int64", "nam": "string"}, sch.Schema({"age": "string", "name": "string"})))
    ["column 'age' is string instead of int64", "column 'nam' is missing (there is 'name')"]
    """
    there = visible(schema)
    for name, kind in wanted.items():
        if name not in there:
            if refuses_missing:
                yield f"column {name!r} is missing{_near(name, there)}"
        elif not FITTING[kind](there[name]):
            yield f"column {name!r} is {called(there[name])} instead of {kind}"
    if refuses_extra:
        yield from (f"column {name!r} is not in the contract" for name in there if name not in wanted)


def _near(name: str, there: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, there, n=1)
    return f" (there is {close[0]!r})" if close else ""
