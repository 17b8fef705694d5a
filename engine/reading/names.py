"""Column names that every part of the product can live with."""

from collections.abc import Sequence

from engine.findings import Finding
from engine.reading.errors import TooBig
from engine.reading.limits import MAX_COLUMNS, MAX_NAME_CHARS

RESERVED_PREFIX = "__cb_"


def settle_names(given: Sequence[str]) -> tuple[list[str], list[Finding]]:
    """Make names present, unique (also without regard to case) and free of reserved ones.

    Returns
    -------
    tuple
        The names in order, and one finding for each that had to change.
    """
    if len(given) > MAX_COLUMNS:
        raise TooBig(
            f"The file has {len(given):,} columns; at most {MAX_COLUMNS:,} can be read.",
            hint="Check the delimiter, or reshape the table so that these columns become rows.",
        )
    taken = {_tidy(name).casefold() for name in given}
    used: set[str] = set()
    names, findings = [], []
    for position, raw in enumerate(given, start=1):
        wanted = _tidy(raw)
        plain, code, why = _allowed(wanted, position)
        name = _unique(plain, used, taken, changed=plain != wanted)
        if name != plain:
            code, why = "duplicate_name", f"Column {position} repeats the name {plain!r}"
        if code:
            findings.append(_renamed(code, f"{why}; it is called {name!r} here.", name, raw, position))
        used.add(name.casefold())
        names.append(name)
    return names, findings


def _allowed(name: str, position: int) -> tuple[str, str, str]:
    if not name:
        return f"column_{position}", "empty_name", f"Column {position} has no name"
    if name.casefold().startswith(RESERVED_PREFIX):
        plain = name[len(RESERVED_PREFIX) :] or f"column_{position}"
        return plain, "reserved_name", f"Column {name!r} begins with {RESERVED_PREFIX!r}, which is reserved"
    if len(name) > MAX_NAME_CHARS:
        return name[:MAX_NAME_CHARS], "long_name", f"The name of column {position} has {len(name):,} characters"
    return name, "", ""


def _tidy(name: str) -> str:
    return "".join(" " if char in "\r\n\t\0" else char for char in name).strip()


def _unique(name: str, used: set[str], taken: set[str], *, changed: bool) -> str:
    candidate, number = name, 2
    while candidate.casefold() in used or (changed and candidate.casefold() in taken):
        candidate, number, changed = f"{name}_{number}", number + 1, True
    return candidate


def _renamed(code: str, message: str, name: str, raw: str, position: int) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        column=name,
        message=message,
        fix="Rename the column if another name says more.",
        detail={"position": position, "was": raw[:MAX_NAME_CHARS]},
    )
