"""Everything beside `predict` that callers of an endpoint can ask."""

from fastapi import FastAPI

from engine.api.desk import Desk
from engine.api.feedback import add_feedback
from engine.api.inference_v2 import add_inference_v2
from engine.api.invocations import add_invocations
from engine.api.receipts import add_receipts


def add_protocols(app: FastAPI, desk: Desk) -> None:
    """One line for each."""
    add_feedback(app, desk)
    add_receipts(app, desk)
    add_inference_v2(app, desk)
    add_invocations(app, desk)
