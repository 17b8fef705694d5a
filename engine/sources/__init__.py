"""Where the rows of a dataset come from: files, the web, databases, object stores."""

from engine.sources.incoming import Incoming
from engine.sources.opening import inspect_source, open_source
from engine.sources.source import DataSource, FileSource, FilesSource, UrlSource, read_source

__all__ = [
    "DataSource",
    "FileSource",
    "FilesSource",
    "Incoming",
    "UrlSource",
    "inspect_source",
    "open_source",
    "read_source",
]
