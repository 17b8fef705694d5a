"""Receipts over HTTP: a prediction looked up by its id."""

from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from engine.api.desk import Desk
from engine.api.keys import headers_of
from engine.service.serving.receipts import get_receipt


def add_receipts(app: FastAPI, desk: Desk) -> None:
    """The route for receipts; what only listened is not told to callers."""

    @app.get("/v1/endpoints/{name}/predictions/{id}", include_in_schema=False)
    async def receipt(name: str, id: str, request: Request) -> Response:
        opened = await desk.open(request, name)
        found = await desk.work(partial(get_receipt, desk.workspace, name, id))
        return JSONResponse(found.model_dump(mode="json", exclude={"shadows"}), headers=headers_of(opened))
