"""Databases of others, on real servers: every type is told, nothing is written, and each failure has its words."""

import datetime as dt
import re
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from threading import get_ident

import psutil
import pyarrow as pa
import pytest

from storage.errors import BadTable, StorageError, Unreachable
from storage.foreign import Foreign, Listed, answered, count_rows, list_tables, read_batches, stop_asking, write_table
from storage.foreign import test as ask
from storage.foreign.opening import linked
from storage.foreign.refusals import in_words
from tests.foreign_places import SECRET, Place, new_place
from tests.servers import eventually


@pytest.fixture(params=["postgresql", "mariadb"])
def place(request: pytest.FixtureRequest) -> Place:
    return new_place(request.param, request)


@pytest.fixture
def lite(tmp_path: Path) -> Foreign:
    sqlite3.connect(tmp_path / "x.db").close()
    return Foreign("lite", "sqlite", str(tmp_path / "x.db"))


def run_on(foreign: Foreign, *statements: str) -> None:
    with sqlite3.connect(foreign.database) as link:
        for statement in statements:
            link.execute(statement)


def read(
    foreign: Foreign, query: str, seconds: float = 20
) -> tuple[list[dict[str, object]], dict[str, dict[str, int]]]:
    """All rows, and what had to change in which column."""
    with answered(foreign, query, seconds, look_through=True) as answer:
        rows = [row for batch in answer.batches() for row in batch.to_pylist()]
    return rows, {column.name: dict(+column.odd) for column in answer.columns if +column.odd}


POSTGRES = [
    ("i", "smallint", "7", 7, {}),
    ("f", "real", "1.5", 1.5, {}),
    ("d", "numeric(8,2)", "12.25", 12.25, {}),
    ("wide", "numeric(40,10)", "12345678901234567890.5", 1.2345678901234567e19, {"rounded": 1}),
    ("nan", "numeric", "'NaN'", None, {}),
    ("b", "boolean", "true", True, {}),
    ("day", "date", "'2024-02-29'", dt.date(2024, 2, 29), {}),
    ("never", "date", "'infinity'", None, {"no_date": 1}),
    ("before", "timestamp", "'0044-03-15 BC'", None, {"no_date": 1}),
    ("at", "timestamp", "'2024-02-29 12:00:00.000001'", dt.datetime(2024, 2, 29, 12, 0, 0, 1), {}),
    ("zoned", "timestamptz", "'2024-02-29 12:00:00+05:30'", dt.datetime(2024, 2, 29, 6, 30), {"zone": 1}),
    ("clock", "time", "'23:59:59'", "23:59:59", {}),
    ("long", "interval", "'1 mon 2 days'", "1 mon 2 days", {}),
    ("doc", "jsonb", """'{"a": 1.50, "ü": null}'""", '{"a": 1.50, "ü": null}', {}),
    ("id", "uuid", "'00000000-0000-4000-8000-0000000000ff'", "00000000-0000-4000-8000-0000000000ff", {}),
    ("raw", "bytea", r"'\x00ff'", "00ff", {"bytes": 1}),
    ("many", "int[]", "'{1,2,NULL}'", "[1, 2, null]", {}),
    ("net", "inet", "'10.0.0.1'", "10.0.0.1", {}),
    ("nothing", "int", "NULL", None, {}),
]
MARIADB = [
    ("i", "tinyint unsigned", "255", 255, {}),
    ("big", "bigint unsigned", "9223372036854775807", 2**63 - 1, {}),
    ("f", "float", "1.5", 1.5, {}),
    ("d", "decimal(8,2)", "12.25", 12.25, {}),
    ("wide", "decimal(40,10)", "12345678901234567890.5", 1.2345678901234567e19, {"rounded": 1}),
    ("b", "tinyint(1)", "true", 1, {}),
    ("bits", "bit(10)", "b'1000000001'", 513, {}),
    ("y", "year", "2024", 2024, {}),
    ("day", "date", "'2024-02-29'", dt.date(2024, 2, 29), {}),
    ("zero", "date", "'0000-00-00'", None, {"no_date": 1}),
    ("half", "datetime", "'2024-00-00 00:00:00'", None, {"no_date": 1}),
    ("at", "datetime(6)", "'2024-02-29 12:00:00.000001'", dt.datetime(2024, 2, 29, 12, 0, 0, 1), {}),
    ("zoned", "timestamp null", "from_unixtime(1709209800)", dt.datetime(2024, 2, 29, 12, 30), {"zone": 1}),
    ("clock", "time", "'-27:05:01'", "-27:05:01", {}),
    ("doc", "json", """'{"a": 1.50, "ü": null}'""", '{"a": 1.50, "ü": null}', {}),
    ("id", "uuid", "'00000000-0000-4000-8000-0000000000ff'", "00000000-0000-4000-8000-0000000000ff", {}),
    ("raw", "varbinary(9)", "x'00ff'", "00ff", {"bytes": 1}),
    ("kind", "enum('a','b')", "'b'", "b", {}),
    ("words", "text charset latin1", "'ü'", "ü", {}),
    ("nothing", "int", "NULL", None, {}),
]


def test_every_type_is_told_and_what_had_to_change_is_counted(place: Place) -> None:
    cases = POSTGRES if place.is_postgres else MARIADB
    place.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind, *_ in cases)})")
    place.execute(f"INSERT INTO t VALUES ({', '.join(value for _, _, value, *_ in cases)})")
    (row,), odd = read(place.foreign, "SELECT * FROM t")
    assert {name: None if str(value) == "nan" else value for name, value in row.items()} == {
        it[0]: it[3] for it in cases
    }
    assert odd == {it[0]: it[4] for it in cases if it[4]}
    (empty,) = read_batches(place.foreign, "SELECT * FROM t WHERE i < 0", 9)
    assert (empty.num_rows, empty.schema.field("nothing").type) == (0, pa.int64())


def test_a_number_that_no_column_holds_is_refused_and_not_bent(request: pytest.FixtureRequest) -> None:
    with pytest.raises(BadTable, match="The column n holds a value that is no int64") as refused:
        read(new_place("mariadb", request).foreign, "SELECT CAST(18446744073709551615 AS UNSIGNED) AS n")
    assert "CAST(n" in refused.value.hint


def test_sqlite_is_believed_only_as_far_as_its_values_go(lite: Foreign) -> None:
    late = ", ".join(f"({n}, {n}, {n}, '2024-01-01')" for n in range(2_000))
    run_on(lite, "CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER, d DATE)", f"INSERT INTO t VALUES {late}")
    run_on(lite, "INSERT INTO t VALUES ('late', 2.5, NULL, CAST(x'ff41' AS TEXT))")
    rows, odd = read(lite, "SELECT * FROM t")
    assert [type(value) for value in rows[0].values()] == [str, float, int, str]
    assert list(rows[-1].values()) == ["late", 2.5, None, "ff41"]
    assert odd == {"d": {"bytes": 1}}


@pytest.mark.parametrize("name", ['a"; drop table t; --', "a`b", "100%s :x ?", "ü 日本", "a.b", "\\x'y"])
def test_names_are_names(place: Place, lite: Foreign, name: str) -> None:
    from components.sql.foreign import whole_table

    schema = pa.schema([(name, pa.int64()), ("words", pa.string())])
    batch = pa.RecordBatch.from_pylist([{name: 1, "words": name}], schema=schema)
    for foreign in (place.foreign, lite):
        assert write_table(foreign, name, "fail", schema, [batch]) == 1
        assert [it.name for it in list_tables(foreign)] == [name]
        rows, _ = read(foreign, whole_table(name, "", foreign.kind))
        assert rows == [{name: 1, "words": name}]


def test_tables_and_views_of_every_schema_are_listed_with_their_size(place: Place) -> None:
    place.numbers("many", 5_000)
    place.execute("CREATE VIEW few AS SELECT n FROM many")
    own = "public" if place.is_postgres else place.foreign.database
    if place.is_postgres:
        place.execute("CREATE SCHEMA other", "CREATE TABLE other.there (a int)", "ANALYZE")
    else:
        place.execute("ANALYZE TABLE many")
    few, many, *others = list_tables(place.foreign)
    assert (many.folder, many.name, many.is_view) == (own, "many", False)
    assert many.rows is not None
    assert 4_000 < many.rows < 6_000
    assert few == Listed(own, "few", is_view=True, rows=None)
    assert [(it.folder, it.name) for it in others if it.folder == "other"] == [("other", "there")] * place.is_postgres


def test_the_first_rows_come_before_the_last_and_nobody_waits_for_those(place: Place) -> None:
    place.numbers("many", 400_000)
    without_end = "SELECT a.* FROM many a, many b, many c"
    with answered(place.foreign, without_end, 20) as answer:
        sizes = [batch.num_rows for batch in islice(answer.batches(), 3)]
    assert sizes[0] == 1_000
    assert count_rows(place.foreign, "SELECT * FROM many", 20) == 400_000


@pytest.mark.slow
def test_memory_stays_flat_over_a_million_rows(place: Place) -> None:
    place.numbers("many", 1_000_000)
    process, seen, most, least = psutil.Process(), 0, 0, 1 << 60
    for batch in read_batches(place.foreign, "SELECT * FROM many", 300):
        seen += batch.num_rows
        used = process.memory_info().rss
        most, least = max(most, used), min(least, used)
    assert seen == 1_000_000
    assert most - least < 60_000_000


WRITING = ["DELETE FROM t", "CREATE TABLE other (a int)", "DROP TABLE t", "INSERT INTO t VALUES (2)"]


@pytest.mark.parametrize("statement", WRITING)
def test_a_statement_that_writes_is_refused_by_the_server_itself(place: Place, lite: Foreign, statement: str) -> None:
    place.execute("CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)")
    run_on(lite, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)")
    for foreign in (place.foreign, lite):
        with (
            pytest.raises(Unreachable, match="refused") as refused,
            linked(foreign, 9) as link,
            in_words(foreign),
        ):
            link.exec_driver_sql(statement)
        assert "SELECT" in refused.value.hint
        with pytest.raises(Unreachable, match="refused"):
            read(foreign, statement)
        assert read(foreign, "SELECT a FROM t")[0] == [{"a": 1}]


def test_a_query_without_end_is_stopped_in_time(place: Place, lite: Foreign) -> None:
    endless = "SELECT pg_sleep(100)" if place.is_postgres else "SELECT sleep(100)"
    counting = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    for foreign, query in ((place.foreign, endless), (lite, counting)):
        started = time.monotonic()
        with pytest.raises(Unreachable, match="took too long and was stopped"):
            read(foreign, query, 0.3)
        assert count_rows(foreign, query, 0.3) is None
        assert time.monotonic() - started < 30  # the query takes longer


def test_what_nobody_waits_for_any_more_is_stopped_on_the_server(place: Place) -> None:
    with ThreadPoolExecutor(1) as asker:
        thread = asker.submit(get_ident).result()
        answer = asker.submit(read, place.foreign, place.endless(), 90)
        eventually(lambda: any(query.startswith(("FETCH", "SELECT count")) for query in place.at_work()))
        stop_asking(thread + 1)
        assert not answer.done(), "another thread's question was stopped"
        stop_asking(thread)
        assert isinstance(answer.exception(20), Unreachable)
    assert not place.at_work()


@pytest.mark.slow  # several processes, one after the other
def test_a_connection_that_breaks_in_the_middle_is_told_as_that(place: Place) -> None:
    place.numbers("many", 400_000)
    batches = read_batches(place.foreign, "SELECT * FROM many a", 20)
    next(batches)
    place.end_all_readers()
    with pytest.raises(Unreachable, match=f"{place.foreign.name} broke the connection off") as broken:
        list(batches)
    assert broken.value.passing
    assert read(place.foreign, "SELECT count(*) AS n FROM many")[0] == [{"n": 400_000}]


def test_each_way_of_not_getting_in_says_what_to_do(place: Place) -> None:
    place.execute("CREATE TABLE t (a int)")
    for change, query, words, hint, passing in (
        ({"password": "wrong"}, "", "refused", "Type the user and the password", False),
        ({"password": None}, "", "refused", "Type the user and the password", False),
        ({"port": 1}, "", "refused", "the host and the port", True),
        ({"encryption": "require"}, "", "refused", "TLS", False),
        ({"encryption": "verify-full"}, "", "refused", "TLS", False),
        ({}, "SELECT * FROM gone", "refused", "renamed or removed", False),
        ({}, "SELECT b FROM t", "refused", "Check the names", False),
        ({}, "SELEC 1", "refused", "Check the names", False),
    ):
        with pytest.raises(Unreachable, match=words) as refused:
            read(replace(place.foreign, **change), query or "SELECT 1 AS a")
        told = f"{refused.value.message} {refused.value.hint}"
        assert hint in told, (change, query, told)
        assert SECRET not in told
        assert refused.value.passing == passing, told


def test_a_missing_driver_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymssql", None)
    with pytest.raises(Unreachable, match="no driver for sqlserver") as refused:
        ask(Foreign("x", "sqlserver", "db", "127.0.0.1"))
    assert refused.value.hint == "pip install 'canvasback[sqlserver]'"
    with pytest.raises(Unreachable, match="no driver for nobody") as refused:
        ask(Foreign("x", "nobody+knows", "db", "127.0.0.1"))
    assert refused.value.hint == "pip install knows"


def test_which_server_answers(place: Place, lite: Foreign) -> None:
    assert re.fullmatch(rf"{place.foreign.kind} 1\d\.\d+.*", ask(place.foreign))
    assert ask(lite).startswith("sqlite 3.")


def some_rows(*, fails: bool) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pydict({"a": [1, 2]})
    if fails:
        raise StorageError("the disk of the reader broke")


@pytest.mark.parametrize("mode", ["append", "replace", "fail"])
def test_rows_are_written_all_or_none(place: Place, lite: Foreign, mode: str) -> None:
    schema = pa.schema([("a", pa.int64())])
    for foreign in (place.foreign, lite):
        if mode != "fail":
            write_table(foreign, "t", "fail", schema, some_rows(fails=False))
        before = [{"a": 1}, {"a": 2}] if mode != "fail" else []
        with pytest.raises(StorageError, match="the disk"):
            write_table(foreign, "t", mode, schema, some_rows(fails=True))
        assert [it.name for it in list_tables(foreign)] == ["t"] * bool(before)
        assert not before or read(foreign, "SELECT * FROM t")[0] == before
        write_table(foreign, "t", mode, schema, some_rows(fails=False))
        assert len(read(foreign, "SELECT * FROM t")[0]) == (4 if mode == "append" else 2)
        assert [it.name for it in list_tables(foreign)] == ["t"]


def test_what_is_written_keeps_its_digits_letters_and_fractions_of_seconds(place: Place) -> None:
    row = {"exact": Decimal("12.3456"), "at": dt.datetime(2026, 3, 1, 12, 30, 15, 123456), "note": "Straße 東京 😀"}
    schema = pa.schema([("exact", pa.decimal128(12, 4)), ("at", pa.timestamp("us")), ("note", pa.string())])
    write_table(place.foreign, "kept", "fail", schema, iter([pa.RecordBatch.from_pylist([row], schema)]))
    (found,) = read(place.foreign, "SELECT * FROM kept")[0]
    assert found == {**row, "exact": 12.3456}
