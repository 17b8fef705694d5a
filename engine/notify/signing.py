"""Signatures of webhooks, after Standard Webhooks 1.0 (https://www.standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import secrets

from engine.errors import InvalidSetting

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64


def new_signing_key() -> str:
    """A new key of 256 random bits, to be shown once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def check_signing_key(key: str) -> None:
    """Refuse a key that receivers could not use.

    Raises
    ------
    InvalidSetting
    """
    if not LEAST_BYTES <= len(_bytes_of(key)) <= MOST_BYTES:
        raise InvalidSetting(
            "This is no signing key.",
            hint=f"Leave it empty to have one made, or give {PREFIX} and {LEAST_BYTES}–{MOST_BYTES} bytes in base64.",
            field="secret",
        )


def signature(key: str, id: str, timestamp: int, body: bytes) -> str:
    """What a receiver compares with its own: HMAC-SHA256 over id, time and the very bytes of the body.

    >>> signature("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(_bytes_of(key), signed, hashlib.sha256).digest()).decode()


def _bytes_of(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix(PREFIX), validate=True) if key.startswith(PREFIX) else b""
    except binascii.Error:
        return b""
