"""Statistics, charts' data and findings of a table, computed by DuckDB over all rows."""

from engine.profile.charts import histogram, preview, value_counts
from engine.profile.profiled import ColumnProfile, Correlation, Count, Deduction, Histogram, Profile, Quantiles
from engine.profile.table import profile
from engine.profile.telling import telling

__all__ = [
    "ColumnProfile",
    "Correlation",
    "Count",
    "Deduction",
    "Histogram",
    "Profile",
    "Quantiles",
    "histogram",
    "preview",
    "profile",
    "telling",
    "value_counts",
]
