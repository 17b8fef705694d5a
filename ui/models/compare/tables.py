"""A table with a column for each model."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st


def side_table(
    what: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, alt: str, right: bool = False
) -> None:
    """Rows with a value for every model; the first column stays when the others are many.

    Parameters
    ----------
    what
        The heading of the first column.
    right
        Whether the values are numbers.
    """
    frame = pd.DataFrame([[name, *values] for name, values in rows], columns=[what, *names])
    side: Literal["left", "right"] = "right" if right else "left"
    columns = {name: st.column_config.TextColumn(alignment=side) for name in names}
    columns[what] = st.column_config.TextColumn(pinned=True, width="medium")
    st.dataframe(frame, hide_index=True, column_config=columns, alt=alt, height="content" if len(rows) <= 20 else 740)
