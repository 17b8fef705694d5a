"""What a table must be like to be kept, and how a batch is brought into that shape."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from storage.errors import BadTable
from storage.manifest import Column

ROW_ID = "__cb_row"
RESERVED = "__cb_"


def stored_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema on disk, without the row id.

    Dictionaries become their values, half floats floats, and a column of nothing but nulls text.

    Raises
    ------
    BadTable
        names the column: reserved, empty, unreadable or duplicate name (upper and lower case are the same to SQL),
        or a type that is nested or cannot be kept.
    """
    if not schema.names:
        raise BadTable("The table has no columns", hint="Check the delimiter and the header.")
    _check_names(schema.names)
    return pa.schema([pa.field(field.name, _stored_type(field)) for field in schema])


def stored_batch(batch: pa.RecordBatch, schema: pa.Schema, first_row: int) -> pa.Table:
    """Return `batch` as it is kept: in the stored types, NaN as null, with the row id as its last column."""
    if batch.schema.names != schema.names:
        raise BadTable(f"A part of the table has other columns: {', '.join(batch.schema.names)}", "Read it again.")
    arrays = [_stored_array(batch.column(place), field) for place, field in enumerate(schema)]
    row_ids = pa.array(np.arange(first_row, first_row + batch.num_rows, dtype=np.int64))
    return pa.table([*arrays, row_ids], schema=with_row_id(schema))


def with_row_id(schema: pa.Schema) -> pa.Schema:
    """Return a stored schema with the row id as its last column."""
    return schema.append(pa.field(ROW_ID, pa.int64(), nullable=False))


def columns_of(schema: pa.Schema) -> tuple[Column, ...]:
    """Return the columns as people see them."""
    return tuple(Column(field.name, _type_name(field.type)) for field in schema if field.name != ROW_ID)


def _check_names(names: list[str]) -> None:
    seen: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        if not name.strip() or "\x00" in name:
            raise BadTable(f"Column {place} has no readable name: {name!r}", "Give it a name.", name)
        if name.casefold().startswith(RESERVED):
            raise BadTable(f"The column name {name} is reserved: {RESERVED}…", "Rename the column.", name)
        if name.casefold() in seen:
            raise BadTable(f"Two columns have the same name: {seen[name.casefold()]} and {name}", "Rename one.", name)
        seen[name.casefold()] = name


def _stored_type(field: pa.Field) -> pa.DataType:
    kind = field.type
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _stored_type(pa.field(field.name, kind.value_type))
    if pa.types.is_nested(kind):
        raise BadTable(
            f"The column {field.name} holds nested values ({kind})", "Unnest it, or turn it into text.", field.name
        )
    if pa.types.is_duration(kind) or pa.types.is_interval(kind) or isinstance(kind, pa.BaseExtensionType):
        raise BadTable(f"The column {field.name} has a type that cannot be kept ({kind})", "Cast it.", field.name)
    if pa.types.is_float16(kind):
        return pa.float32()
    return pa.string() if pa.types.is_null(kind) else kind


def _stored_array(array: pa.Array, field: pa.Field) -> pa.Array:
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    try:
        array = array.cast(field.type)
    except pa.ArrowException as error:
        raise BadTable(f"The column {field.name} does not fit {field.type}: {error}", "Cast it.", field.name) from error
    if pa.types.is_floating(field.type):
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, field.type), array)
    return array


def _type_name(kind: pa.DataType) -> str:
    return {"double": "float64", "float": "float32", "large_string": "string", "string_view": "string"}.get(
        str(kind), str(kind)
    )
