"""How a finding about a column is put into words."""

from typing import Any

from engine.findings import Finding, Severity
from engine.profile.profiled import ColumnProfile


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def advised(code: str, severity: Severity, column: ColumnProfile, text: str, fix: str) -> Finding:
    """A finding that no node can mend."""
    return Finding(code=code, severity=severity, column=column.name, message=f"{column.name} {text}.", fix=fix)


def found(
    code: str,
    severity: Severity,
    column: ColumnProfile,
    text: str,
    fix: str,
    component: str,
    params: dict[str, Any] | None = None,
) -> Finding:
    """A finding that a node mends."""
    return Finding(
        code=code,
        severity=severity,
        column=column.name,
        message=f"{column.name} {text}.",
        fix=fix,
        detail={"component": component, "params": {"columns": [column.name], **(params or {})}},
    )
