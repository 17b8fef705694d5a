"""Navigation only: every screen is a file in `app_pages`."""

from pathlib import Path

import streamlit as st

from ui import places, session

PICTURES = Path(__file__).parent / "pictures"

st.set_page_config(page_title="Canvasback", page_icon=str(PICTURES / "mark.svg"), layout="wide")
mode = "dark" if st.context.theme.type == "dark" else "light"
if not places.is_shared():  # a click on it leads to the home page
    st.logo(str(PICTURES / f"logo-{mode}.svg"), size="large")
page = st.navigation(places.pages(), position=places.menu())

with st.skeleton(height=320):
    from ui.trouble import guarded  # it brings the engine, which takes its time: the menu is there already


def show() -> None:
    """The page that is open."""
    with st.skeleton(height=320):
        session.workspace()
    session.open_kept()
    places.tell_address()
    session.show_said()
    page.run()


guarded(show, places.way_back(page))()
