"""Tables that lie elsewhere: what columns they have, and their rows, read anew whenever they are asked for."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa

from components.base.outside import DatabaseRows, FileRows, OutsideTable
from components.ports import ROW
from components.sql.foreign import read_only
from engine.errors import PEOPLE_ERRORS, CanvasbackError, DataError, InvalidSetting
from engine.reading.errors import UnreadableFile
from engine.reading.files import inspect, read
from engine.reading.hosts import is_public
from engine.reading.web import download
from engine.settings import Settings
from storage.database import Database
from storage.foreign import KINDS, Foreign, is_file, read_batches, read_schema
from storage.objects import ObjectStore
from storage.schema import Connection
from storage.secrets import decrypt
from storage.table_rules import stored_schema

STORE = "s3"
"""The kind of a connection that is an object store."""
WEB = ("https://", "http://")
PATIENCE = 30.0
"""Seconds for which a refusal is remembered: a canvas asks after every edit."""


@dataclass
class OutsideReader:
    """Reads tables that lie elsewhere, as far as the settings and the connections allow.

    Parameters
    ----------
    folder
        Where it remembers what columns they had.
    secret
        The secret of the home, with which passwords are kept.
    """

    settings: Settings
    database: Database
    folder: Path
    secret: Callable[[], bytes]
    _refused: dict[str, tuple[float, Exception]] = field(default_factory=dict)

    def schema(self, table: OutsideTable) -> sch.Schema:
        """Its columns, with the row id: asked once and then remembered, until a run finds others.

        Raises
        ------
        CanvasbackError, ComponentError, StorageError
            When it is not allowed, or cannot be reached or read.
        """
        key = self._key(table)
        known = self._remembered(key)
        if known is not None:
            return sch.Schema({ROW: dt.int64, **sch.schema(known["columns"])})
        since, error = self._refused.get(key, (0.0, None))
        if error is not None and time.monotonic() - since < PATIENCE:
            raise error
        try:
            found = self._asked(table)
        except PEOPLE_ERRORS as error:
            self._refused[key] = (time.monotonic(), error)
            raise
        return self.remember(table, found)

    def remember(self, table: OutsideTable, found: pa.Schema, sha256: str = "") -> sch.Schema:
        """Keep the columns, and what the rows were when they were last read."""
        columns = sch.Schema.from_pyarrow(stored_schema(found))
        known = {"columns": {name: str(dtype) for name, dtype in columns.items()}, "sha256": sha256}
        self.folder.mkdir(exist_ok=True, mode=0o700)
        with suppress(OSError):  # then it is asked again
            (self.folder / self._key(table)).write_text(json.dumps(known))
        return sch.Schema({ROW: dt.int64, **columns})

    def last_hash(self, table: OutsideTable) -> str:
        """What its rows were when they were last read: for plans, which cannot know what they will be."""
        return str((self._remembered(self._key(table)) or {}).get("sha256", ""))

    @contextmanager
    def rows(self, table: OutsideTable) -> Iterator[Iterator[pa.RecordBatch]]:
        """Its rows, batch by batch; at least one batch.

        Raises
        ------
        CanvasbackError, ComponentError, StorageError
        """
        if isinstance(table, DatabaseRows):
            foreign = self.foreign(table.connection)
            query = read_only(table.sql, foreign.kind)
            self.note_use(table.connection)
            yield read_batches(foreign, query, self.settings.run_timeout_seconds)
            return
        assert isinstance(table, FileRows)  # noqa: S101  there is no third sort
        with self._file(table) as path:
            reading = read(path, inspect(path, _overrides(table)).read_as)
            yield _whole(reading)

    def foreign(self, name: str) -> Foreign:
        """How the database behind a connection is reached, with its password.

        Raises
        ------
        NotFound, DamagedFile, InvalidSetting
        """
        connection, password = self._known(name)
        if connection.kind == STORE:
            raise InvalidSetting(f"{name} is an object store.", hint="Choose a connection to a database.")
        self.check_kind(connection.kind)
        if is_file(connection.kind):
            self.check_place(Path(connection.settings["database"]))
        return as_foreign(connection, password)

    def store(self, name: str) -> ObjectStore:
        """How the object store behind a connection is reached, with its secret.

        Raises
        ------
        NotFound, DamagedFile, InvalidSetting
        """
        connection, secret = self._known(name)
        if connection.kind != STORE:
            raise InvalidSetting(f"{name} is a database.", hint="Choose a connection to an object store.")
        return ObjectStore(name=connection.name, secret=secret, **connection.settings)

    def note_use(self, name: str) -> None:
        """Write into the audit log that a connection was used."""
        self.database.transact(lambda uow: uow.audit.record("local", "connection used", f"connection {name}"))

    def is_open(self, host: str, address: str) -> bool:
        """Whether a host may be reached at an address: public, or named in the settings."""
        return host in self.settings.url_hosts or is_public(address)

    def check_kind(self, kind: str) -> None:
        """Refuse a kind of database that is neither ours nor allowed by an administrator.

        Raises
        ------
        InvalidSetting
        """
        allowed = (*KINDS, *self.settings.dialects)
        if kind not in allowed:
            raise InvalidSetting(
                f"There is no kind {kind[:100]!r}.",
                hint=f"Choose one of {', '.join(allowed)}, or name it in CANVASBACK_DIALECTS.",
                field="kind",
            )

    def _known(self, name: str) -> tuple[Connection, str | None]:
        with self.database.read() as uow:
            connection = uow.connections.by_name(name)
        return connection, decrypt(self.secret(), connection.secret) if connection.secret else None

    @contextmanager
    def fetched(self, url: str) -> Iterator[Path]:
        """A file of the web, here for as long as it is looked at.

        Raises
        ------
        UnreadableFile
            When it may not be fetched, or does not come.
        """
        most, seconds = self.settings.url_max_mb * 1_000_000, self.settings.run_timeout_seconds
        with TemporaryDirectory(prefix="canvasback-web-") as folder:
            suffixes = "".join(Path(url.split("?", maxsplit=1)[0]).suffixes[-2:])
            path = Path(folder) / f"file{suffixes if suffixes.replace('.', '').isalnum() else ''}"
            download(url, path, most_bytes=most, seconds=seconds, hosts=self.settings.url_hosts)
            yield path

    def check_place(self, path: Path) -> Path:
        """A path of the server that may be read, with every link followed.

        Raises
        ------
        InvalidSetting
            When it is in no folder that the settings allow, or belongs to the home.
        """
        there = path.resolve()
        if there.is_relative_to(self.settings.home.resolve()):
            raise InvalidSetting("Files of the home itself cannot be read here.", hint="Use the Dataset node.")
        if not any(there.is_relative_to(folder.resolve()) for folder in self.settings.file_folders):
            raise InvalidSetting(
                f"{path.name[:100]!r} lies in no folder that may be read.",
                hint="Name its folder in CANVASBACK_FILE_FOLDERS.",
                field="path_or_url",
            )
        return there

    def _asked(self, table: OutsideTable) -> pa.Schema:
        if isinstance(table, DatabaseRows):
            foreign = self.foreign(table.connection)
            return read_schema(foreign, read_only(table.sql, foreign.kind), PATIENCE)
        with self.rows(table) as batches:
            return next(batches).schema

    @contextmanager
    def _file(self, table: FileRows) -> Iterator[Path]:
        if not table.place.lower().startswith(WEB):
            path = self.check_place(Path(table.place))
            if not path.is_file():
                raise UnreadableFile(f"There is no file {path.name!r}.", hint="Check the path.", field="path_or_url")
            yield path
            return
        with self.fetched(table.place) as path:
            yield path

    def _key(self, table: OutsideTable) -> str:
        identity: dict[str, Any] = {"kind": type(table).__name__, **vars(table)}
        if isinstance(table, DatabaseRows):
            with self.database.read() as uow:
                connection = uow.connections.find(table.connection)
            identity["connection"] = connection and [connection.kind, connection.settings]
        elif isinstance(table, FileRows) and not table.place.lower().startswith(WEB):
            with suppress(OSError, ValueError, CanvasbackError):
                found = self.check_place(Path(table.place)).stat()
                identity["stamp"] = [found.st_size, found.st_mtime_ns]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]

    def _remembered(self, key: str) -> dict[str, Any] | None:
        try:
            known: dict[str, Any] = json.loads((self.folder / key).read_text())
            sch.schema(known["columns"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known


def as_foreign(connection: Connection, password: str | None) -> Foreign:
    """A stored connection as it is opened."""
    return Foreign(name=connection.name, kind=connection.kind, password=password, **connection.settings)


def _overrides(table: FileRows) -> dict[str, Any]:
    return {} if table.format == "auto" else {"format": table.format}


def _whole(reading: Any) -> Iterator[pa.RecordBatch]:
    """The rows of a file; lines that cannot be read stop it, because nobody sees what was left out."""
    with reading:
        yield pa.RecordBatch.from_pylist([], schema=reading.schema)
        yield from reading.batches()
        if reading.rejected_count:
            raise DataError(
                f"{reading.rejected_count:,} lines of the file cannot be read.",
                hint="Import it as a dataset, which shows them, or mend it.",
            )
