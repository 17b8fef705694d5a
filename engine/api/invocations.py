"""The protocol of MLflow's scoring server: `/invocations`, `/ping`, `/health` and `/version`."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from engine.api.asking import Answered
from engine.api.body import is_json, kind_of_body, parse, read_bytes
from engine.api.deployed import Deployed, Live
from engine.api.desk import Desk
from engine.api.keys import headers_of
from engine.api.problems import WrongType
from engine.errors import InvalidRecord, Unserved
from engine.serve.fields import Field

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
EXAMPLE = 'Send {"dataframe_split": {"columns": […], "data": [[…]]}}.'
CSV = "text/csv"
TRUTHS = {"true": True, "True": True, "false": False, "False": False}


def add_invocations(app: FastAPI, desk: Desk) -> None:
    """The routes: for one endpoint under its address, and bare for the endpoint that the key opens."""

    async def read(request: Request, live: Live) -> Any:
        kind = kind_of_body(request.headers)
        if kind != CSV and not is_json(kind):
            raise WrongType("The request must be JSON or CSV.", hint=f"Send 'Content-Type: application/json' or {CSV}.")
        body = await read_bytes(request.headers, request.receive, desk.most_bytes)
        fields = live.main.scorer.fields
        return from_csv(body, fields) if kind == CSV else from_json(parse(body), fields)

    async def answer(request: Request, name: str | None) -> Response:
        opened = await desk.open(request, name)
        answered = await desk.answer(request, opened, read)
        return JSONResponse(_document(answered), headers=headers_of(opened))

    @app.post("/invocations", include_in_schema=False)
    async def invocations(request: Request) -> Response:
        return await answer(request, None)

    @app.post("/v1/endpoints/{name}/invocations", include_in_schema=False)
    async def invocations_of(name: str, request: Request) -> Response:
        return await answer(request, name)

    @app.get("/v1/endpoints/{name}/ping", include_in_schema=False)
    async def ping_of(name: str, request: Request) -> Response:
        opened = await desk.open(request, name)
        await desk.deployed.find(name)
        return PlainTextResponse("\n", headers=headers_of(opened))

    @app.get("/ping", include_in_schema=False)
    @app.get("/health", include_in_schema=False)
    async def ping() -> Response:
        check_ready(desk.deployed)
        return PlainTextResponse("\n")

    @app.get("/version", include_in_schema=False)
    async def version() -> Response:
        return PlainTextResponse(app.version)


def check_ready(deployed: Deployed) -> None:
    """Refuse while models are being loaded, and when one cannot be.

    Raises
    ------
    Unserved
    """
    if not deployed.is_loaded or deployed.broken():
        raise Unserved("Not every endpoint is ready.", hint="GET /readyz names those that are not.")


def from_json(document: Any, fields: Sequence[Field]) -> Any:
    """The records in a JSON request, in any of the forms that MLflow has.

    Raises
    ------
    InvalidRecord
    """
    given = [form for form in FORMS if isinstance(document, Mapping) and form in document]
    if len(given) != 1:
        raise InvalidRecord(f"The request must have one of {', '.join(FORMS)}.", hint=EXAMPLE)
    more = next((key for key in document if key != given[0] and not _is_idle(key, document[key])), None)
    if more is not None:
        raise InvalidRecord(f"This endpoint takes no {more[:100]!r}.", hint=EXAMPLE, field=more[:100])
    return _READERS[given[0]](document[given[0]], fields)


def from_csv(body: bytes, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """The records in a CSV request with a header; an empty cell is a missing value.

    Raises
    ------
    InvalidRecord
    """
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidRecord("The request is no CSV in UTF-8.", hint="Send a header and a line per record.") from error
    names, *rows = [line for line in lines if line] or [[]]
    if not rows:
        raise InvalidRecord("The CSV has no records.", hint="Send a header and a line per record.")
    _check_widths(names, rows)
    families = {field.name: field.family for field in fields}
    readers = [_CELLS.get(families.get(name, "text"), str) for name in names]
    return _named(names, [[_cell(read, cell) for read, cell in zip(readers, row, strict=True)] for row in rows])


def _from_split(frame: Any, _: Sequence[Field]) -> list[dict[str, Any]]:
    is_frame = isinstance(frame, Mapping) and {"columns", "data"} <= set(frame) <= {"columns", "data", "index"}
    if not is_frame or not _are_names(frame["columns"]) or not _are_lists(frame["data"]):
        raise InvalidRecord(
            "'dataframe_split' must have 'columns', a list of names, and 'data', a list of rows.",
            hint=EXAMPLE,
            field="dataframe_split",
        )
    _check_widths(frame["columns"], frame["data"])
    return _named(frame["columns"], frame["data"])


def _from_records(records: Any, _: Sequence[Field]) -> Any:
    return records


def _from_instances(rows: Any, fields: Sequence[Field]) -> Any:
    """Records as they are; rows without names are read in the order of the endpoint's fields."""
    if not _are_lists(rows) or not rows:
        return rows
    names = [field.name for field in fields]
    _check_widths(names, rows)
    return _named(names, rows)


def _from_inputs(columns: Any, fields: Sequence[Field]) -> Any:
    """A column of values per field, or the same as `instances`."""
    if not isinstance(columns, Mapping):
        return _from_instances(columns, fields)
    if not columns or not all(isinstance(column, list) for column in columns.values()):
        raise InvalidRecord("'inputs' must be an object with a list of values per field.", hint=EXAMPLE, field="inputs")
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise InvalidRecord("The columns of 'inputs' do not have the same number of values.", field="inputs")
    return _named(list(columns), list(zip(*(_flat(column) for column in columns.values()), strict=True)))


def _flat(column: Sequence[Any]) -> list[Any]:
    """A column that is written as rows of one value each, as arrays with two dimensions are."""
    return [value[0] if isinstance(value, list) and len(value) == 1 else value for value in column]


def _are_names(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _are_lists(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _check_widths(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if not _are_names(list(names)):
        raise InvalidRecord("A column is there twice.", hint="Name each column once.")
    for number, row in enumerate(rows):
        if len(row) != len(names):
            raise InvalidRecord(
                f"Record {number}: has {len(row)} values, but there are {len(names)} columns.",
                hint="GET …/schema tells the fields of this endpoint.",
            )


def _named(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def _is_idle(key: str, value: Any) -> bool:
    """Whether a further member asks for nothing: parameters that models of other kinds take."""
    return key == "params" and not value


def _cell(read: Callable[[str], Any], text: str) -> Any:
    if text == "":
        return None
    try:
        return read(text)
    except ValueError:
        # The check of the records names the field, and what it must be.
        return text


def _truth(text: str) -> bool:
    if text not in TRUTHS:
        raise ValueError(text)
    return TRUTHS[text]


def _whole(text: str) -> int | float:
    # Python takes quadratic time for long numbers.
    return int(text) if len(text) <= 40 and text.lstrip("+-").isdecimal() else float(text)


def _document(answered: Answered) -> dict[str, Any]:
    part = answered.by.part
    told = {"predictions": [row["prediction"] for row in answered.predictions()], "ids": list(answered.ids)}
    return {**told, "model": part.model, "version": part.version}


_CELLS: dict[str, Callable[[str], Any]] = {"integer": _whole, "number": float, "boolean": _truth}
_READERS: dict[str, Callable[[Any, Sequence[Field]], Any]] = {
    "dataframe_split": _from_split,
    "dataframe_records": _from_records,
    "instances": _from_instances,
    "inputs": _from_inputs,
}
