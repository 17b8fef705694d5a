"""Feedback from a file: ids and true values as JSON, CSV or Parquet."""

import json
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.reading import detect, inspect, read
from engine.serve.parity import plain_value
from engine.service.serving.feedback import MOST_OUTCOMES, MOST_PROBLEMS, FeedbackView, as_outcomes, give_feedback
from engine.workspace import Workspace

WHOLE = 2**53


def give_file(workspace: Workspace, endpoint: str, path: Path, *, replace: bool = False) -> FeedbackView:
    """Note every outcome of a file, some at a time.

    Raises
    ------
    NotFound
    DataError
        When the file holds no ids and values.
    """
    outcomes = _outcomes(workspace, endpoint, path)
    whole = FeedbackView()
    for begin in range(0, len(outcomes), MOST_OUTCOMES):
        told = give_feedback(workspace, endpoint, outcomes[begin : begin + MOST_OUTCOMES], replace=replace)
        moved = [it.model_copy(update={"outcome": it.outcome + begin}) for it in told.problems]
        whole = FeedbackView(
            kept=whole.kept + told.kept,
            repeated=whole.repeated + told.repeated,
            replaced=whole.replaced + told.replaced,
            refused=whole.refused + told.refused,
            problems=[*whole.problems, *moved][:MOST_PROBLEMS],
        )
    return whole


def _outcomes(workspace: Workspace, endpoint: str, path: Path) -> list[Any]:
    if not path.is_file():
        raise DataError(f"There is no file {path}.", hint="Check the path.")
    found = _from_json(path) if path.suffix == ".json" else _from_table(path, _classes(workspace, endpoint))
    if not found:
        raise DataError(f"{path.name} holds no outcomes.", hint="It needs rows with an id and a value.")
    return found


def _from_json(path: Path) -> list[Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise DataError(f"{path.name} is no JSON.", hint='Write [{"id": …, "value": …}].') from error
    found = document if isinstance(document, list) else as_outcomes(document)[0]
    if not isinstance(found, list):
        raise DataError(f"{path.name} holds no list of outcomes.", hint='Write [{"id": …, "value": …}].')
    return found


def _from_table(path: Path, classes: frozenset[Any]) -> list[dict[str, Any]]:
    is_text = bool(classes) and all(isinstance(label, str) for label in classes)
    # Ids must not be read as numbers, nor labels that look like some.
    types = {"id": "string", **({"value": "string"} if is_text else {})} if path.suffix != ".parquet" else {}
    names = [column.name for column in inspect(path).columns]
    missing = next((name for name in ("id", "value") if name not in names), None)
    if missing is not None:
        raise DataError(f"{path.name} has no column {missing!r}.", hint="It needs 'id' and 'value'.", field=missing)
    reading = read(path, detect(path, {"types": types})[0])
    rows = [row for batch in reading.batches() for row in batch.to_pylist()]
    return [{"id": str(row["id"]), "value": _fitting(plain_value(row["value"]), classes)} for row in rows]


def _fitting(value: Any, classes: frozenset[Any]) -> Any:
    """A value as the endpoint knows it: a column of whole numbers may have become one of numbers with a point."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < WHOLE
    return int(value) if is_whole and int(value) in classes else value


def _classes(workspace: Workspace, endpoint: str) -> frozenset[Any]:
    """The classes that the endpoint's models have; none where they predict numbers."""
    with workspace.database.read() as uow:
        history = uow.endpoints.history(uow.endpoints.by_name(endpoint).id)
        ids = {entry.deployment.model_version_id for entry in history}
        found = [uow.models.get_version(id).signature["output"]["classes"] for id in ids]
    return frozenset(label for labels in found for label in labels or ())
