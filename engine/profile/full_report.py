"""The report of fg-data-profiling about some rows, as one page that loads nothing and runs nothing of the data's."""

import os
from html import escape
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd
    from data_profiling import ProfileReport

POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)
"""Nothing is fetched and nothing is sent, wherever the page is opened."""
MOST_CHARS = 1_000
INTERACTIONS = 15
"""Columns up to which each pair is drawn."""


def described(rows: pa.Table, title: str) -> "ProfileReport":
    """The report, computed."""
    os.environ["YDATA_PROFILING_NO_ANALYTICS"] = "1"  # else it tells its makers about the table
    import matplotlib as mpl

    mpl.use("Agg")
    from data_profiling import ProfileReport

    report: ProfileReport = ProfileReport(_frame(rows), title=escape(title), progress_bar=False, **_scope(rows))
    report.get_description()
    return report


def rendered(report: "ProfileReport") -> str:
    """The page, confined to itself."""
    page: str = report.to_html()
    confined = f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    first, _, rest = page.partition("<meta ")
    return f"{first}{confined}<meta {rest}"


def _scope(rows: pa.Table) -> dict[str, Any]:
    """What is left out where pairs of columns would be too many to draw."""
    if rows.num_columns <= INTERACTIONS:
        return {"explorative": True}
    return {"interactions": {"continuous": False}, "correlations": {"auto": {"calculate": rows.num_columns <= 100}}}


def _frame(rows: pa.Table) -> "pd.DataFrame":
    """The rows for pandas; the report prints names and texts as they are, so they are escaped here."""
    columns = {_unique(place, name): _safe(rows.column(name)) for place, name in enumerate(rows.column_names)}
    frame: pd.DataFrame = pa.table(columns).to_pandas()
    return frame


def _unique(place: int, name: str) -> str:
    return escape(name[:MOST_CHARS]).strip() or f"column {place + 1}"


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _escaped(column)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        return _escaped(pa.chunked_array([pa.array(texts, pa.string())]))
    return column.cast(pa.float64()) if pa.types.is_decimal(kind) else column


def _escaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each different text once: most repeat, and most need nothing."""
    coded = column.combine_chunks().dictionary_encode()
    safe = [None if text is None else escape(text[:MOST_CHARS]) for text in coded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(safe, pa.string()).take(coded.indices)])
