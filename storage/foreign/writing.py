"""Writing a table into a database of others: all rows or none."""

from collections.abc import Iterable, Sequence
from secrets import token_hex
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Column, MetaData, Table, inspect, types
from sqlalchemy import Connection as Link
from sqlalchemy.dialects import mssql, mysql

from storage.errors import BadTable
from storage.foreign.kinds import Foreign
from storage.foreign.opening import linked
from storage.foreign.refusals import in_words

Mode = Literal["append", "replace", "fail"]
WRITE_SECONDS = 3_600.0
"""What one statement may take: a batch, or the table's making."""


def write_table(
    foreign: Foreign, table: str, mode: Mode, schema: pa.Schema, batches: Iterable[pa.RecordBatch], folder: str = ""
) -> int:
    """Write rows into a table, all of them or none.

    Parameters
    ----------
    mode : ``append`` adds to what is there, ``replace`` puts them in its place, ``fail`` refuses a table that is there.
    folder : the schema of the database that the table is in; its own default where it is empty.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    Unreachable, BadTable
    """
    with linked(foreign, WRITE_SECONDS, writes=True) as link, in_words(foreign):
        is_there = inspect(link).has_table(table, schema=folder or None)
        if is_there and mode == "fail":
            raise BadTable(f"There is a table {table} in {foreign.name} already", "Append to it, or replace it.")
        made = Table(table, MetaData(), *_columns(schema), schema=folder or None)
        if is_there and mode == "append":
            return _inserted(link, made, batches)
        if foreign.family == "mysql":
            return _swapped(link, made, batches, is_there=is_there)
        if is_there:
            made.drop(link)
        made.create(link)
        return _inserted(link, made, batches)


def _inserted(link: Link, table: Table, batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0
    for batch in batches:
        if batch.num_rows:
            link.execute(table.insert(), batch.to_pylist())
        rows += batch.num_rows
    return rows


def _swapped(link: Link, table: Table, batches: Iterable[pa.RecordBatch], *, is_there: bool) -> int:
    """MySQL makes and drops tables outside of transactions: the rows go into one beside, which then takes its name."""
    beside = table.to_metadata(MetaData(), name=f"cb_new_{token_hex(8)}")
    before = table.to_metadata(MetaData(), name=f"cb_old_{token_hex(8)}")
    name = link.dialect.identifier_preparer.format_table
    beside.create(link)
    try:
        rows = _inserted(link, beside, batches)
        link.commit()
        moved = f"{name(beside)} TO {name(table)}"
        first = f"{name(table)} TO {name(before)}, " if is_there else ""
        link.exec_driver_sql(f"RENAME TABLE {first}{moved}")
    except BaseException:
        link.rollback()
        beside.drop(link, checkfirst=True)
        raise
    if is_there:
        before.drop(link)
    return rows


def _columns(schema: pa.Schema) -> list[Column[Any]]:
    return [Column(field_.name, _sql_type(field_.type), nullable=True) for field_ in schema]


def _sql_type(kind: pa.DataType) -> types.TypeEngine[Any]:
    if pa.types.is_decimal(kind):
        return types.Numeric(kind.precision, kind.scale)
    for fits, made in SQL_TYPES:
        if fits(kind):
            return made
    return types.UnicodeText()


SQL_TYPES: Sequence[tuple[Any, types.TypeEngine[Any]]] = (
    (pa.types.is_boolean, types.Boolean()),
    (pa.types.is_integer, types.BigInteger()),
    (pa.types.is_floating, types.Double()),
    (pa.types.is_date, types.Date()),
    (
        pa.types.is_timestamp,
        types.DateTime()
        .with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
        .with_variant(mssql.DATETIME2(6), "mssql"),  # type: ignore[no-untyped-call]
    ),
    (pa.types.is_time, types.Time().with_variant(mysql.TIME(fsp=6), "mysql", "mariadb")),
)
"""The plain types of MySQL drop fractions of a second, those of SQL Server round them."""
