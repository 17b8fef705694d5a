"""Object stores: what a bucket holds, and its objects fetched into files."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from storage.errors import NotFound, StorageError, Unreachable
from storage.secrets import without

IsOpen = Callable[[str, str], bool]
"""Whether a host may be reached at an address."""

CONNECT_SECONDS = 10
READ_SECONDS = 60
CHUNK_BYTES = 1 << 20
MOST_LISTED = 10_000
WILD = "*?["
LOOK = "Look at its objects."
INSTALL = "pip install 'canvasback[s3]'"
HINTS = {
    "InvalidAccessKeyId": "Type the key and the secret of the connection again.",
    "SignatureDoesNotMatch": "Type the key and the secret of the connection again.",
    "ExpiredToken": "Type the key and the secret of the connection again.",
    "AccessDenied": "This key may not do that: ask who looks after the bucket.",
    "403": "This key may not do that, or is wrong.",
    "NoSuchBucket": "Check the name of the bucket.",
}


@dataclass(frozen=True)
class ObjectStore:
    """How one bucket is reached.

    Parameters
    ----------
    endpoint : where a store other than Amazon's answers: ``https://minio.example.com``.
    key_id, secret : without them the bucket must be public.
    """

    name: str
    bucket: str
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class StoredObject:
    """One object: its key, and its size in bytes."""

    key: str
    bytes: int


def list_objects(store: ObjectStore, pattern: str, is_open: IsOpen) -> list[StoredObject]:
    """Objects by name: one key, all below a prefix that ends with ``/``, or all that a pattern with ``*`` fits.

    Parameters
    ----------
    pattern
        Empty for all.
    is_open
        Whether a host may be reached at an address.

    Raises
    ------
    Unreachable
    NotFound
        When nothing is there.
    """
    with _opened(store, is_open) as files:
        found = list(_matching(files, store, pattern))
    if not found:
        raise NotFound(f"There is nothing called {pattern or 'anything'} in {store.name}", LOOK)
    return sorted(found, key=lambda one: one.key)


def fetch_objects(
    store: ObjectStore, keys: list[str], folder: Path, is_open: IsOpen, *, most_bytes: int, seconds: float
) -> list[Path]:
    """Bring objects into files of a folder, under names of ours that end like theirs.

    Parameters
    ----------
    most_bytes, seconds
        What all of them together may be, and take.

    Raises
    ------
    Unreachable
    """
    ends, left = time.monotonic() + seconds, most_bytes
    paths = []
    with _opened(store, is_open) as files:
        for number, key in enumerate(keys):
            path = folder / f"object-{number:05d}{_suffixes(key)}"
            left -= _kept(files, store, key, path, left, ends)
            paths.append(path)
    return paths


def test(store: ObjectStore, is_open: IsOpen) -> str:
    """What the bucket answers.

    Raises
    ------
    Unreachable
    """
    with _opened(store, is_open) as files:
        page = files.call_s3("list_objects_v2", Bucket=store.bucket, MaxKeys=1)
    return f"s3 bucket {store.bucket}" + ("" if page.get("KeyCount") else ", which is empty")


def _matching(files: Any, store: ObjectStore, pattern: str) -> Iterator[StoredObject]:
    is_wild, is_folder = any(sign in pattern for sign in WILD), pattern.endswith("/") or not pattern
    prefix = pattern[: min(pattern.find(sign) for sign in WILD if sign in pattern)] if is_wild else pattern
    token: dict[str, str] = {}
    seen = 0
    while seen < MOST_LISTED:
        page = files.call_s3("list_objects_v2", Bucket=store.bucket, Prefix=prefix, **token)
        for one in page.get("Contents", ()):
            seen += 1
            key = str(one["Key"])
            fits = fnmatchcase(key, pattern) if is_wild else is_folder or key == pattern
            if fits and not key.endswith("/"):
                yield StoredObject(key, int(one["Size"]))
        if not page.get("NextContinuationToken"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}
    raise Unreachable(f"{store.name} has more than {MOST_LISTED:,} objects there", "Name a longer prefix.")


def _kept(files: Any, store: ObjectStore, key: str, path: Path, most: int, ends: float) -> int:
    size = 0
    with files.open(f"{store.bucket}/{key}", "rb", block_size=8 * CHUNK_BYTES, cache_type="readahead") as remote:
        if remote.size > most:
            raise Unreachable(
                f"{key[-200:]} is larger than the {most // 1_000_000:,} MB that may be fetched",
                "Raise CANVASBACK_URL_MAX_MB.",
            )
        with path.open("wb") as file:
            while chunk := remote.read(CHUNK_BYTES):
                size += file.write(chunk)
                if time.monotonic() > ends:
                    raise Unreachable(f"{key[-200:]} took too long", "Try again later.", passing=True)
    return size


def _suffixes(key: str) -> str:
    found = "".join(Path(key).suffixes[-2:]).lower()
    return found if len(found) < 20 and found.replace(".", "").isalnum() else ""


@contextmanager
def _opened(store: ObjectStore, is_open: IsOpen) -> Iterator[Any]:
    try:
        import s3fs  # type: ignore[import-untyped]
        from aiohttp import ClientError
        from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]
        from botocore.exceptions import ClientError as Refused
    except ModuleNotFoundError:
        raise Unreachable("There is no driver for object stores here", INSTALL) from None
    _check_endpoint(store, is_open)
    files = s3fs.S3FileSystem(
        # Without a key nobody else's is looked for: not in the environment, not in the machine's metadata.
        anon=not store.key_id,
        key=store.key_id or None,
        secret=store.secret,
        endpoint_url=store.endpoint or None,
        client_kwargs={"region_name": store.region or "us-east-1"},
        config_kwargs={
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "retries": {"max_attempts": 2},
            "connector_args": {"resolver": _resolver(is_open), "use_dns_cache": False},
            "s3": {"addressing_style": "path"} if store.endpoint else {},
        },
        default_cache_type="none",
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    files.retries = 2
    try:
        yield files
    except (OSError, BotoCoreError, ClientError, Refused) as error:
        raise _told(store, error) from None
    finally:
        if getattr(files, "_s3", None) is not None:
            s3fs.S3FileSystem.close_session(files.loop, files._s3)


def _told(store: ObjectStore, error: BaseException) -> StorageError:
    """What went wrong, from the error that it began with."""
    chain = list(_chain(error))
    ours = next((one for one in chain if isinstance(one, StorageError)), None)
    if ours is not None:
        return ours
    answers: list[Any] = [found for one in chain if isinstance(found := getattr(one, "response", None), dict)]
    answer: dict[str, Any] = answers[0].get("Error", {}) if answers else {}
    code = str(answer.get("Code", ""))
    if code in {"404", "NoSuchKey"} or (isinstance(error, FileNotFoundError) and not code):
        return NotFound(f"There is no such object in {store.name}: {_plain(str(error), store)}", LOOK)
    if code:
        said = _plain(str(answer.get("Message") or code), store)
        return Unreachable(f"{store.name} refused: {said}", HINTS.get(code, "Check the connection."))
    said = _plain(str(error) or type(error).__name__, store)
    if "Partial credentials" in said:
        return Unreachable(f"{store.name} has a key id but no secret", "Type the secret of the key again.")
    return Unreachable(f"{store.name} does not answer: {said}", "Check the endpoint.", passing=True)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _plain(text: str, store: ObjectStore) -> str:
    first = (text.strip().splitlines() or [""])[0][:300]
    return without(first, store.secret)


def _check_endpoint(store: ObjectStore, is_open: IsOpen) -> None:
    """An address that is written as a number is never resolved: it is looked at here."""
    host = urlsplit(store.endpoint).hostname or ""
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        return
    if not is_open(host, address):
        raise _inside(host)


def _resolver(is_open: IsOpen) -> Any:
    """A resolver that tells only addresses that may be reached: looked at where the connection is made."""
    from aiohttp.abc import AbstractResolver

    class Guarded(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[Any]:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
            if not all(is_open(host, str(info[4][0])) for info in found):
                raise _inside(host)
            same = {"hostname": host, "port": port, "flags": 0}
            return [{**same, "host": str(at[0]), "family": kind, "proto": proto} for kind, _, proto, _, at in found]

        async def close(self) -> None:
            """Nothing is kept open."""

    return Guarded()


def _inside(host: str) -> Unreachable:
    return Unreachable(f"{host[:200]} is inside a private network", "Name it in CANVASBACK_URL_HOSTS to allow it.")
