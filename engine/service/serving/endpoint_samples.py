"""Real rows to try an endpoint with, and records from what people paste."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq

from engine.errors import DataError
from engine.schemas import PREDICTION
from engine.serve.fields import Field
from engine.serve.modelfile import GOLDEN
from engine.serve.parity import GOLDEN_PREFIX, plain_value
from engine.service.modelling.held_rows import InputView
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.models import Which

MOST_SAMPLES = 200
MOST_PASTED = 10_000
"""Records that are asked from the screen; more are scored as a whole."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SamplesView(View):
    """Rows that the model was proved with, as requests would carry them.

    Parameters
    ----------
    said
        What the training run said of the first one: the kind of value that feedback tells.
    """

    records: list[dict[str, Any]]
    said: Any = None


def sample_records(workspace: Workspace, model: str, version: Which = None) -> SamplesView:
    """Rows for the form and the snippets.

    Raises
    ------
    NotFound, DamagedFile
    """
    with workspace.database.read() as uow:
        row = uow.models.version(uow.models.by_name(model).id, version)
    golden = pq.read_table(workspace.artifacts.verify(row.files[GOLDEN], GOLDEN)).slice(0, MOST_SAMPLES)
    names = [given["name"] for given in row.signature["inputs"]]
    records = [
        {name: plain_value(value) for name, value in found.items()} for found in golden.select(names).to_pylist()
    ]
    said = golden.column(GOLDEN_PREFIX + PREDICTION)
    return SamplesView(
        records=json.loads(json.dumps(records)) or [{}],
        said=plain_value(said[0].as_py()) if golden.num_rows else None,
    )


def plain_inputs(workspace: Workspace, model: str, version: Which = None) -> list[InputView]:
    """The fields of the model's input, without what the data hold of them: for versions that kept no rows.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        given = uow.models.version(uow.models.by_name(model).id, version).signature["inputs"]
    fields = [Field(one["name"], one["type"], one["nullable"]) for one in given]
    return [InputView(name=it.name, type=it.type, nullable=it.nullable, schema_=it.schema()) for it in fields]


def pasted_records(workspace: Workspace, endpoint: str, text: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The records of a pasted table, read as a file of the same text would be.

    Returns
    -------
    list of dict
    list of str
        Columns that the endpoint has no field for.

    Raises
    ------
    DataError
        When it is no table, or too long a one.
    """
    path = workspace.uploads / f"{uuid4().hex}.csv"
    path.write_text(text, encoding="utf-8")
    try:
        return file_records(workspace, endpoint, path)
    finally:
        path.unlink(missing_ok=True)


def file_records(workspace: Workspace, endpoint: str, path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The records of a file, as many as are asked from a screen."""
    from engine.service.serving.records import read_records

    records, left_out = read_records(workspace, endpoint, path, MOST_PASTED)
    if not records:
        raise DataError(
            "There is no record in it.", hint="The first line names the fields, each further one is a record."
        )
    return records, left_out


def as_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Rows as CSV for a spreadsheet; texts that it would take for formulas are quoted.

    >>> as_csv([{"a": "=1+1", "b": -2}], ["a", "b"])
    b"a,b\\r\\n'=1+1,-2\\r\\n"
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([_safe(name) for name in columns])
    writer.writerows([_safe(row.get(name)) for name in columns] for row in rows)
    return written.getvalue().encode()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
