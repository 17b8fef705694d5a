"""What a driver complains about, in words for the person who asked; never with the password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from storage.errors import TookTooLong, Unreachable
from storage.foreign.kinds import Foreign, install_command
from storage.secrets import without

AGAIN = "Nothing was kept. Try again; if it happens again, ask who looks after the database."
TOO_LONG = "Ask for fewer rows, or ask the database's people for an index or a view."
LET_IN = "Type the user and the password of the connection again."
GONE = "It may have been renamed or removed there, or this account may not see it. Look at its tables."
NOT_ENCRYPTED = "Have TLS set up there, or choose prefer."
WRONG_CERTIFICATE = (
    "Its certificate must name this host and be signed by an authority that this machine knows. Name the authority's "
    "file in SSL_CERT_FILE and start Canvasback again, or choose require."
)
NAMES = "Check the names and the words of the query; the tables of the connection show their columns."
READS = "Connections read: what a query may do is SELECT."
AWAY = "Check the host and the port of the connection, and that the server runs and may be reached from here."
OWN_TOOL = "Check it with a tool of its own."

LOST_CODES = (2006, 2013, 2055, 20_006, 20_047)
"""MySQL's and SQL Server's: gone away, lost in the middle, connection is dead."""
CODES: tuple[tuple[tuple[str | int, ...], str], ...] = (
    (("57014", 1969, 3024, 1317, 20_003), TOO_LONG),
    (("28P01", "28000", 1045, 1044, 1698, 18_456), LET_IN),
    (("42P01", "3F000", 1146, 1049, 208), GONE),
    (("42703", "42883", "42601", "42P10", 1054, 1064, 1305, 207, 102), NAMES),
    (("25006", 1792, 1290), READS),
    ((2026,), NOT_ENCRYPTED),
)
"""SQLSTATEs of PostgreSQL, and the numbers of MySQL, MariaDB and SQL Server."""
WORDS: tuple[tuple[str, str], ...] = (
    ("interrupted", TOO_LONG),
    ("password authentication failed", LET_IN),
    ("no password supplied", LET_IN),
    ("no such table", GONE),
    ("no such column", NAMES),
    ("syntax error", NAMES),
    ("does not support SSL", NOT_ENCRYPTED),
    ("certificate verify failed", WRONG_CERTIFICATE),
    ("does not match host name", WRONG_CERTIFICATE),
    ("readonly database", READS),
    ("not authorized", READS),
)
"""Where there is no number: what SQLite says, and PostgreSQL before anyone is let in."""
LOST_WORDS = ("server closed the connection", "terminating connection", "connection is lost", "EOF detected")

_ATTEMPT = re.compile(r"^connection failed: (connection to server at .+? failed: )?(FATAL: +)?")
"""PostgreSQL's preface, of which the hint says the rest."""


@contextmanager
def in_words(foreign: Foreign) -> Iterator[None]:
    """Tell what a database or its driver refuses.

    Raises
    ------
    Unreachable
    """
    try:
        yield
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        module = getattr(error, "name", None) or ""
        raise Unreachable(
            f"There is no driver for {foreign.kind} here", install_command(foreign.kind, module)
        ) from None
    except DBAPIError as error:
        raise _told(error, foreign) from None
    except SQLAlchemyError as error:
        raise Unreachable(f"{foreign.name} cannot be used: {type(error).__name__}", "Check the connection.") from None


def _told(error: DBAPIError, foreign: Foreign) -> Unreachable:
    reason, code = _reason(error, foreign), _code(error)
    if code in LOST_CODES or str(code).startswith(("08", "57P0")) or any(word in reason for word in LOST_WORDS):
        return Unreachable(f"{foreign.name} broke the connection off: {reason}", AGAIN, passing=True)
    hint = next((hint for codes, hint in CODES if code in codes), "")
    hint = hint or next((hint for words, hint in WORDS if words in reason), "")
    if hint == TOO_LONG:
        return TookTooLong(f"{foreign.name} took too long and was stopped: {reason}", hint)
    is_away = not hint and _is_away(error)
    return Unreachable(f"{foreign.name} refused: {reason}", hint or (AWAY if is_away else OWN_TOOL), passing=is_away)


def _code(error: DBAPIError) -> str | int | None:
    """The number or SQLSTATE of an error, where its driver gives one."""
    first = next(iter(_parts(error)), None)
    state: str | None = getattr(error.orig, "sqlstate", None)
    return first if isinstance(first, int) else state


def _parts(error: DBAPIError) -> tuple[Any, ...]:
    """What a driver says; SQL Server's wraps its number and words once more."""
    said = error.orig.args if error.orig is not None else ()
    return said[0] if said and isinstance(said[0], tuple) else said


def _is_away(error: DBAPIError) -> bool:
    """Whether nobody answered: PostgreSQL has no code for that, MySQL has 2002 to 2005."""
    code = _code(error)
    return code in (2002, 2003, 2005, 20_009) or (code is None and "connection failed" in str(error.orig))


def _reason(error: DBAPIError, foreign: Foreign) -> str:
    """The driver's own words, in one line."""
    parts = _parts(error)
    said = parts[1] if len(parts) > 1 else error.orig
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    lines = [line for line in text.strip().splitlines() if not line.startswith("DB-Lib error message")]
    first = _ATTEMPT.sub("", (lines or [""])[0])[:300]
    return without(first, foreign.password)
