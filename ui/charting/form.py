"""The form of a chart: what is drawn, of which columns, which rows, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import streamlit as st

from engine.service.data.charts import CHARTS, OPERATOR_WORDS, OPERATORS, ChartSpec
from ui import session
from ui.words import escaped

MOST_CONDITIONS = 20
FIRST_DAY, LAST_DAY = date(1000, 1, 1), date(9999, 12, 31)

AGGREGATES: Mapping[str, str] = {
    "count": "Number of rows", "sum": "Sum", "mean": "Mean", "median": "Median", "min": "Least", "max": "Greatest",
    "distinct": "Different values",
}  # fmt: skip
STEPS: Mapping[str, str] = {
    "auto": "Automatic", "hour": "Hour", "day": "Day", "week": "Week", "month": "Month", "quarter": "Quarter",
    "year": "Year",
}  # fmt: skip
SORTS: Mapping[str, str] = {
    "auto": "Automatic", "axis": "By name", "highest": "Highest first", "lowest": "Lowest first",
}  # fmt: skip
KEEPS: Mapping[str, str] = {
    "auto": "Automatic", "most_rows": "Most rows", "highest": "Highest figures", "lowest": "Lowest figures",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A column that can be chosen, with some of its values."""

    name: str
    kind: str
    values: tuple[str, ...] = ()


def fields_of(columns: Sequence[Mapping[str, Any]], profile: Mapping[str, Any]) -> list[Field]:
    """The columns of a dataset version."""
    known = {one["name"]: one for one in profile.get("columns", ())}
    return [
        Field(
            column["name"],
            known.get(column["name"], {}).get("kind") or _kind(str(column["type"])),
            tuple(str(top["value"]) for top in known.get(column["name"], {}).get("top", ())),
        )
        for column in columns
    ]


def _kind(dtype: str) -> str:
    if dtype.startswith(("int", "uint", "float", "decimal", "double")):
        return "numeric"
    if dtype.startswith(("date", "timestamp")):
        return "datetime"
    return {"bool": "boolean", "boolean": "boolean", "string": "text", "large_string": "text"}.get(dtype, "other")


def chart_form(fields: Sequence[Field], begin: ChartSpec, key: str) -> dict[str, Any]:
    """Ask for a chart; gives what the widgets say, which may not be a whole chart yet.

    Parameters
    ----------
    begin
        What the widgets show first.
    """
    kinds = list(CHARTS)
    kind = st.selectbox(
        "Kind", kinds, index=kinds.index(begin.kind), format_func=lambda one: CHARTS[one].title, key=f"{key}_kind",
    )  # fmt: skip
    chart = CHARTS[kind]
    st.caption(chart.about)
    found: dict[str, Any] = {"kind": kind}
    if chart.measure:
        found |= _measure(fields, begin, key, kind)
    for role in ("x", "y", "color", "size", "facet"):
        wanted = chart.roles.get(role)
        if wanted is not None and role != chart.measure:
            label = wanted.label + ("" if wanted.is_needed else " (if you like)")
            found[role] = _column(label, fields, wanted.kinds, getattr(begin, role), f"{key}_{role}")
    if "columns" in chart.extra:
        numbers = [field.name for field in fields if field.kind == "numeric"]
        found["columns"] = tuple(
            st.multiselect(
                "Columns", numbers, [name for name in begin.columns if name in numbers], key=f"{key}_columns",
                placeholder="All numbers", max_selections=30,
            )
        )  # fmt: skip
    found |= _steps(fields, begin, key, kind, found)
    found["conditions"] = _conditions(fields, begin, key)
    if chart.sorts or chart.tops:
        found |= _limits(begin, key, sorts=chart.sorts)
    return found


def _measure(fields: Sequence[Field], begin: ChartSpec, key: str, kind: str) -> dict[str, Any]:
    chart = CHARTS[kind]  # type: ignore[index]
    possible = list(chart.aggregates)
    index = possible.index(begin.aggregate) if begin.aggregate in possible else 0
    group = "adding" if len(possible) < len(AGGREGATES) else "every"
    aggregate = st.selectbox(
        "Show", possible, index=index, format_func=AGGREGATES.__getitem__, key=f"{key}_aggregate_{group}",
    )  # fmt: skip
    found: dict[str, Any] = {"aggregate": aggregate, chart.measure or "y": None}
    if aggregate != "count":
        kinds = ("numeric",) if aggregate != "distinct" else tuple({field.kind for field in fields})
        found[chart.measure or "y"] = _column("of", fields, kinds, getattr(begin, chart.measure or "y"), f"{key}_of")
    return found


def _column(label: str, fields: Sequence[Field], kinds: Sequence[str], begin: str | None, key: str) -> str | None:
    names = [field.name for field in fields if field.kind in kinds]
    index = names.index(begin) if begin in names else None
    return st.selectbox(label, names, index=index, key=key, placeholder="Choose a column" if names else "None fits")


def _steps(fields: Sequence[Field], begin: ChartSpec, key: str, kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
    chart, held = CHARTS[kind], {field.name: field.kind for field in fields}  # type: ignore[index]
    sides = {held.get(found.get(role) or "") for role in ("x", "y") if role != chart.measure}
    asked: dict[str, Any] = {}
    if chart.steps and "datetime" in sides:
        steps = list(STEPS)
        asked["every"] = st.selectbox(
            "Dates by", steps, index=steps.index(begin.every), format_func=STEPS.__getitem__, key=f"{key}_every",
        )  # fmt: skip
    if chart.bins and "numeric" in sides:
        asked["bins"] = st.number_input(
            "Ranges of numbers", 2, 200, begin.bins, key=f"{key}_bins", placeholder="Automatic",
            help="How many ranges numbers are put into; empty: round numbers that suit the data.",
        )  # fmt: skip
    return asked


def _limits(begin: ChartSpec, key: str, *, sorts: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with st.expander("Order and number of categories", icon=":material/sort:"):
        if sorts:
            found["sort"] = _choice("Order", SORTS, begin.sort, f"{key}_sort")
        found["top"] = st.number_input("Categories by name, at most", 1, 50, begin.top, key=f"{key}_top")
        found["keep"] = _choice("Which ones", KEEPS, begin.keep, f"{key}_keep")
        found["other"] = st.checkbox("Show the rest as “(other)”", begin.other, key=f"{key}_other")
    return found


def _choice(label: str, words: Mapping[str, str], begin: str, key: str) -> Any:
    options = list(words)
    return st.selectbox(
        label,
        options,
        index=options.index(begin),
        format_func=words.__getitem__,
        key=key,
    )


def _conditions(fields: Sequence[Field], begin: ChartSpec, key: str) -> list[dict[str, Any]]:
    found = []
    count = len(begin.conditions)
    with st.expander("Only some rows", icon=":material/filter_alt:", expanded=bool(count)):
        for at in range(MOST_CONDITIONS):
            condition = _condition(fields, begin, f"{key}_if{at}", at)
            if condition is not None:
                found.append(condition)
            elif at >= count and not session.has_value(f"{key}_if{at + 1}_column"):
                break
        st.caption("All of these hold for the rows that are drawn.")
    return found


def _condition(fields: Sequence[Field], begin: ChartSpec, key: str, at: int) -> dict[str, Any] | None:
    given = begin.conditions[at] if at < len(begin.conditions) else None
    names = [field.name for field in fields]
    index = names.index(given.column) if given and given.column in names else None
    name = st.selectbox(
        "Rows where" if at == 0 else "and", names, index=index, key=f"{key}_column", placeholder="Choose a column"
    )
    if name is None:
        return None
    field = next(field for field in fields if field.name == name)
    operators = list(OPERATORS.get(field.kind, OPERATORS["other"]))  # type: ignore[call-overload]
    place = operators.index(given.operator) if given and given.operator in operators else 0
    operator = st.selectbox(
        f"{escaped(name)}: how", operators, index=place, format_func=OPERATOR_WORDS.__getitem__,
        key=f"{key}_how_{field.kind}", label_visibility="collapsed",
    )  # fmt: skip
    values = _values(field, operator, given.values if given else (), key)
    return {"column": name, "operator": operator, "values": values} if values is not None else None


def _values(field: Field, operator: str, given: tuple[str, ...], key: str) -> tuple[str, ...] | None:
    """What was typed; None while there is nothing to compare with."""
    if operator in ("missing", "present"):
        return ()
    if operator == "any_of":
        options = list(dict.fromkeys((*field.values, *given)))
        chosen = st.multiselect(
            f"Values of {escaped(field.name)}", options, list(given), key=f"{key}_any", accept_new_options=True,
            label_visibility="collapsed", placeholder="Choose or type values",
        )  # fmt: skip
        return tuple(chosen) or None
    count = 2 if operator == "between" else 1
    typed = [_value(field, operator, given[at] if at < len(given) else None, f"{key}_value{at}") for at in range(count)]
    return None if any(value is None or value == "" for value in typed) else tuple(map(str, typed))


def _value(field: Field, operator: str, given: str | None, key: str) -> str | None:
    label = f"Value of {escaped(field.name)}"
    hidden: Literal["collapsed"] = "collapsed"
    if field.kind == "datetime":
        day = st.date_input(
            label, _day(given), min_value=FIRST_DAY, max_value=LAST_DAY, key=f"{key}_day", label_visibility=hidden
        )
        return day.isoformat() if isinstance(day, date) else None
    if field.kind == "boolean":
        options = ["true", "false"]
        return st.selectbox(
            label, options, index=options.index(given) if given in options else None, key=f"{key}_flag",
            label_visibility=hidden, placeholder="true or false",
        )  # fmt: skip
    if field.kind == "text" and operator in ("is", "is_not") and field.values:
        options = list(dict.fromkeys((*field.values, *((given,) if given else ()))))
        return st.selectbox(
            label, options, index=options.index(given) if given else None, key=f"{key}_text", accept_new_options=True,
            label_visibility=hidden, placeholder="Choose or type a value",
        )  # fmt: skip
    text = st.text_input(
        label, given or "", key=f"{key}_typed", label_visibility=hidden, max_chars=1_000,
        placeholder="A number" if field.kind == "numeric" else "A text",
    )  # fmt: skip
    return text or None


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat((given or "")[:10])
    except ValueError:
        return None
