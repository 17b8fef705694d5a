"""The model card: what people write, what is known, and the whole as a file."""

import re
from collections.abc import Callable

import streamlit as st

from engine.service import Workspace
from engine.service.modelling import model_cards
from engine.service.modelling.model_cards import CHAPTERS, LONGEST_TEXT, Card
from engine.service.views import ModelView
from ui import session
from ui.models.who import decided, name_field
from ui.trouble import errors_shown


def show_card(home: Workspace, model: ModelView) -> None:
    card = model_cards.get_card(home, model.model, model.version)
    file = f"{model.model}-v{model.version}-card"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("The facts are generated anew at every look; what you write is kept with this version.")
        st.download_button(
            "Markdown", card_file(home, model, model_cards.card_markdown), f"{file}.md", "text/markdown",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "HTML", card_file(home, model, model_cards.card_html), f"{file}.html", "text/html",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    writing, reading = st.columns([2, 3], gap="large")
    with writing:
        _show_form(home, model)
    with reading, st.container(border=True):
        st.markdown(_below(model_cards.card_markdown(card)))


def card_file(home: Workspace, model: ModelView, write: Callable[[Card], str]) -> Callable[[], str]:
    """The file as it is when it is asked for: a file made at a look is gone, or old, once somebody has written."""
    return lambda: write(model_cards.get_card(home, model.model, model.version))


def _below(markdown: str) -> str:
    """The same without its title, under smaller headings: the page has its own."""
    _title, _, rest = markdown.partition("\n\n")
    return re.sub(r"^## ", "##### ", rest, flags=re.MULTILINE)


def _show_form(home: Workspace, model: ModelView) -> None:
    kept = model_cards.get_texts(home, model.model, model.version)
    if not kept:
        _offer_earlier(home, model)
    key = _key(model)
    seen = session.first_seen(key, kept)
    with st.form(key, border=True):
        written = {
            name: st.text_area(
                chapter.title, seen.get(name, ""), max_chars=LONGEST_TEXT, placeholder=chapter.ask, height=96,
                key=f"{key}_{name}_{session.writing_round(key)}",
            )
            for name, chapter in CHAPTERS.items()
        }  # fmt: skip
        who = name_field()
        sent = st.form_submit_button("Save", type="primary", icon=":material/check:")
    if sent:
        texts = {name: str(text or "") for name, text in written.items()}
        with errors_shown():
            model_cards.write_texts(home, model.model, model.version, texts, seen=seen, by=who)
            session.written(key)
            decided(who, "The card is saved.", ":material/check:")


def _key(model: ModelView) -> str:
    return f"card_{model.version_id}"


def _offer_earlier(home: Workspace, model: ModelView) -> None:
    earlier = model_cards.earlier_texts(home, model.model, model.version or 0)
    if earlier is None:
        return
    number, texts = earlier
    if st.button(f"Begin with the texts of v{number}", icon=":material/content_copy:"):
        with errors_shown():
            model_cards.write_texts(home, model.model, model.version, texts, seen={}, by=session.person())
            session.written(_key(model))
            session.say(f"Copied from v{number}: read them again.", ":material/content_copy:")
            st.rerun()
