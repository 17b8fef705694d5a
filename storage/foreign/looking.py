"""Looking around in a database of others: which server it is, and which tables it shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import inspect

from storage.foreign.kinds import Foreign
from storage.foreign.opening import linked
from storage.foreign.refusals import in_words

LOOK_SECONDS = 20.0
MOST_TABLES = 5_000

POSTGRES = """
SELECT n.nspname, c.relname, c.relkind IN ('v', 'm'), c.reltuples
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname <> 'public', 1, 2"""
MYSQL = """
SELECT table_schema, table_name, table_type LIKE '%VIEW%', table_rows FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
ORDER BY table_schema <> COALESCE(DATABASE(), ''), 1, 2"""
SQLITE = """
SELECT '', name, type = 'view', NULL FROM sqlite_master
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"""
SQL_SERVER = """
SELECT s.name, o.name, CASE o.type WHEN 'V' THEN 1 ELSE 0 END,
(SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = o.object_id AND p.index_id IN (0, 1))
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE o.type IN ('U', 'V')
ORDER BY CASE s.name WHEN 'dbo' THEN 0 ELSE 1 END, 1, 2"""
QUERIES: Mapping[str, str] = {"postgresql": POSTGRES, "mysql": MYSQL, "sqlite": SQLITE, "mssql": SQL_SERVER}


@dataclass(frozen=True)
class Listed:
    """A table or view that a connection shows.

    Parameters
    ----------
    folder : the schema it is in; empty where there are none.
    rows : about how many, where the database keeps count.
    """

    folder: str
    name: str
    is_view: bool = False
    rows: int | None = None


def test(foreign: Foreign) -> str:
    """Which server answers.

    Raises
    ------
    Unreachable
    """
    with linked(foreign, LOOK_SECONDS) as link, in_words(foreign):
        link.exec_driver_sql("SELECT 1 FROM dual" if foreign.family == "oracle" else "SELECT 1")
        version = ".".join(map(str, link.dialect.server_version_info or ()))
        name = "mariadb" if getattr(link.dialect, "is_mariadb", False) else foreign.kind
    return f"{name} {version}".strip()


def list_tables(foreign: Foreign) -> list[Listed]:
    """The tables and views that can be read, those of the usual schema first.

    Raises
    ------
    Unreachable
    """
    with linked(foreign, LOOK_SECONDS) as link, in_words(foreign):
        query = QUERIES.get(foreign.family)
        if query is None:
            looker = inspect(link)
            tables, views = looker.get_table_names(), looker.get_view_names()
            return [*(Listed("", name) for name in tables), *(Listed("", name, is_view=True) for name in views)]
        found = link.exec_driver_sql(query, execution_options={"no_parameters": True}).fetchmany(MOST_TABLES)
    return [Listed(folder, name, bool(view), _count(rows)) for folder, name, view, rows in found]


def _count(rows: float | None) -> int | None:
    """PostgreSQL says −1 of a table that it has not counted yet."""
    return None if rows is None or rows < 0 else int(rows)
