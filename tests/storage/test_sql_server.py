"""What can be held of SQL Server without one: the SQL that is made for it, what is refused, and what is told."""

import sys
from datetime import datetime

import pyarrow as pa
import pytest
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from components.errors import RefusedExpression
from components.sql.beyond import beyond
from components.sql.foreign import dialect_of, read_only, whole_table
from storage.errors import Unreachable
from storage.foreign.kinds import Foreign, encryptions
from storage.foreign.opening import linked
from storage.foreign.refusals import AWAY, GONE, LET_IN, NAMES, TOO_LONG, in_words
from storage.foreign.writing import _columns

SHOP = Foreign("shop", "sqlserver", "db", "127.0.0.1", user="reader", password="s3cret")
SCHEMA = pa.schema(
    {
        "id": pa.int64(), "price": pa.float64(), "exact": pa.decimal128(20, 4), "at": pa.timestamp("us"),
        "day": pa.date32(), "clock": pa.time64("us"), "is]paid": pa.bool_(), "note": pa.string(),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("SELECT a FROM t LIMIT 5", "SELECT TOP 5 a FROM t"),
        ("select top 10 * from dbo.[my table] order by x", "SELECT TOP 10 * FROM dbo.[my table] ORDER BY x"),
        ("SELECT * FROM t WHERE n LIKE N'%ü%'", "SELECT * FROM t WHERE n LIKE N'%ü%'"),
        ("SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY",
         "SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY"),
        ("SELECT ISNULL(a, 0), LEN(b), IIF(a > 1, 1, 2), GETDATE() FROM t",
         "SELECT ISNULL(a, 0), LEN(b), IIF(a > 1, 1, 2), GETDATE() FROM t"),
        ("WITH x AS (SELECT 1 AS a) SELECT a, SUM(a) OVER (PARTITION BY a ORDER BY a) AS s FROM x",
         "WITH x AS (SELECT 1 AS a) SELECT a, SUM(a) OVER (PARTITION BY a ORDER BY a) AS s FROM x"),
    ],
)  # fmt: skip
def test_a_query_is_sent_in_its_words(typed: str, sent: str) -> None:
    assert read_only(typed, "sqlserver") == sent


@pytest.mark.parametrize(
    "typed",
    [
        "EXEC xp_cmdshell 'dir'",
        "SELECT 1; WAITFOR DELAY '0:0:5'",
        "SELECT * INTO x FROM t",
        "SELECT * FROM OPENQUERY(other, 'x')",
        "SELECT * FROM OPENROWSET(BULK 'C:/x', SINGLE_CLOB) AS d",
        "SELECT * FROM fn_dblog(NULL, NULL)",
        "SELECT * FROM t WITH (TABLOCKX)",
        "SELECT @@VERSION",
        "DECLARE @a int",
    ],
)
def test_what_does_more_than_read_is_refused(typed: str) -> None:
    with pytest.raises(RefusedExpression):
        read_only(typed, "sqlserver")


def test_names_are_quoted_its_way_and_what_is_newer_is_asked_in_its_types() -> None:
    assert whole_table("a]b; drop table c; --", "dbo", "sqlserver") == "SELECT * FROM [dbo].[a]]b; drop table c; --]"
    newer = beyond("SELECT * FROM t", dialect_of("sqlserver"), "at", datetime(2026, 3, 2, 12))
    assert newer == (
        "SELECT * FROM (SELECT * FROM t) AS cb_rows WHERE [at] >= CAST('2026-03-01 12:00:00' AS DATETIME2)"
    )


def test_a_table_is_made_that_keeps_letters_digits_and_fractions_of_seconds() -> None:
    table = Table("t]", MetaData(), *_columns(SCHEMA), schema="dbo")
    dialect = mssql.dialect()
    dialect.server_version_info = (16, 0)
    dialect._setup_version_attributes()
    made = str(CreateTable(table).compile(dialect=dialect))
    assert made.startswith("\nCREATE TABLE dbo.[t]]] (")
    lines = [line.strip(" ,\t") for line in made.splitlines() if line.endswith((" NULL, ", " NULL"))]
    assert lines == [
        "id BIGINT NULL", "price DOUBLE PRECISION NULL", "exact NUMERIC(20, 4) NULL", "at DATETIME2(6) NULL",
        "day DATE NULL", "clock TIME NULL", "[is]]paid] BIT NULL", "note NVARCHAR(max) NULL",
    ]  # fmt: skip
    ours = str(CreateTable(Table("t", MetaData(), *_columns(SCHEMA))).compile(dialect=mysql.dialect()))
    assert all(kind in ours for kind in ("NUMERIC(20, 4)", "DATETIME(6)", "TIME(6)"))


def test_a_missing_driver_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymssql", None)
    with pytest.raises(Unreachable, match="no driver for sqlserver") as refused, linked(SHOP, 1.0):
        pass
    assert refused.value.hint == "pip install 'canvasback[sqlserver]'"
    assert "verify-full" not in encryptions("sqlserver"), "its driver cannot be told to check a certificate"


@pytest.mark.parametrize(
    ("number", "said", "hint"),
    [
        (20009, "Unable to connect: TDS server is unavailable or does not exist (127.0.0.1)", AWAY),
        (18456, "Login failed for user 'reader', password s3cret.", LET_IN),
        (208, "Invalid object name 'gone'.", GONE),
        (207, "Invalid column name 'b'.", NAMES),
        (102, "Incorrect syntax near 'x'.", NAMES),
        (20003, "Adaptive Server connection timed out", TOO_LONG),
    ],
)
def test_what_its_driver_says_is_told_in_words(number: int, said: str, hint: str) -> None:
    """The tuples are those of pymssql 2.4."""
    wrapped = (number, f"{said}DB-Lib error message 20018, severity 14:\nGeneral SQL Server error\n".encode())
    raised = RuntimeError(*([wrapped] if number == 20009 else wrapped))
    with pytest.raises(Unreachable) as refused, in_words(SHOP):
        raise OperationalError("SELECT 1", None, raised)
    assert refused.value.hint == hint
    assert "s3cret" not in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.passing == (number == 20009)
