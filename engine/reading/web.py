"""Files of the web, fetched without reaching into the network that we stand in; each redirect is looked at as well."""

import http.client
import time
from collections.abc import Collection
from pathlib import Path
from urllib.parse import SplitResult, urljoin

from engine.reading.errors import UnreadableFile
from engine.reading.hosts import connection_to, target_of, web_address

CHUNK, TIMEOUT, MOST_REDIRECTS = 1 << 18, 20.0, 5
REDIRECTS = (301, 302, 303, 307, 308)


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
        connection = connection_to(parts, hosts, TIMEOUT)
        try:
            headers = {"User-Agent": "canvasback", "Accept-Encoding": "identity"}
            connection.request("GET", target_of(parts), headers=headers)
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
    parts = web_address(url)
    if parts is None:
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
