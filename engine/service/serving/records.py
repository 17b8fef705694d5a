"""Records for a prediction from a file; only the fields the endpoint knows are sent."""

import json
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.reading import detect, inspect, read
from engine.serve.fields import Field
from engine.serve.parity import plain_value
from engine.serve.typed_rows import as_sent
from engine.service.serving.endpoints import get_endpoint
from engine.workspace import Workspace


def read_records(
    workspace: Workspace, endpoint: str, path: Path, most: int | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The records of a ``.json``, ``.csv`` or ``.parquet`` file.

    Parameters
    ----------
    most
        How many there may be.

    Returns
    -------
    list of dict
    list of str
        Columns of the file that the endpoint has no field for.

    Raises
    ------
    DataError
        When the file holds no records, or more than there may be.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}.", hint="Check the path.")
    if path.suffix == ".json":
        return _from_json(path), []
    fields = [Field(f["name"], f["type"], f["nullable"]) for f in get_endpoint(workspace, endpoint).fields]
    wanted = {field.name: field for field in fields}
    reading = read(path, detect(path, {"types": _text_columns(wanted, path)})[0])
    left_out = [name for name in reading.schema.names if name not in wanted]
    records: list[dict[str, Any]] = []
    with reading:
        for batch in reading.batches():
            records += (_record(row, wanted) for row in batch.to_pylist())
            if most is not None and len(records) > most:
                raise DataError(
                    f"There are more than {most:,} records.", hint="Score them as a whole: they become a dataset."
                )
    return records, left_out


def _record(row: dict[str, Any], wanted: dict[str, Field]) -> dict[str, Any]:
    """The fields of a row; one text that is no number makes a whole column texts, and the others are numbers still."""
    return {name: as_sent(field, plain_value(row[name]), strict=True) for name, field in wanted.items() if name in row}


def _text_columns(wanted: dict[str, Field], path: Path) -> dict[str, str]:
    """A column that the model knows as text stays text, whatever this file's values look like."""
    if path.suffix == ".parquet":
        return {}
    there = {column.name for column in inspect(path).columns}
    return {name: "string" for name, field in wanted.items() if name in there and field.type == "string"}


def _from_json(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise DataError(f"{path.name} is no JSON.", hint='Write {"records": [{…}]} or [{…}].') from error
    if isinstance(found, dict):
        found = found.get("records", [found])
    if not isinstance(found, list):
        raise DataError(f"{path.name} holds no records.", hint='Write {"records": [{…}]} or [{…}].')
    return found
