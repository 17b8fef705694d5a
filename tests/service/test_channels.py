"""E-mails and webhooks reach real servers, signed and encrypted; a host that hangs keeps nobody waiting."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from engine.errors import InvalidSetting
from engine.notify import cut_off, mail, webhook
from engine.notify.signing import new_signing_key
from engine.service.monitoring import channels
from engine.service.monitoring.alert_messages import test_message as a_message
from engine.service.monitoring.postman import GIVE_UP_AFTER, WAITS, Postman, deliver
from engine.workspace import Workspace
from storage.errors import NameTaken, NotFound
from storage.schema import utc_now
from tests.certificates import certificate_for
from tests.hooks import hanging, receiver
from tests.mail import mail_server
from tests.servers import eventually

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

CANARY = "canary-p4ssw0rd"
MAIL = {"host": "127.0.0.1", "sender": "canvasback@example.com", "to": ["ops@example.com", "ann@example.com"]}


@pytest.fixture
def home(new_home: Callable[..., Workspace]) -> Workspace:
    return new_home(url_hosts=("127.0.0.1",))


def hook(home: Workspace, url: str, **how: Any) -> str:
    return channels.add_channel(home, "hook", "webhook", {"url": url}, **how).signing_key or ""


def waiting(home: Workspace, channel: str = "hook") -> str:
    """A message that is to be sent to a channel."""
    with home.database.write() as uow:
        row = uow.channels.by_name(channel)
        return uow.deliveries.add(row.id, "alerts", a_message(channel, home.settings), utc_now(), "waiting").id


def newest(home: Workspace) -> channels.DeliveryView:
    return channels.list_deliveries(home, limit=1)[0]


def test_a_webhook_is_signed_as_its_receiver_expects(home: Workspace) -> None:
    with receiver() as there:
        key = hook(home, there.url)
        told = channels.test_channel(home, "hook")
    assert (told.status, told.tries, told.error) == ("sent", 1, "")
    ((headers, body),) = there.posts
    document = Webhook(key).verify(body, headers)
    assert document["type"] == "test"
    assert document["data"] == {"channel": "hook"}
    assert headers["content-type"] == "application/json"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(key).verify(body.replace(b"hook", b"hack"), headers)


def try_due(home: Workspace, now: datetime) -> channels.DeliveryView:
    """One try of what is due, in this thread."""
    (row,) = home.database.transact(lambda uow: uow.deliveries.take_due(now, 9, GIVE_UP_AFTER))
    deliver(home, row.id, row.tries)
    return newest(home)


def test_what_failed_is_tried_again_with_growing_waits_under_the_same_id(home: Workspace) -> None:
    waits = []
    with receiver(500, 429, 404, 200) as there:
        hook(home, there.url)
        waiting(home)
        now = utc_now()
        while (told := try_due(home, now)).next_at is not None:
            waits.append((told.next_at - utc_now()).total_seconds())
            now = told.next_at
    assert waits == [pytest.approx(wait.total_seconds(), abs=5) for wait in WAITS[:3]]
    assert (told.status, told.tries, told.error) == ("sent", 4, "")
    assert len({headers["webhook-id"] for headers, _ in there.posts}) == 1
    assert len({body for _, body in there.posts}) == 1


def test_after_the_last_try_it_has_failed(home: Workspace) -> None:
    with receiver(500) as there:
        hook(home, there.url)
        waiting(home)
        now = utc_now()
        while (told := try_due(home, now)).next_at is not None:
            now = told.next_at
    assert (told.status, told.tries) == ("failed", len(WAITS) + 1)
    assert "answered 500" in told.error


def test_what_a_dead_process_took_is_sent_by_another_and_counts_once(home: Workspace) -> None:
    with receiver() as there:
        hook(home, there.url)
        waiting(home)
        (lost,) = home.database.transact(lambda uow: uow.deliveries.take_due(utc_now(), 9, GIVE_UP_AFTER))
        assert Postman(home).send_due() == 0
        told = try_due(home, utc_now() + GIVE_UP_AFTER)
        deliver(home, lost.id, lost.tries)  # it was not dead, only slow
    assert (told.status, newest(home)) == ("sent", told)


@pytest.mark.parametrize(("status", "word"), [(302, "elsewhere"), (410, "wants no more")])
def test_what_no_further_try_helps_is_given_up(home: Workspace, status: int, word: str) -> None:
    with receiver(status) as there:
        hook(home, there.url)
        waiting(home)
        told = try_due(home, utc_now())
    assert (told.status, told.next_at) == ("failed", None)
    assert word in told.error


@pytest.mark.parametrize("drips", [False, True], ids=["says nothing", "says a letter at a time"])
def test_a_host_that_hangs_is_cut_off_and_nobody_waits(
    home: Workspace, drips: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for letters in (webhook, mail):
        monkeypatch.setattr(letters, "STEP_SECONDS", 3.0)
        monkeypatch.setattr(letters, "ALL_SECONDS", 4.0)
    assert cut_off.ALL_SECONDS < 15
    with hanging(drips) as port, receiver() as there:
        hook(home, f"http://127.0.0.1:{port}/")
        channels.add_channel(home, "mail", "email", MAIL | {"port": port, "encryption": "none"})
        channels.add_channel(home, "good", "webhook", {"url": there.url})
        for channel in ("hook", "mail", "good"):
            waiting(home, channel)
        began = time.monotonic()
        assert Postman(home).send_due() == 3
        assert time.monotonic() - began < 3.0
        eventually(lambda: there.posts, 5)
        eventually(lambda: all(errors(home)[name] for name in ("hook", "mail")), 10)
    assert "did not answer in time" in errors(home)["hook"]
    assert errors(home)["good"] == ""


def test_a_private_address_is_refused_unless_it_is_allowed(new_home: Callable[..., Workspace]) -> None:
    home = new_home()
    with receiver() as there:
        hook(home, there.url)
        told = channels.test_channel(home, "hook")
        assert (told.status, there.posts) == ("failed", [])
    assert "CANVASBACK_URL_HOSTS" in told.error


@pytest.mark.parametrize("encryption", ["starttls", "tls", "none"])
def test_an_email_arrives_by_a_server_of_our_own(
    home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encryption: str
) -> None:
    certificate = certificate_for("127.0.0.1", tmp_path)
    login = ("ann", CANARY) if encryption != "tls" else None
    settings = MAIL | {"encryption": encryption, "user": "ann" if login else ""}
    secured = certificate if encryption != "none" else None
    with mail_server(secured, login=login, whole_tls=encryption == "tls") as box:
        channels.add_channel(home, "mail", "email", settings | {"port": box.port}, secret=CANARY if login else "")
        if encryption != "none":
            refused = channels.test_channel(home, "mail")
            assert "certificate of 127.0.0.1 is not valid" in refused.error
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
        told = channels.test_channel(home, "mail")
    assert (told.status, told.error) == ("sent", "")
    (arrived,) = box.mails
    assert arrived["Subject"] == "[Canvasback] A test"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert "test of the channel mail" in arrived.get_content()
    assert box.recipients == ["ops@example.com", "ann@example.com"]


def errors(home: Workspace) -> dict[str, str]:
    return {it.channel: it.error for it in channels.list_deliveries(home)}


def test_what_a_mail_server_refuses_is_told_in_words(home: Workspace, tmp_path: Path) -> None:
    with mail_server(login=("ann", "right")) as box:
        settings = MAIL | {"encryption": "none", "user": "ann", "port": box.port}
        channels.add_channel(home, "wrong", "email", settings, secret=CANARY)
        assert "does not accept the login" in channels.test_channel(home, "wrong").error
    with mail_server() as box:
        box.refuses = "ann@example.com"
        channels.add_channel(home, "some", "email", MAIL | {"encryption": "none", "port": box.port})
        assert "refuses 1 of 2 recipients" in channels.test_channel(home, "some").error
        channels.add_channel(home, "plain", "email", MAIL | {"encryption": "starttls", "port": box.port})
        assert "offers no such encryption" in channels.test_channel(home, "plain").error


def test_a_secret_is_kept_encrypted_and_never_shown(home: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    channels.add_channel(home, "mail", "email", MAIL | {"port": 1, "encryption": "tls", "user": "ann"}, secret=CANARY)
    key = hook(home, "https://example.invalid/canary-path")
    channels.test_channel(home, "mail")
    channels.test_channel(home, "hook")
    shown = repr(channels.list_channels(home)) + repr(channels.list_deliveries(home)) + caplog.text
    with home.database.read() as uow:
        shown += json.dumps([row.detail for row in uow.audit.list()])
    home.database.close()
    stored = b"".join(path.read_bytes() for path in home.home.path.glob("canvasback.db*"))
    for secret in (CANARY, key.removeprefix("whsec_")):
        assert secret not in shown
        assert secret.encode() not in stored
    assert "canary-path" not in shown


@pytest.mark.parametrize(
    ("kind", "settings", "secret", "field"),
    [
        ("pigeon", {}, "", "kind"),
        ("webhook", {"url": "ftp://example.org"}, "", "url"),
        ("webhook", {"url": "https://user:pass@example.org"}, "", "url"),
        ("webhook", {"url": "https://example.org"}, "short", "secret"),
        ("email", MAIL | {"to": []}, "", "to"),
        ("email", MAIL | {"to": ["ops@example.com\nBcc: all@example.com"]}, "", "to"),
        ("email", MAIL | {"sender": "Boss <boss@example.com>"}, "", "sender"),
        ("email", MAIL | {"host": "mail.example.com/x"}, "", "host"),
        ("email", MAIL | {"port": 0}, "", "port"),
        ("email", MAIL | {"user": "ann"}, "", "user"),
        ("email", MAIL | {"host": "mail.example.com", "encryption": "none", "user": "ann"}, "secret", None),
    ],
)
def test_a_channel_that_cannot_be_is_refused_by_its_field(
    home: Workspace, kind: str, settings: dict[str, Any], secret: str, field: str | None
) -> None:
    with pytest.raises(InvalidSetting) as refused:
        channels.add_channel(home, "new", kind, settings, secret=secret)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"sender": ""}, "The sender is missing.", "Fill it in."),
        ({"to": []}, "The list of receivers is missing.", "Fill it in."),
        ({"sender": "ann"}, "Sender: 'ann' is no address.", "Write one like ops@example.com."),
    ],
)
def test_what_a_channel_lacks_is_told_in_words(
    home: Workspace, changes: dict[str, Any], message: str, hint: str
) -> None:
    with pytest.raises(InvalidSetting) as refused:
        channels.add_channel(home, "new", "email", MAIL | changes)
    assert (refused.value.message, refused.value.hint) == (message, hint)


def test_a_channel_goes_with_what_was_sent_to_it(home: Workspace) -> None:
    hook(home, "https://example.org")
    waiting(home)
    channels.delete_channel(home, "hook")
    assert (channels.list_channels(home), channels.list_deliveries(home)) == ([], [])
    with pytest.raises(NotFound):
        channels.delete_channel(home, "hook")


def test_a_channel_is_changed_and_its_secret_stays(home: Workspace) -> None:
    with receiver() as there:
        key = hook(home, "https://example.invalid/old")
        view = channels.edit_channel(
            home, "hook", {"url": there.url}, new_name="pager", least_severity="critical", most_per_hour=3
        )
        assert channels.test_channel(home, "pager").status == "sent"
    assert (view.name, view.least_severity, view.most_per_hour, view.has_secret) == ("pager", "critical", 3, True)
    ((headers, body),) = there.posts
    assert Webhook(key).verify(body, headers)["data"] == {"channel": "pager"}
    assert [it.name for it in channels.list_channels(home)] == ["pager"]
    assert newest(home).channel == "pager"


def test_a_new_secret_takes_the_place_of_the_old_one(home: Workspace) -> None:
    with receiver() as there:
        old = hook(home, there.url)
        new = new_signing_key()
        channels.edit_channel(home, "hook", {}, secret=new)
        channels.test_channel(home, "hook")
    ((headers, body),) = there.posts
    assert Webhook(new).verify(body, headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old).verify(body, headers)


SIGNED_IN = MAIL | {"port": 587, "user": "ann"}


def test_a_password_stays_only_where_it_went(home: Workspace) -> None:
    channels.add_channel(home, "mail", "email", SIGNED_IN, secret=CANARY)
    told = channels.edit_channel(home, "mail", {"to": ["new@example.com"], "sender": "me@example.com"})
    assert (told.has_secret, told.settings["to"], told.settings["user"]) == (True, ["new@example.com"], "ann")
    for moved in ({"host": "mail.example.org"}, {"port": 465}, {"encryption": "tls"}, {"user": "bob"}):
        with pytest.raises(InvalidSetting, match="typed again"):
            channels.edit_channel(home, "mail", moved)
        channels.edit_channel(home, "mail", moved, secret=CANARY)
    assert not channels.edit_channel(home, "mail", {"user": ""}).has_secret, "nobody signs in: it is forgotten"
    with pytest.raises(InvalidSetting, match="belong together"):
        channels.edit_channel(home, "mail", {"user": "ann"})


@pytest.mark.parametrize(
    ("changes", "told", "field"),
    [
        ({"to": []}, {}, "to"),
        ({"url": "https://example.org"}, {}, "url"),
        ({}, {"least_severity": "loud"}, "severity"),
        ({}, {"most_per_hour": 0}, "most_per_hour"),
    ],
)
def test_a_change_that_cannot_be_leaves_the_channel_as_it_is(
    home: Workspace, changes: dict[str, Any], told: dict[str, Any], field: str
) -> None:
    channels.add_channel(home, "mail", "email", SIGNED_IN, secret=CANARY)
    before = channels.list_channels(home)
    with pytest.raises(InvalidSetting) as refused:
        channels.edit_channel(home, "mail", changes, **told)
    assert refused.value.field == field
    hook(home, "https://example.org")
    with pytest.raises(NameTaken):
        channels.edit_channel(home, "mail", {}, new_name="hook")
    channels.delete_channel(home, "hook")
    assert channels.list_channels(home) == before


def test_what_was_changed_is_in_the_audit_log_and_no_value_of_it(home: Workspace) -> None:
    hook(home, "https://example.invalid/canary-path")
    channels.edit_channel(home, "hook", {"url": "https://example.invalid/canary-other"}, secret=new_signing_key())
    with home.database.read() as uow:
        (entry,) = [row for row in uow.audit.list() if row.action == "channel changed"]
    assert entry.detail == {"changed": ["url"], "secret": True, "name": "hook"}
    assert "canary" not in repr(channels.list_channels(home))
