"""Channels: how people are told outside the product. A password or signing key goes in and never comes out."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from engine.errors import InvalidSetting
from engine.notify.mail import MailSettings
from engine.notify.signing import check_signing_key, new_signing_key
from engine.notify.webhook import WebhookSettings
from engine.service.monitoring.alert_messages import test_message
from engine.service.monitoring.postman import GIVE_UP_AFTER, deliver
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import DamagedFile
from storage.schema import SEVERITIES, Channel, Delivery, utc_now
from storage.secrets import decrypt, encrypt
from storage.unit_of_work import UnitOfWork

KINDS: dict[str, type[MailSettings] | type[WebhookSettings]] = {"email": MailSettings, "webhook": WebhookSettings}
MOST_CHANNELS, MOST_CHARACTERS = 50, 1_000
NAMES = {"host": "mail server", "to": "list of receivers", "url": "address"}
"""What people call the settings that are not called so already."""
SECRET_GOES_TO = ("host", "port", "encryption", "user")
"""Where the password of an e-mail server is sent, and how. A signing key is never sent."""


class ChannelView(View):
    """A channel without its secret.

    Parameters
    ----------
    place
        Where it leads, in a few words.
    settings
        What can be changed by looking at it; the address of a webhook may be a secret, and is not shown.
    least_severity
        What is less severe is not told here.
    most_per_hour
        Further messages are held back, and summed up in one.
    """

    name: str
    kind: str
    place: str
    settings: dict[str, Any] = Field(default_factory=dict)
    least_severity: str
    most_per_hour: int
    has_secret: bool
    created_at: datetime


class DeliveryView(View):
    """A message to a channel, and what became of it.

    Parameters
    ----------
    status
        ``waiting``, ``sent``, ``failed``, ``held`` or ``summed up``.
    next_at
        When it is tried next.
    """

    channel: str
    kind: str
    subject: str
    status: str
    tries: int
    error: str = ""
    next_at: datetime | None = None
    created_at: datetime
    finished_at: datetime | None = None


class MadeChannel(View):
    """A new channel, and the signing key that was made for it: the one time it can be seen."""

    channel: ChannelView
    signing_key: str | None = None


def add_channel(
    workspace: Workspace,
    name: str,
    kind: str,
    settings: dict[str, Any],
    *,
    secret: str = "",
    least_severity: str = "info",
    most_per_hour: int = 10,
) -> MadeChannel:
    """Keep a channel; its secret is encrypted with the secret of the home.

    Parameters
    ----------
    settings
        Those of `MailSettings` or `WebhookSettings`.
    secret
        The password of an e-mail server, or the signing key of a webhook, which is made unless it is given.

    Raises
    ------
    InvalidSetting, NameTaken, BadName
    """
    kept = checked_settings(kind, settings)
    _check_what_is_told(least_severity, most_per_hour)
    made = new_signing_key() if kind == "webhook" and not secret else None
    secret = made or _checked_secret(kind, kept, secret)
    encrypted = encrypt(workspace.secret, secret) if secret else None

    def write(uow: UnitOfWork) -> Channel:
        if len(uow.channels.list()) >= MOST_CHANNELS:
            raise InvalidSetting(f"There are {MOST_CHANNELS} channels already.", hint="Delete one first.")
        how = {"least_severity": least_severity, "most_per_hour": most_per_hour}
        row = uow.channels.add(name, kind, kept, encrypted, **how)
        uow.audit.record("local", "channel added", f"channel {name}", {"kind": kind, **how})
        return row

    return MadeChannel(channel=_view(workspace.database.transact(write)), signing_key=made)


def edit_channel(
    workspace: Workspace,
    name: str,
    changes: Mapping[str, Any],
    *,
    new_name: str = "",
    secret: str = "",
    least_severity: str | None = None,
    most_per_hour: int | None = None,
) -> ChannelView:
    """Change a channel. Its secret stays unless another is given; what was sent, and the rules that name it, too.

    Parameters
    ----------
    changes
        Settings by name; those that are not named stay.

    Raises
    ------
    NotFound, NameTaken, BadName
    InvalidSetting
        Also where a password would go elsewhere than before: then it must be typed again.
    """
    before = _row(workspace, name)
    kept = checked_settings(before.kind, {**before.settings, **changes})
    how: dict[str, Any] = {
        "least_severity": least_severity or before.least_severity,
        "most_per_hour": before.most_per_hour if most_per_hour is None else most_per_hour,
    }
    _check_what_is_told(**how)
    _check_secret_stays(before, kept, secret)
    encrypted = _secret_after(workspace, before, kept, secret)

    def write(uow: UnitOfWork) -> Channel:
        row = uow.channels.change(name, kept, encrypted, **how)
        if new_name and new_name != name:
            uow.channels.rename(row.id, new_name)
        changed = [key for key in kept if kept[key] != before.settings.get(key)]
        changed += [key for key, value in how.items() if value != getattr(before, key)]
        detail = {"changed": changed, "secret": bool(secret), "name": row.name}
        uow.audit.record("local", "channel changed", f"channel {name}", detail)
        return row

    return _view(workspace.database.transact(write))


def differences(
    workspace: Workspace, name: str, kind: str, settings: dict[str, Any], secret: str, how: Mapping[str, Any]
) -> list[str] | None:
    """What of a channel is not as it is wished: names only, no values. None where there is no such channel.

    Parameters
    ----------
    secret
        The one that it is to have; empty for none.
    how
        ``least_severity`` and ``most_per_hour``.

    Raises
    ------
    InvalidSetting
        When such a channel cannot be, or there is one of another kind.
    """
    wanted = checked_settings(kind, settings)
    _checked_secret(kind, wanted, secret)
    _check_what_is_told(**how)
    with workspace.database.read() as uow:
        found = uow.channels.find(name)
    if found is None:
        return None
    if found.kind != kind:
        raise InvalidSetting(
            f"The channel {name} is of the kind {found.kind}, and cannot become another.",
            hint="Choose another name, or delete it first.",
        )
    told = [key for key in wanted if wanted[key] != found.settings.get(key)]
    told += [key for key, value in how.items() if value != getattr(found, key)]
    return told if _has_secret(workspace, found, secret) else [*told, "secret"]


def list_channels(workspace: Workspace) -> list[ChannelView]:
    """All channels by name."""
    with workspace.database.read() as uow:
        return [_view(row) for row in uow.channels.list()]


def delete_channel(workspace: Workspace, name: str) -> None:
    """Forget a channel, its secret and its deliveries.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> None:
        uow.channels.delete(name)
        uow.audit.record("local", "channel deleted", f"channel {name}")

    workspace.database.transact(write)


def test_channel(workspace: Workspace, name: str) -> DeliveryView:
    """Send a test message now, and wait for what becomes of it; it is tried once.

    Raises
    ------
    NotFound
    """

    def write(uow: UnitOfWork) -> str:
        channel = uow.channels.by_name(name)
        now = utc_now()
        row = uow.deliveries.add(channel.id, "test", test_message(name, workspace.settings), now, "waiting")
        row.next_at, row.tries = now + GIVE_UP_AFTER, 1  # ours to send, not the scheduler's
        uow.audit.record("local", "channel tested", f"channel {name}")
        return row.id

    delivery_id = workspace.database.transact(write)
    deliver(workspace, delivery_id, 1)
    with workspace.database.read() as uow:
        return _delivery_view(uow.deliveries.get(delivery_id), name)


def list_deliveries(workspace: Workspace, *, limit: int = 100) -> list[DeliveryView]:
    """What was sent, is to be sent, or was held back, the newest first."""
    with workspace.database.read() as uow:
        return [_delivery_view(entry.delivery, entry.channel) for entry in uow.deliveries.list(limit=limit)]


def checked_settings(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a channel as they are kept.

    Raises
    ------
    InvalidSetting
        Naming the field, and none of its value.
    """
    return _checked(kind, settings).model_dump(mode="json")


def _check_what_is_told(least_severity: str, most_per_hour: int) -> None:
    if least_severity not in SEVERITIES:
        raise InvalidSetting(
            f"{least_severity[:50]!r} is no severity.", hint=f"Choose one of {', '.join(SEVERITIES)}.", field="severity"
        )
    if not 1 <= most_per_hour <= 1_000:
        raise InvalidSetting("A channel takes 1 to 1,000 messages an hour.", hint="Correct it.", field="most_per_hour")


def _check_secret_stays(before: Channel, settings: Mapping[str, Any], secret: str) -> None:
    """A kept password must not be sent where someone else listens."""
    moved = [key for key in SECRET_GOES_TO if settings.get(key) != before.settings.get(key)]
    if before.kind == "email" and before.secret and settings["user"] and not secret and moved:
        raise InvalidSetting(
            f"With another {moved[0]} the password must be typed again.",
            hint="It is kept only for where it was given.",
            field="secret",
        )


def _secret_after(workspace: Workspace, before: Channel, settings: dict[str, Any], secret: str) -> str | None:
    """The encrypted secret of a changed channel: a new one, the one it had, or none where nobody signs in any more."""
    if secret:
        return encrypt(workspace.secret, _checked_secret(before.kind, settings, secret))
    if before.kind == "email" and not settings["user"]:
        return None
    if not before.secret:
        _checked_secret(before.kind, settings, secret)
    return before.secret


def _has_secret(workspace: Workspace, row: Channel, secret: str) -> bool:
    try:
        kept = decrypt(workspace.secret, row.secret) if row.secret else ""
    except DamagedFile:  # the secret of the home is another one
        return False
    return hmac.compare_digest(kept.encode(), secret.encode())


def _row(workspace: Workspace, name: str) -> Channel:
    with workspace.database.read() as uow:
        return uow.channels.by_name(name)


def _checked(kind: str, settings: dict[str, Any]) -> BaseModel:
    if kind not in KINDS:
        raise InvalidSetting(
            f"{kind[:50]!r} is no kind of channel.", hint=f"Choose one of {', '.join(KINDS)}.", field="kind"
        )
    try:
        return KINDS[kind].model_validate(settings)
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> InvalidSetting:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = str(first["loc"][0]) if first["loc"] else None
    word = NAMES.get(field or "", field or "channel")
    if first["type"] in ("missing", "string_too_short", "too_short"):
        return InvalidSetting(f"The {word} is missing.", hint="Fill it in.", field=field)
    message, _, hint = first["msg"].removeprefix("Value error, ").partition(": ")
    return InvalidSetting(f"{word.capitalize()}: {message}.", hint=_sentence(hint or "Correct it"), field=field)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _checked_secret(kind: str, settings: dict[str, Any], secret: str) -> str:
    if kind == "webhook":
        check_signing_key(secret)
    elif bool(secret) != bool(settings["user"]):
        raise InvalidSetting(
            "User and password belong together.",
            hint="Give both, or neither where nobody has to sign in.",
            field="user",
        )
    elif len(secret) > MOST_CHARACTERS:
        raise InvalidSetting("The password is too long.", hint="Check what was pasted.", field="secret")
    return secret


def _view(row: Channel) -> ChannelView:
    return ChannelView(
        name=row.name,
        kind=row.kind,
        place=KINDS[row.kind].model_validate(row.settings).place,
        settings=row.settings if row.kind == "email" else {},
        least_severity=row.least_severity,
        most_per_hour=row.most_per_hour,
        has_secret=bool(row.secret),
        created_at=row.created_at,
    )


def _delivery_view(row: Delivery, channel: str) -> DeliveryView:
    same = ("kind", "status", "tries", "error", "created_at", "finished_at")
    told = {name: getattr(row, name) for name in same}
    return DeliveryView(
        **told,
        channel=channel,
        subject=row.message["subject"],
        next_at=row.next_at if row.status == "waiting" else None,
    )
