"""What a model was given in seconds covers asking how much its columns matter, and saving it."""

import time

import pytest

from engine.train.time_left import IMPORTANCE, TimeLeft


def test_importance_leaves_the_time_that_saving_takes() -> None:
    time_left = TimeLeft(1_000.0, begun=time.monotonic())
    quick, slow = time_left.for_importance(0.0), time_left.for_importance(200.0)
    assert quick is not None
    assert slow is not None
    assert quick - slow == pytest.approx(200, abs=5)
    assert TimeLeft(1_000.0, begun=time.monotonic() - 990).for_importance(200.0) == 1_000 * IMPORTANCE
    assert TimeLeft(None).for_importance(200.0) is None
