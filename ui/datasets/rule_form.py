"""A rule as a form: an input for each of its params, made from what the rule says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.errors import PEOPLE_ERRORS
from engine.service import Workspace
from engine.service.data import datasets, rules
from engine.service.data.rule_views import ColumnView, KindView, RuleView
from engine.service.views import DatasetView
from ui import session
from ui.trouble import guarded, show_error
from ui.words import escaped

SEVERITIES = {"warn": "Tell it", "stop": "Hold the version back"}
LABELS = {
    "min": "Least",
    "max": "Largest",
    "exclusive": "The two themselves break it",
    "whole": "The whole text must match",
    "values": "Values, one on each line",
    "most_lost": "Rows lost, at most (%)",
    "most_gained": "Rows gained, at most (%)",
    "max_age": "At most this old",
    "tolerate": "Rows that may fail (%)",
    "name": "Name (optional)",
    "other_column": "Column there",
    "extra": "Other columns",
}
HELP = {
    "tolerate": "So many percent of the rows may break the rule before it counts as broken.",
    "name": "What it is called; empty: what it expects, in words.",
}
WORDS = {"allow": "may be there", "refuse": "must not be there"}


def ask_rule(home: Workspace, dataset: DatasetView, rule: RuleView | None = None) -> None:
    """Ask for a rule in a dialog: a new one, or one that is to be changed."""

    @st.dialog("Change the rule" if rule else "Add a rule", width="medium")
    @guarded
    def ask() -> None:
        show_form(home, dataset, rule)

    session.forget("rule_kind")
    ask()


def show_form(home: Workspace, dataset: DatasetView, rule: RuleView | None) -> None:
    """The form; the page is drawn again once the rule is kept."""
    kinds = {kind.kind: kind for kind in rules.list_kinds()}
    first = list(kinds).index(rule.kind) if rule else 0
    chosen = st.selectbox(
        "Kind", list(kinds), index=first, format_func=lambda key: kinds[key].title, disabled=rule is not None,
        key="rule_kind",
    )  # fmt: skip
    kind = kinds[chosen or "not_null"]
    st.caption(escaped(kind.about))
    form = _Form(home, dataset, kind, rule.document if rule else {})
    document = form.draw()
    severity = st.segmented_control(
        "When it is broken", list(SEVERITIES), default=rule.severity if rule else "warn",
        format_func=SEVERITIES.__getitem__, key=f"rule_severity_{form.key}",
    )  # fmt: skip
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel"):
            st.rerun()
        if st.button("Save" if rule else "Add", type="primary", key="rule_save"):
            form.save(rule, document, severity or "warn")


class _Form:
    """The inputs of one kind of rule, and a place for what is wrong under each."""

    def __init__(self, home: Workspace, dataset: DatasetView, kind: KindView, document: Mapping[str, Any]) -> None:
        self.home, self.dataset, self.kind, self.document = home, dataset, kind, document
        self.key = f"{kind.kind}_{abs(hash(str(document)))}"
        self.columns = rules.list_columns(home, dataset.name)
        self.wrong: dict[str, Any] = {}

    def draw(self) -> dict[str, Any]:
        """The rule as it was typed."""
        typed: dict[str, Any] = {"kind": self.kind.kind}
        for name, field in self.kind.fields.items():
            value = self._input(name, field, self.document.get(name, field.get("default")), typed)
            if value is not None:
                typed[name] = value
            self.wrong[name] = st.empty()
        return typed

    def save(self, rule: RuleView | None, document: dict[str, Any], severity: str) -> None:
        """Keep it, or say at the field what is wrong."""
        try:
            if rule is None:
                rules.add_rule(self.home, self.dataset.name, document, severity)
            else:
                rules.change_rule(self.home, self.dataset.name, rule.id, document, severity)
        except PEOPLE_ERRORS as error:
            for one in getattr(error, "detail", {}).get("all", [vars(error)]):
                with self.wrong.get(self._field_of(one, document), st.container()):
                    show_error(one)
            return
        session.say("The rule is kept. Check a version to see how it stands.", ":material/rule:")
        st.rerun()

    def _field_of(self, error: Mapping[str, Any], document: Mapping[str, Any]) -> str:
        """The input that an error is about; rules that meet the columns say only that it was a rule."""
        field = str(error.get("field") or "")
        if field in self.wrong:
            return field
        message = str(error.get("message"))  # it may quote what was typed
        quoted = (name for name in ("min", "max") if document.get(name) and message.startswith(repr(document[name])))
        if found := next(quoted, None):
            return found
        return next((name for name in ("condition", "columns", "column") if name in self.wrong), "")

    def _input(self, name: str, field: Mapping[str, Any], value: Any, typed: Mapping[str, Any]) -> Any:
        label = LABELS.get(name) or str(field.get("title", name))
        help, key = HELP.get(name) or _plain(field.get("description", "")), f"rule_{self.key}_{name}"
        match field.get("x-widget"):
            case "columns":
                return self._columns(label, help, key, field, value)
            case "column":
                return _choice(label, help, key, [one.name for one in self._fitting(field)], value)
            case "mapping":
                return self._mapping(label, help, key, value)
            case "expression":
                return st.text_area(label, value=value or "", help=help, key=key, height=80, placeholder="end >= start")
        match field.get("x-options"):
            case "datasets":
                names = [one.name for one in datasets.list_datasets(self.home)]
                return _choice(label, help, key, names, value)
            case "columns of dataset":
                return _choice(
                    label, help, f"{key}_{typed.get('dataset')}", self._columns_of(typed.get("dataset")), value
                )
        return _plain_input(name, label, help, key, field, value)

    def _columns(self, label: str, help: str, key: str, field: Mapping[str, Any], value: Any) -> Any:
        """Names; where none is chosen, the selector that was there before."""
        offered = [one.name for one in self._fitting(field)]
        listed = [name for name in value if name in offered] if isinstance(value, list) else []
        selector = None if value is None or isinstance(value, list) else value
        empty = "All that fit" if selector else "Choose columns"
        chosen = st.multiselect(label, offered, default=listed, help=help, key=key, placeholder=empty)
        return [str(name) for name in chosen] or selector

    def _mapping(self, label: str, help: str, key: str, value: Any) -> dict[str, str]:
        types = list(self.kind.fields["columns"]["additionalProperties"]["enum"])
        pairs = value or {one.name: one.type if one.type in types else "any" for one in self.columns}
        table = pd.DataFrame({"Column": list(pairs), "Type": list(pairs.values())})
        st.markdown(label, help=help)
        edited = st.data_editor(
            table, key=key, hide_index=True, num_rows="dynamic", height=260,
            column_config={"Type": st.column_config.SelectboxColumn(options=types, required=True)},
            alt="The columns that the table must have, each with its type",
        )  # fmt: skip
        named = edited.dropna(subset=["Column"])
        return {str(name): str(kind) for name, kind in zip(named["Column"], named["Type"], strict=True)}

    def _fitting(self, field: Mapping[str, Any]) -> list[ColumnView]:
        kinds = field.get("x-kinds") or ()
        return [one for one in self.columns if not kinds or one.kind in kinds]

    def _columns_of(self, dataset: str | None) -> list[str]:
        if not dataset:
            return []
        try:
            return [one.name for one in rules.list_columns(self.home, dataset)]
        except PEOPLE_ERRORS:
            return []


def _choice(label: str, help: str, key: str, options: Sequence[str], value: Any) -> Any:
    """One of some names; what was chosen before stays to be seen, though it may be gone."""
    offered = [*options, *([value] if value and value not in options else [])]
    index = offered.index(value) if value else None
    return st.selectbox(label, offered, index=index, help=help, key=key, placeholder="Choose")


def _plain_input(name: str, label: str, help: str, key: str, field: Mapping[str, Any], value: Any) -> Any:
    several = next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field)
    if name == "tolerate":
        share = st.number_input(
            label, 0.0, 99.99, value=100.0 * float(value or 0), step=0.1, format="%g", help=help, key=key
        )
        return float(share) / 100
    if "enum" in several:
        return st.selectbox(
            label, several["enum"], index=several["enum"].index(value) if value else 0, help=help, key=key,
            format_func=lambda word: WORDS.get(word, word),
        )  # fmt: skip
    match several.get("type"):
        case "boolean":
            return st.toggle(label, value=bool(value), help=help, key=key)
        case "integer":
            return st.number_input(label, value=value, step=1, help=help, key=key)
        case "number":
            return st.number_input(
                label, value=None if value is None else float(value), format="%g", help=help, key=key
            )
        case "array":
            lines = st.text_area(label, value="\n".join(map(str, value or ())), help=help, key=key)
            return [line for line in str(lines or "").splitlines() if line.strip()]
        case _:
            text = st.text_input(label, value=str(value or ""), help=help, key=key)
            return text or (None if "anyOf" in field else "" if name == "name" else text)


def _plain(description: str) -> str:
    return description.replace("``", "`")
