"""Webhooks: a signed JSON document, posted to an address of the web."""

import http.client
import json
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engine.errors import NotDelivered
from engine.notify.cut_off import ALL_SECONDS, STEP_SECONDS, cut_off_after
from engine.notify.message import Message
from engine.notify.signing import signature
from engine.reading.errors import PrivateHost, UnreadableFile
from engine.reading.hosts import connection_to, target_of, web_address

GONE = 410


class WebhookSettings(BaseModel):
    """Where a webhook is posted to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(min_length=1, max_length=2_000)

    @field_validator("url")
    @classmethod
    def _of_the_web(cls, url: str) -> str:
        if web_address(url) is None:
            raise ValueError("it is no address of the web: write https://host/path, without a password")
        return url

    @property
    def place(self) -> str:
        """Where it leads; without the path, which may hold a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/…"


def post(settings: WebhookSettings, key: str, message: Message, hosts: Collection[str]) -> None:
    """Post a message; any status from 200 to 299 is a receipt, and redirects are not followed.

    Parameters
    ----------
    key
        The signing key.
    hosts
        Hosts that may be private.

    Raises
    ------
    NotDelivered
    """
    parts = web_address(settings.url)
    if parts is None:  # it was checked when it was kept
        raise NotDelivered("The address is none of the web.", hint="Make the channel again.", passing=False)
    body = body_of(message)
    try:
        connection = connection_to(parts, hosts, STEP_SECONDS)
    except UnreadableFile as error:
        raise NotDelivered(error.message, hint=error.hint, passing=not isinstance(error, PrivateHost)) from error
    try:
        with cut_off_after(ALL_SECONDS, lambda: connection.sock):
            connection.request("POST", target_of(parts), body, headers_of(key, message, body))
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotDelivered(
            f"{parts.hostname} cannot be reached, or did not answer in time.", hint="Look whether it runs."
        ) from error
    finally:
        connection.close()
    _check(status, str(parts.hostname))


def body_of(message: Message) -> bytes:
    """The document that is posted, the same for every try."""
    document = {"type": message.kind, "timestamp": message.at.isoformat(), "data": message.data}
    return json.dumps(document, allow_nan=False).encode()


def headers_of(key: str, message: Message, body: bytes) -> dict[str, str]:
    """The headers of one try."""
    now = int(time.time())
    return {
        "Content-Type": "application/json",
        "User-Agent": "canvasback",
        "Connection": "close",
        "webhook-id": message.id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(key, message.id, now, body),
    }


def _check(status: int, host: str) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotDelivered(
            f"{host} answered {status}: it is elsewhere.", hint="Use the address that it leads to.", passing=False
        )
    if status == GONE:
        raise NotDelivered(f"{host} answered {status}: it wants no more.", hint="Delete the channel.", passing=False)
    raise NotDelivered(f"{host} answered {status}.", hint="Look at the receiver's own log.")
