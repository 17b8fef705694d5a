"""The Open Inference Protocol, version 2, over HTTP: endpoints as models, records as tensors with one value each.

Source: https://github.com/kserve/open-inference-protocol. Of its extensions, binary tensor data is understood in
requests; answers are JSON.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from engine.api.asking import Answered
from engine.api.binary_tensors import HEADER, with_data
from engine.api.body import is_json, kind_of_body, parse, read_bytes
from engine.api.deployed import Live
from engine.api.desk import Desk
from engine.api.invocations import check_ready
from engine.api.keys import headers_of
from engine.api.problems import WrongType
from engine.api.tensors import DATATYPES, input_tensors, output_tensors, records_of_tensors
from engine.errors import InvalidRecord, MissingThing
from engine.service.serving.keys import Opened

EXAMPLE = 'Send {"inputs": [{"name": …, "shape": [1], "datatype": …, "data": [ … ]}]}.'
OCTETS = "application/octet-stream"


def add_inference_v2(app: FastAPI, desk: Desk) -> None:
    """The routes of the server, and those of each endpoint."""
    _add_server(app, desk)

    async def ready(request: Request, name: str, version: int | None = None) -> Response:
        opened, _ = await _model(desk, request, name, version)
        return Response(headers=headers_of(opened))

    async def metadata(request: Request, name: str, version: int | None = None) -> Response:
        opened, live = await _model(desk, request, name, version)
        return JSONResponse(_metadata(live), headers=headers_of(opened))

    async def infer(request: Request, name: str, version: int | None = None) -> Response:
        opened, _ = await _model(desk, request, name, version)
        asked: dict[str, Any] = {}

        async def read(request: Request, live: Live) -> Any:
            asked.update(await _read(request, desk.most_bytes))
            return records_of_tensors(asked["inputs"], live.main.scorer.fields)

        answered = await desk.answer(request, opened, read, version)
        return JSONResponse(_answer(name, asked, answered), headers=headers_of(opened))

    @app.get("/v2/models/{name}", include_in_schema=False)
    async def model(name: str, request: Request) -> Response:
        return await metadata(request, name)

    @app.get("/v2/models/{name}/ready", include_in_schema=False)
    async def model_ready(name: str, request: Request) -> Response:
        return await ready(request, name)

    @app.post("/v2/models/{name}/infer", include_in_schema=False)
    async def model_infer(name: str, request: Request) -> Response:
        return await infer(request, name)

    @app.get("/v2/models/{name}/versions/{version}", include_in_schema=False)
    async def version_of(name: str, version: str, request: Request) -> Response:
        return await metadata(request, name, _number(version))

    @app.get("/v2/models/{name}/versions/{version}/ready", include_in_schema=False)
    async def version_ready(name: str, version: str, request: Request) -> Response:
        return await ready(request, name, _number(version))

    @app.post("/v2/models/{name}/versions/{version}/infer", include_in_schema=False)
    async def version_infer(name: str, version: str, request: Request) -> Response:
        return await infer(request, name, _number(version))


def _add_server(app: FastAPI, desk: Desk) -> None:
    @app.get("/v2/health/live", include_in_schema=False)
    async def live() -> Response:
        return Response()

    @app.get("/v2/health/ready", include_in_schema=False)
    async def ready() -> Response:
        check_ready(desk.deployed)
        return Response()

    @app.get("/v2", include_in_schema=False)
    async def server() -> Response:
        return JSONResponse({"name": "canvasback", "version": app.version, "extensions": ["binary_tensor_data"]})


def _number(version: str) -> int:
    """A version in a path; what is no number is one that there is not."""
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0


async def _model(desk: Desk, request: Request, name: str, version: int | None) -> tuple[Opened, Live]:
    opened = await desk.open(request, name)
    live = await desk.deployed.find(name)
    if version is not None:
        live.named(version)
    return opened, live


def _metadata(live: Live) -> dict[str, Any]:
    return {
        "name": live.endpoint,
        "versions": [str(it.part.version) for it in live.answerers],
        "platform": "canvasback",
        "inputs": [
            {"name": field.name, "datatype": DATATYPES[field.family], "shape": [-1]}
            for field in live.main.scorer.fields
        ],
        "outputs": output_tensors(live.main.scorer.model),
    }


async def _read(request: Request, most: int) -> Mapping[str, Any]:
    """The document of an inference request, with the data of binary tensors in it."""
    length = request.headers.get(HEADER)
    kind = kind_of_body(request.headers)
    if not is_json(kind) and not (kind == OCTETS and length is not None):
        raise WrongType("The request must be JSON.", hint="Send the header 'Content-Type: application/json'.")
    body = await read_bytes(request.headers, request.receive, most)
    if length is None:
        return _checked(parse(body))
    if not (length.isascii() and length.isdecimal() and len(length) < 12 and int(length) <= len(body)):
        raise InvalidRecord(f"The header {HEADER} is not the length of the JSON part.", hint=EXAMPLE)
    document = _checked(parse(body[: int(length)]))
    return {**document, "inputs": with_data(document["inputs"], body[int(length) :])}


def _checked(document: Any) -> Mapping[str, Any]:
    known = {"id", "parameters", "inputs", "outputs"}
    if not isinstance(document, Mapping) or "inputs" not in document:
        raise InvalidRecord("The request has no 'inputs'.", hint=EXAMPLE, field="inputs")
    more = next((key for key in document if key not in known), None)
    if more is not None:
        raise InvalidRecord(f"A request has no {more[:100]!r}.", hint=EXAMPLE, field=more[:100])
    if not isinstance(document.get("id", ""), str):
        raise InvalidRecord("'id' must be a text.", hint=EXAMPLE, field="id")
    if not isinstance(document.get("parameters", {}), Mapping):
        raise InvalidRecord("'parameters' must be an object.", hint=EXAMPLE, field="parameters")
    input_tensors(document["inputs"])
    _wanted(document.get("outputs"))
    return document


def _wanted(outputs: Any) -> list[str] | None:
    """The names of the outputs that are asked for; None for all."""
    if outputs is None:
        return None
    is_list = isinstance(outputs, list) and all(
        isinstance(it, Mapping) and isinstance(it.get("name"), str) for it in outputs
    )
    if not is_list:
        raise InvalidRecord("'outputs' must be a list of {\"name\": …}.", hint=EXAMPLE, field="outputs")
    return [it["name"] for it in outputs] or None


def _answer(name: str, asked: Mapping[str, Any], answered: Answered) -> dict[str, Any]:
    part, scorer = answered.by.part, answered.by.scorer
    outputs = output_tensors(scorer.model, answered.scored, answered.ids)
    wanted = _wanted(asked.get("outputs"))
    known = {output["name"] for output in outputs}
    unknown = next((it for it in wanted or () if it not in known), None)
    if unknown is not None:
        raise MissingThing(f"There is no output {unknown[:100]!r}.", hint=f"There are {', '.join(sorted(known))}.")
    return {
        **({"id": asked["id"]} if "id" in asked else {}),
        "model_name": name,
        "model_version": str(part.version),
        "parameters": {"model": part.model, "revision": answered.live.revision},
        "outputs": [output for output in outputs if wanted is None or output["name"] in wanted],
    }
