"""How an endpoint answers: what a person may set for it."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import CanvasbackError


class EndpointSettings(BaseModel):
    """What can be set for one endpoint; the defaults are those of a new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strict: bool = Field(
        default=True,
        description="Refuse a record that lacks a field, has one more, or a value of another type. Otherwise what is "
        "not known is left out, what may be missing is missing, and texts that are numbers are read as numbers.",
    )
    sticky: Literal["none", "key"] = Field(
        default="none",
        description="Where several versions share the traffic: 'key' lets all requests of one key go to the same one. "
        "The header Canvasback-Route does the same for whatever it names.",
    )
    log: bool = Field(default=True, description="Keep what was asked and answered, to watch, replay and look it up.")
    log_share: float = Field(default=1.0, gt=0, le=1, description="Share of the requests that is kept.")
    masked: tuple[str, ...] = Field(default=(), max_length=1_000, description="Fields whose values are not kept.")
    keep_days: int = Field(default=30, ge=1, le=3_650, description="Days after which what was kept is deleted.")
    requests_per_minute: int | None = Field(
        default=None, ge=1, description="Requests of one key in any minute, at most: over all processes of a machine."
    )
    records_per_day: int | None = Field(default=None, ge=1, description="Records of one key in a day, at most.")


def read_endpoint_settings(stored: Mapping[str, Any]) -> EndpointSettings:
    """The settings of an endpoint.

    Raises
    ------
    CanvasbackError
        Naming the setting and what is wrong with it.
    """
    try:
        return EndpointSettings.model_validate(stored)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise CanvasbackError(f"{name}: {first['msg']}", hint="Correct this setting.", field=name or None) from error
