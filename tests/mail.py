"""A real SMTP server, in a thread of the tests."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.certificates import Certificate


@dataclass
class Mailbox:
    """What has arrived, and how the server behaves."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: str = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take a recipient unless it is refused."""
        if address == self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Take a message."""
        self.recipients += envelope.rcpt_tos
        self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@contextmanager
def mail_server(
    certificate: Certificate | None = None, *, login: tuple[str, str] | None = None, whole_tls: bool = False
) -> Iterator[Mailbox]:
    """An SMTP server on loopback.

    Parameters
    ----------
    certificate
        With one, STARTTLS is asked for; `whole_tls` has TLS from the first byte.
    login
        User and password, without which nothing is taken.
    """
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate, certificate.key)

    def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        is_known = isinstance(given, LoginPassword) and (given.login.decode(), given.password.decode()) == login
        return AuthResult(success=is_known, handled=False)

    box = Mailbox()
    how: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context and not whole_tls else {}
    if login:
        needs_tls = context is not None and not whole_tls
        how |= {"authenticator": knows, "auth_required": True, "auth_require_tls": needs_tls}
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    server = Controller(
        box, hostname="127.0.0.1", port=box.port, ssl_context=context if whole_tls else None, ready_timeout=10, **how
    )
    server.start()
    try:
        yield box
    finally:
        server.stop()
