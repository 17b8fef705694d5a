"""Show what went wrong: a message and what to do; never a traceback."""

import logging
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.logs import log_file, new_reference
from engine.service import Settings
from ui import places, session
from ui.words import SEVERITIES, escaped, with_commands

P = ParamSpec("P")

log = logging.getLogger("canvasback.ui")


def show_error(error: BaseException | Mapping[str, Any]) -> None:
    """Show one of our errors, raised or stored.

    Parameters
    ----------
    error
        An error with `message` and `hint`, or the same as data.
    """
    found = error if isinstance(error, Mapping) else vars(error)
    message, hint = found.get("message"), found.get("hint")
    text = escaped(str(message or "Something went wrong."))
    st.error(f"**{text}**" + (f"  \n{with_commands(str(hint))}" if hint else ""), icon=":material/error:")


@contextmanager
def errors_shown() -> Any:
    """Show a product error in place instead of ending the page."""
    try:
        yield
    except PEOPLE_ERRORS as error:
        show_error(error)


def guarded(draw: Callable[P, None], way_back: tuple[str, str] | None = None) -> Callable[P, None]:
    """Keep what a page, fragment or dialog raises away from the screen: the last resort.

    Parameters
    ----------
    way_back
        The page that leads on where something is not there, and its name.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except PEOPLE_ERRORS as error:
            show_error(error)
            if way_back and vars(error).get("code", type(error).code) == "not_found":
                places.link(way_back[0], way_back[1], icon=":material/arrow_back:")
        except Exception:
            reference = new_reference()
            log.exception("a screen failed (code %s)", reference)
            show_unexpected(reference)

    return drawn


def show_unexpected(reference: str) -> None:
    """Say that a mistake of ours happened, under which code it is in the log, and where that is."""
    place = escaped(str(log_file(Settings(), session.LOG)))
    st.error(
        f"**Something went wrong on this page.**  \nReload it. If it happens again, please report it with the code "
        f"**{reference}**: {place} has the details under it.",
        icon=":material/error:",
    )


def show_finding(finding: Mapping[str, Any]) -> None:
    """Show one finding or problem: its severity, what it is about, and what to do."""
    look = SEVERITIES.get(str(finding.get("severity")), SEVERITIES["info"])
    column = finding.get("column") or finding.get("field")
    message = str(finding.get("message", ""))
    where = f"**{escaped(str(column))}** · " if column and str(column) not in message else ""
    todo = finding.get("fix") or finding.get("hint")
    advice = f" :gray[→ {escaped(todo)}]" if isinstance(todo, str) and todo else ""
    st.markdown(f":{look.color}-badge[{look.icon} {look.word}] {where}{escaped(message)}{advice}")
