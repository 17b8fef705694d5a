"""E-mail, by the SMTP server of the people's own house."""

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engine.errors import NotDelivered
from engine.notify.cut_off import ALL_SECONDS, STEP_SECONDS, cut_off_after
from engine.notify.message import Message

Encryption = Literal["starttls", "tls", "none"]
ADDRESS = re.compile(r"[\x21-\x7e]+@[A-Za-z0-9.\-]+")
NOT_IN_ADDRESSES = set('<>,;:"()[]\\')
HOST = re.compile(r"[A-Za-z0-9._:\-]+")
HERE = ("localhost", "127.0.0.1", "::1")
LASTING = 500
"""From this status on, the server says that another try ends in the same way."""


class MailSettings(BaseModel):
    """The server that takes the messages, and who gets them.

    Parameters
    ----------
    encryption
        `starttls` (usual on port 587), `tls` (465) or `none`.
    user
        Who signs in; empty where the server asks for nobody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1, max_length=255)
    port: int = Field(default=587, ge=1, le=65_535)
    encryption: Encryption = "starttls"
    user: str = Field(default="", max_length=255)
    sender: str = Field(min_length=1, max_length=255)
    to: tuple[str, ...] = Field(min_length=1, max_length=50)

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        if not HOST.fullmatch(host):
            raise ValueError(f"{host[:100]!r} is no name of a server: write one like mail.example.com")
        return host

    @field_validator("sender", "to")
    @classmethod
    def _are_addresses(cls, given: Any) -> Any:
        for address in (given,) if isinstance(given, str) else given:
            if not ADDRESS.fullmatch(address) or NOT_IN_ADDRESSES & set(address) or address.count("@") != 1:
                raise ValueError(f"{address[:100]!r} is no address: write one like ops@example.com")
        return given

    @model_validator(mode="after")
    def _password_is_covered(self) -> "MailSettings":
        if self.user and self.encryption == "none" and self.host not in HERE:
            raise ValueError("a password is not sent without encryption: choose starttls or tls")
        return self

    @property
    def place(self) -> str:
        """Where it leads, in a few words."""
        more = f" and {len(self.to) - 1} more" if len(self.to) > 1 else ""
        return f"{self.to[0]}{more} by {self.host}:{self.port}"


def send(settings: MailSettings, password: str, message: Message) -> None:
    """Give a message to the mail server.

    Raises
    ------
    NotDelivered
    """
    server = _server(settings)
    try:
        with cut_off_after(ALL_SECONDS, lambda: server.sock):
            _talk(server, settings, password, written(settings, message))
    except (smtplib.SMTPException, OSError) as error:
        raise _told(error, settings.host) from error
    finally:
        server.close()


def written(settings: MailSettings, message: Message) -> EmailMessage:
    """The message as it is sent."""
    mail = EmailMessage()
    mail["From"], mail["To"] = settings.sender, ", ".join(settings.to)
    mail["Subject"] = " ".join(message.subject.split())[:200]
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{message.id}@{settings.sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(message.lines) + "\n")
    return mail


def _server(settings: MailSettings) -> smtplib.SMTP:
    """The conversation, not begun."""
    if settings.encryption == "tls":
        return smtplib.SMTP_SSL(timeout=STEP_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(timeout=STEP_SECONDS)


def _talk(server: smtplib.SMTP, settings: MailSettings, password: str, mail: EmailMessage) -> None:
    # What `connect` is not told: the name that the certificate must have.
    server._host = settings.host  # type: ignore[attr-defined]
    code, _ = server.connect(settings.host, settings.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, b"")
    if settings.encryption == "starttls":
        server.starttls(context=ssl.create_default_context())
    if settings.user:
        server.login(settings.user, password)
    refused = server.send_message(mail)
    server.quit()
    if refused:
        raise NotDelivered(
            f"{settings.host} refuses {len(refused)} of {len(settings.to)} recipients; the others have the message.",
            hint="Check the addresses.",
            passing=False,
        )


def _told(error: Exception, host: str) -> NotDelivered:
    """What went wrong, without what the server said: that may repeat what it was sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotDelivered(
            f"The certificate of {host} is not valid for it.",
            hint="Use the name in the certificate; an authority of your own is named in SSL_CERT_FILE.",
            passing=False,
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotDelivered(f"{host} does not accept the login.", hint="Check user and password.", passing=False)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotDelivered(f"{host} offers no such encryption or login.", hint="Choose another.", passing=False)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return NotDelivered(
            f"{host} refuses the recipients ({', '.join(map(str, codes))}).",
            hint="Check the addresses.",
            passing=min(codes) < LASTING,
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return NotDelivered(
            f"{host} answered {error.smtp_code}.", hint="Look at its log.", passing=error.smtp_code < LASTING
        )
    return NotDelivered(
        f"{host} cannot be reached, or did not answer in time.", hint="Check host, port and encryption."
    )
