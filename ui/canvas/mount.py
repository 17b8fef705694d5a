"""Put the canvas on a page: the editor, and the invisible feed that keeps its node states live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from ui.canvas.messages import (
    Asked,
    Intent,
    Look,
    Refused,
    read_asked,
    read_intent,
    read_look,
)

if TYPE_CHECKING:
    from streamlit.components.v2.component_manager import BidiComponentManager
    from streamlit.components.v2.types import ComponentRenderer

_PACKAGE, _COMPONENT, _ASSETS = "canvasback", "canvas", "dist"

_renderers: WeakKeyDictionary[BidiComponentManager, ComponentRenderer] = WeakKeyDictionary()
_registering = Lock()


@dataclass(frozen=True)
class Said:
    """What the browser last said; it is repeated on every rerun, so do it once by `cid` and `seq`."""

    intent: Intent | None = None
    asked: Asked | None = None
    refused: str | None = None


def canvas(
    key: str,
    data: Mapping[str, Any],
    *,
    height: int | None = None,
    focus: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> Said:
    """Mount the editor.

    Parameters
    ----------
    key
        Of this mount, without ``__`` in it; its last words are also ``said(key)`` before the mount, in a callback.
    data
        Everything the editor shows, as ``frontend/src/protocol.ts`` describes it (``EditorData``).
    height
        In pixels; None fills what is left of the window.
    focus
        A node to select and show, when this value changes.
    on_change
        Called before the script when the browser has said something new.

    Returns
    -------
    Said
        The newest intent, checked. A hostile or broken one is None, and `refused` says why.
    """
    ignore = on_change or _nothing
    payload = {**data, "kind": "editor", "height": height, "focus": focus}
    heard: dict[str, Any] = {"on_stored_change": ignore, "on_intent_change": ignore, "on_asked_change": ignore}
    result = _renderer()(key=key, data=payload, **heard)
    return _read(result)


def feed(key: str, data: Mapping[str, Any]) -> None:
    """Mount the invisible feed; call it in a fragment with ``run_every``.

    Parameters
    ----------
    key
        Of this mount; another one than the editor's.
    data
        ``doc``, ``run`` and ``nodes`` (``FeedData`` in ``frontend/src/protocol.ts``).
    """
    _renderer()(key=key, data={**data, "kind": "feed"})


def look(key: str, data: Mapping[str, Any]) -> None:
    """Mount the invisible answer to what the person looks at; call it in a fragment of its own.

    Parameters
    ----------
    key
        Of this mount; another one than the editor's and the feed's.
    data
        ``doc``, ``seq`` and the answer (``LookData`` in ``frontend/src/protocol.ts``).
    """
    _renderer()(key=key, data={**data, "kind": "look"}, on_look_change=_nothing)


def looked_at(key: str) -> Look | None:
    """What the person looks at, as the browser last asked under `key`; None for what no canvas asks."""
    state = st.session_state.get(key)
    asked = state.get("look") if isinstance(state, Mapping) else None
    try:
        return None if asked is None else read_look(asked)
    except Refused:
        return None


def said(key: str) -> Said:
    """What the editor mounted under `key` last said, for use in its callback."""
    state = st.session_state.get(key)
    return _read(state) if isinstance(state, Mapping) else Said()


def _nothing() -> None:
    """Streamlit returns only the state keys that have a callback."""


def _read(state: Mapping[str, Any]) -> Said:
    intent, asked = state.get("intent"), state.get("asked")
    try:
        said = Said(intent=None if intent is None else read_intent(intent))
    except Refused as refusal:
        return Said(refused=str(refusal))
    try:
        return said if asked is None else replace(said, asked=read_asked(asked))
    except Refused as refusal:  # a text too long to be read keeps no drawing from being saved
        return replace(said, refused=str(refusal))


def _renderer() -> ComponentRenderer:
    """Register once per Streamlit runtime (each `AppTest` has its own), at the first mount."""
    manager = get_bidi_component_manager()
    with _registering:
        if manager not in _renderers:
            parts = [ComponentConfig(name=_COMPONENT, asset_dir=_ASSETS)]
            manifest = ComponentManifest(name=_PACKAGE, version="1", components=parts)
            manager.register_from_manifest(manifest, Path(__file__).parent)
            _renderers[manager] = st.components.v2.component(
                f"{_PACKAGE}.{_COMPONENT}", js="canvas-*.js", css="canvas-*.css", isolate_styles=False
            )
        return _renderers[manager]
