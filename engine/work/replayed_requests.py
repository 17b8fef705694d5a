"""What was asked lately, answered by both models: how many decisions would change?

What the loop keeps of a replay is ``{"rows", "changed", "share"}``.
"""

from typing import Any

from engine.serve.endpoint_settings import read_endpoint_settings
from engine.serve.replay import replay
from engine.serve.scorer import load_scorer
from engine.work.asked_rows import last_requests
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage.schema import ModelVersion


def replayed_requests(
    workspace: Workspace, endpoint_id: str, champion: ModelVersion, challenger: ModelVersion
) -> dict[str, Any] | None:
    """The last requests that were logged, through both models; None where none were logged or can be compared."""
    live, new = (load_scorer(verified_files(workspace, version)) for version in (champion, challenger))
    sent = last_requests(workspace, endpoint_id, live, [champion.id])
    if sent is None:
        return None
    with workspace.database.read() as uow:
        strict = read_endpoint_settings(uow.endpoints.get(endpoint_id).settings).strict
    told = replay(live, new, sent, sent, strict=strict)
    return None if told["share"] is None else {name: told[name] for name in ("rows", "changed", "share")}
