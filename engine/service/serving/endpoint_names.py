"""Names of endpoints: parts of a URL."""

import re

from engine.errors import CanvasbackError
from storage.repositories.models import Which
from storage.schema import Endpoint, ModelVersion
from storage.unit_of_work import UnitOfWork


def checked_name(name: str) -> str:
    """An endpoint's name, fit to be part of a URL.

    Raises
    ------
    CanvasbackError
    """
    name = name.strip()
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
        raise CanvasbackError(
            f"{name[:80]!r} cannot be the name of an endpoint.",
            hint="Use lower-case letters, digits, - and _, at most 63, beginning with a letter or digit.",
            field="endpoint",
        )
    return name


def living(uow: UnitOfWork, name: str) -> Endpoint:
    """An endpoint that is not retired.

    Raises
    ------
    NotFound, CanvasbackError
    """
    endpoint = uow.endpoints.by_name(name)
    refuse_retired(endpoint)
    return endpoint


def refuse_retired(endpoint: Endpoint | None) -> None:
    """Nothing becomes of a retired endpoint.

    Raises
    ------
    CanvasbackError
    """
    if endpoint is not None and endpoint.status == "retired":
        raise CanvasbackError(
            f"The endpoint {endpoint.name!r} is retired.", hint="Choose another name.", field="endpoint"
        )


def publishable(uow: UnitOfWork, model: str, version: Which) -> ModelVersion:
    """A model version that may answer.

    Raises
    ------
    NotFound, Withheld
    """
    row = uow.models.version(uow.models.by_name(model).id, version)
    uow.endpoints.check_may_answer(row.id)
    return row
