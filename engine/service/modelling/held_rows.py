"""Rows that a model had not seen, to choose one from: by what it got wrong, by what it was unsure of, by any word."""

import json
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from components.ports import ROW, visible
from engine.errors import MissingThing
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.evidence import SAID_PREFIX, TRUTH
from engine.serve.parity import plain_value
from engine.serve.scorer import SCORE
from engine.service.modelling.opened_models import OpenedModel, open_model
from engine.service.views import View
from engine.train.target import plain
from engine.workspace import Workspace
from storage.repositories.models import Which

Order = Literal["row", "worst", "unsure"]
SHOWN_COLUMNS = 30
MOST_CHOICES = 40

Array = np.ndarray[Any, Any]


class HeldRowsView(View):
    """Some held-out rows.

    Parameters
    ----------
    columns, rows
        What is shown: the row's number first, then truth, answer, how sure or how far off; then its own columns.
    total
        How many there are.
    """

    columns: list[str]
    rows: list[list[Any]]
    total: int


class RowView(View):
    """One row as it begins, and what is known of it.

    Parameters
    ----------
    record
        The model's fields, as a request would carry them.
    others
        The columns that the model does not look at.
    truth, said
        What is true, and what was said while the row was held out; None for a row that was written.
    """

    row: int | None = None
    record: dict[str, Any]
    others: dict[str, Any] = Field(default_factory=dict)
    truth: Any = None
    said: Any = None


class InputView(View):
    """One field of the model's input, and what the data hold of it.

    Parameters
    ----------
    schema_
        JSON Schema.
    choices
        Every value, the most frequent first, where there are few.
    least, most
        Of numbers and times.
    """

    name: str
    type: str
    nullable: bool
    schema_: dict[str, Any]
    choices: list[Any] = Field(default_factory=list)
    least: Any = None
    most: Any = None


def held_rows(
    workspace: Workspace,
    name: str,
    version: Which = None,
    order: Order = "row",
    search: str = "",
    limit: int = 100,
) -> HeldRowsView:
    """Held-out rows in an order, those that hold some words anywhere.

    Parameters
    ----------
    search
        A row's number, or part of any of its texts.

    Raises
    ------
    NotFound, DataError
    """
    opened = open_model(workspace, name, version)
    table = opened.held_out
    places = _found(table, search.strip()) if search.strip() else np.arange(table.num_rows)
    if order != "row":
        badness = _badness(opened, order)
        places = places[np.argsort(-badness[places], kind="stable")]
    shown = table.take(pa.array(places[:limit]))
    names = [it for it in visible_names(opened) if it != opened.model.target][:SHOWN_COLUMNS]
    told = _told(opened, shown)
    columns = {"row": shown.column(ROW).to_pylist(), **told, **{it: shown.column(it).to_pylist() for it in names}}
    rows = [[_json(value) for value in row] for row in zip(*columns.values(), strict=True)]
    return HeldRowsView(columns=list(columns), rows=rows, total=len(places))


def held_row(workspace: Workspace, name: str, version: Which, row: int) -> RowView:
    """One held-out row by its number.

    Raises
    ------
    NotFound
    MissingThing
        When it is not among those that are kept.
    """
    opened = open_model(workspace, name, version)
    place = pc.index(opened.held_out.column(ROW), pa.scalar(row, pa.int64())).as_py()
    if place < 0:
        raise MissingThing(f"Row {row} is not among the held-out rows.", hint="Search for another one.")
    one = opened.held_out.slice(place, 1)
    own = {field.name for field in opened.scorer.fields}
    values = {it: _json(one.column(it)[0].as_py()) for it in visible_names(opened)}
    hidden = own | {opened.model.target}
    return RowView(
        row=row,
        record={it: value for it, value in values.items() if it in own},
        others={it: value for it, value in values.items() if it not in hidden},
        truth=_json(one.column(TRUTH)[0].as_py()) if TRUTH in one.column_names else None,
        said=_json(one.column(f"{SAID_PREFIX}{PREDICTION}")[0].as_py()),
    )


def row_with(workspace: Workspace, name: str, version: Which, wanted: str) -> RowView:
    """The held-out row with this number, else the only one that holds this text as the whole of a column.

    Raises
    ------
    NotFound
    MissingThing
        When there is none, or several.
    """
    opened = open_model(workspace, name, version)
    ids = opened.held_out.column(ROW)
    if wanted.isdecimal() and pc.index(ids, pa.scalar(int(wanted), pa.int64())).as_py() >= 0:
        return held_row(workspace, name, version, int(wanted))
    places = _found(opened.held_out, wanted, is_whole=True)
    if len(places) != 1:
        many = "No held-out row has" if not len(places) else f"{len(places):,} held-out rows have"
        raise MissingThing(
            f"{many} the value {wanted[:80]!r}.", hint="Give a row's number, or a value that one row alone has."
        )
    return held_row(workspace, name, version, int(ids[int(places[0])].as_py()))


def median_row(workspace: Workspace, name: str, version: Which = None) -> RowView:
    """A row in the middle: the median of each number and time, the most frequent of other values.

    Raises
    ------
    NotFound, DataError
    """
    seen = open_model(workspace, name, version).seen
    return RowView(record={it: _json(_middle(seen.column(it))) for it in seen.column_names})


def row_inputs(workspace: Workspace, name: str, version: Which = None) -> list[InputView]:
    """The fields of the model's input, with the values that the data hold.

    Raises
    ------
    NotFound, DataError
    """
    opened = open_model(workspace, name, version)
    found = []
    for field in opened.scorer.fields:
        column = opened.seen.column(field.name)
        low, high = _ends(column)
        found.append(
            InputView(
                name=field.name,
                type=field.type,
                nullable=field.nullable,
                schema_=field.schema(),
                choices=_choices(column),
                least=low,
                most=high,
            )
        )
    return found


def visible_names(opened: OpenedModel) -> list[str]:
    """What people see of a row, in the table's order."""
    with_reserved = opened.held_out.schema
    shown = set(opened.model.slice.columns)
    return [it for it in with_reserved.names if it in shown]


def _told(opened: OpenedModel, rows: pa.Table) -> dict[str, list[Any]]:
    """What was true and said of rows, under headings."""
    model = opened.model
    said = rows.column(f"{SAID_PREFIX}{PREDICTION}").to_pylist()
    if model.task == "classification":
        sure = _chances(rows, len(model.classes)).max(axis=1).round(4).tolist()
        return {f"actual {model.target}": rows.column(TRUTH).to_pylist(), "predicted": said, "probability": sure}
    if model.target:
        truth = rows.column(TRUTH).to_pylist()
        off = [None if None in (a, b) else float(b) - float(a) for a, b in zip(truth, said, strict=True)]
        return {f"actual {model.target}": truth, "predicted": said, "off by": off}
    score = f"{SAID_PREFIX}{SCORE}"
    return {"answer": said, **({"score": rows.column(score).to_pylist()} if score in rows.column_names else {})}


def _badness(opened: OpenedModel, order: Order) -> Array:
    """How wrong, or how unsure, the model was of each held-out row; most first."""
    rows, model = opened.held_out, opened.model
    if model.task == "classification":
        chances = _chances(rows, len(model.classes))
        if order == "unsure":
            ordered = np.sort(chances, axis=1)
            return np.asarray(ordered[:, -2] - ordered[:, -1])
        places = {label: nth for nth, label in enumerate(model.classes)}
        true = [places.get(label, -1) for label in plain(rows.column(TRUTH)).to_pylist()]
        of_truth = np.where(np.array(true) >= 0, chances[np.arange(len(true)), true], 1.0)
        return np.asarray(1 - of_truth)
    if model.target:
        truth, said = (_floats(rows.column(it)) for it in (TRUTH, f"{SAID_PREFIX}{PREDICTION}"))
        return np.asarray(np.nan_to_num(np.abs(truth - said), nan=-1.0))
    score = f"{SAID_PREFIX}{SCORE}"
    if score not in rows.column_names:
        return np.zeros(rows.num_rows)
    found = np.nan_to_num(_floats(rows.column(score)), nan=-np.inf)
    return np.asarray(-np.abs(found) if order == "unsure" else found)


def _chances(rows: pa.Table, classes: int) -> Array:
    flat = pc.list_flatten(rows.column(f"{SAID_PREFIX}{PROBABILITIES}")).to_numpy()
    return np.asarray(flat.reshape(rows.num_rows, classes))


def _found(table: pa.Table, words: str, *, is_whole: bool = False) -> Array:
    """Rows that hold some words in a text, or a number as it is written."""
    hits = np.zeros(table.num_rows, dtype=bool)
    for name in [ROW, *visible(_schema(table))]:
        column = table.column(name)
        if pa.types.is_string(column.type) and not is_whole:
            same = pc.match_substring(column, words, ignore_case=True)
        elif pa.types.is_string(column.type) or pa.types.is_integer(column.type):
            same = pc.equal(column.cast(pa.string()), words)
        else:
            continue
        hits |= pc.fill_null(same, False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(hits)


def _schema(table: pa.Table) -> Any:
    import ibis.expr.schema as sch

    return sch.Schema.from_pyarrow(table.schema)


def _is_ordered(kind: pa.DataType) -> bool:
    return not (pa.types.is_string(kind) or pa.types.is_boolean(kind))


def _middle(column: pa.ChunkedArray) -> Any:
    known = column.combine_chunks().drop_null()
    if not len(known):
        return None
    if _is_ordered(known.type):
        return known.take(pc.sort_indices(known))[len(known) // 2].as_py()
    counted = pc.value_counts(known).to_pylist()
    return min(counted, key=lambda it: (-it["counts"], it["values"]))["values"]


def _choices(column: pa.ChunkedArray) -> list[Any]:
    """All values of a text, where there are few."""
    if not pa.types.is_string(column.type):
        return []
    counted = pc.value_counts(column.combine_chunks().drop_null()).to_pylist()
    if len(counted) > MOST_CHOICES:
        return []
    return [each["values"] for each in sorted(counted, key=lambda it: (-it["counts"], it["values"]))]


def _ends(column: pa.ChunkedArray) -> Sequence[Any]:
    if not _is_ordered(column.type):
        return (None, None)
    ends = pc.min_max(column)
    return (_json(ends["min"].as_py()), _json(ends["max"].as_py()))


def _floats(column: pa.ChunkedArray) -> Array:
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=float)


def _json(value: Any) -> Any:
    """A value as a request would carry it."""
    found = plain_value(value)
    return (
        found
        if found is None or isinstance(found, str | int | float | bool)
        else json.loads(json.dumps(found, default=str))
    )
