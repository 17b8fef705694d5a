"""Connections: what is reached, whether it answers, who uses it."""

import streamlit as st

from ui import places, session
from ui.connecting.editing import ask_connection
from ui.connecting.listing import show_connections
from ui.frame import heading

home = session.workspace()

with heading("Connections", "Databases and object stores of others. Passwords are kept encrypted and never shown."):
    if st.button("Add a connection", type="primary", icon=":material/add:"):
        ask_connection(home)
if places.asked("add"):
    places.ask(add=None)
    ask_connection(home)
show_connections(home)
