"""What outlives a rerun: the open workspace of this process, and the one owner of `st.session_state`.

Nothing that matters lives in session state: it dies with a refresh. Ids are in the URL, everything else is in the home.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

if TYPE_CHECKING:
    from engine.service import Workspace
    from engine.service.building.presences import Visitor
    from engine.service.data.charts import ChartSpec
    from ui.canvas import Intent

LOG = "ui"
"""The name of the log of this process."""
_READING, _ROUNDS, _VISITORS, _COMPANY = "reading", "reading_rounds", "visitors", "company"
_ANSWERS = "canvas_answers"
_PERSON, _BEGUN = "person", "begun_writing"
_FOLLOWED, _NOTHING = "followed", object()
_UNSEEN = "unseen_sources"
_SIGNING_KEY, _ADDRESS, _OPENED = "signing_key", "address", "opened_next"
_ENTRIES, _SHOWN, _AGAIN = "asked_of_endpoints", "shown_of_endpoints", "asked_again"
_SAID, _KEYS, _HEARD, _SEEN, _UPLOADS, _CLICKED, _ASKED, _BUILT = (
    "said_once",
    "endpoint_keys",
    "heard",
    "seen",
    "uploads",
    "clicked",
    "asked",
    "built",
)


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace:
    """The home of this server process, opened once."""
    from engine.service import open_workspace

    Thread(target=_warm, name="warm imports", daemon=True).start()
    return open_workspace()


def _warm() -> None:
    """Import what the next pages need, while the first one is looked at.

    Not `streamlit_agraph`: a component is known to the server only when a page imports it.
    """
    for module in ("engine.service.running.runs", "pandas", "plotly.graph_objects", "httpx"):
        import_module(module)


def say(text: str, icon: str = ":material/check:") -> None:
    """Show a toast, after the next rerun or page switch."""
    st.session_state.setdefault(_SAID, []).append((text, icon))


def show_said() -> None:
    """Show the toasts that `say` left."""
    for text, icon in st.session_state.pop(_SAID, ()):
        st.toast(text, icon=icon)


def keep_key(endpoint: str, key: str) -> None:
    """Remember an endpoint's key for this tab, until it is closed."""
    st.session_state.setdefault(_KEYS, {})[endpoint] = key


def key_of(endpoint: str) -> str | None:
    """The key this tab made for an endpoint."""
    key: str | None = st.session_state.get(_KEYS, {}).get(endpoint)
    return key


def keep_signing_key(key: str) -> None:
    """Remember a signing key that was just made, until it was seen."""
    st.session_state[_SIGNING_KEY] = key


def signing_key() -> str | None:
    """The signing key that was just made."""
    return st.session_state.get(_SIGNING_KEY)


def forget_signing_key() -> None:
    """It was seen, or whoever made it went on."""
    st.session_state.pop(_SIGNING_KEY, None)


def keep_upload(file_id: str, path: Path) -> None:
    """Remember where an upload was put, so that it is written once."""
    st.session_state.setdefault(_UPLOADS, {})[file_id] = path


def upload_of(file_id: str) -> Path | None:
    """Where an upload was put."""
    path: Path | None = st.session_state.get(_UPLOADS, {}).get(file_id)
    return path


def keep_unseen(key: str, error: dict[str, Any]) -> None:
    """Remember that a source is to be imported without a look, and the error that kept it from one."""
    st.session_state.setdefault(_UNSEEN, {})[key] = error


def unseen(key: str) -> dict[str, Any] | None:
    """Why a source was not looked at: an error, nothing where a person stopped it; None where it may be looked at."""
    found: dict[str, Any] | None = st.session_state.get(_UNSEEN, {}).get(key)
    return found


def forget_unseen(key: str) -> None:
    """Look at a source again."""
    st.session_state.get(_UNSEEN, {}).pop(key, None)


def reading_chosen(key: str) -> dict[str, Any]:
    """How a file shall be read, as far as that was chosen with one click."""
    chosen: dict[str, Any] = st.session_state.get(_READING, {}).get(key, {})
    return dict(chosen)


def reading_round(key: str) -> int:
    """How often that was changed: the widgets begin anew each time."""
    return round_of(key)


def choose_reading(key: str, overrides: dict[str, Any]) -> None:
    """Take another reading of a file from now on."""
    st.session_state.setdefault(_READING, {})[key] = overrides
    st.session_state.setdefault(_ROUNDS, {})[key] = reading_round(key) + 1


def is_new(intent: Intent) -> bool:
    """Whether a wish was not heard before; the browser repeats its last one at every rerun."""
    heard = st.session_state.setdefault(_HEARD, {})
    if intent.seq <= heard.get(intent.cid, -1):
        return False
    heard[intent.cid] = intent.seq
    return True


def answer_to(doc: str, intent: Intent | None, fresh: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The answer to the last question of a canvas, for as long as it says nothing else: a rerun may swallow one."""
    answers = st.session_state.setdefault(_ANSWERS, {})
    if fresh is not None:
        answers[doc] = fresh
    kept: Mapping[str, Any] | None = answers.get(doc)
    is_last = kept is not None and intent is not None and (intent.cid, intent.seq) == (kept["cid"], kept["seq"])
    return kept if is_last else None


def is_first_sight(doc: str) -> bool:
    """Whether this session has not shown a drawing before: a wish it brings along was meant for an earlier session."""
    seen: set[str] = st.session_state.setdefault(_SEEN, set())
    if doc in seen:
        return False
    seen.add(doc)
    return True


def keep_visitor(doc: str, visitor: Visitor) -> None:
    """Remember who sits at this browser, and what they look at."""
    st.session_state.setdefault(_VISITORS, {})[doc] = visitor


def visitor(doc: str) -> Visitor | None:
    """Who sits at this browser; None until it has said so."""
    found: Visitor | None = st.session_state.get(_VISITORS, {}).get(doc)
    return found


def keep_person(name: str) -> None:
    """Remember what the person at this browser calls themselves, as long as the tab is open."""
    st.session_state[_PERSON] = " ".join(name.split())


def person() -> str:
    """What the person at this browser calls themselves: said last, or in the builder; empty while nobody said."""
    said: str = st.session_state.get(_PERSON, "")
    return said or next((one.name for one in st.session_state.get(_VISITORS, {}).values() if one.name), "")


def first_seen(key: str, value: dict[str, str]) -> dict[str, str]:
    """What somebody saw when they began to write: what others write meanwhile does not replace it."""
    seen: dict[str, str] = st.session_state.setdefault(_BEGUN, {}).setdefault(key, value)
    return seen


def written(key: str) -> None:
    """Whoever writes begins afresh, with what there is now."""
    st.session_state.get(_BEGUN, {}).pop(key, None)
    st.session_state[f"{key}_round"] = writing_round(key) + 1


def writing_round(key: str) -> int:
    """How often somebody began to write: the fields begin anew each time."""
    return int(st.session_state.get(f"{key}_round", 0))


def keep_company(doc: str, people: int) -> None:
    """Remember how many are at a drawing."""
    st.session_state.setdefault(_COMPANY, {})[doc] = people


def company(doc: str) -> int:
    """How many were at a drawing at the last look."""
    return int(st.session_state.get(_COMPANY, {}).get(doc, 0))


def is_new_click(node_id: str | None) -> bool:
    """Whether there is a click that was not followed before; a picture repeats its last one until another comes."""
    last = st.session_state.get(_CLICKED)
    st.session_state[_CLICKED] = node_id
    return node_id is not None and last != node_id


def first_asked(doc: str, node: str | None) -> str | None:
    """The node that the address named when a drawing was first shown: what the canvas begins with."""
    asked: dict[str, str | None] = st.session_state.setdefault(_ASKED, {})
    return asked.setdefault(doc, node)


def widget_number(key: str, default: int) -> int:
    """The number a keyed widget holds, before it is drawn."""
    value = st.session_state.get(key)
    return value if isinstance(value, int) else default


def widget_value(key: str) -> float | None:
    """The number a keyed widget holds, if it holds one."""
    value = st.session_state.get(key)
    return value if isinstance(value, int | float) else None


def is_ticked(key: str) -> bool:
    """Whether a keyed checkbox is ticked, before it is drawn."""
    return st.session_state.get(key) is True


def widget_text(key: str) -> str | None:
    """The text a keyed widget holds, before it is drawn."""
    value = st.session_state.get(key)
    return value if isinstance(value, str) else None


def widget_texts(key: str) -> list[str]:
    """The texts a keyed widget holds, before it is drawn."""
    value = st.session_state.get(key)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def forget(*keys: str) -> None:
    """Let keyed widgets start afresh."""
    for key in keys:
        st.session_state.pop(key, None)


def build_chart(key: str, spec: ChartSpec) -> None:
    """Let a chart builder begin with a chart: its widgets start afresh."""
    built = st.session_state.setdefault(_BUILT, {})
    built[key] = (built.get(key, (0, None))[0] + 1, spec)


def built_chart(key: str) -> tuple[int, ChartSpec | None]:
    """What a chart builder began with, and how often it began."""
    found: tuple[int, ChartSpec | None] = st.session_state.get(_BUILT, {}).get(key, (0, None))
    return found


def forget_chart(key: str) -> None:
    """Let a chart builder begin with nothing."""
    st.session_state.get(_BUILT, {}).pop(key, None)


def has_value(key: str) -> bool:
    """Whether a keyed widget holds anything, before it is drawn."""
    return bool(st.session_state.get(key))


def is_first_look(key: str, value: object) -> bool:
    """Whether a keyed table's tick was not followed before; it stays ticked at every rerun."""
    followed = st.session_state.setdefault(_FOLLOWED, {})
    is_first = followed.get(key, _NOTHING) != value
    followed[key] = value
    return bool(is_first)


def round_of(key: str) -> int:
    """How often a form was begun anew."""
    return int(st.session_state.get(_ROUNDS, {}).get(key, 0))


def next_round(key: str) -> None:
    """Let a form begin anew: its widgets start afresh."""
    st.session_state.setdefault(_ROUNDS, {})[key] = round_of(key) + 1


def keep_asked(endpoint: str, entries: list[Any]) -> None:
    """Remember what this tab asked an endpoint, and show the newest of it."""
    st.session_state.setdefault(_ENTRIES, {})[endpoint] = entries
    st.session_state.setdefault(_SHOWN, {}).pop(endpoint, None)


def asked_of(endpoint: str) -> list[Any]:
    """What this tab asked an endpoint, the newest first."""
    found: list[Any] = st.session_state.get(_ENTRIES, {}).get(endpoint, [])
    return found


def show_asked(endpoint: str, number: int) -> None:
    """Show an earlier answer again."""
    st.session_state.setdefault(_SHOWN, {})[endpoint] = number


def want_again(endpoint: str, number: int) -> None:
    """Let something be asked again at the next run of the script."""
    st.session_state[_AGAIN] = endpoint, number


def pop_again(endpoint: str) -> int | None:
    """The number of what shall be asked again, once."""
    name, number = st.session_state.pop(_AGAIN, ("", None))
    return number if name == endpoint else None


def shown_asked(endpoint: str) -> int | None:
    """The number of the earlier answer that shall be shown; None for the newest."""
    number: int | None = st.session_state.get(_SHOWN, {}).get(endpoint)
    return number


def keep_opened(values: Mapping[str, str]) -> None:
    """Remember what widgets of the next page shall show."""
    st.session_state[_OPENED] = dict(values)


def open_kept() -> None:
    """Tell it to the widgets, before the page draws them, and to the address where nothing is bound to it any more."""
    for name, value in st.session_state.pop(_OPENED, {}).items():
        st.session_state[name] = value
        with suppress(StreamlitAPIException):
            st.query_params[name] = value


def has_moved(address: Mapping[str, str]) -> bool:
    """Whether the query of the address is another one than at the last run of this tab's page."""
    before = st.session_state.get(_ADDRESS, address)
    st.session_state[_ADDRESS] = dict(address)
    return bool(before != address)
