"""The prediction log of a model version in a window, and the rows that it is compared with, in one locked DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir

from components.ports import ROW
from engine.backends.backend import Backend, Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import MissingThing
from engine.evaluation.evidence import Evidence, read_evidence
from engine.monitor.fields import Watched, watched
from engine.monitor.reference import MOST_ROWS
from engine.monitor.window import Window
from engine.schemas import PREDICTION as ANSWER
from engine.schemas import PROBABILITIES as CHANCES
from engine.serve.evidence import EVIDENCE, HELD_OUT, SAID_PREFIX
from engine.serve.modelfile import ModelFile
from engine.serve.scorer import SCORE as HOW_STRANGE
from storage.served import AT, ID, PREDICTION, PROBABILITIES, SCORE


@dataclass(frozen=True)
class Logged:
    """What one model version was asked in a window, and what it answered.

    Parameters
    ----------
    evidence
        The rows that were kept with the version.
    every
        All rows of the files; those of other windows among them.
    masked
        Fields whose values are not kept.
    """

    evidence: Evidence
    every: ir.Table | None
    window: Window
    masked: frozenset[str]

    @property
    def model(self) -> ModelFile:
        return self.evidence.model

    @property
    def backend(self) -> Backend:
        return self.evidence.backend

    @cached_property
    def table(self) -> ir.Table:
        """The rows of the window.

        Raises
        ------
        MissingThing
            When nothing was logged in the days around it.
        """
        return self.within(self.window)

    def within(self, window: Window) -> ir.Table:
        """The rows of any window that the files cover."""
        if self.every is None:
            raise MissingThing("Nothing was logged in this window.", hint="Choose another one.")
        start, end = window.naive
        at = self.every[AT]
        return self.every.filter((at >= ibis.literal(start)) & (at < ibis.literal(end)))

    @cached_property
    def rows(self) -> int:
        """How many rows the window has."""
        return 0 if self.every is None else self.backend.rows(self.table)

    @cached_property
    def fields(self) -> tuple[Watched, ...]:
        """The model's fields that are kept in the log."""
        types = {
            name: self.evidence.table.schema()[name] for name in self.model.inputs if name in self.evidence.columns
        }
        there = frozenset(self.every.columns if self.every is not None else ())
        return watched({name: kind for name, kind in types.items() if name in there}, self.masked)

    def learned_from(self) -> ir.Table:
        """Rows that the model learned from, in the columns of its fields."""
        table = self.evidence.table
        return some(table.filter(~table[HELD_OUT]) if self.model.target else table, MOST_ROWS)

    def sample(self, window: Window, most: int = MOST_ROWS) -> ir.Table:
        """Some rows of a window, the same each time."""
        table = self.within(window)
        return table.order_by(table[ID].hash()).limit(most)

    def answered(self) -> ir.Table:
        """What the model said of rows that it had not seen, under the names of `answers`."""
        table = self.evidence.table
        held_out = some(table.filter(table[HELD_OUT]), MOST_ROWS)
        said = {name: f"{SAID_PREFIX}{name}" for name in (ANSWER, CHANCES, HOW_STRANGE)}
        return self._answers(held_out, said[ANSWER], said[CHANCES], said[HOW_STRANGE])

    def answers(self, table: ir.Table) -> ir.Table:
        """What the model said of logged rows, one column for each thing that is watched."""
        return self._answers(table, PREDICTION, PROBABILITIES, SCORE)

    def _answers(self, table: ir.Table, prediction: str, chances: str, score: str) -> ir.Table:
        is_number = self.model.task == "regression"
        told = {"prediction": table[prediction].cast("float64" if is_number else "string")}
        place = positive_place(self.model)
        if place is not None and chances in table.columns:
            told[f"probability of {self.model.classes[place]}"] = table[chances][place]
        if self.model.task == "anomaly" and score in table.columns:
            told["score"] = table[score].cast("float64")
        return table.select(**told)


def positive_place(model: ModelFile) -> int | None:
    """Where the chance of the positive one of two classes stands; None where there are not two."""
    if len(model.classes) != 2:
        return None
    return model.classes.index(model.positive) if model.positive in model.classes else 1


@contextmanager
def opened_log(
    files: Mapping[str, Path],
    logs: Sequence[Path],
    window: Window,
    *,
    workspace: Path,
    limits: Limits,
    masked: Sequence[str] = (),
    more: Sequence[Path] = (),
) -> Iterator[Logged]:
    """Open a version's log.

    Parameters
    ----------
    files
        The (already verified) files of the model version.
    logs
        Those of the log; they may hold rows of other windows.
    workspace
        A folder where DuckDB may put things aside.
    more
        Other files that will be read.

    Raises
    ------
    MissingThing
        When the model is older than the keeping of rows.
    """
    readable = [path for name, path in files.items() if name == EVIDENCE] + [*logs, *more]
    with closing(DuckDBBackend(limits, readable, workspace)) as backend, backend.plain_errors():
        evidence = read_evidence(files, backend)
        every = backend.read_by_name(logs) if logs else None
        yield Logged(evidence, every, window, frozenset(masked))


def some(table: ir.Table, most: int) -> ir.Table:
    """Some rows of those kept with a model, the same each time."""
    return table.order_by(table[ROW].hash()).limit(most)
