"""A database of someone else, on a real PostgreSQL or MariaDB, with an account that may do everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from storage.foreign import Foreign

SECRET = "canary-5up3r"
STRANGERS = "let_in_by_password"


@dataclass(frozen=True)
class Place:
    """One database, and how the tests reach it by themselves."""

    server: Any
    foreign: Foreign

    @property
    def is_postgres(self) -> bool:
        return self.foreign.kind == "postgresql"

    def execute(self, *statements: str) -> None:
        if not self.is_postgres:
            self.server.execute(*statements, database=self.foreign.database)
            return
        with self._link() as link:
            for statement in statements:
                link.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.is_postgres:
            with self._link() as link:
                return link.execute(query).fetchall()
        with self.server.link(self.foreign.database) as link, link.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def numbers(self, table: str, count: int) -> None:
        """A table of the numbers from 1, with a text of 40 characters beside each."""
        source = f"generate_series(1, {count}) seq" if self.is_postgres else f"seq_1_to_{count}"
        self.execute(f"CREATE TABLE {table} AS SELECT seq AS n, repeat('x', 40) AS words FROM {source}")

    def endless(self) -> str:
        """A query that takes days to its first row."""
        self.numbers("many", 20_000)
        return "SELECT count(*) AS n FROM many a, many b, many c"

    def at_work(self) -> list[str]:
        """What the server is working on for others than us."""
        asked = (
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
            "AND pid <> pg_backend_pid()"
            if self.is_postgres
            else f"SELECT info FROM information_schema.processlist WHERE db = '{self.foreign.database}' "
            "AND info IS NOT NULL AND id <> connection_id()"
        )
        return [query for (query,) in self.rows(asked)]

    def end_all_readers(self) -> None:
        """End the server's side of everyone but us."""
        if self.is_postgres:
            self.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return
        for (number,) in self.rows(
            f"SELECT id FROM information_schema.processlist WHERE db = '{self.foreign.database}' "
            "AND id <> connection_id()"
        ):
            self.server.execute(f"KILL {number}")

    def change_password(self, password: str) -> None:
        if self.is_postgres:
            self.execute(f"ALTER USER {self.foreign.user} PASSWORD '{password}'")
        else:
            self.server.execute(f"ALTER USER {self.foreign.user} IDENTIFIED BY '{password}'")

    @property
    def settings(self) -> dict[str, Any]:
        """What a connection to it says."""
        it = self.foreign
        return {"kind": it.kind, "database": it.database, "host": it.host, "port": it.port, "user": it.user}

    @contextmanager
    def _link(self) -> Iterator[Any]:
        how = {"host": self.server.folder, "port": self.server.port, "user": "postgres"}
        with psycopg.connect(**how, dbname=self.foreign.database, autocommit=True) as link:
            yield link


def _count_passwords(server: Any) -> None:
    """The tests' PostgreSQL lets everyone in: but not those of this group."""
    rules = server.data / "pg_hba.conf"
    line = f"host all +{STRANGERS} 127.0.0.1/32 scram-sha-256\n"
    if not rules.read_text().startswith(line):
        server.execute(f"CREATE ROLE {STRANGERS}")
        rules.write_text(line + rules.read_text())
        server.execute("SELECT pg_reload_conf()")


def new_place(kind: str, request: pytest.FixtureRequest) -> Place:
    """A fresh database with an account of its own, which a password lets in."""
    name = f"shop_{uuid4().hex[:12]}"
    known = Foreign(name, kind, name, "127.0.0.1", user=name, password=SECRET)
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        _count_passwords(server)
        server.execute(f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD '{SECRET}' IN ROLE {STRANGERS}")
        server.execute(f"CREATE DATABASE {name}")
    else:
        server = request.getfixturevalue("mariadb_server")
        server.new_database(name, SECRET)
    return Place(server, replace(known, port=server.port))
