"""Queries over the inputs: the same answers as DuckDB's own, and nothing else."""

import datetime as dt
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
import tables
from pydantic import ValidationError

from components.base import unbound
from components.catalog import component
from components.errors import ComponentError
from components.ports import ROLE, ROW, visible

SALES = {
    "id": [1, 2, 3, 4, 5, 6],
    "who": ["ann", "bob", None, "ann", "bob", "ann"],
    "price": [1.5, 2.0, 4.0, None, 8.5, 16.0],
    "n": [1, 2, 2, None, 3, 1],
    "day": [dt.date(2026, 1, day) for day in (3, 1, 2, 3, 1, 9)],
    'od"d; --': ["x"] * 6,
    ROW: [0, 1, 2, 3, 4, 5],
}
PEOPLE = {
    "who": ["ann", "bob", "cy", "ann"],
    "city": ["Graz", None, "Linz", "Wien"],
    "n": [1, 2, 3, 1],
    ROW: [0, 1, 2, 3],
}

QUERIES = [
    "SELECT * FROM input",
    "select ID, Price * 2 as twice, who || '!' as loud from INPUT as i where i.price > 1.5 and who is not null",
    'SELECT i.*, 1 AS one FROM input i WHERE "od""d; --" = \'x\'',
    "SELECT * EXCLUDE (id, day) FROM input",
    "FROM input",
    "SELECT who, count(*) AS rows, count(price) AS there, sum(price) AS total, avg(n) AS mean FROM input GROUP BY who",
    "SELECT who AS w, max(day) AS last FROM input GROUP BY w HAVING count(*) > 1 ORDER BY last",
    "SELECT upper(who) AS w, min(price) + 1 AS p FROM input GROUP BY upper(who)",
    "SELECT upper(who) AS w, n, count(DISTINCT id) AS c FROM input GROUP BY ALL",
    "SELECT n, median(price) AS m, stddev(price) AS s, variance(price) AS v FROM input GROUP BY 1",
    "SELECT count(*) AS n, sum(price) AS s FROM input WHERE id > 99",
    "SELECT sum(CASE WHEN price > 3 THEN 1 ELSE 0 END) AS dear FROM input",
    "SELECT DISTINCT who, n FROM input",
    "SELECT DISTINCT who AS w FROM input ORDER BY who DESC NULLS LAST LIMIT 2",
    "SELECT id FROM input ORDER BY price DESC, 1 LIMIT 3 OFFSET 1",
    "SELECT id, price FROM input ORDER BY price NULLS FIRST, id LIMIT 2",
    "SELECT i.id, p.city FROM input i JOIN input2 p ON i.who = p.who AND p.n < i.id",
    "SELECT id, city FROM input LEFT JOIN input2 USING (who)",
    "SELECT who, city, id FROM input FULL JOIN input2 USING (who, n)",
    "SELECT a.id, b.city FROM input a RIGHT JOIN input2 b ON upper(a.who) = upper(b.who)",
    "SELECT a.id, b.n FROM input a CROSS JOIN input2 b WHERE b.n = 3",
    "SELECT a.id, b.n FROM input a, input2 b WHERE a.n = b.n",
    "SELECT a.id, b.id AS other FROM input a JOIN input b ON a.who = b.who AND a.id < b.id",
    "WITH t AS (SELECT who, sum(price) AS s FROM input GROUP BY 1), u AS (SELECT * FROM t WHERE s > 5) SELECT * FROM u",
    "SELECT who, s FROM (SELECT who, sum(price) AS s FROM input GROUP BY who) AS t WHERE s < 12",
    "SELECT who FROM input UNION SELECT who FROM input2",
    "SELECT who, n FROM input UNION ALL SELECT who, n FROM input2 ORDER BY 1, 2 LIMIT 4",
    "SELECT who FROM input2 EXCEPT SELECT who FROM input",
    "SELECT who, n FROM input INTERSECT SELECT who, n FROM input2",
    "SELECT id, row_number() OVER (PARTITION BY who ORDER BY day DESC, id) AS r FROM input",
    "SELECT id, rank() OVER (ORDER BY day) AS r, dense_rank() OVER (ORDER BY day) AS d FROM input",
    "SELECT id, sum(price) OVER (PARTITION BY who) AS s, sum(id) OVER (ORDER BY day) AS running FROM input",
    "SELECT id, lag(price) OVER (ORDER BY id) AS before, lead(id, 2) OVER (ORDER BY id) AS after FROM input",
    "SELECT who, sum(price) / sum(sum(price)) OVER () AS share FROM input GROUP BY who",
    "SELECT id, date_trunc('month', day) AS m, coalesce(n, 0) AS n FROM input",
]


@pytest.fixture(scope="module")
def connection() -> Any:
    made = ibis.duckdb.connect()
    made.create_table("input", pa.table(SALES))
    made.create_table("input2", pa.table(PEOPLE))
    return made


def node(query: str, *given: ir.Table) -> Any:
    schemas = {name: table.schema() for name, table in zip(("input", "input2"), given, strict=False)}
    kind: Any = component("sql")
    return kind(kind.params_type().model_validate({"query": query}).bind(schemas))


def answer(query: str, *given: ir.Table) -> ir.Table:
    made: ir.Table = node(query, *given).transform(*given)
    return made


def values(table: pa.Table) -> list[tuple[Any, ...]]:
    rows = [
        tuple(_value(value) for name, value in row.items() if not name.startswith("__cb_")) for row in table.to_pylist()
    ]
    return sorted(rows, key=repr)


def _value(value: Any) -> Any:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return round(float(value), 9) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_gives_what_duckdb_gives(connection: Any, query: str) -> None:
    ours = answer(query, connection.table("input"), connection.table("input2"))
    theirs = connection.con.execute(query).to_arrow_table()
    visible_names = [name for name in theirs.column_names if not name.startswith("__cb_")]
    assert list(visible(ours.schema())) == visible_names
    found = ours.to_pyarrow()
    assert values(found) == values(theirs)
    ids = found[ROW].to_pylist()
    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_the_order_and_the_ids_are_the_same_every_time(connection: Any) -> None:
    given = [connection.table(name) for name in ("input", "input2")]
    for query in (QUERIES[14], QUERIES[22], QUERIES[26], QUERIES[29]):
        first, second = (answer(query, *given).to_pyarrow().to_pylist() for _ in range(2))
        assert sorted(map(repr, first)) == sorted(map(repr, second)), query


def test_rows_that_come_from_one_row_keep_its_id(connection: Any) -> None:
    found = answer("SELECT id FROM input WHERE id > 3 ORDER BY id DESC", connection.table("input")).to_pyarrow()
    assert dict(zip(found["id"].to_pylist(), found[ROW].to_pylist(), strict=True)) == {4: 3, 5: 4, 6: 5}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n, sum(id) AS s FROM input",
        "SELECT id, row_number() OVER (ORDER BY id) AS n FROM input",
        "SELECT a.id, b.id AS other FROM input a JOIN input b USING (who)",
        "SELECT DISTINCT who FROM input",
        "SELECT who FROM input UNION SELECT who FROM input2",
    ],
)
def test_rows_of_different_roles_are_kept_apart(connection: Any, query: str) -> None:
    roles = {role: [role] * 3 for role in ("train", "test")}
    sides = []
    for name, data in (("input", SALES), ("input2", PEOPLE)):
        rows = len(data[ROW])
        listed = [*roles["train"], *["test"] * rows][:rows]
        sides.append(connection.create_table(f"{name}_r", pa.table({**data, ROLE: listed}), overwrite=True))
    whole = answer(query, *sides).to_pyarrow().to_pylist()
    for role in roles:
        parts = [side.filter(side[ROLE] == role).drop(ROLE) for side in sides]
        alone = answer(query, *parts).to_pyarrow()
        found = pa.Table.from_pylist([row for row in whole if row[ROLE] == role])
        assert values(found) == values(alone)


REFUSED = [
    ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
    ("SELECT * FROM '/etc/passwd'", "'/etc/passwd'"),
    ("SELECT * FROM parquet_scan('x')", "parquet_scan"),
    ("SELECT * FROM glob('*')", "glob"),
    ("SELECT * FROM duckdb_settings()", "duckdb_settings"),
    ("SELECT * FROM information_schema.tables", "information_schema.tables"),
    ("SELECT * FROM main.input", "main.input"),
    ("SELECT * FROM sqlite_master", "'sqlite_master'"),
    ("SELECT * FROM input3", "'input3'"),
    ("SELECT current_setting('home_directory') AS x FROM input", "current_setting"),
    ("SELECT getenv('HOME') AS x FROM input", "getenv"),
    ("SELECT 1 AS x FROM input; DROP TABLE input", "Several statements"),
    ("DROP TABLE input", None),
    ("ATTACH 'x.db'", "cannot be read"),
    ("COPY input TO 'x'", None),
    ("PRAGMA database_list", "One SELECT"),
    ("SET memory_limit = '1TB'", None),
    ("INSTALL httpfs", None),
    ("CREATE TABLE x AS SELECT 1", None),
    ("INSERT INTO input SELECT 1", None),
    ("CALL pragma_version()", None),
    ("SUMMARIZE input", "One SELECT"),
    ("VALUES (1)", "One SELECT"),
    ("SELECT * INTO x FROM input", "INTO in"),
    ("SELECT (SELECT 1 AS a FROM input) AS x FROM input", "subquery"),
    ("SELECT id FROM input WHERE id IN (SELECT id FROM input)", "QUERY in"),
    ("SELECT id FROM input WHERE EXISTS (SELECT 1 FROM input)", "EXISTS"),
    ("WITH RECURSIVE r AS (SELECT 1 AS x FROM input) SELECT * FROM r", "RECURSIVE"),
    ("SELECT unnest(range(200000000)) AS x FROM input", "unnest"),
    ("SELECT * FROM range(10)", "range"),
    ("SELECT columns('a.*') FROM input", "columns"),
    ("SELECT * FROM input TABLESAMPLE 10%", "SAMPLE"),
    ("SELECT * FROM input PIVOT (sum(id) FOR who IN ('a'))", "PIVOTS"),
    ("SELECT * FROM input NATURAL JOIN input2", "METHOD"),
    ("SELECT * FROM input ASOF JOIN input2 ON input.id >= input2.n", "METHOD"),
    ("SELECT $1 AS x FROM input", "parameter"),
    ("SELECT list(id) AS x FROM input", "list"),
    ("SELECT id FROM input FOR UPDATE", "LOCKS"),
    ("SELECT __cb_row FROM input", "reserved"),
    ("SELECT id AS __cb_row FROM input", "reserved"),
    ("SELECT 1 AS x", "no table"),
    ("SELECT id + 1 FROM input", "no name"),
    ("SELECT id, id FROM input", "two columns"),
    ("SELECT id, ID FROM input", "two columns"),
    ("SELECT pricee FROM input", "'pricee'"),
    ("SELECT who FROM input a JOIN input2 b ON a.n = b.n", "several columns"),
    ("SELECT x.id FROM input", "'x'"),
    ("SELECT id, sum(price) AS s FROM input GROUP BY who", "'id' is neither"),
    ("SELECT id FROM input WHERE sum(price) > 1", "sum"),
    ("SELECT sum(sum(price)) AS x FROM input", "of an aggregate"),
    ("SELECT sum(who) AS x FROM input", "sum cannot"),
    ("SELECT id FROM input LEFT JOIN input2 ON input.id < input2.n", "equalities only"),
    ("SELECT a.id FROM input a JOIN input2 b ON a.id = b.who", "key"),
    ("SELECT id FROM input UNION SELECT who, n FROM input2", "1 and 2 columns"),
    ("SELECT id FROM input UNION SELECT who FROM input2", "'id'"),
    ("SELECT id FROM input LIMIT 1.5", "LIMIT"),
    ("SELECT id FROM input LIMIT (SELECT 1)", None),
    ("SELECT id FROM input WHERE id", "WHERE needs"),
    ("SELECT * FROM input JOIN input ON true", "same name"),
    ("SELECT id, rank() OVER () AS r FROM input", "needs an order"),
    ("SELECT sum(id) OVER (ORDER BY id ROWS 3 PRECEDING) AS s FROM input", "SPEC"),
    ("SELECT" + "(" * 60 + "1" + ")" * 60 + " AS x FROM input", "nested"),
    ("SELECT '" + "x" * 30_000 + "' AS x FROM input", None),
    ("", None),
    ("\u202eSELECT", None),
]


@pytest.mark.parametrize(("query", "told"), REFUSED, ids=[query[:40] for query, _ in REFUSED])
def test_everything_else_is_refused_by_name(query: str, told: str | None) -> None:
    given = [unbound(ibis.memtable(pa.table(d)).schema(), name) for name, d in (("input", SALES), ("input2", PEOPLE))]
    with pytest.raises((ComponentError, ValidationError)) as caught:
        answer(query, *given)
    refused = caught.value
    if isinstance(refused, ComponentError):
        assert refused.field == "query"
        assert (told or "") in refused.message


def test_a_table_that_is_not_connected_is_not_there() -> None:
    given = unbound(ibis.memtable(pa.table(SALES)).schema(), "input")
    with pytest.raises(ComponentError, match="'input2'"):
        answer("SELECT * FROM input2", given)


def test_columns_with_hostile_names_are_columns() -> None:
    table = tables.lazy(tables.hostile(tables.example()))
    name = tables.HOSTILE["other"].replace('"', '""')
    found = answer(
        f'SELECT "{name}", sum("self") AS "{tables.HOSTILE["text"]}" FROM input GROUP BY 1', table
    ).to_pyarrow()
    assert found.column_names[:2] == [tables.HOSTILE["other"], tables.HOSTILE["text"]]
