"""Who may ask: the key of a request, looked up at most once a second."""

import logging
import time

import anyio.to_thread

from engine.errors import NotAllowed
from engine.service.endpoints import note_key_used, opens
from engine.workspace import Workspace
from storage.errors import StorageError
from storage.secrets import hash_key

FRESH_SECONDS = 1.0
NOTE_SECONDS = 60.0

log = logging.getLogger("canvasback.api")


class Keys:
    """Remembers for a second which keys were valid; a refusal is never remembered."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._valid_until: dict[tuple[str, str], float] = {}
        self._noted_at: dict[str, float] = {}

    async def check(self, endpoint: str, authorization: str) -> None:
        """Let a request pass whose key opens this endpoint.

        Raises
        ------
        NotAllowed
            In the same words for a missing, wrong or revoked key, another endpoint's key and an unknown endpoint.
        """
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() == "bearer" and key.strip():
            hashed = hash_key(self._workspace.secret, key.strip())
            if self._valid_until.get((endpoint, hashed), 0.0) > time.monotonic():
                return
            if await anyio.to_thread.run_sync(self._look_up, endpoint, hashed):
                return
        raise NotAllowed("The key is missing, wrong or revoked.", hint="Send the header 'Authorization: Bearer cbk_…'.")

    def _look_up(self, endpoint: str, hashed: str) -> bool:
        if not opens(self._workspace, endpoint, hashed):
            return False
        self._valid_until[endpoint, hashed] = time.monotonic() + FRESH_SECONDS
        self._note(hashed)
        return True

    def _note(self, hashed: str) -> None:
        """When a key was last used, to the minute."""
        now = time.monotonic()
        if now < self._noted_at.get(hashed, 0.0):
            return
        self._noted_at[hashed] = now + NOTE_SECONDS
        try:
            note_key_used(self._workspace, hashed)
        except StorageError as error:
            log.warning("the use of a key could not be noted: %s", error.message)
