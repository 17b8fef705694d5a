"""A table's profile, as values."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from components.columns.number_pattern import DecimalSign
from engine.findings import Finding

Kind = Literal["numeric", "text", "boolean", "datetime", "other"]
Semantic = Literal["empty", "constant", "identifier", "category", "number", "date", "text", "other"]
Meaning = (
    Literal["email", "url", "phone", "ip", "card", "bank_account", "national_id", "person", "address", "birth_date"]
    | Literal["currency", "latitude", "longitude", "country", "postcode", "date", "uuid"]
)
"""What the values stand for in the world, where that is known."""
Measure = Literal["pearson", "spearman", "cramers_v", "correlation_ratio"]


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
    """Quantiles of a column of numbers, interpolated; approximate (t-digest) where `distinct` is."""

    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    p01: float | None = None
    p99: float | None = None


class Pattern(_Value):
    """A shape that values have: ``A`` a capital, ``a`` a small letter, ``9`` a digit; ``a…`` several small letters."""

    shape: str
    count: int


class Freshness(_Value):
    """How a column of dates goes on: its newest value is `max`.

    Parameters
    ----------
    step_days
        The usual distance of one value to the next, in days.
    gap_days, gap_after
        The longest time without a value, and the last value before it.
    future
        Rows with a date later than the moment of profiling.
    """

    step_days: float | None = None
    gap_days: float | None = None
    gap_after: str | None = None
    future: int = 0


class Written(_Value):
    """How numbers or dates are written in a column of texts.

    Parameters
    ----------
    formats
        Of dates: those that read them, the most frequent first. Empty for numbers.
    decimal, unit, other_units
        Of numbers: the decimal sign, None where the texts do not tell it; what stands beside most of those with a
        unit, and beside others.
    count
        How many texts can be read so.
    example
        One of them.
    """

    formats: tuple[str, ...] = ()
    decimal: DecimalSign | None = None
    unit: str = ""
    other_units: tuple[str, ...] = ()
    is_money: bool = False
    count: int
    example: str


class ColumnProfile(_Value):
    """What one column holds.

    Parameters
    ----------
    filled, missing, distinct
        Rows with and without a value; different values.
    distinct_approximate
        Whether `distinct` is an estimate (about 2 %).
    std, skewness, kurtosis
        Sample standard deviation, skewness and excess kurtosis of numbers, as pandas has them.
    infinite
        Numbers without an end, of which the other figures know nothing.
    outliers
        Values beyond three interquartile ranges from the quartiles.
    top
        The most frequent values, where a value repeats.
    numeric_texts
        Texts that are numbers.
    padded, differs_by_case
        Texts with blanks around them; and how many different ones there are only because of blanks and capitals.
    meaning
        What the values stand for; ``personal`` says in words which personal data they seem to be.
    written
        Of texts that are numbers or dates: how people wrote them.
    patterns, patterns_from
        The shapes of texts, the most frequent first, and of how many rows they were taken.
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
    infinite: int | None = None
    outliers: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    mean_length: float | None = None
    blank: int | None = None
    numeric_texts: int | None = None
    kurtosis: float | None = None
    padded: int | None = None
    differs_by_case: int | None = None
    meaning: Meaning | None = None
    personal: str = ""
    written: Written | None = None
    patterns: tuple[Pattern, ...] = ()
    patterns_from: int | None = None
    freshness: Freshness | None = None

    @property
    def holds_amounts(self) -> bool:
        """Whether these are texts of numbers that somebody measured or paid: such differ by chance and name nothing."""
        if self.kind != "text" or self.personal:
            return False
        if self.written is not None:
            return not self.written.formats
        is_number = bool(self.filled) and (self.numeric_texts or 0) == self.filled
        return is_number and any("." in str(edge) for edge in (self.min, self.max))


class Correlation(_Value):
    """Pearson's correlation of two columns, over the rows where both have values."""

    left: str
    right: str
    value: float


class Association(_Value):
    """How strongly two columns go together: from -1 to 1 for ranks (Spearman), else from 0 to 1.

    A correlation ratio is how much of `right`, a number, the categories of `left` tell.
    """

    measure: Measure
    left: str
    right: str
    value: float


class Key(_Value):
    """Columns that tell every row apart."""

    columns: tuple[str, ...]


class MissingPattern(_Value):
    """Columns that are missing together, and in how many rows exactly these are."""

    columns: tuple[str, ...]
    count: int


class Deduction(_Value):
    """Why points are missing from the quality score."""

    reason: str
    points: float


class Profile(_Value):
    """A whole table's profile; `quality_score` is 100 minus the deductions.

    Parameters
    ----------
    correlations
        Pearson's, over all rows.
    associations, sampled_rows
        Other measures of pairs, and the number of rows they come from.
    summary
        What a person should know first, sentence by sentence.
    """

    rows: int
    duplicates: int
    quality_score: float
    deductions: tuple[Deduction, ...]
    columns: tuple[ColumnProfile, ...]
    correlations: tuple[Correlation, ...]
    findings: tuple[Finding, ...]
    associations: tuple[Association, ...] = ()
    sampled_rows: int | None = None
    keys: tuple[Key, ...] = ()
    missing_patterns: tuple[MissingPattern, ...] = ()
    summary: tuple[str, ...] = ()
