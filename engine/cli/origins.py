"""From what was typed to the origin that is meant: a file, an address, a table, a query, an object."""

from pathlib import Path

from engine.cli.several import several_files
from engine.errors import InvalidSetting, MissingThing
from engine.service.data.connections import browse_tables, get_connection
from engine.sources import DataSource, FileSource, ObjectSource, QuerySource, TableSource, UrlSource
from engine.workspace import Workspace
from storage.errors import NotFound

WEB = ("https://", "http://")


def origin(
    workspace: Workspace,
    text: str | None,
    query: str | None = None,
    connection: str | None = None,
    name_column: str | None = None,
) -> DataSource:
    """What to import.

    Parameters
    ----------
    text
        A file, a folder, a pattern, an address, or ``CONNECTION:TABLE``; None with a query.
    name_column
        Of several files: a column that tells of each row which file it came from.

    Raises
    ------
    InvalidSetting
        When that is not one thing.
    MissingThing, NotFound, Unreachable
        When it is not there.
    """
    if query is not None or connection is not None:
        if query is None or connection is None or text is not None:
            raise InvalidSetting(
                "A query needs a connection, and nothing else.", hint="--connection C --query 'SELECT …'"
            )
        return QuerySource(connection=connection, sql=query)
    if text is None:
        raise InvalidSetting("Nothing is named to import.", hint="Name a file, an address, or CONNECTION:TABLE.")
    if text.lower().startswith(WEB):
        return UrlSource(url=text)
    several = several_files(Path(text).absolute(), name_column)
    if several is not None:
        return several
    if Path(text).exists() or ":" not in text:
        return FileSource(path=Path(text).absolute())
    name, place = text.split(":", maxsplit=1)
    try:
        is_store = get_connection(workspace, name).is_store
    except NotFound as error:
        raise MissingThing(
            f"There is no file {text}, and no connection named {name}.", hint=error.hint or "Check the path."
        ) from None
    return ObjectSource(connection=name, key=place) if is_store else _table(workspace, name, place)


def _table(workspace: Workspace, connection: str, text: str) -> TableSource:
    """The table that a name means, with its schema or without."""
    tables = browse_tables(workspace, connection, limit=10_000)
    whole = [it for it in tables if f"{it.folder}.{it.name}" == text]
    found = whole or [it for it in tables if it.name == text]
    if not found:
        raise MissingThing(f"{connection} shows no table {text}.", hint=f"canvasback connection tables {connection}")
    if len(found) > 1 and found[0].folder != tables[0].folder:
        names = ", ".join(f"{it.folder}.{it.name}" for it in found[:5])
        raise InvalidSetting(f"Several tables are called {text}.", hint=f"Choose one of {names}.")
    return TableSource(connection=connection, table=found[0].name, folder=found[0].folder)
