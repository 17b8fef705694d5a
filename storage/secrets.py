"""The home's own secret, and what is derived from it."""

import base64
import hashlib
import hmac
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.disk import sync_folder, temporary_name, writing
from storage.errors import DamagedFile, OpenSecret

SECRET_BYTES = 32
KEY_PREFIX = "cbk_"
SHOWN_CHARACTERS = 12


def home_secret(path: Path | str) -> bytes:
    """Return the secret of a home; the first process to ask makes it, all get the same 32 bytes.

    Raises
    ------
    OpenSecret
        if other users of this computer may read the file.
    DamagedFile
        if it does not hold 32 bytes.
    """
    path = Path(path)
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise OpenSecret(f"Other users can read {path}", hint=f"chmod 600 {path}, then make new keys.")
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise DamagedFile(f"{path} is damaged: it has {len(secret)} bytes", hint="Restore it from a backup.")
    return secret


def hash_key(secret: bytes, key: str) -> str:
    """Return the keyed hash (HMAC-SHA256, hex) under which an endpoint key is stored."""
    return hmac.digest(_derived(secret, b"endpoint keys"), key.encode("utf-8", "replace"), "sha256").hex()


def link_signature(secret: bytes, nonce: str, to: bytes) -> str:
    """Return what a link to a shared page needs beside what is stored of it (HMAC-SHA256, hex, half of it)."""
    return hmac.new(_derived(secret, to + b" links"), nonce.encode(), hashlib.sha256).hexdigest()[:32]


def key_matches(secret: bytes, key: str, stored: str) -> bool:
    """Tell in constant time whether `key` is the one whose hash was stored."""
    return hmac.compare_digest(hash_key(secret, key), stored)


def new_endpoint_key() -> str:
    """Return a new key with 256 random bits, to be shown once."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def shown(key: str) -> str:
    """Return the start of a key, by which people tell keys apart.

    >>> shown("cbk_abcdefghijklmnop")
    'cbk_abcdefgh'
    """
    return key[:SHOWN_CHARACTERS]


def without(text: str, secret: str | None) -> str:
    """A text of others without a secret; as a word of its own, for a short one is a part of many.

    >>> without("pass refused for user pass: surpassed", "pass")
    '… refused for user …: surpassed'
    """
    return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", text) if secret else text


def encrypt(secret: bytes, text: str) -> str:
    """Return `text` encrypted and authenticated (Fernet) with this home's secret."""
    return _fernet(secret).encrypt(text.encode()).decode()


def decrypt(secret: bytes, token: str) -> str:
    """Return what `encrypt` was given; `DamagedFile` when it was changed or made with another secret."""
    try:
        return _fernet(secret).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise DamagedFile(
            "The stored credentials cannot be read with the secret of this home", hint="Enter them again."
        ) from error


def _fernet(secret: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(secret, b"connections")))


@lru_cache(maxsize=32)
def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"canvasback " + purpose).derive(secret)


def _create(path: Path) -> None:
    # A hard link appears completely or not at all, and fails when another process was faster.
    temporary = path.parent / temporary_name()
    with writing(path):
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(SECRET_BYTES))
                file.flush()
                os.fsync(descriptor)
            path.hardlink_to(temporary)
            sync_folder(path.parent)
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
