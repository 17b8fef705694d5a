"""Secrets that a file names and never holds: each is read from an environment variable, or from a file of its own."""

import os
from pathlib import Path
from typing import Any

from engine.errors import InvalidSetting
from engine.service.applying.reading import Wishes

MOST_BYTES = 10_000


def secret_of(wishes: Wishes, channel: str) -> str:
    """The password or signing key of a channel; empty where it has none.

    Raises
    ------
    InvalidSetting
        With the line in which it is named.
    """
    wish = wishes.document.channels[channel]
    if wish.secret_env is not None:
        return _from_environment(wishes, wish.secret_env, "channels", channel, "secret_env")
    if wish.secret_file is not None:
        return _from_file(wishes, wish.secret_file, "channels", channel, "secret_file")
    return ""


def settings_of(wishes: Wishes, channel: str) -> dict[str, Any]:
    """The settings of a channel; the address of a webhook may be a secret, too.

    Raises
    ------
    InvalidSetting
    """
    wish = wishes.document.channels[channel]
    if wish.email is not None:
        return wish.email.model_dump(mode="json")
    assert wish.webhook is not None  # noqa: S101  a channel is one of the two
    path = ("channels", channel, "webhook", "url_env")
    url = wish.webhook.url or _from_environment(wishes, str(wish.webhook.url_env), *path)
    return {"url": url}


def _from_environment(wishes: Wishes, variable: str, *path: str) -> str:
    if not os.environ.get(variable):
        told = InvalidSetting(
            f"There is no environment variable {variable}.", hint="Set it, then apply the file again."
        )
        raise wishes.told(InvalidSetting, told, *path)
    return os.environ[variable]


def _from_file(wishes: Wishes, name: str, *path: str) -> str:
    place: Path = wishes.folder / name
    try:
        if place.stat().st_size > MOST_BYTES:
            raise wishes.told(InvalidSetting, InvalidSetting(f"{name} is too large for a secret."), *path)
        found = place.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8 text"
        told = InvalidSetting(f"{name} cannot be read: {why}.", hint=f"Files are looked for in {wishes.folder}.")
        raise wishes.told(InvalidSetting, told, *path) from error
    if not found:
        raise wishes.told(InvalidSetting, InvalidSetting(f"{name} is empty."), *path)
    return found
