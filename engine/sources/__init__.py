"""Where the rows of a dataset come from: files, the web, databases, object stores."""

from engine.sources.elsewhere import ObjectSource, PathSource, QuerySource, TableSource
from engine.sources.incoming import Incoming
from engine.sources.newer import Watermark, can_grow, greatest, open_newer
from engine.sources.opening import inspect_source, open_source
from engine.sources.source import DataSource, FileSource, FilesSource, UrlSource, read_source
from engine.sources.standing import check_standing

__all__ = [
    "DataSource",
    "FileSource",
    "FilesSource",
    "Incoming",
    "ObjectSource",
    "PathSource",
    "QuerySource",
    "TableSource",
    "UrlSource",
    "Watermark",
    "can_grow",
    "check_standing",
    "greatest",
    "inspect_source",
    "open_newer",
    "open_source",
    "read_source",
]
