"""A table's profile, as values."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from engine.findings import Finding

Kind = Literal["numeric", "text", "boolean", "datetime", "other"]
Semantic = Literal["empty", "constant", "identifier", "category", "number", "date", "text", "other"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Count(_Value):
    """How often a value occurs."""

    value: Any
    count: int


class Histogram(_Value):
    """Counts between edges; the last bin includes its upper edge."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class Quantiles(_Value):
    """Approximate quantiles (t-digest) of a column of numbers."""

    p05: float
    p25: float
    p50: float
    p75: float
    p95: float


class ColumnProfile(_Value):
    """What one column holds.

    Parameters
    ----------
    filled, missing, distinct
        Rows with and without a value; different values.
    distinct_approximate
        Whether `distinct` is an estimate (about 2 %).
    std, skewness
        Sample standard deviation and skewness of numbers.
    outliers
        Values beyond three interquartile ranges from the quartiles.
    top
        The most frequent values, where a value repeats.
    numeric_texts
        Texts that are numbers.
    """

    name: str
    type: str
    kind: Kind
    semantic: Semantic
    filled: int
    missing: int
    distinct: int
    distinct_approximate: bool = False
    min: Any = None
    max: Any = None
    mean: float | None = None
    std: float | None = None
    skewness: float | None = None
    quantiles: Quantiles | None = None
    histogram: Histogram | None = None
    top: tuple[Count, ...] = ()
    zeros: int | None = None
    negative: int | None = None
    outliers: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    mean_length: float | None = None
    blank: int | None = None
    numeric_texts: int | None = None


class Correlation(_Value):
    """Pearson's correlation of two columns, over the rows where both have values."""

    left: str
    right: str
    value: float


class Deduction(_Value):
    """Why points are missing from the quality score."""

    reason: str
    points: float


class Profile(_Value):
    """A whole table's profile; `quality_score` is 100 minus the deductions."""

    rows: int
    duplicates: int
    quality_score: float
    deductions: tuple[Deduction, ...]
    columns: tuple[ColumnProfile, ...]
    correlations: tuple[Correlation, ...]
    findings: tuple[Finding, ...]
