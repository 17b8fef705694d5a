"""A finding: one thing the product noticed, with what to do about it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["info", "warning", "error"]


class Finding(BaseModel):
    """One thing the product noticed about a file or a table.

    Parameters
    ----------
    code
        What kind of finding, in snake_case: ``ragged_lines``.
    severity
        ``info`` needs no action, ``warning`` deserves a look, ``error`` means that something was left out.
    column
        The column it is about; None for the whole table.
    message, fix
        What was noticed, and what a person can do about it.
    detail
        Facts for machines: line numbers, counts, and ``component`` with ``params`` where a node can fix it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Severity
    message: str
    column: str | None = None
    fix: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
