"""Names as Plotly may have them."""

from html import escape
from typing import Any

LONG_LABEL = 26
"""Letters of a name beside an axis; all of it shows when it is pointed at."""
LONG_TITLE = 60


def shown(value: Any) -> Any:
    """Plotly takes some HTML in texts for HTML."""
    return escape(value, quote=False) if isinstance(value, str) else value


def shortened(name: str | None, most: int = LONG_LABEL) -> str:
    """A name that fits beside an axis."""
    text = str(name or "")
    return escape(text if len(text) <= most else text[: most - 1] + "…", quote=False)
