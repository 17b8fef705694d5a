"""The API as a process, or as several that share a port."""

import ctypes
import os
import signal
import sys
from typing import Any

from engine.logs import start_logging
from engine.settings import Settings, read_settings
from engine.workspace import open_workspace

STOP_SECONDS = 8
START_SECONDS = 120
"""So long a process may load models before it counts as one that hangs."""
PR_SET_PDEATHSIG = 1
SWITCH_SECONDS = 0.0005
"""So long one thread computes in Python before another may: answering and scoring take turns many times a request."""


def run_api(settings: Settings) -> None:
    """Serve until told to stop; what is in flight then is answered."""
    import uvicorn

    os.environ |= settings.as_environment()  # further processes read it
    # Requests are answered side by side; one that took all cores would only make the others wait.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    options: dict[str, Any] = {}
    if settings.api_processes > 1:
        options = {"workers": settings.api_processes, "timeout_worker_healthcheck": START_SECONDS}
    uvicorn.run(
        "engine.api.running:this_app",
        factory=True,
        host=settings.host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        **options,
    )


def end_with_parent() -> None:
    """Let the kernel end this process when its parent was killed; elsewhere than on Linux, nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def this_app() -> Any:
    """The API of the home that the environment names, for this process."""
    from engine.api.app import make_app

    settings = read_settings()
    if settings.api_processes > 1:
        end_with_parent()
    start_logging(settings, "api")
    sys.setswitchinterval(SWITCH_SECONDS)
    return make_app(open_workspace(settings))
