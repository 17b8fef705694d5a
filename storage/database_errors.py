"""What the drivers' error numbers mean to us."""

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from storage.errors import Busy, Conflict, DamagedFile, DiskFull, OtherHome, StorageError, Unavailable, WriteFailed

_TRY_AGAIN = "Try again in a moment; nothing was changed."
_POSTGRESQL_BUSY = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
_POSTGRESQL_FULL = {"53100"}
_POSTGRESQL_OTHER = {"42703", "42P01"}  # undefined column, undefined table
_SQLITE_OTHER = ("no such column", "no such table", "has no column named")


def translate(error: DBAPIError, committing: bool = False) -> Exception:
    """Return the error of ours that says what `error` means, or `error` itself when it is a defect of ours.

    Parameters
    ----------
    committing : whether it happened during the commit: a connection lost then leaves the outcome unknown.
    """
    if isinstance(error, IntegrityError):
        return Conflict("This clashes with what is stored already", hint="Reload and try again.")
    if isinstance(error.orig, sqlite3.Error):
        return _from_sqlite(error.orig) or error
    return _from_postgresql(error, committing) or error


def _from_sqlite(error: sqlite3.Error) -> StorageError | None:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy("Another process is writing to the metadata database", hint=_TRY_AGAIN)
        case sqlite3.SQLITE_FULL:
            return DiskFull("The disk of the metadata database is full", hint="Free some space; nothing was changed.")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DamagedFile("The metadata database is damaged", hint="Restore it from a backup.")
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY:
            return WriteFailed(f"The metadata database cannot be used: {error}", hint="Check the disk and its rights.")
        case sqlite3.SQLITE_ERROR if any(words in str(error) for words in _SQLITE_OTHER):
            return _other_home()
    return None


def _other_home() -> OtherHome:
    # What we ask for is checked against the tables that we make: what is missing was never made, or was taken away.
    return OtherHome(
        "This home was made by another version of Canvasback: its database lacks what this version keeps there",
        hint="Start the version that made it, or another home: CANVASBACK_HOME says which.",
    )


def _from_postgresql(error: DBAPIError, committing: bool) -> StorageError | None:
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRESQL_BUSY:
        return Busy("The metadata database is busy", hint=_TRY_AGAIN)
    if state in _POSTGRESQL_FULL:
        return DiskFull("The disk of the metadata database is full", hint="Free some space; nothing was changed.")
    if state in _POSTGRESQL_OTHER:
        return _other_home()
    if _is_lost(error, state):
        return Unavailable(
            "The metadata database cannot be reached",
            hint="Is PostgreSQL running? Check CANVASBACK_DATABASE_URL.",
            outcome_unknown=committing,
        )
    return None


def _is_lost(error: DBAPIError, state: str | None) -> bool:
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError)
    return state.startswith(("08", "57P"))
