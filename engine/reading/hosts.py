"""Hosts of the web, reached without reaching into the network that we stand in.

The host is resolved once, every address it has is looked at, and the connection goes to the one that was looked at: no
second answer of a name server counts.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Collection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from engine.reading.errors import PrivateHost, UnreadableFile

NAT64 = ipaddress.ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


def web_address(url: str) -> SplitResult | None:
    """The parts of an address of the web; None where it is none, or has a password in it."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        return None
    if (
        parts.scheme not in PORTS
        or not parts.hostname
        or "@" in parts.netloc
        or not port_is_fine
        or not url.isprintable()
    ):
        return None
    return parts


def connection_to(parts: SplitResult, hosts: Collection[str], seconds: float) -> http.client.HTTPConnection:
    """A connection that is made when something is asked, to an address that was looked at.

    Parameters
    ----------
    hosts
        Hosts that may be private.
    seconds
        How long each step of it may take.

    Raises
    ------
    UnreadableFile
        When there is no such host, or it is private.
    """
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    address = _address(host, port, hosts)
    return (_Secure if parts.scheme == "https" else _Plain)(host, port, address, seconds)


def target_of(parts: SplitResult) -> str:
    """What is asked for at the host."""
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def _address(host: str, port: int, hosts: Collection[str]) -> str:
    """The address to connect to; all that the name has must be public."""
    try:
        found = list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        raise UnreadableFile(f"There is no host {host[:200]}.", hint="Check the address.") from error
    if host not in hosts and not all(is_public(address) for address in found):
        raise PrivateHost(
            f"{host[:200]} is inside a private network.", hint="Name it in CANVASBACK_URL_HOSTS to allow it."
        )
    return found[0]


def is_public(text: str) -> bool:
    """Whether an address belongs to the open internet, whatever it is wrapped in.

    >>> is_public("8.8.8.8"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False)
    """
    address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    inner: list[Any] = []
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        inner += [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)] if address in NAT64 else []
    wrapped = [part for part in inner if part is not None]
    return address.is_global and not address.is_multicast and all(part.is_global for part in wrapped)


class _Plain(http.client.HTTPConnection):
    """A connection to an address that was looked at, under the name of the host."""

    def __init__(self, host: str, port: int, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _Secure(_Plain):
    """The same with TLS, whose certificate must be the host's."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
