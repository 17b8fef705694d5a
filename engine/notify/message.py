"""What a channel is told."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Message:
    """A message, for people and for machines.

    Parameters
    ----------
    id
        The same for every try, so that a receiver can tell a repetition.
    kind
        ``alerts``, ``summary`` or ``test``.
    lines
        The text, line by line.
    data
        The same as JSON values.
    """

    id: str
    kind: str
    subject: str
    lines: tuple[str, ...]
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
