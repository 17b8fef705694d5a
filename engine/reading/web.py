"""Files of the web, fetched without reaching into the network that we stand in.

The host is resolved once, every address it has is looked at, and the connection goes to the one that was looked at: no
second answer of a name server counts. Each redirect is looked at in the same way.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from engine.reading.errors import UnreadableFile

CHUNK, TIMEOUT, MOST_REDIRECTS = 1 << 18, 20.0, 5
REDIRECTS = (301, 302, 303, 307, 308)
NAT64 = ipaddress.ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


def download(url: str, path: Path, *, most_bytes: int, seconds: float, hosts: Collection[str] = ()) -> None:
    """Fetch a file.

    Parameters
    ----------
    most_bytes, seconds
        What it may be, and how long it may take.
    hosts
        Hosts that may be private.

    Raises
    ------
    UnreadableFile
        When the address is none that may be asked, or does not answer with a file of that size.
    """
    deadline = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        parts = _checked(url)
        connection = _connection(parts, hosts)
        try:
            target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request("GET", target, headers={"User-Agent": "canvasback", "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            if answer.status not in REDIRECTS:
                _keep(answer, path, most_bytes, deadline, parts)
                return
            url = urljoin(url, answer.headers.get("Location", ""))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnreadableFile(f"{parts.hostname} did not answer as it should.", hint="Try again later.") from error
        finally:
            connection.close()
    raise UnreadableFile("This address leads on and on.", hint="Use the address that it ends at.")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        port_is_fine, parts = False, urlsplit("")
    if parts.scheme not in PORTS or not parts.hostname or parts.username or not port_is_fine or not url.isprintable():
        raise UnreadableFile("This is no address of a file.", hint="Write https://host/path, without a password.")
    return parts


def _keep(answer: http.client.HTTPResponse, path: Path, most: int, deadline: float, parts: SplitResult) -> None:
    if answer.status != 200:
        raise UnreadableFile(f"{parts.hostname} answered {answer.status}.", hint="Check the address.")
    size = 0
    with path.open("wb") as file:
        while chunk := answer.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise UnreadableFile(
                    f"The file is larger than the {most // 1_000_000:,} MB that may be fetched.",
                    hint="Raise CANVASBACK_URL_MAX_MB, or import it by path.",
                )
            if time.monotonic() > deadline:
                raise UnreadableFile("The file took too long.", hint="Try again later, or import it by path.")
            file.write(chunk)


def _connection(parts: SplitResult, hosts: Collection[str]) -> http.client.HTTPConnection:
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    address = _address(host, port, hosts)
    return _Secure(host, port, address) if parts.scheme == "https" else _Plain(host, port, address)


def _address(host: str, port: int, hosts: Collection[str]) -> str:
    """The address to connect to; all that the name has must be public."""
    try:
        found = list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        raise UnreadableFile(f"There is no host {host[:200]}.", hint="Check the address.") from error
    if host not in hosts and not all(is_public(address) for address in found):
        raise UnreadableFile(
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

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _Secure(_Plain):
    """The same with TLS, whose certificate must be the host's."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
