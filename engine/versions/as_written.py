"""What is compared of a column whose type is another one in the other version."""

from collections.abc import Sequence

import pyarrow as pa

from engine.versions.arrow_kinds import is_number, is_text
from engine.versions.scratch import identifier


def as_written(name: str, types: Sequence[pa.DataType]) -> str:
    """The values as texts, in SQL; 43.0 and the text 43 are the same number.

    Parameters
    ----------
    types
        Of the column, in the versions that are compared.
    """
    written = f"CAST({identifier(name)} AS VARCHAR)"
    if any(map(is_number, types)) and any(map(is_text, types)):
        return f"coalesce(CAST(TRY_CAST({identifier(name)} AS DOUBLE) AS VARCHAR), {written})"
    return written
