"""Answers predictions over HTTP: python server.py [--host 127.0.0.1] [--port 8000]."""

import argparse
import json
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from model import ABOUT, load_model  # type: ignore[import-not-found]  # isort: skip  it makes the scoring code importable
from engine.errors import InvalidRecord
from engine.serve.scorer import MOST_RECORDS, respond

MOST_BYTES = 10_000_000


def make_app() -> FastAPI:
    """The server of this folder's model."""
    scorer = load_model()
    app = FastAPI(title=f"{ABOUT['model']} v{ABOUT['version']}", description="A model exported from Canvasback.")

    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        """The model is loaded."""
        return {"status": "ok"}

    @app.get("/schema")
    async def schema() -> dict[str, Any]:
        """The fields of a record."""
        return {"properties": {field.name: field.schema() for field in scorer.fields}}

    @app.post("/predict")
    async def predict(request: Request) -> JSONResponse:
        """Answer up to 1,000 records: {"records": [{…}]}."""
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return _problem(413, f"The request is larger than {MOST_BYTES // 1_000_000} MB.")
        try:
            sent = json.loads(body)
        except ValueError as error:
            return _problem(400, f"The request is not valid JSON: {error}")
        try:
            told = await run_in_threadpool(respond, scorer, sent, ABOUT["model"], ABOUT["version"], MOST_RECORDS)
        except InvalidRecord as refused:
            return _problem(422, refused.message, refused.detail)
        return JSONResponse(told)

    return app


def _problem(status: int, message: str, detail: dict[str, Any] | None = None) -> JSONResponse:
    body = {"status": status, "detail": message, **(detail or {})}
    return JSONResponse(body, status, media_type="application/problem+json")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    given = arguments.parse_args()
    uvicorn.run(make_app(), host=given.host, port=given.port)
