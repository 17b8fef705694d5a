"""Links that open one page for whoever has them: a half by chance that is stored, and one that only this home makes."""

import hmac
import secrets

from engine.workspace import Workspace
from storage.secrets import link_signature

HALF = 22


def new_half() -> str:
    """A random half, to be stored."""
    return secrets.token_urlsafe(32)[:HALF]


def whole(workspace: Workspace, half: str, to: str) -> str:
    """What a link ends in.

    Parameters
    ----------
    to
        What kind of page it opens: a link to one kind opens no other.
    """
    return half + link_signature(workspace.secret, half, to.encode())


def half_of(workspace: Workspace, key: str, to: str) -> str | None:
    """The stored half of a link; None where this home did not make it."""
    half, signature = key[:HALF], key[HALF:]
    expected = link_signature(workspace.secret, half, to.encode())
    return half if hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()) else None
