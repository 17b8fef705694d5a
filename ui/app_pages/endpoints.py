"""Endpoints: the list, and one of them to try, call, roll back and lock."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import endpoints
from engine.service.amounts import count
from engine.service.views import DeploymentView, EndpointView, KeyView
from ui import charts, places, session
from ui.asking import ask_endpoint, snippets
from ui.forms import record_form
from ui.frame import Column, badge, confirm, empty, heading, listing
from ui.publishing import show_key, show_publication
from ui.trouble import errors_shown, guarded, show_error
from ui.words import ago, number, when

home = session.workspace()


def show_list() -> None:
    with heading("Endpoints"):
        pass
    found = endpoints.list_endpoints(home)
    if not found:
        empty(
            ":material/api:", "No endpoint yet",
            "Publish a model version: it gets a URL that answers exactly as its training run did.", _first,
        )  # fmt: skip
        return
    columns: list[Column[EndpointView]] = [
        Column("Name", 3, lambda it: places.link(places.ENDPOINTS, it.name, icon=":material/api:", endpoint=it.name)),
        Column("State", 1.6, _state),
        Column("Answered by", 3, _answering),
        Column("Since", 2, lambda it: st.caption(ago(it.created_at))),
    ]
    listing(found, columns, noun="endpoint", key="endpoints")


def _first() -> None:
    if st.button("Choose a model", type="primary", icon=":material/model_training:"):
        places.go(places.MODELS)


def _state(it: EndpointView) -> None:
    badge("retired" if it.status == "retired" else "live" if it.model else "waiting")


def _answering(it: EndpointView) -> None:
    if it.model:
        places.link(places.MODELS, f"{it.model} v{it.version}", model=it.model, version=it.version)
    else:
        st.caption("Nothing")


def show_one(name: str) -> None:
    endpoint = endpoints.get_endpoint(home, name)
    about = f"{endpoint.model} v{endpoint.version} answers" if endpoint.model else "Nothing answers it"
    with heading(endpoint.name, about, (places.ENDPOINTS, "Endpoints")):
        _state(endpoint)
        if endpoint.status != "retired" and st.button("Retire", icon=":material/block:"):
            confirm(
                "Retire endpoint",
                f"**{name}** stops answering for good, and its name cannot be used again.",
                "Retire",
                lambda: _retire(name),
            )
    st.code(f"POST {endpoint.url}", language=None)
    trying, calling, history, keys = st.tabs(
        ["Try it", "Call it", "History", "Keys"], key="view", on_change="rerun", bind="query-params"
    )
    if trying.open:
        with trying:
            show_try(endpoint)
    if calling.open:
        with calling:
            show_call(endpoint)
    if history.open:
        with history:
            show_history(endpoint)
    if keys.open:
        with keys:
            show_keys(endpoint)


def _retire(name: str) -> None:
    try:
        endpoints.retire_endpoint(home, name)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say(f"{name} is retired.", ":material/block:")
    places.go(places.ENDPOINTS, endpoint=name)


@st.fragment
@guarded
def show_try(endpoint: EndpointView) -> None:
    if not endpoint.sample:
        st.caption("There is nothing to try: no model answers this endpoint.")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        key = st.text_input(
            "Key", value=session.key_of(endpoint.name) or "", type="password", placeholder="cbk_…",
            help="A key of this endpoint; it is kept in this tab only.",
        )  # fmt: skip
        mode = st.segmented_control(
            "Ask with", ["Form", "JSON"], default="Form", key="ask_with", label_visibility="collapsed", required=True
        )
        with st.form("try", border=False):
            request = _request(endpoint, str(mode))
            sent = st.form_submit_button("Predict", type="primary", icon=":material/bolt:")
    with right:
        if not sent:
            st.caption("The answer appears here. The form begins with a row of the training data.")
            return
        if request is None:
            st.error("This is not JSON.", icon=":material/error:")
            return
        with errors_shown():
            show_answer(ask_endpoint(endpoint.url, str(key or ""), request))


def _request(endpoint: EndpointView, mode: str) -> dict[str, Any] | None:
    if mode != "JSON":
        record = (endpoint.sample.get("records") or [{}])[0]
        return {"records": [record_form(endpoint.fields, record, f"try_{endpoint.name}_{endpoint.version}")]}
    text = st.text_area("Request", json.dumps(endpoint.sample, indent=2, ensure_ascii=False), height=420)
    try:
        found = json.loads(str(text or ""))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def show_answer(answer: Mapping[str, Any]) -> None:
    for place, found in enumerate(answer.get("predictions", ())[:5]):
        prediction = found.get("prediction")
        is_number = isinstance(prediction, int | float) and not isinstance(prediction, bool)
        shown = number(prediction) if is_number else str(prediction)
        chances = found.get("probabilities") or {}
        st.metric("Prediction", shown, border=True)
        if "score" in found:
            st.caption(f"Score {number(found['score'])}; above 0 it is an anomaly, the larger the stranger.")
        if chances:
            charts.probabilities(chances, f"chances_{place}")
    with st.expander("The whole answer", icon=":material/data_object:"):
        st.json(answer)


def show_call(endpoint: EndpointView) -> None:
    if not endpoint.sample:
        st.caption("No model answers this endpoint.")
        return
    found = snippets(endpoint.url, endpoint.sample)
    language = st.segmented_control("Language", list(found), default="curl", key="language", required=True)
    kind, text = found[str(language or "curl")]
    st.code(text, language=kind)
    st.caption("The key is read from the environment variable CANVASBACK_KEY, so that it is in no file.")


def show_history(endpoint: EndpointView) -> None:
    earlier = [it for it in endpoint.deployments if not it.active]
    if earlier and endpoint.status != "retired" and st.button("Roll back", icon=":material/undo:"):
        confirm(
            "Roll back",
            f"What answered **{endpoint.name}** before answers again: {earlier[0].model} v{earlier[0].version}.",
            "Roll back",
            lambda: _roll_back(endpoint.name),
        )
    columns: list[Column[DeploymentView]] = [
        Column("Revision", 1, lambda it: st.write(str(it.revision))),
        Column("Model", 2.5, _deployed),
        Column("Answers", 1.5, lambda it: badge("live" if it.active else "retired", "Now" if it.active else "Before")),
        Column("Proof", 3, _proof),
        Column("Note", 3, lambda it: st.text(it.note or "–")),
        Column("Published", 2.2, lambda it: st.caption(when(it.created_at))),
    ]
    listing(endpoint.deployments, columns, noun="revision", key="revisions")


def _deployed(it: DeploymentView) -> None:
    places.link(places.MODELS, f"{it.model} v{it.version}", model=it.model, version=it.version)


def _proof(it: DeploymentView) -> None:
    rows, difference = it.parity.get("rows"), it.parity.get("max_difference")
    st.caption(f"{count(rows, 'row')} replayed, largest difference {number(difference)}" if rows else "–")


def _roll_back(name: str) -> None:
    try:
        endpoints.roll_back(home, name)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("Rolled back.", ":material/undo:")
    st.rerun()


def show_keys(endpoint: EndpointView) -> None:
    if endpoint.status != "retired" and st.button("New key", icon=":material/key:"):
        show_key(endpoint.name, endpoints.create_key(home, endpoint.name))
        endpoint = endpoints.get_endpoint(home, endpoint.name)
    if not endpoint.keys:
        st.caption("No key yet: without one nobody can ask this endpoint.")
        return

    def revoke(it: KeyView) -> None:
        if it.revoked_at:
            st.caption(f"Revoked {ago(it.revoked_at)}")
        elif st.button("Revoke", icon=":material/block:", key=f"revoke_{it.id}", type="tertiary"):
            warning = f"Programs with the key **{it.prefix}…** are refused from now on. It cannot be undone."
            confirm("Revoke key", warning, "Revoke", lambda: _revoke(endpoint.name, it.id))

    columns: list[Column[KeyView]] = [
        Column("Key", 2, lambda it: st.markdown(f"`{it.prefix}…`")),
        Column("Made", 2, lambda it: st.caption(when(it.created_at))),
        Column("Last used", 2, lambda it: st.caption(ago(it.last_used_at) if it.last_used_at else "never")),
        Column("", 2, revoke),
    ]
    listing(endpoint.keys, columns, noun="key", key="keys")


def _revoke(name: str, key_id: str) -> None:
    try:
        endpoints.revoke_key(home, name, key_id)
    except PEOPLE_ERRORS as error:
        show_error(error)
        return
    session.say("The key is revoked.", ":material/block:")
    st.rerun()


asked, publishing = places.asked("endpoint"), places.asked("job")
if asked and publishing:
    show_publication(publishing, asked)
if asked and (not publishing or any(it.name == asked for it in endpoints.list_endpoints(home))):
    show_one(asked)
elif not asked:
    show_list()
