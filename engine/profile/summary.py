"""What a person should know about a table first, in a few sentences."""

from collections import Counter
from collections.abc import Iterator, Sequence

from engine.profile.profiled import ColumnProfile, Profile

_MOST_NAMES = 3
_STRONG = 0.7
_NOUNS = {
    "number": ("number", "numbers"),
    "category": ("category", "categories"),
    "date": ("date", "dates"),
    "text": ("text", "texts"),
    "identifier": ("identifier", "identifiers"),
    "constant": ("column that never changes", "columns that never change"),
    "empty": ("empty column", "empty columns"),
    "other": ("other column", "other columns"),
}


def summary_of(profile: Profile) -> Iterator[str]:
    """Say what is in the table, what tells its rows apart, how complete it is, and what is remarkable."""
    if not profile.rows or not profile.columns:
        yield "The table has no rows." if profile.columns else "The table has no columns."
        return
    yield _size(profile)
    yield _rows(profile)
    yield _missing(profile)
    yield from _times(profile.columns)
    yield from _personal(profile.columns)
    yield from _together(profile)


def _size(profile: Profile) -> str:
    kinds = Counter[str](column.semantic for column in profile.columns)
    parts = [f"{kinds[kind]:,} {nouns[kinds[kind] != 1]}" for kind, nouns in _NOUNS.items() if kinds[kind]]
    rows = _counted(profile.rows, "row")
    return f"The table has {rows} and {_counted(len(profile.columns), 'column')}: {_listed(parts)}."


def _rows(profile: Profile) -> str:
    if profile.keys:
        told = " and ".join(profile.keys[0].columns)
        return (
            f"Every row has its own {told}."
            if len(profile.keys[0].columns) == 1
            else (f"Together, {told} tell every row apart.")
        )
    if profile.duplicates:
        share = _share(profile.duplicates / profile.rows)
        return f"{_counted(profile.duplicates, 'row')} ({share}) repeat an earlier row; no column tells all rows apart."
    return "No row repeats another one."


def _missing(profile: Profile) -> str:
    gaps = sorted((one for one in profile.columns if one.missing), key=lambda one: -one.missing)
    if not gaps:
        return "No value is missing."
    cells = sum(one.missing for one in gaps) / (profile.rows * len(profile.columns))
    most = f"{gaps[0].name} ({_share(gaps[0].missing / profile.rows)})"
    where = f"all of them in {most}" if len(gaps) == 1 else f"in {len(gaps):,} columns, most in {most}"
    share = _share(cells)
    return f"{share[0].upper()}{share[1:]} of the cells are missing, {where}."


def _times(columns: Sequence[ColumnProfile]) -> Iterator[str]:
    dates = [one for one in columns if one.kind == "datetime" and one.filled and one.distinct > 1]
    for one in dates[:1]:
        yield f"{one.name} runs from {str(one.min)[:10]} to {str(one.max)[:10]}."


def _personal(columns: Sequence[ColumnProfile]) -> Iterator[str]:
    found = [one for one in columns if one.personal]
    if found:
        names = [f"{one.name} ({one.personal})" for one in found]
        yield f"There seem to be personal data in {_listed(names)}."


def _together(profile: Profile) -> Iterator[str]:
    strong = [one for one in profile.correlations if abs(one.value) >= _STRONG]
    if strong:
        one = max(strong, key=lambda pair: abs(pair.value))
        how = "rises with" if one.value > 0 else "falls as"
        end = one.right if one.value > 0 else f"{one.right} rises"
        yield f"{one.left} {how} {end} (correlation {one.value:.2f})."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _share(share: float) -> str:
    return "less than 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %".replace(".0 %", " %")


def _listed(parts: Sequence[str]) -> str:
    shown = list(parts)
    if len(shown) > _MOST_NAMES + 3:
        shown = [*shown[: _MOST_NAMES + 2], f"{len(parts) - _MOST_NAMES - 2} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
