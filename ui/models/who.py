"""Who decides: a name, as in the builder what people say it is."""

import streamlit as st

from engine.service.people import LONGEST_COMMENT, LONGEST_PERSON
from ui import session


def name_field(*, is_needed: bool = False) -> str:
    """Ask for the name of whoever decides; what was said once is filled in."""
    told = st.text_input(
        "Your name", value=session.person(), max_chars=LONGEST_PERSON, required=is_needed,
        help="There is no login: it is written into the history as you say it.",
    )  # fmt: skip
    return str(told or "")


def comment_field(hint: str, *, label: str = "Comment") -> str:
    """Ask why."""
    return str(st.text_area(label, max_chars=LONGEST_COMMENT, placeholder=hint, height=88) or "")


def decided(who: str, told: str, icon: str) -> None:
    """After a decision: the name is remembered, and the page says what happened."""
    session.keep_person(who)
    session.say(told, icon)
    st.rerun()
