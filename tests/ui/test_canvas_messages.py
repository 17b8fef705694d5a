"""What the browser sends is taken only when it is exactly what our canvas sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ui.canvas.messages import (
    MAX_DEPTH,
    MAX_EDGES,
    MAX_NODES,
    MAX_PASTED,
    MAX_TEXT,
    Cancel,
    CatchUp,
    Edit,
    Fix,
    FixAll,
    Here,
    Later,
    Open,
    Paste,
    Plan,
    Refused,
    Rename,
    Retype,
    Run,
    Save,
    Select,
    read_edit,
    read_intent,
)

Change = Callable[[dict[str, Any]], None]


def node(name: str = "fill", **changes: object) -> dict[str, Any]:
    return {
        "id": name,
        "component": "impute_mean",
        "title": None,
        "params": {"columns": {"select": "numeric", "except": ["id"]}},
        "position": [0, 12.5],
        **changes,
    }


def edge(source: str = "fill", target: str = "model") -> dict[str, Any]:
    return {"source": source, "source_port": "table", "target": target, "target_port": "table"}


def edit() -> dict[str, Any]:
    rate = {"type": "number", "default": 0.2, "about": "how much", "min": 0, "max": 1.5, "choices": ["a", 2]}
    graph = {"nodes": [node(), node("model")], "edges": [edge()], "params": {"rate": rate}}
    return {"doc": "p1", "cid": "c1", "seq": 1, "base": 3, "graph": graph, "try": 0}


def intent(**more: object) -> dict[str, Any]:
    who = {"id": "p-1", "name": "Anna"}
    return {"doc": "p1", "cid": "c1", "seq": 1, "who": who, **more}


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


def test_an_edit_is_read_as_it_was_sent() -> None:
    read = read_edit(edit())
    assert isinstance(read, Edit)
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == edit()


def test_an_edit_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_edit(edit()).seq = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (intent(type="select", node=None), Select),
        (intent(type="select", node="fill"), Select),
        (intent(type="open", node="fill"), Open),
        (intent(type="run", to=None), Run),
        (intent(type="run", to=None, params={"rate": 0.5}), Run),
        (intent(type="plan", to=None), Plan),
        (intent(type="here"), Here),
        (intent(type="catch_up", who=None), CatchUp),
        (intent(type="cancel"), Cancel),
        (intent(type="fix", problem="p", fix="f"), Fix),
        (intent(type="save"), Save),
        (intent(type="paste", text="x" * MAX_PASTED), Paste),
        (intent(type="fix_all"), FixAll),
        (intent(type="rename", node="fill", port="table", column="a", to="b"), Rename),
        (intent(type="retype", node="fill", port="table", column="a", to="string"), Retype),
        (intent(type="later", node="fill", params={"name": "a"}), Later),
    ],
)
def test_every_intent_of_the_canvas_is_read(said: dict[str, Any], kind: type) -> None:
    assert type(read_intent(said)) is kind


HOSTILE_EDITS: dict[str, Change] = {
    "an unknown key": lambda said: said.update(admin=True),
    "an unknown key of a node": lambda said: said["graph"]["nodes"][0].update(owner="me"),
    "a missing key": lambda said: said.pop("graph"),
    "a number as text": lambda said: said.update(seq="1"),
    "a fraction as a serial": lambda said: said.update(seq=1.5),
    "a negative serial": lambda said: said.update(seq=-1),
    "an enormous serial": lambda said: said.update(seq=2**70),
    "a flag as a serial": lambda said: said.update(seq=True),
    "an empty document name": lambda said: said.update(doc=""),
    "a long document name": lambda said: said.update(doc="d" * 201),
    "a path as a node id": lambda said: said["graph"]["nodes"][0].update(id="../../etc/passwd"),
    "a node id with a line break at its end": lambda said: said["graph"]["nodes"][0].update(id="fill\n"),
    "a node called __proto__": lambda said: said["graph"]["nodes"][0].update(id="__proto__"),
    "a component called __proto__": lambda said: said["graph"]["nodes"][0].update(component="__proto__"),
    "markup as a component": lambda said: said["graph"]["nodes"][0].update(component="<img src=x>"),
    "a long title": lambda said: said["graph"]["nodes"][0].update(title="t" * 201),
    "a switch that is a word": lambda said: said["graph"]["nodes"][0].update(disabled="true"),
    "a position of three": lambda said: said["graph"]["nodes"][0].update(position=[0, 0, 0]),
    "a position that is not finite": lambda said: said["graph"]["nodes"][0].update(position=[float("nan"), 0]),
    "an infinite position": lambda said: said["graph"]["nodes"][0].update(position=[float("inf"), 0]),
    "a position far away": lambda said: said["graph"]["nodes"][0].update(position=[1e12, 0]),
    "a parameter that is not finite": lambda said: said["graph"]["nodes"][0].update(params={"x": float("nan")}),
    "params that are a list": lambda said: said["graph"]["nodes"][0].update(params=[1]),
    "a very long text": lambda said: said["graph"]["nodes"][0].update(params={"x": "y" * (MAX_TEXT + 1)}),
    "a very long name of a param": lambda said: said["graph"]["nodes"][0].update(params={"y" * 201: 1}),
    "too many params": lambda said: said["graph"]["nodes"][0].update(params={f"p{n}": n for n in range(201)}),
    "params nested too deeply": lambda said: said["graph"]["nodes"][0].update(params={"x": nested(MAX_DEPTH)}),
    "params nested beyond all stacks": lambda said: said["graph"]["nodes"][0].update(params={"x": nested(100_000)}),
    "too many nodes": lambda said: said["graph"].update(nodes=[node(f"n{n}") for n in range(MAX_NODES + 1)]),
    "too many wires": lambda said: said["graph"].update(edges=[edge()] * (MAX_EDGES + 1)),
    "a wire without a port": lambda said: said["graph"]["edges"][0].update(source_port=""),
    "a parameter called by a path": lambda said: said["graph"].update(params={"../x": said["graph"]["params"]["rate"]}),
    "a parameter that pollutes": lambda said: said["graph"].update(params={"__proto__": {"type": "text"}}),
    "an unknown key of a parameter": lambda said: said["graph"]["params"]["rate"].update(code="x"),
    "a parameter without a type": lambda said: said["graph"]["params"]["rate"].pop("type"),
    "too many choices": lambda said: said["graph"]["params"]["rate"].update(choices=[str(n) for n in range(201)]),
    "too many parameters": lambda said: said["graph"].update(params={f"p{n}": {"type": "text"} for n in range(201)}),
    "a port called __proto__": lambda said: said["graph"]["edges"][0].update(source_port="__proto__"),
    "a port of markup": lambda said: said["graph"]["edges"][0].update(target_port="<b>"),
    "bytes instead of text": lambda said: said["graph"]["nodes"][0].update(params={"x": b"raw"}),
}


@pytest.mark.parametrize("change", HOSTILE_EDITS.values(), ids=HOSTILE_EDITS.keys())
def test_a_hostile_edit_is_refused(change: Change) -> None:
    said = edit()
    change(said)
    with pytest.raises(Refused):
        read_edit(said)


@pytest.mark.parametrize("said", [None, [], "edit", 7, {}, [edit()], json.dumps(edit())])
def test_what_is_no_edit_at_all_is_refused(said: object) -> None:
    with pytest.raises(Refused):
        read_edit(said)


@pytest.mark.parametrize(
    "said",
    [
        intent(),
        intent(type="delete_everything"),
        intent(type="run"),
        intent(type="run", to="Not An Id"),
        intent(type="run", to=["fill"]),
        intent(type="run", to=None, params=[1]),
        intent(type="here", who={"id": "<img>", "name": ""}),
        intent(type="here", who={"id": "a", "name": "n" * 41}),
        intent(type="cancel", run=3),
        intent(type="paste"),
        intent(type="paste", text=["nodes: {}"]),
        intent(type="paste", text="x" * (MAX_PASTED + 1)),
        intent(type="save", text="x" * (MAX_TEXT + 1)),
        intent(type="fix", problem="p", fix="f" * 201),
        intent(type="rename", node="fill", port="table", column="a", to="b" * 501),
        intent(type="rename", node="../fill", port="table", column="a", to="b"),
        intent(type="retype", node="fill", port="table", column="", to="string"),
        intent(type="later", node="fill", params=[1]),
        {**intent(type="save"), "seq": "1"},
        {"type": "save"},
    ],
)
def test_a_hostile_intent_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_intent(said)


def test_a_message_of_many_megabytes_is_refused() -> None:
    said = edit()
    said["graph"]["nodes"] = [node(f"n{n}", params={"x": "y" * MAX_TEXT}) for n in range(500)]
    with pytest.raises(Refused, match="too big"):
        read_edit(said)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    said = edit()
    said["graph"]["nodes"][0]["id"] = "SECRET-VALUE"
    with pytest.raises(Refused) as refusal:
        read_edit(said)
    assert "SECRET-VALUE" not in str(refusal.value)


def _page() -> None:
    import streamlit as st

    from ui.canvas import canvas, feed

    said = canvas("editor", {"doc": "p1", "rev": 1, "graph": {"nodes": [], "edges": []}})
    feed("live", {"doc": "p1", "run": None, "nodes": {}})
    st.write(f"wish {said.intent.seq}" if said.intent else "no wish")
    st.write(said.refused or "nothing refused")


def test_the_canvas_mounts_from_a_bare_checkout() -> None:
    page = AppTest.from_function(_page, default_timeout=60).run()
    assert not page.exception
    editor, live = (json.loads(one.proto.json) for one in page.get("bidi_component"))
    assert (editor["kind"], live["kind"]) == ("editor", "feed")
    assert page.get("bidi_component")[0].proto.js_source_path.startswith("canvas-")


def test_a_page_gets_the_wish_that_the_browser_sent() -> None:
    page = AppTest.from_function(_page, default_timeout=60)
    page.session_state["editor"] = {"intent": intent(type="save")}
    assert [one.value for one in page.run().markdown] == ["wish 1", "nothing refused"]


def test_a_page_survives_a_hostile_browser() -> None:
    page = AppTest.from_function(_page, default_timeout=60)
    page.session_state["editor"] = {"intent": {**intent(type="save"), "admin": True}, "stored": {"any": "thing"}}
    page.run()
    assert not page.exception
    assert page.markdown[0].value == "no wish"
    assert "admin" in page.markdown[1].value
