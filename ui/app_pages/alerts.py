"""Alerts: what is open, the rules, who is told, and what was sent."""

from collections.abc import Callable

import streamlit as st

from engine.service import Workspace
from ui import session
from ui.alerts.channel_form import ask_channel
from ui.alerts.channels import show_channels, show_deliveries
from ui.alerts.open import show_closed, show_open
from ui.alerts.rule_form import ask_rule
from ui.alerts.rules import show_rules
from ui.frame import heading

TABS: dict[str, Callable[[Workspace], None]] = {
    "Open": show_open,
    "Rules": show_rules,
    "Channels": show_channels,
    "Sent": show_deliveries,
    "Closed": show_closed,
}

home = session.workspace()
with heading("Alerts", "What is not as it should be, and who is told. Every rule is looked at once a minute."):
    if st.button("Add a channel", icon=":material/add:"):
        ask_channel(home)
    if st.button("Add a rule", type="primary", icon=":material/add:"):
        ask_rule(home)
tabs = st.tabs(list(TABS), key="view", on_change="rerun", bind="query-params")
for tab, show in zip(tabs, TABS.values(), strict=True):
    if tab.open:
        with tab:
            show(home)
