"""The postman: takes what is to be sent, and brings each message in a thread of its own.

Nothing waits for a host that hangs: neither what else is due, nor the other channels. A message whose bringer died is
taken again, so that it may arrive twice; its id tells.
"""

import logging
import threading
from datetime import datetime, timedelta

from engine.errors import PEOPLE_ERRORS, NotDelivered
from engine.notify import mail, webhook
from engine.service.monitoring.alert_messages import as_message
from engine.workspace import Workspace
from storage.schema import Channel, Delivery, utc_now
from storage.secrets import decrypt

AT_ONCE = 4
GIVE_UP_AFTER = timedelta(seconds=90)
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 3600))
"""How long it is waited after each try; after the last of them one more try is made."""

log = logging.getLogger("canvasback.alerts")


class Postman:
    """Sends what waits, a few at the same time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._free = threading.Semaphore(AT_ONCE)

    def send_due(self, now: datetime | None = None) -> int:
        """Begin to send what is due, as far as there are hands; how many messages."""
        now = now or utc_now()
        with self._workspace.database.read() as uow:
            if not uow.deliveries.is_any_due(now):
                return 0
        begun = 0
        while self._free.acquire(blocking=False):
            taken = self._workspace.database.transact(lambda uow: uow.deliveries.take_due(now, 1, GIVE_UP_AFTER))
            if not taken:
                self._free.release()
                break
            begun += 1
            thread = threading.Thread(target=self._bring, args=(taken[0],), name="postman", daemon=True)
            thread.start()
        return begun

    def _bring(self, delivery: Delivery) -> None:
        try:
            deliver(self._workspace, delivery.id, delivery.tries)
        except PEOPLE_ERRORS as error:
            log.warning("what became of a delivery is told later: %s", error.message)
        except Exception:
            log.exception("a delivery failed")
        finally:
            self._free.release()


def deliver(workspace: Workspace, delivery_id: str, tries: int) -> bool:
    """Make one try to deliver a message that was taken, and write down how it ended; whether it was delivered."""
    with workspace.database.read() as uow:
        delivery = uow.deliveries.get(delivery_id)
        channel = uow.channels.get(delivery.channel_id)
    failed: NotDelivered | None = None
    try:
        _send(workspace, channel, delivery)
    except NotDelivered as error:
        failed = error
    except PEOPLE_ERRORS as error:  # the secret of the home is another one
        failed = NotDelivered(error.message, hint=error.hint, passing=False)
    again = _again(delivery, tries, failed)
    told = f"{failed.message} {failed.hint}".strip() if failed else ""
    workspace.database.transact(lambda uow: uow.deliveries.end_try(delivery_id, tries, utc_now(), told, again))
    if failed:
        log.warning("channel %s: try %s failed: %s", channel.name, tries, failed.message)
    return failed is None


def _send(workspace: Workspace, channel: Channel, delivery: Delivery) -> None:
    secret = decrypt(workspace.secret, channel.secret) if channel.secret else ""
    message = as_message(delivery)
    if channel.kind == "email":
        mail.send(mail.MailSettings.model_validate(channel.settings), secret, message)
    else:
        settings = webhook.WebhookSettings.model_validate(channel.settings)
        webhook.post(settings, secret, message, workspace.settings.url_hosts)


def _again(delivery: Delivery, tries: int, failed: NotDelivered | None) -> datetime | None:
    """When it is tried again; None where it was delivered, where that helps nothing, and after the last try."""
    if failed is None or not failed.passing or delivery.kind == "test" or tries > len(WAITS):
        return None
    return utc_now() + WAITS[tries - 1]
