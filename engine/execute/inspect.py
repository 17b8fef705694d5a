"""What an inspection sees of the table that passes through it."""

from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from components.base.inspection import Inspection
from engine.backends.backend import Backend
from engine.errors import DataError
from engine.findings import Finding
from engine.profile import profile

SEEN = ".seen.parquet"


def inspected(component: Inspection[Any], table: ir.Table, backend: Backend, folder: Path) -> dict[str, Any]:
    """Look at a table as a component wants to.

    Returns
    -------
    dict
        ``findings``, and the ``report`` of a profile.

    Raises
    ------
    DataError
        When something is noticed that must not pass.
    """
    seen = component.looked_at(table)
    if component.sees == "profile":
        return _profiled(seen, backend, folder / SEEN)
    notices = component.notices(backend.collect(seen))
    stopping = [notice for notice in notices if notice.stops]
    if stopping:
        more = f" {len(stopping) - 1} more." if len(stopping) > 1 else ""
        raise DataError(stopping[0].message + more, hint=stopping[0].fix)
    found = [
        Finding(
            code=one.code, severity="warning", column=one.column, message=one.message, fix=one.fix, detail=one.detail
        )
        for one in notices
    ]
    return {"findings": [finding.model_dump(mode="json") for finding in found]}


def _profiled(seen: ir.Table, backend: Backend, path: Path) -> dict[str, Any]:
    try:
        backend.write(seen, path)
        found = profile([path])
    finally:
        path.unlink(missing_ok=True)
    findings = [finding.model_dump(mode="json") for finding in found.findings if finding.severity != "info"]
    return {"findings": findings, "report": {"rows": found.rows, "profile": found.model_dump(mode="json")}}
