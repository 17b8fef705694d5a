"""Proves that this folder answers as the model did when it was trained: python selftest.py.

The stored rows in model/golden.parquet go through the code that answers requests, and then over HTTP through the
server; every answer is compared with what the training run said.
"""

import json
import sys
import threading
import time
import urllib.request
from typing import Any

import uvicorn

from model import ABOUT, load_model  # type: ignore[import-not-found]  # isort: skip  it makes the scoring code importable
from server import make_app  # type: ignore[import-not-found]

from engine.errors import CanvasbackError
from engine.serve.parity import check_parity, plain_value
from engine.serve.scorer import Scorer, respond

SECONDS = 60
HTTP_ROWS = 100


def main() -> None:
    """Compare, and say what was found."""
    try:
        scorer = load_model()
        parity = check_parity(scorer)
    except CanvasbackError as error:
        sys.exit(f"FAILED: {error.message}")
    print(f"{ABOUT['model']} v{ABOUT['version']}: {parity.rows:,} rows, largest difference {parity.max_difference:.2g}")
    records = _records(scorer)
    if _without_ids(_asked_over_http(records)) != _without_ids(respond(scorer, {"records": records}, "", 0)):
        sys.exit("FAILED: the server answers otherwise than the model.")
    print(f"The server gave the same {len(records):,} answers. All is well.")


def _records(scorer: Scorer) -> list[dict[str, Any]]:
    golden = scorer.golden().slice(0, HTTP_ROWS)
    names = [field.name for field in scorer.fields]
    return [{name: plain_value(row[name]) for name in names} for row in golden.select(names).to_pylist()]


def _asked_over_http(records: list[dict[str, Any]]) -> dict[str, Any]:
    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + SECONDS
    while not server.started:
        if time.monotonic() > end or not thread.is_alive():
            sys.exit("FAILED: the server does not start.")
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/predict",
        json.dumps({"records": records}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  our own server
            return dict(json.load(answer))
    finally:
        server.should_exit = True
        thread.join(timeout=SECONDS)


def _without_ids(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Each answer has an id of its own."""
    return [{name: value for name, value in row.items() if name != "id"} for row in told["predictions"]]


if __name__ == "__main__":
    main()
