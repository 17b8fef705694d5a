"""What must hold for the rows that arrive at a node, and what is worth telling about them: counted before it runs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import ibis.expr.types as ir

from components.base import Observation, Transform
from engine.backends.backend import Backend
from engine.errors import DataError
from engine.findings import Finding

LONGEST = 60
"""Letters of a value in a message."""


def look_at(component: Transform[Any], given: Sequence[ir.Table], backend: Backend) -> list[dict[str, Any]]:
    """Count what a component demands and what it tells of its inputs: one query for each input that is looked at.

    Returns
    -------
    list of dict
        A `Finding` for each observation that is so.

    Raises
    ------
    DataError
        When a demand is not met, or an observation stops the run.
    """
    demands, observed = component.demands(*given), component.observations(*given)
    asked = {f"d{i}": count for i, count in enumerate(demands.values())}
    asked |= {f"o{i}": one.count for i, one in enumerate(observed)}
    asked |= {f"s{i}": one.shown for i, one in enumerate(observed) if one.shown is not None}
    found = _counted(asked, given, backend)
    for i, message in enumerate(demands):
        if found[f"d{i}"]:
            about = f"{_rows(found[f'd{i}'])}{such_as(component, message, given, backend)}"
            raise DataError(f"{message.rstrip('.')} ({about}).", hint="Correct the data or change this node.")
    told = [(one, found[f"o{i}"], found.get(f"s{i}")) for i, one in enumerate(observed) if found[f"o{i}"]]
    findings = [_finding(one, count, shown, backend) for one, count, shown in told]
    stopping = [finding for (one, *_), finding in zip(told, findings, strict=True) if one.stops]
    if stopping:
        more = f" {len(stopping) - 1} more: {' '.join(f.message for f in stopping[1:4])}" if len(stopping) > 1 else ""
        detail = {"findings": [finding.model_dump(mode="json") for finding in stopping]}
        raise DataError(stopping[0].message + more, hint=stopping[0].fix or "", detail=detail)
    return [finding.model_dump(mode="json") for finding in findings]


def such_as(component: Transform[Any], message: str, given: Sequence[ir.Table], backend: Backend) -> str:
    """One of the values that do not meet a demand, as it goes on after how many there are; empty where none is told."""
    example = component.examples(*given).get(message)
    if example is None:
        return ""
    return f", such as {as_text(*_counted({'example': example}, given, backend).values())!r}"


def _counted(asked: Mapping[str, ir.Scalar], given: Sequence[ir.Table], backend: Backend) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for relation, table in {table.op(): table for table in given}.items():
        about = {name: scalar for name, scalar in asked.items() if relation in scalar.op().relations}
        if about:
            found |= backend.row(table.aggregate([scalar.name(name) for name, scalar in about.items()]))
    return found


def _finding(one: Observation, count: int, shown: Any, backend: Backend) -> Finding:
    examples = [] if one.examples is None else [as_text(value) for value in _values(one.examples, backend)]
    about = [_rows(count)] if one.shown is None else [f"found: {as_text(shown)}"]
    about += [f"such as {', '.join(map(repr, examples))}"] if examples else []
    return Finding(
        code=one.code,
        severity="error" if one.stops else "warning",
        message=f"{one.message} ({', '.join(about)}).",
        column=one.column,
        fix=one.fix,
        detail={"rows": count, "examples": examples},
    )


def _values(examples: ir.Table, backend: Backend) -> Iterator[Any]:
    for row in backend.collect(examples).to_pylist():
        yield from row.values()


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def as_text(value: Any) -> str:
    """A value as people read it, not too long."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = value.isoformat(" ") if isinstance(value, datetime) else str(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        text = value.isoformat()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
