"""Logs as JSON lines in the home, rotated; no secrets, no row values."""

import json
import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from secrets import token_hex

from engine.settings import Settings
from storage.home import Home

MAX_BYTES = 5_000_000
KEPT = 5


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["trace"] = _trace(record.exc_info[1])
        return json.dumps(told)


def _trace(error: BaseException) -> str:
    """Where it happened and the kinds of errors; their messages may hold rows and are left out."""
    found = traceback.TracebackException.from_exception(error)
    lines = []
    chain: traceback.TracebackException | None = found
    while chain is not None:
        kind = chain.exc_type.__qualname__ if chain.exc_type else "error"
        lines.append("".join(chain.stack.format()) + kind)
        chain = chain.__cause__ or chain.__context__
    return "\ncaused by\n".join(lines)


def start_logging(settings: Settings, name: str) -> None:
    """Send this process's logs to ``<home>/logs/<name>.jsonl``."""
    Home(settings.home).create()
    handler = RotatingFileHandler(log_file(settings, name), maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, RotatingFileHandler)]:
        old.close()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def log_file(settings: Settings, name: str) -> Path:
    """Where the logs of a process are."""
    return Home(settings.home).logs / f"{name}.jsonl"


def new_reference() -> str:
    """A short code that people are told, and under which a mistake of ours is in the log."""
    return token_hex(3)
