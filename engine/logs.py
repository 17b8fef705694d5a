"""Logs as JSON lines in the home, rotated; no secrets, no row values."""

import json
import logging
from logging.handlers import RotatingFileHandler

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
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def start_logging(settings: Settings, name: str) -> None:
    """Send this process's logs to ``<home>/logs/<name>.jsonl``."""
    handler = RotatingFileHandler(
        Home(settings.home).create().logs / f"{name}.jsonl", maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8"
    )
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
