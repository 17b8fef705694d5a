"""Rules that the profile of a table suggests: what is so for nearly all rows is probably meant to be so for all."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

NEARLY = 0.05
"""The share of rows that may break what is suggested all the same."""
FEW = 12
"""The largest number of different values that are listed."""
RARE = 0.005
"""A value that so few rows have is probably a slip."""
MOST = 24
SCHEMA_TYPES = ("int64", "float64", "string", "boolean", "date", "timestamp")

RANGES: Sequence[tuple[str, float, float]] = (
    (r"age|alter", 0, 120),
    (r"lat|latitude", -90, 90),
    (r"lon|lng|longitude", -180, 180),
    (r"percent|percentage|pct", 0, 100),
    (r"month|monat", 1, 12),
    (r"weekday|wochentag", 0, 7),
    (r"hour|stunde", 0, 24),
    (r"minute", 0, 60),
    (r"year|jahr", 1900, 2100),
)
"""Words in names of columns, and what lies between."""
MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
DAYS = ("1900-01-01", "2100-01-01")


class Suggested(NamedTuple):
    """Rules that belong together."""

    title: str
    rules: list[dict[str, Any]]


def suggested(
    profile: Mapping[str, Any], types: Mapping[str, str], present: Sequence[Mapping[str, Any]]
) -> list[Suggested]:
    """What the profile of a version suggests, without the rules that are there.

    Parameters
    ----------
    types
        Each column with its type, as rules call them.
    present
        The rules that the dataset has.
    """
    there = {key for rule in present for key in _keys(rule)}
    found = []
    for one in _all(profile, types):
        rules = [rule for rule in one.rules if not there.issuperset(_keys(rule))]
        if rules:
            found.append(one if len(rules) == len(one.rules) else Suggested(_joined(rules) or one.title, rules))
    return found[:MOST]


def _all(profile: Mapping[str, Any], types: Mapping[str, str]) -> Iterator[Suggested]:
    rows, columns = profile["rows"], [one for one in profile["columns"] if one["name"] in types]
    if not rows:
        return
    keys = [one for one in columns if _is_key(one, rows)]
    for one in keys[:3]:
        name = one["name"]
        rules = [{"kind": "unique", "columns": [name]}, {"kind": "not_null", "columns": [name]}]
        yield Suggested(f"{name} is unique and never missing", rules)
    others = [one for one in columns if one not in keys]
    for one in columns:
        if one in others or one["kind"] != "numeric":
            yield from _about_values(one)
    yield from _not_negative([one for one in others if one["kind"] == "numeric"])
    for one in others:
        if 0 < one["missing"] <= NEARLY * rows:
            yield Suggested(f"{one['name']} is never missing", [{"kind": "not_null", "columns": [one["name"]]}])
    full = [one["name"] for one in others if not one["missing"]]
    if full:
        title = f"{full[0]} is never missing" if len(full) == 1 else f"{len(full)} columns are never missing"
        yield Suggested(title, [{"kind": "not_null", "columns": full}])
    yield Suggested("at most 10 % fewer rows than the version before", [{"kind": "row_change", "most_lost": 10}])
    agreed = {name: kind if kind in SCHEMA_TYPES else "any" for name, kind in types.items()}
    yield Suggested(f"the table has at least these {len(agreed)} columns", [{"kind": "schema", "columns": agreed}])


def _is_key(one: Mapping[str, Any], rows: int) -> bool:
    """Whether a column tells rows apart, or nearly so and says so by its name."""
    if one["kind"] not in ("numeric", "text") or rows < 3 or not one["filled"] or "float" in one["type"]:
        return False
    if _known_range(one) is not None:  # ages may all differ by chance
        return False
    says_so = re.search(r"(^|_|\b)(id|key|uuid|code|number|nr|no)$", one["name"], re.IGNORECASE) is not None
    says_so = says_so or re.search(r"[a-z](ID|Id)$", one["name"]) is not None or one["semantic"] == "identifier"
    distinct = one["filled"] if one["distinct_approximate"] and one["semantic"] == "identifier" else one["distinct"]
    return says_so and bool(one["missing"] <= NEARLY * rows and distinct >= (1 - NEARLY) * one["filled"])


def _about_values(one: Mapping[str, Any]) -> Iterator[Suggested]:
    name = one["name"]
    if one["kind"] == "numeric":
        yield from _range(one)
    elif one["kind"] == "datetime" and one["min"] is not None and one["type"] != "time":
        if str(one["min"]) < DAYS[0] or str(one["max"]) > DAYS[1]:
            rule = {"kind": "in_range", "columns": [name], "min": DAYS[0], "max": DAYS[1]}
            yield Suggested(f"{name} between {DAYS[0]} and {DAYS[1]}", [rule])
    elif one["kind"] == "text" and "mail" in name.lower():
        yield Suggested(f"{name} has e-mail addresses", [{"kind": "matches", "columns": [name], "pattern": MAIL}])
    elif one["kind"] == "text":
        yield from _set(one)


def _range(one: Mapping[str, Any]) -> Iterator[Suggested]:
    """What a column's name says of its values, where nearly all of them agree."""
    known, quantiles = _known_range(one), one["quantiles"] or {}
    if known is None or one["min"] is None:
        return
    least, most = known
    if quantiles.get("p05", one["min"]) >= least and quantiles.get("p95", one["max"]) <= most:
        rule = {"kind": "in_range", "columns": [one["name"]], "min": f"{least:g}", "max": f"{most:g}"}
        yield Suggested(f"{one['name']} between {least:g} and {most:g}", [rule])


def _known_range(one: Mapping[str, Any]) -> tuple[float, float] | None:
    words = (pair for pair in RANGES if re.search(rf"(^|[_\W])({pair[0]})($|[_\W])", one["name"], re.IGNORECASE))
    return next(((least, most) for _, least, most in words), None)


def _not_negative(columns: Sequence[Mapping[str, Any]]) -> Iterator[Suggested]:
    """Columns that have no negative values together; those that have a few, each by itself."""
    never = []
    for one in columns:
        if one["min"] is None or _known_range(one) or one["semantic"] == "identifier":
            continue
        negative = one["negative"] if one["negative"] is not None else 0 if one["min"] >= 0 else math.inf
        if not negative:
            never.append(one["name"])
        elif negative <= NEARLY * one["filled"]:
            yield Suggested(f"{one['name']} is at least 0", [_least(one["name"])])
    if never:
        title = f"{never[0]} is at least 0" if len(never) == 1 else f"{len(never)} columns are at least 0"
        yield Suggested(title, [_least(*never)])


def _least(*names: str) -> dict[str, Any]:
    return {"kind": "in_range", "columns": [*names], "min": "0"}


def _set(one: Mapping[str, Any]) -> Iterator[Suggested]:
    top = [(item["value"], item["count"]) for item in one["top"] if isinstance(item["value"], str)]
    usual = [value for value, count in top if count >= max(2, RARE * one["filled"])]
    share = sum(count for value, count in top if value in usual)
    if not 2 <= len(usual) <= FEW or one["distinct"] > 4 * FEW or share < (1 - NEARLY) * one["filled"]:
        return
    rule = {"kind": "in_set", "columns": [one["name"]], "values": sorted(usual)}
    yield Suggested(f"{one['name']} is one of {len(usual)} values", [rule])


def _keys(rule: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a rule is about, so that nothing is suggested twice."""
    columns = rule.get("columns")
    if rule["kind"] in ("row_change", "schema"):
        return [(rule["kind"], "")]
    if rule["kind"] == "unique":
        return [("unique", "|".join(map(str, columns or ())))]
    return [(rule["kind"], name) for name in columns] if isinstance(columns, list) else [(rule["kind"], str(columns))]


def _joined(rules: Sequence[Mapping[str, Any]]) -> str:
    names = {"unique": "is unique", "not_null": "is never missing"}
    if len(rules) != 1 or len(rules[0].get("columns", ())) != 1 or rules[0]["kind"] not in names:
        return ""
    return f"{rules[0]['columns'][0]} {names[rules[0]['kind']]}"
