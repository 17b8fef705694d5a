"""Statistics, charts' data and findings of a table, computed over all rows."""

from engine.profile.charts import histogram, preview, value_counts
from engine.profile.compared import ColumnChange, Comparison, compare
from engine.profile.noticed_texts import NUMBERS_AS_TEXT
from engine.profile.plain import MOST_CHARS
from engine.profile.profiled import (
    Association,
    ColumnProfile,
    Correlation,
    Count,
    Deduction,
    Freshness,
    Histogram,
    Key,
    MissingPattern,
    Pattern,
    Profile,
    Quantiles,
)
from engine.profile.source import Tabular
from engine.profile.table import profile
from engine.profile.targets import Told, tells_target
from engine.profile.telling import telling
from engine.profile.written_values import date_params

__all__ = [
    "MOST_CHARS",
    "NUMBERS_AS_TEXT",
    "Association",
    "ColumnChange",
    "ColumnProfile",
    "Comparison",
    "Correlation",
    "Count",
    "Deduction",
    "Freshness",
    "Histogram",
    "Key",
    "MissingPattern",
    "Pattern",
    "Profile",
    "Quantiles",
    "Tabular",
    "Told",
    "compare",
    "date_params",
    "histogram",
    "preview",
    "profile",
    "telling",
    "tells_target",
    "value_counts",
]
