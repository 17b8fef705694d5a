"""The server of the front end: `streamlit run ui/server.py`; by the time a browser comes, the home is open."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

import streamlit as st

from ui.building.door import DOOR

TURN_SECONDS = 0.001
"""How long a page that computes keeps the interpreter: what is ready to be sent to a browser waits a few such turns."""


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Import the engine and open the home beside starting the server."""
    sys.setswitchinterval(TURN_SECONDS)
    Thread(target=_open, name="open the home", daemon=True).start()
    yield


def _open() -> None:
    from engine.logs import start_logging
    from engine.service import Settings
    from ui import session

    start_logging(Settings(), session.LOG)
    session.workspace()


app = st.App("app.py", lifespan=lifespan, routes=[DOOR])
