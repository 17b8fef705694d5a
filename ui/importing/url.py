"""A file of the web."""

import streamlit as st

from engine.service import Workspace
from engine.sources import DataSource, UrlSource


def choose_url(home: Workspace) -> DataSource | None:
    """The address that was typed; None before."""
    text = st.text_input(
        "Address", key="url", placeholder="https://example.com/customers.csv", max_chars=2_000, width=640
    )
    st.caption(
        f"Up to {home.settings.url_max_mb:,} MB, from public hosts. The file is fetched anew at each import; "
        "an address holds no password."
    )
    return UrlSource(url=str(text).strip()) if text and str(text).strip() else None
