"""Which Arrow types hold the same kind of thing."""

import pyarrow as pa
import pyarrow.types as kinds


def is_number(kind: pa.DataType) -> bool:
    """Whether a type holds numbers, whole or not."""
    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind))


def is_text(kind: pa.DataType) -> bool:
    """Whether a type holds texts, however they are laid out."""
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind))


def is_moment(kind: pa.DataType) -> bool:
    """Whether a type holds days or times of a day."""
    return bool(kinds.is_date(kind) or kinds.is_timestamp(kind))
