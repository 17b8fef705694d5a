"""The server of the front end: `streamlit run ui/server.py`; by the time a browser comes, the home is open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

import streamlit as st


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Import the engine and open the home beside starting the server."""
    Thread(target=_open, name="open the home", daemon=True).start()
    yield


def _open() -> None:
    from engine.logs import start_logging
    from engine.service import Settings
    from ui import session

    start_logging(Settings(), session.LOG)
    session.workspace()


app = st.App("app.py", lifespan=lifespan)
