"""How the columns of what comes differ from those of what is there, as findings."""

from collections.abc import Iterable

from engine.errors import DataError
from engine.findings import Finding
from storage.manifest import Column

_WORDS = {
    "int64": "whole numbers",
    "float64": "numbers",
    "string": "texts",
    "boolean": "true or false",
    "date": "dates",
    "timestamp": "times",
}


class SchemaChanged(DataError):
    """The columns of a source are others than before, and a person wants to be asked about that."""

    code = "schema_changed"


def schema_changes(before: Iterable[Column], now: Iterable[Column]) -> list[Finding]:
    """Columns that were added, are gone, or have another type; their order does not matter."""
    old = {column.name: column.type for column in before}
    new = {column.name: column.type for column in now}
    added = [
        _finding("column_added", name, f"The column {name} ({_words(new[name])}) is new.")
        for name in new
        if name not in old
    ]
    gone = [
        _finding("column_removed", name, f"The column {name} is not there any more.") for name in old if name not in new
    ]
    others = [
        _finding("column_retyped", name, _retyped(name, old[name], new[name]))
        for name in new
        if name in old and new[name] != old[name]
    ]
    return [*added, *gone, *others]


def refusal(changes: Iterable[Finding], *, because: str, hint: str) -> SchemaChanged:
    """Why there is no new version, naming every column."""
    found = list(changes)
    told = " ".join(one.message for one in found)
    detail = {"changes": [one.model_dump(mode="json") for one in found]}
    return SchemaChanged(f"{because} {told}", hint=hint, detail=detail)


def _words(kind: str) -> str:
    return _WORDS.get(kind, kind)


def _retyped(name: str, before: str, now: str) -> str:
    """Both types in words; as they are called inside where the words are the same.

    >>> _retyped("id", "int64", "string"), _retyped("id", "int32", "int64")
    ('The column id held whole numbers and holds texts now.', 'The column id was int32 and is int64 now.')
    """
    if before in _WORDS and now in _WORDS:
        return f"The column {name} held {_words(before)} and holds {_words(now)} now."
    return f"The column {name} was {before} and is {now} now."


def _finding(code: str, column: str, message: str) -> Finding:
    fix = "Look whether pipelines that read this column still do what they should."
    return Finding(code=code, severity="warning", column=column, message=message, fix=fix)
