"""The rows kept with a model, as what judges and explains it reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from components.base import Predictions
from components.ports import ROLE, ROW, visible
from engine.backends.backend import Backend
from engine.errors import MissingThing
from engine.evaluation.predictions import Beside, read_predictions
from engine.schemas import PREDICTION, PROBABILITIES
from engine.serve.evidence import EVIDENCE, HELD_OUT, SAID_PREFIX, TRUTH
from engine.serve.modelfile import MODEL, ModelFile


@dataclass(frozen=True)
class Evidence:
    """Held-out rows of a model with its answers, and some of its train rows.

    Parameters
    ----------
    model
        What the model is.
    table
        As `engine.serve.evidence` describes it.
    """

    model: ModelFile
    table: ir.Table
    backend: Backend

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What people see of a row, in the table's order."""
        return tuple(visible(self.table.schema()))

    def held_out(self) -> pa.Table:
        """Rows that the model had not seen, with reserved columns, in the order of their ids."""
        return self.backend.collect(self.table.filter(self.table[HELD_OUT]).order_by(ROW))

    def learned_from(self) -> pa.Table:
        """Some rows that the model learned from, as they begin, in the order of their ids."""
        rows = self.table.filter(~self.table[HELD_OUT]).order_by(ROW)
        return self.backend.collect(rows.select(ROW, TRUTH, *self.columns))

    def predictions(self, *beside: str) -> Predictions:
        """What the model said of its test rows, with the truth, and these columns of the same rows beside.

        Raises
        ------
        DataError
            When no test row is kept.
        """
        held_out = self.table.filter(self.table[HELD_OUT])
        named = {
            self.model.target: held_out[TRUTH],
            **{name: held_out[f"{SAID_PREFIX}{name}"] for name in (PREDICTION, PROBABILITIES) if self._says(name)},
        }
        told = held_out.select(ROW, ROLE, **named)
        facts = self.model.model_dump(include={"task", "target", "classes", "positive"})
        return read_predictions(told, self.backend, facts, beside=Beside(held_out, beside))

    def _says(self, answer: str) -> bool:
        return f"{SAID_PREFIX}{answer}" in self.table.columns


def read_evidence(files: Mapping[str, Path], backend: Backend) -> Evidence:
    """The evidence among a model's (already verified) files.

    Raises
    ------
    MissingThing
        When the model is older than the keeping of rows.
    """
    if EVIDENCE not in files:
        raise MissingThing("No rows were kept with this model.", hint="Train it again.")
    model = ModelFile.model_validate_json(files[MODEL].read_text())
    return Evidence(model, backend.read([files[EVIDENCE]]), backend)
