"""Where the rows of a dataset come from: files, the web, databases, object stores."""

from engine.sources.elsewhere import ObjectSource, PathSource, QuerySource, TableSource
from engine.sources.incoming import Incoming
from engine.sources.opening import inspect_source, open_source
from engine.sources.source import DataSource, FileSource, UrlSource, read_source

__all__ = [
    "DataSource",
    "FileSource",
    "Incoming",
    "ObjectSource",
    "PathSource",
    "QuerySource",
    "TableSource",
    "UrlSource",
    "inspect_source",
    "open_source",
    "read_source",
]
