"""The nodes that mend what was found about a table, in an order that works."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from components.catalog import catalog

ORDER = (
    *("trim_text", "text_case", "replace_text", "cast", "parse_number", "parse_date", "deduplicate", "drop_missing"),
    *("impute_median", "impute_mean", "impute_mode", "clip_outliers", "math", "power_transform", "encode_frequency"),
    *("mask_column", "hash_column", "drop_columns"),
)
"""First what makes values readable, then what needs to read them; what takes columns away comes last."""
READERS = ("cast", "parse_number", "parse_date")
READ_ANEW = {"impute_mode": {"cast": "impute_median", "parse_number": "impute_median", "parse_date": "drop_missing"}}
"""What fits instead, once a text has become a number or a date."""


def is_fixable(finding: Mapping[str, Any]) -> bool:
    """Whether a node helps."""
    return (finding.get("detail") or {}).get("component") in catalog()


def together(
    of_import: Iterable[Mapping[str, Any]], of_profile: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """All findings about a table; where both know how the texts of a column are read, the profile has seen all of them.

    >>> cast = {"column": "a", "detail": {"component": "cast"}}
    >>> len(together([cast], [cast])), len(together([cast], []))
    (1, 1)
    """
    read = {finding.get("column") for finding in of_profile if _reads(finding)}
    return [*(one for one in of_import if not (_reads(one) and one.get("column") in read)), *of_profile]


def _reads(finding: Mapping[str, Any]) -> bool:
    return (finding.get("detail") or {}).get("component") in READERS


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
    asked = _fitting(_read_once(_without_dropped(asked)))
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
    found = [step if step[0] == "drop_columns" else _less(step, gone) for step in steps]
    return [step for step in found if step]


def _read_once(steps: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """A text is read as a number or a date by one node: by the one that knows most of how it is written."""
    reading = [at for at, (key, _) in enumerate(steps) if key in READERS]
    reading.sort(key=lambda at: READERS.index(steps[at][0]))
    best = {name: at for at in reading for name in _listed(steps[at])}
    found = [
        _less(step, {name for name in _listed(step) if best[name] != at} if at in reading else ())
        for at, step in enumerate(steps)
    ]
    return [step for step in found if step]


def _listed(step: tuple[str, dict[str, Any]]) -> list[str]:
    columns = step[1].get("columns")
    return columns if isinstance(columns, list) else []


def _less(step: tuple[str, dict[str, Any]], names: Collection[str]) -> tuple[str, dict[str, Any]] | None:
    """A step that leaves some columns alone; None where nothing is left of it."""
    if not names or not _listed(step):
        return step
    left = [name for name in _listed(step) if name not in names]
    return (step[0], {**step[1], "columns": left}) if left else None


def _fitting(steps: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    became = {name: key for key, params in steps if key in READERS for name in params["columns"]}

    def fits(key: str, params: Mapping[str, Any]) -> str:
        name = next(iter(params["columns"]), "")
        return READ_ANEW.get(key, {}).get(became.get(name, ""), key)

    return [(fits(key, params), params) for key, params in steps]


def _place(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER) - 3


def _rest(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "columns"}
