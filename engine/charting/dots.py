"""Charts of single rows: scatter, bubbles, a map of points. Of many rows some are drawn by chance, always the same."""

from datetime import datetime
from typing import Any

from engine.charting.axis import MISSING, OTHER, Form, shortened
from engine.charting.columns import Column
from engine.charting.drawn import MOST_COLORS, MOST_DOTS, MOST_FACETS, Drawn
from engine.charting.look import Look
from engine.charting.named import iso, natural
from engine.profile.source import identifier

SCALE = 12
"""A colour of more different numbers than this is a scale."""


def draw_dots(look: Look) -> Drawn:
    """One dot for each row that has a place."""
    spec = look.spec
    roles = {role: look.columns[name] for role in ("x", "y", "size", "color", "facet") if (name := getattr(spec, role))}
    values = {role: _value(column, role) for role, column in roles.items()}
    placed = [_has_value(roles[role]) for role in ("x", "y", "size") if role in roles]
    if spec.kind == "map":
        placed += [f"abs({roles['y'].any_number}) <= 90", f"abs({roles['x'].any_number}) <= 360"]
    there = look.only(" AND ".join(placed))
    total, found = _draw(there, values, look.rows)
    if len(found) < min(total, MOST_DOTS):  # so many rows have no place that too few were drawn
        total, found = _draw(there, values, total)
    points = {role: [_plain(row[at]) for row in found] for at, role in enumerate(values)}
    _note(look, total, len(found))
    forms: dict[str, Form] = {role: "date" if roles[role].kind == "datetime" else "number" for role in ("x", "y")}
    order = {}
    for role, most in (("color", MOST_COLORS), ("facet", MOST_FACETS)):
        if role not in points:
            continue
        if role == "color" and _is_scale(roles[role], points[role]):
            forms[role] = "number"
            continue
        points[role], order[role] = _few(points[role], most)
        forms[role] = "category"
    titles = {role: column.name for role, column in roles.items()}
    return Drawn(
        spec=spec, points=points, forms=forms, order=order, titles=titles, rows=look.rows, notes=tuple(look.notes)
    )


def _draw(there: Look, values: dict[str, str], about: int) -> tuple[int, list[Any]]:
    """How many rows have a place, and those that are drawn of about so many."""
    ((total,),) = there.all(f"SELECT count(*) FROM {there.some()}")  # noqa: S608
    # A few more than are wanted, so that only those have to be sorted; fewer come by a chance of nothing.
    few = there.by_chance(MOST_DOTS + 1_000, about)
    rows = few.some(**values, k=there.draw_key)
    return int(total), few.all(f"SELECT * EXCLUDE (k) FROM {rows} ORDER BY k LIMIT {MOST_DOTS}")  # noqa: S608


def _has_value(column: Column) -> str:
    return f"isfinite({identifier(column.name)})" if column.kind == "datetime" else column.has_number


def _value(column: Column, role: str) -> str:
    if role in ("x", "y", "size"):
        return column.moment if column.kind == "datetime" else column.number
    return column.number if column.kind == "numeric" else column.word


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _note(look: Look, total: int, drawn: int) -> None:
    if drawn < total:
        look.notes.append(f"{drawn:,} of {total:,} points are drawn, chosen by chance, always the same.")
    if total < look.rows:
        what = "a place on the globe" if look.spec.kind == "map" else "all values"
        look.notes.append(f"{look.rows - total:,} rows without {what} have no place.")


def _is_scale(column: Column, values: list[Any]) -> bool:
    return column.kind == "numeric" and len(set(values)) > SCALE


def _few(values: list[Any], most: int) -> tuple[list[str], list[str]]:
    """The most frequent texts, and one for the others."""
    texts = [MISSING if value is None else _word(value) for value in values]
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    kept = sorted((text for text in counts if text != MISSING), key=lambda text: (-counts[text], text))[:most]
    chosen = {*kept, MISSING}
    shown = [text if text in chosen else OTHER for text in texts]
    last = [text for text in (OTHER, MISSING) if text in set(shown) - set(kept)]
    return shown, [*sorted(kept, key=natural), *last]


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else shortened(str(value))
