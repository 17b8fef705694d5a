"""As the share of a version grows, callers go over to it; none goes back and forth."""

from itertools import pairwise

from engine.api.deployed import Deployed
from engine.workspace import Workspace
from tests.api.two_models import deploy

CALLERS = [f"caller {number}" for number in range(1_000)]


def answered_by_the_second(workspace: Workspace, share: float) -> set[str]:
    """The callers whom version 2 answers when it has this share."""
    deploy(workspace, 1 - share, share)
    live = Deployed(workspace).get("churn")
    return {caller for caller in CALLERS if live.choose(caller).part.version == 2}


def test_callers_stay_where_they_are_as_a_canary_grows(two: Workspace) -> None:
    shares = (0.05, 0.3, 0.6, 0.95)
    stages = [answered_by_the_second(two, share) for share in shares]
    for before, after in pairwise(stages):
        assert before < after, "some callers went back"
    for stage, share in zip(stages, shares, strict=True):
        assert abs(len(stage) / len(CALLERS) - share) < 0.05
