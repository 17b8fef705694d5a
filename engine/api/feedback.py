"""Feedback over HTTP: the true values of predictions."""

from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from engine.api.desk import Desk
from engine.api.keys import headers_of
from engine.service.serving.feedback import as_outcomes, give_feedback


def add_feedback(app: FastAPI, desk: Desk) -> None:
    """The route for outcomes."""

    @app.post("/v1/endpoints/{name}/feedback", include_in_schema=False)
    async def feedback(name: str, request: Request) -> Response:
        opened = await desk.open(request, name)
        outcomes, replace = as_outcomes(await desk.json(request))
        most = desk.workspace.settings.request_max_records
        told = await desk.work(partial(give_feedback, desk.workspace, name, outcomes, replace=replace, most=most))
        return JSONResponse(told.model_dump(mode="json"), headers=headers_of(opened))
