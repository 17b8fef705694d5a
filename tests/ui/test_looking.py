"""What the browser looks at is answered beside the edits, and bounded like everything that it says."""

import time
from typing import Any

import pytest

from engine.service import Settings, open_workspace
from tests.ui.conftest import Filled, Open
from ui.building.looking import look_data
from ui.canvas.messages import Look, Refused, read_look


def asked(**more: Any) -> Look:
    return read_look(
        {
            "doc": "p",
            "cid": "c1",
            "seq": 1,
            "node": None,
            "port": None,
            "rows": 50,
            "overlay": None,
            "model": None,
            "try": 0,
            **more,
        }
    )


def answered(filled: Filled, **more: Any) -> dict[str, Any]:
    """Ask as a browser does: again, until the answer is there."""
    place = open_workspace(Settings(home=filled.home))
    until = time.monotonic() + 20
    while time.monotonic() < until:
        data = look_data(place, filled.pipeline_id, asked(doc=filled.pipeline_id, **more), patience=0.2)
        if not data["pending"]:
            return data
    pytest.fail("no answer")


def test_a_node_is_answered_with_its_preview_and_what_it_did(filled: Filled) -> None:
    place = open_workspace(Settings(home=filled.home))
    from engine.service.building import pipelines

    drawn = pipelines.drawn(pipelines.get_draft(place, filled.pipeline_id))
    node = next(node for node in drawn.nodes if not drawn.into(node.id))
    data = answered(filled, node=node.id, cid="c-node")
    assert (data["cid"], data["seq"], data["trial"]["node"]) == ("c-node", 1, node.id)
    assert data["trial"]["after"]["rows"]
    assert data["trial"]["columns"]
    assert data["history"]["last"]["run"] == 1


def test_overlays_are_answered_without_a_node_and_a_node_that_is_gone_with_nothing(filled: Filled) -> None:
    fitted = answered(filled, overlay="fitted", cid="c-over")["overlay"]
    assert fitted["kind"] == "fitted"
    assert fitted["marks"]
    serving = answered(filled, overlay="serving", node="gone", cid="c-over", seq=2)
    assert serving["overlay"]["model"]
    assert "trial" not in serving


def test_nobody_asks_and_nothing_is_worked_out(filled: Filled) -> None:
    place = open_workspace(Settings(home=filled.home))
    assert look_data(place, filled.pipeline_id, None)["seq"] == -1


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": 0}, {"rows": 1_000_000}, {"rows": "50"}, {"node": "No node"}, {"node": "__proto__"},
        {"overlay": "all"}, {"port": "x" * 300}, {"more": 1}, {"seq": -1}, {"model": "'; drop"},
    ],
)  # fmt: skip
def test_what_no_canvas_asks_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        asked(**wrong)


def test_the_page_of_a_pipeline_has_the_mount_that_questions_go_through(filled: Filled, open_page: Open) -> None:
    app = open_page(filled.home, "builder", pipeline=filled.pipeline_id)
    assert not app.exception
    kinds = [part.proto.json for part in app.get("bidi_component")]
    assert sum('"kind":"look"' in kind.replace(" ", "") for kind in kinds) == 1
