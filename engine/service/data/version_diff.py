"""Two versions of a dataset side by side: computed once by a job, remembered as long as the cache has room."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from engine.errors import MissingThing
from engine.service.amounts import count
from engine.service.tables import read_page
from engine.service.views import TableView, View
from engine.workspace import Workspace

EDITION = 1
"""Raised when what is remembered would be told differently."""


class ColumnDiffView(View):
    """What became of a column's values.

    Parameters
    ----------
    cells
        Cells that changed, in rows that both versions have.
    missing, mean
        In the first version and in the second.
    psi
        Population stability index; None where it says nothing.
    in_words
        All that, for people.
    """

    name: str
    cells: int
    missing: tuple[float, float]
    mean: tuple[float | None, float | None]
    psi: float | None
    shift: str
    new: list[str]
    new_count: int
    lost: list[str]
    lost_count: int
    in_words: str = ""


class DiffView(View):
    """What two versions of a dataset differ in.

    Parameters
    ----------
    schema_
        Columns that were ``added``, ``removed`` or ``retyped``.
    rows
        How many there are ``left`` and ``right``, and how many were ``added``, ``removed``, ``changed``, ``kept``.
    shown
        How many of each kind can be looked at.
    """

    dataset: str
    fingerprint: str
    left: int
    right: int
    key: list[str]
    same: bool
    schema_: dict[str, list[dict[str, str]]]
    rows: dict[str, int]
    columns: list[ColumnDiffView]
    shown: dict[str, int]
    in_words: str


def find_diff(
    workspace: Workspace, name: str, left: int, right: int, key: Sequence[str] | None = None
) -> DiffView | None:
    """What two versions differ in, if it is remembered.

    Parameters
    ----------
    key
        Columns by which rows are recognised; the dataset's own unless given.

    Raises
    ------
    NotFound
    """
    fingerprint, _ = _asked(workspace, name, left, right, key)
    entry = workspace.cache.get(fingerprint)
    return None if entry is None else _view(name, fingerprint, entry.meta["summary"])


def start_diff(workspace: Workspace, name: str, left: int, right: int, key: Sequence[str] | None = None) -> str:
    """Queue the comparison of two versions; returns the id of the job.

    Raises
    ------
    NotFound
    """
    fingerprint, chosen = _asked(workspace, name, left, right, key)
    payload = {"name": name, "left": left, "right": right, "key": chosen, "fingerprint": fingerprint}
    return workspace.database.transact(lambda uow: uow.jobs.enqueue("compare_versions", payload)).id


def diff_rows(workspace: Workspace, diff: DiffView, kind: str, offset: int = 0, limit: int = 100) -> TableView:
    """Some of the rows that were ``added`` or ``removed``, or of the cells that ``changed``.

    Raises
    ------
    MissingThing
        When it is not remembered any more.
    """
    entry = workspace.cache.get(diff.fingerprint)
    if entry is None or kind not in diff.shown:
        raise MissingThing("This comparison is not remembered any more.", hint="Compare the versions again.")
    return read_page([entry.path(kind)], offset, limit)


def _asked(workspace: Workspace, name: str, left: int, right: int, key: Sequence[str] | None) -> tuple[str, list[str]]:
    with workspace.database.read() as uow:
        dataset = uow.datasets.by_name(name)
        shas = [uow.datasets.version(dataset.id, number).sha256 for number in (left, right)]
    chosen = [*(dataset.key or [])] if key is None else [*key]
    identity = json.dumps([EDITION, dataset.id, left, right, *shas, chosen])
    return f"diff-{hashlib.sha256(identity.encode()).hexdigest()[:32]}", chosen


def _view(name: str, fingerprint: str, summary: dict[str, Any]) -> DiffView:
    columns = [ColumnDiffView(**{**column, "in_words": _column_in_words(column)}) for column in summary["columns"]]
    return DiffView(
        dataset=name,
        fingerprint=fingerprint,
        left=summary["left"],
        right=summary["right"],
        key=summary["key"],
        same=summary["same"],
        schema_=summary["schema"],
        rows=summary["rows"],
        columns=columns,
        shown=summary["shown"],
        in_words=_in_words(summary),
    )


def _in_words(summary: dict[str, Any]) -> str:
    left, right, rows, schema = f"v{summary['left']}", f"v{summary['right']}", summary["rows"], summary["schema"]
    if summary["same"]:
        return f"{left} and {right} hold the same rows."
    parts = [
        f"{count(rows[kind], 'row')} {'was' if rows[kind] == 1 else 'were'} {kind}"
        for kind in ("added", "removed", "changed")
        if rows[kind]
    ]
    parts += [
        f"{count(len(schema[kind]), 'column')} {'was' if len(schema[kind]) == 1 else 'were'} {word}"
        for kind, word in (("added", "added"), ("removed", "removed"), ("retyped", "given another type"))
        if schema[kind]
    ]
    moved = [
        column["name"]
        for column in summary["columns"]
        if column["shift"] == "strong" and column["name"] not in summary["key"]
    ]
    shift = f" The values of {_listed(moved)} moved strongly." if moved else " No column's values moved strongly."
    return f"From {left} to {right}, {_joined(parts) or 'no row and no column changed'}.{shift}"


def _column_in_words(column: dict[str, Any]) -> str:
    before, after = column["missing"]
    parts = [f"{count(column['cells'], 'cell')} changed"] if column["cells"] else []
    if column["shift"] in ("some", "strong"):
        parts.append(f"its values moved {'strongly' if column['shift'] == 'strong' else 'somewhat'}")
    if column["new"]:
        parts.append(f"new: {_listed(column['new'], column['new_count'])}")
    if column["lost"]:
        parts.append(f"gone: {_listed(column['lost'], column['lost_count'])}")
    if abs(after - before) >= 0.01:
        parts.append(f"{100 * after:.0f} % missing, was {100 * before:.0f} %")
    return "; ".join(parts) or "as before"


def _listed(names: Sequence[str], total: int | None = None) -> str:
    shown = [f"{name[:40]}…" if len(name) > 40 else name or "(empty)" for name in names[:3]]
    more = (len(names) if total is None else total) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
