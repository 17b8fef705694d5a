"""The channels: who is told, whether messages arrive, and what was sent."""

from __future__ import annotations

import streamlit as st

from engine.service import Workspace
from engine.service.monitoring import channels
from engine.service.monitoring.channels import ChannelView, DeliveryView
from ui import session
from ui.alerts.channel_form import ask_channel
from ui.alerts.looks import SEVERITIES
from ui.frame import Column, confirm, empty, listing
from ui.trouble import errors_shown, guarded
from ui.words import State, ago, escaped, when

KINDS = {"email": ("E-mail", ":material/mail:"), "webhook": ("Webhook", ":material/webhook:")}
STATUSES = {
    "waiting": State("Waits", ":material/schedule:", "gray"),
    "sent": State("Sent", ":material/check_circle:", "green"),
    "failed": State("Failed", ":material/error:", "red"),
    "held": State("Held back", ":material/pause_circle:", "orange"),
    "summed up": State("In a summary", ":material/summarize:", "gray"),
}


def show_channels(home: Workspace) -> None:
    """The channels, or what to do where there is none."""
    found = channels.list_channels(home)
    st.caption("Alerts are always told here, in the product. Channels tell them elsewhere, too.")
    if not found:
        about = "Add an e-mail server or a webhook, and people are told where they are."
        empty(":material/campaign:", "No channel yet", about, lambda: _first(home))
        return
    columns: list[Column[ChannelView]] = [
        Column("Channel", 2.4, _name),
        Column("Leads to", 4, lambda it: st.text(it.place)),
        Column("Told from", 1.6, lambda it: st.caption(SEVERITIES[it.least_severity].word)),
        Column("At most", 1.6, lambda it: st.caption(f"{it.most_per_hour} an hour")),
        Column("", 3.2, lambda it: _actions(home, it)),
    ]
    listing(found, columns, noun="channel", key="channels")


def show_deliveries(home: Workspace) -> None:
    """What was sent, is to be sent, or was held back."""
    found = channels.list_deliveries(home, limit=500)
    if not found:
        empty(":material/outbox:", "Nothing was sent yet", "What channels are told is written down here.")
        return
    columns: list[Column[DeliveryView]] = [
        Column("When", 1.6, lambda it: st.caption(ago(it.created_at))),
        Column("Channel", 2, lambda it: st.markdown(escaped(it.channel))),
        Column("Message", 4.4, lambda it: st.caption(escaped(it.subject.removeprefix("[Canvasback] ")))),
        Column("State", 1.6, _status),
        Column("What became of it", 4, _fate),
    ]
    listing(found, columns, noun="message", key="deliveries")


def _first(home: Workspace) -> None:
    if st.button("Add the first one", type="primary", icon=":material/add:", key="first_channel"):
        ask_channel(home)


def _name(it: ChannelView) -> None:
    word, icon = KINDS[it.kind]
    with st.container(gap="xxsmall"):
        st.markdown(f"**{escaped(it.name)}**")
        st.caption(f"{icon} {word}")


def _actions(home: Workspace, it: ChannelView) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button("Send a test", icon=":material/send:", key=f"test_{it.name}", help="A test message, now"):
            _test(home, it.name)
        if st.button("", icon=":material/edit:", key=f"edit_{it.name}", help=f"Change {it.name}"):
            ask_channel(home, it)
        if st.button("", icon=":material/delete:", key=f"remove_{it.name}", help=f"Delete {it.name}"):
            warning = f"**{escaped(it.name)}**, its secret and the list of what was sent to it are deleted."
            confirm("Delete channel", warning, "Delete", lambda: _delete(home, it.name))


def _test(home: Workspace, name: str) -> None:
    with st.spinner("Sending…"), errors_shown():
        told = channels.test_channel(home, name)
        if told.status == "sent":
            st.toast(f"{escaped(name)} has taken the test.", icon=":material/check:")
        else:
            _tell(name, told.error)


def _tell(name: str, error: str) -> None:
    @st.dialog("The test did not arrive")
    @guarded
    def tell() -> None:
        st.caption(escaped(name))
        st.error(escaped(error), icon=":material/error:")

    tell()


def _delete(home: Workspace, name: str) -> None:
    channels.delete_channel(home, name)
    session.say(f"{name} is deleted.", ":material/delete:")
    st.rerun()


def _status(it: DeliveryView) -> None:
    look = STATUSES[it.status]
    st.badge(look.word, icon=look.icon, color=look.color)  # type: ignore[arg-type]


def _fate(it: DeliveryView) -> None:
    tries = f"Try {it.tries}. " if it.tries > 1 or it.error else ""
    again = f" The next try is on {when(it.next_at)}." if it.next_at and it.error else ""
    st.caption(f"{tries}{escaped(it.error)}{again}" or "–")
