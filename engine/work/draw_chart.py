"""Keep the points of a chart, to be drawn wherever the run is looked at."""

import json
from typing import Any

import pyarrow.parquet as pq

from components.base.output import DrawChart
from engine.cache import Entry
from engine.execute.work import TABLE
from engine.work.assignment import Assignment
from engine.work.origin import Origin


def draw_chart(assignment: Assignment, origin: Origin, deed: DrawChart, entry: Entry) -> dict[str, Any]:
    """Keep a chart as JSON among the artifacts: what it shows, and its points column by column."""
    points = pq.read_table(entry.path(TABLE)).to_pydict()
    chart = {"title": origin.title, **deed.chart, "points": points}
    sha256 = assignment.workspace.artifacts.put_bytes(json.dumps(chart, default=_plain).encode())
    count = len(next(iter(points.values()), []))
    return {"kind": "chart", "artifact": sha256, "chart": dict(deed.chart), "message": f"{count:,} points drawn"}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
