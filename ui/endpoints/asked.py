"""What was asked of an endpoint in this tab: kept, shown again, asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from engine.errors import PEOPLE_ERRORS, error_data
from engine.service.amounts import count
from engine.service.views import EndpointView
from ui import session
from ui.asking import Answers, Asked, ask
from ui.frame import Column, badge, listing
from ui.words import ago, escaped, number, percent

MOST_ENTRIES, MOST_RECORDS = 50, 20_000
LONGEST = 60


@dataclass(frozen=True)
class Wishes:
    """What an answer shall tell beside the prediction."""

    explain: bool = False
    interval: bool = False


@dataclass(frozen=True)
class Entry:
    """One thing that was asked, and what came of it.

    Parameters
    ----------
    how
        By form, JSON or CSV.
    asked
        What one request was answered; None where nobody answered, or for a table.
    answers
        Of a table.
    error
        Why nobody answered.
    """

    number: int
    how: str
    records: Sequence[Mapping[str, Any]]
    wishes: Wishes = Wishes()
    asked: Asked | None = None
    answers: Answers | None = None
    error: Mapping[str, Any] | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer to everything."""
        if self.answers is not None:
            return not self.answers.refused
        return self.asked is not None and self.asked.is_answered

    @property
    def milliseconds(self) -> float | None:
        """How long it took, seen from here."""
        return self.asked.milliseconds if self.asked else self.answers.milliseconds if self.answers else None

    @property
    def by(self) -> str:
        """The model version that answered."""
        if self.answers is not None:
            return f"{self.answers.model} v{self.answers.version}" if self.answers.model else "–"
        found = self.asked.answer if self.asked and self.asked.is_answered else {}
        return f"{found['model']} v{found['version']}" if "model" in found else "–"

    @property
    def words(self) -> str:
        """The answer in a few words."""
        if self.answers is not None:
            missing = len(self.answers.refused)
            return f"{len(self.records) - missing:,} answered" + (f", {missing:,} not" if missing else "")
        if self.asked is None:
            return str((self.error or {}).get("message", "No answer"))
        if not self.asked.is_answered:
            return self.asked.error.message
        told = [_short(it) for it in self.asked.answer.get("predictions", ())[:3]]
        more = len(self.asked.answer.get("predictions", ())) - len(told)
        return ", ".join(told) + (f" and {more:,} more" if more > 0 else "")


def ask_key(endpoint: EndpointView, form: str) -> str:
    """The key of the endpoint, asked for within a form.

    A form sends what was typed with its button: a key would else be lost where Tab leads to the eye of its field.
    """
    key = st.text_input(
        "Key", value=session.key_of(endpoint.name) or "", type="password", placeholder="cbk_…",
        key=f"key_{endpoint.name}_{form}", width=520,
        help="A key of this endpoint, made under *Keys*; it is kept in this tab of the browser only.",
    )  # fmt: skip
    key = str(key or "").strip()
    if key:
        session.keep_key(endpoint.name, key)
    return key


def keep(endpoint: EndpointView, how: str, records: Sequence[Mapping[str, Any]], **told: Any) -> None:
    """Remember what was asked, as the newest; the oldest goes where it would be too much."""
    entries: list[Entry] = session.asked_of(endpoint.name)
    number = entries[0].number + 1 if entries else 1
    kept, total = [Entry(number, how, records, **told)], len(records)
    for entry in entries[: MOST_ENTRIES - 1]:
        total += len(entry.records)
        if total > MOST_RECORDS:
            break
        kept.append(entry)
    session.keep_asked(endpoint.name, kept)


def ask_and_keep(
    endpoint: EndpointView, key: str, how: str, records: Sequence[Mapping[str, Any]], wishes: Wishes
) -> None:
    """Send one request and remember what came of it."""
    try:
        asked = ask(endpoint.url, key, {"records": list(records)}, explain=wishes.explain, interval=wishes.interval)
    except PEOPLE_ERRORS as error:
        keep(endpoint, how, records, wishes=wishes, error=error_data(error))
    else:
        keep(endpoint, how, records, wishes=wishes, asked=asked)


def shown_entry(endpoint: EndpointView) -> Entry | None:
    """What is shown beside the form: the newest, unless an earlier one was chosen."""
    entries: list[Entry] = session.asked_of(endpoint.name)
    wanted = session.shown_asked(endpoint.name)
    return next((it for it in entries if it.number == wanted), entries[0] if entries else None)


def show_history(endpoint: EndpointView) -> None:
    """Everything that was asked, the newest first; each can be shown and asked again."""
    entries: list[Entry] = session.asked_of(endpoint.name)
    if not entries:
        return
    st.subheader("Asked in this tab", anchor=False)
    now = shown_entry(endpoint)

    def actions(it: Entry) -> None:
        with st.container(horizontal=True, gap="xsmall"):
            st.button(
                "Shown" if it is now else "Show", key=f"show_{it.number}", type="tertiary",
                icon=":material/visibility:", disabled=it is now, on_click=session.show_asked,
                args=(endpoint.name, it.number),
            )  # fmt: skip
            st.button(
                "Ask again", key=f"again_{it.number}", type="tertiary", icon=":material/replay:",
                on_click=session.want_again, args=(endpoint.name, it.number),
            )  # fmt: skip

    columns: list[Column[Entry]] = [
        Column("When", 1.3, lambda it: st.caption(ago(it.at))),
        Column("Asked", 1.8, lambda it: st.caption(f"{it.how}, {count(len(it.records), 'record')}")),
        Column("", 1.9, lambda it: badge("succeeded" if it.is_answered else "failed", _state(it))),
        Column("Answer", 3.2, lambda it: st.caption(escaped(_cut(it.words)))),
        Column("Version", 1.7, lambda it: st.caption(escaped(it.by))),
        Column("Took", 1.1, lambda it: st.caption(_took(it.milliseconds))),
        Column("", 2.7, actions),
    ]
    listing(entries, columns, noun="question", key="asked")


def wanted_again(endpoint: EndpointView) -> Entry | None:
    """What shall be asked again now."""
    number = session.pop_again(endpoint.name)
    return next((it for it in session.asked_of(endpoint.name) if it.number == number), None)


def _state(it: Entry) -> str:
    if it.is_answered:
        return "Answered"
    return "In part" if it.answers is not None and len(it.answers.refused) < len(it.records) else "Refused"


def _took(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds:,.0f} ms"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _short(told: Mapping[str, Any]) -> str:
    prediction = told.get("prediction")
    chance = (told.get("probabilities") or {}).get(str(prediction))
    return shown(prediction) + (f" ({percent(chance)})" if isinstance(chance, float) else "")


def shown(prediction: Any) -> str:
    """A prediction as people write it."""
    if isinstance(prediction, bool):
        return "yes" if prediction else "no"
    return number(prediction) if isinstance(prediction, int | float) else str(prediction)
