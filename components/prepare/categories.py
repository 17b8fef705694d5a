"""What encoders share: columns as text, the categories of a column, and the same mapping in scikit-learn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from components.errors import UnfitData
from components.portable.groups import listed
from components.portable.lookups import with_known

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import TargetEncoder

MOST = 10_000
CATEGORY, ROWS, FOUND = "category", "rows", "__cb_found"
UNKNOWN = -1
IDENTIFIER = "It is rather an identifier: drop it, or group rare categories first."


def as_text(table: ir.Table, name: str) -> ir.StringColumn:
    """A column of categories as text, under its name."""
    return table[name].cast("string").name(name)


def with_rows(table: ir.Table, name: str) -> ir.ArrayScalar:
    """A measure: the categories of a column, each with the number of its rows; a missing one is a category too."""
    rows = table.select(as_text(table, name).name(CATEGORY))
    counted = rows.group_by(CATEGORY).aggregate(rows.count().name(ROWS))
    return listed(counted.limit(MOST + 2), among=table)


def counted(found: Iterable[Mapping[str, Any]] | None, name: str) -> dict[str | None, int]:
    """What `with_rows` measured, in alphabetical order.

    Raises
    ------
    UnfitData
        When there are too many.
    """
    rows = {each[CATEGORY]: each[ROWS] for each in found or ()}
    check_few(sum(category is not None for category in rows), name)
    return {category: rows[category] for category in sorted(rows, key=lambda text: text or "")}


def check_few(categories: int, name: str, most: int = MOST, hint: str = IDENTIFIER) -> None:
    """Refuse a column with too many categories.

    Raises
    ------
    UnfitData
    """
    if categories > most:
        raise UnfitData(
            f"Column {name!r} has more than {most:,} categories.",
            hint=hint,
            column=name,
        )


def with_numbers(
    table: ir.Table,
    numbers: Mapping[str, Mapping[str, float]],
    missing: Mapping[str, float | None],
    unknown: float | None,
    dtype: str,
) -> ir.Table:
    """Each column replaced by the numbers of its categories.

    Parameters
    ----------
    numbers
        By column and category.
    missing, unknown
        What becomes of a missing value and of a category without a number; None stays missing.
    """
    for name, known in numbers.items():
        text = as_text(table, name)
        found = with_known(table, text, {category: [number] for category, number in known.items()}, {FOUND: dtype})
        number = found[FOUND] if unknown is None else found[FOUND].fill_null(_constant(unknown, dtype))
        encoded = ibis.ifelse(found[name].isnull(), _constant(missing[name], dtype), number)
        table = found.mutate({name: encoded}).drop(FOUND)
    return table


def mapping_encoder(
    numbers: Sequence[Mapping[str, float]], missing: Sequence[float], unknown: float
) -> "TargetEncoder":
    """A fitted scikit-learn transformer from categories to numbers, over columns of text in which gaps are None.

    Its `TargetEncoder` is one, whatever the numbers mean.
    """
    import numpy as np
    from sklearn.preprocessing import TargetEncoder

    categories = [np.array([*known, None], dtype=object) for known in numbers]
    encoder = TargetEncoder(categories=categories, target_type="continuous")
    encoder.fit(np.array([[None] * len(categories)] * 2, dtype=object), [0.0, 1.0])
    encoder.encodings_ = [np.array([*known.values(), gap], float) for known, gap in zip(numbers, missing, strict=True)]
    encoder.target_mean_ = unknown
    return encoder


def ordinal_encoder(known: Sequence[Sequence[str]]) -> "Pipeline":
    """The fitted scikit-learn transformer that numbers these categories, over columns of text in which gaps are None.

    Gaps are made nan first, and stay so; a category that is not known is -1.
    """
    import numpy as np
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    gaps = SimpleImputer(missing_values=None, strategy="constant", fill_value=np.nan, keep_empty_features=True)
    encoder = OrdinalEncoder(
        categories=[np.array([*categories, np.nan], dtype=object) for categories in known],
        handle_unknown="use_encoded_value",
        unknown_value=UNKNOWN,
        encoded_missing_value=np.nan,
    )
    return make_pipeline(gaps, encoder).fit(np.array([[None] * len(known)], dtype=object))


def _constant(number: float | None, dtype: str) -> ir.NumericValue:
    return ibis.null(dtype) if number is None else ibis.literal(repr(number)).cast(dtype)
