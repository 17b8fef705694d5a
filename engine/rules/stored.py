"""Check the files of a dataset version against rules."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import ibis.expr.types as ir

from components.quality.rules import RefersTo
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import PEOPLE_ERRORS
from engine.rules.check import check_rules
from engine.rules.expectation import Expectation
from engine.rules.outcome import Checked
from engine.workspace import Workspace

MEMORY_MB = 600
"""What DuckDB may take; it spills beyond that."""


def check_stored(
    workspace: Workspace,
    files: Sequence[Path],
    expectations: Sequence[Expectation],
    *,
    dataset: str,
    rows_before: int | None = None,
    memory_mb: int = MEMORY_MB,
    only_count: bool = False,
) -> Checked:
    """Say of each rule whether the rows of some files keep it.

    Parameters
    ----------
    dataset
        Whose rows these are: a rule may refer to them.
    only_count
        Whether nobody will look at the rows that fail.

    Raises
    ------
    LimitReached, RunError
        When the files cannot be read.
    """
    if not expectations:
        return Checked()
    others = _others(workspace, expectations, {dataset: files})
    readable = [path for found in others.values() if not isinstance(found, Exception) for path in found]
    limits = Limits(min(memory_mb, workspace.settings.run_memory_mb), workspace.settings.run_threads)
    with closing(DuckDBBackend(limits, readable, workspace.cache.root)) as backend:
        with backend.plain_errors():
            table = backend.read(files)

        def look_up(name: str) -> ir.Table:
            found = others[name]
            if isinstance(found, Exception):
                raise found
            return table if name == dataset else backend.read(found)

        return check_rules(table, expectations, backend, look_up, rows_before, only_count=only_count)


def _others(
    workspace: Workspace, expectations: Sequence[Expectation], known: Mapping[str, Sequence[Path]]
) -> dict[str, Sequence[Path] | Exception]:
    """The files of the datasets that rules refer to; why there are none, where they are gone."""
    found: dict[str, Sequence[Path] | Exception] = dict(known)
    for name in {one.rule.dataset for one in expectations if isinstance(one.rule, RefersTo)} - known.keys():
        try:
            with workspace.database.read() as uow:
                version = uow.datasets.version(uow.datasets.by_name(name).id)
            found[name] = workspace.files_of(version)
        except PEOPLE_ERRORS as error:
            found[name] = error
    return found
