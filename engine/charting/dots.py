"""Charts of single rows: scatter, bubbles, a map of points. Of many rows some are drawn by chance, always the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    dots = (_of_one_pass(look, placed, values) if look.is_vast else None) or _of_two_passes(look, placed, values)
    known = _known_total(look, [roles[role] for role in ("x", "y", "size") if role in roles])
    dots = dots if known is None else replace(dots, total=known, is_exact=True)
    points = {role: [_plain(row[at]) for row in dots.rows] for at, role in enumerate(values)}
    _note(look, dots)
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


@dataclass(frozen=True)
class _Dots:
    """The rows that are drawn, and how many have a place."""

    rows: Sequence[Sequence[Any]]
    total: int
    is_exact: bool


def _of_one_pass(look: Look, placed: Sequence[str], values: Mapping[str, str]) -> _Dots | None:
    """Rows by chance, which also tell about how many have a place; None where too few of them have one."""
    few = look.by_chance(MOST_DOTS * 3 // 2, look.rows)
    rows = few.some(**values, is_placed=" AND ".join(placed), k=look.draw_key)
    found = few.all(f"SELECT * EXCLUDE (k) FROM {rows} ORDER BY k LIMIT {MOST_DOTS * 2}")  # noqa: S608
    there = [row for *row, is_placed in found if is_placed]
    if len(there) < MOST_DOTS:
        return None
    return _Dots(there[:MOST_DOTS], round(look.rows * len(there) / len(found)), is_exact=False)


def _of_two_passes(look: Look, placed: Sequence[str], values: Mapping[str, str]) -> _Dots:
    """Count what has a place, then draw of it."""
    there = look.only(" AND ".join(placed))
    ((total,),) = there.all(f"SELECT count(*) FROM {there.some()}")  # noqa: S608
    # A few more than are wanted, so that only those have to be sorted; fewer come by a chance of nothing.
    few = there.by_chance(MOST_DOTS + 1_000, total)
    rows = few.some(**values, k=there.draw_key)
    found = few.all(f"SELECT * EXCLUDE (k) FROM {rows} ORDER BY k LIMIT {MOST_DOTS}")  # noqa: S608
    return _Dots(found, int(total), is_exact=True)


def _known_total(look: Look, columns: Sequence[Column]) -> int | None:
    """How many rows have a place, where the profile tells it: at most one column has gaps."""
    if look.known is None or look.spec.kind == "map" or any(column.kind != "numeric" for column in columns):
        return None
    names = {column.name for column in columns}
    gaps = [one.missing + (one.infinite or 0) for one in look.known.columns if one.name in names]
    return look.rows - sum(gaps) if sum(map(bool, gaps)) <= 1 else None


def _has_value(column: Column) -> str:
    return f"isfinite({identifier(column.name)})" if column.kind == "datetime" else column.has_number


def _value(column: Column, role: str) -> str:
    if role in ("x", "y", "size"):
        return column.moment if column.kind == "datetime" else column.number
    return column.number if column.kind == "numeric" else column.word


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _note(look: Look, dots: _Dots) -> None:
    drawn, without = len(dots.rows), look.rows - dots.total
    if drawn < dots.total:
        of = f"{dots.total:,}" if dots.is_exact else f"about {_rounded(dots.total):,}"
        look.notes.append(f"{drawn:,} of {of} points are drawn, chosen by chance, always the same.")
    if without:
        what = "a place on the globe" if look.spec.kind == "map" else "all values"
        rows = f"{without:,}" if dots.is_exact else f"About {_rounded(without):,}"
        look.notes.append(f"{rows} rows without {what} have no place.")


def _rounded(count: int) -> int:
    """To two digits, which is what some thousand rows tell of all."""
    return int(float(f"{count:.1e}"))


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
