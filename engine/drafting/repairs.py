"""The nodes that mend what was found about a table, in an order that works."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from components.catalog import catalog

ORDER = (
    *("trim_text", "text_case", "replace_text", "cast", "parse_date", "deduplicate", "drop_missing"),
    *("impute_median", "impute_mean", "impute_mode", "clip_outliers", "math", "power_transform", "encode_frequency"),
    *("mask_column", "hash_column", "drop_columns"),
)
"""First what makes values readable, then what needs to read them; what takes columns away comes last."""
READ_ANEW = {"impute_mode": {"cast": "impute_median", "parse_date": "drop_missing"}}
"""What fits instead, once a text has become a number or a date."""


def is_fixable(finding: Mapping[str, Any]) -> bool:
    """Whether a node helps."""
    return (finding.get("detail") or {}).get("component") in catalog()


def steps_of(findings: Iterable[Mapping[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The components and params that fix some findings, in an order that works; alike steps become one.

    >>> gaps = [{"detail": {"component": "impute_mean", "params": {"columns": [name]}}} for name in "ab"]
    >>> steps_of(gaps)
    [('impute_mean', {'columns': ['a', 'b']})]
    """
    asked = [
        (step["component"], dict(step["params"]))
        for finding in findings
        if is_fixable(finding)
        for step in (finding["detail"], *finding["detail"].get("then", ()))
    ]
    asked = _fitting(_without_dropped(asked))
    merged: list[tuple[str, dict[str, Any]]] = []
    for key, params in sorted(asked, key=lambda step: _place(step[0])):
        twin = next((had for other, had in merged if other == key and _rest(had) == _rest(params)), None)
        if twin is None or not isinstance(params.get("columns"), list):
            merged.append((key, params)) if twin is None else None
        else:
            twin["columns"] = list(dict.fromkeys([*twin["columns"], *params["columns"]]))
    return merged


def _without_dropped(steps: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """Nothing is done to a column that is dropped in the end."""
    gone = {name for key, params in steps if key == "drop_columns" for name in params["columns"]}
    return [
        (key, params)
        for key, params in steps
        if key == "drop_columns"
        or not isinstance(params.get("columns"), list)
        or not gone.intersection(params["columns"])
    ]


def _fitting(steps: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    became = {name: key for key, params in steps if key in ("cast", "parse_date") for name in params["columns"]}

    def fits(key: str, params: Mapping[str, Any]) -> str:
        name = next(iter(params["columns"]), "")
        return READ_ANEW.get(key, {}).get(became.get(name, ""), key)

    return [(fits(key, params), params) for key, params in steps]


def _place(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER) - 3


def _rest(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "columns"}
