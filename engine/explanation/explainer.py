"""Why a model answers as it does for single rows: what each original column adds to the answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from components.evaluate.shapley import Shares
from engine.errors import DataError
from engine.evaluation.evidence import Evidence
from engine.explanation.additive import Inside, inside
from engine.explanation.asked import spread
from engine.explanation.coalitions import Coalitions
from engine.explanation.outputs import check_explainable, labels, numbers, place_of, unit, usual
from engine.serve.parity import plain_value
from engine.serve.records import to_table
from engine.serve.scorer import Scorer

Array = np.ndarray[Any, Any]

BACKGROUND_ROWS = 100
"""With so many rows a row is compared."""


@dataclass(frozen=True)
class Explainer:
    """A model with the rows that others are compared with: made once, asked often, and always of one mind.

    Parameters
    ----------
    background
        The model's fields in rows that it learned from.
    """

    scorer: Scorer
    background: pa.Table

    @cached_property
    def _coalitions(self) -> Coalitions:
        return Coalitions(lambda rows: numbers(self.scorer, rows), self.background)

    @cached_property
    def _inside(self) -> Inside | None:
        return inside(self.scorer, self.background)

    @property
    def is_exact(self) -> bool:
        """Whether shares come from the model's own parts; else it is asked, which takes longer."""
        return self._inside is not None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns that answers depend on, as they are where rows begin."""
        return tuple(self.background.column_names)

    def shares(self, rows: pa.Table) -> Shares:
        """What each column adds to the answers for some rows.

        Parameters
        ----------
        rows
            With the model's fields; others are not looked at.

        Raises
        ------
        InvalidRecord
            Naming a row that the model cannot take.
        """
        rows, kind = rows.select(self.names), unit(self.scorer.model)
        if self._inside is None:
            how = f"by asking with columns of {self.background.num_rows} other rows"
            return Shares(self._by_asking(rows), self._coalitions.base, kind, how)
        values, fits = self._inside.shares(rows)
        if not fits.all():
            values[~fits] = self._by_asking(rows.filter(pa.array(~fits)))
        return Shares(values, self._inside.base, kind, self._inside.how)

    def _by_asking(self, rows: pa.Table) -> Array:
        return np.stack([self._coalitions.shares(rows.slice(nth, 1)) for nth in range(rows.num_rows)])


def explainer_of(scorer: Scorer, evidence: Evidence, background_rows: int = BACKGROUND_ROWS) -> Explainer:
    """An explainer whose background are rows of the evidence: always the same ones, from everywhere in the table.

    Raises
    ------
    DataError
        When the model gives no amounts, or fewer than two rows were kept with it.
    """
    check_explainable(scorer.model)
    names = [field.name for field in scorer.fields]
    learned = evidence.learned_from() if evidence.model.target else evidence.held_out()
    there = learned if learned.num_rows else evidence.held_out()
    if there.num_rows < 2 or not names:
        raise DataError("Too few rows were kept with this model to compare others with.", hint="Train it again.")
    places = pa.array(spread(there.num_rows, background_rows))
    return Explainer(scorer, there.select(names).take(places).combine_chunks())


def explain_records(scorer: Scorer, evidence: Evidence, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Why the model answers as it does, for records as an endpoint takes them.

    Who asks often keeps an `explainer_of` the model, and calls `reasons` with it.

    Raises
    ------
    InvalidRecord
        Naming record and field.
    DataError
        When the model cannot be explained.
    """
    return reasons(explainer_of(scorer, evidence), records)


def reasons(explainer: Explainer, records: list[dict[str, Any]], label: Any = None) -> list[dict[str, Any]]:
    """The contributions of original columns to the answer for each record.

    Parameters
    ----------
    label
        The class whose probability is explained; the positive one of two, or the predicted one of more, for None.

    Returns
    -------
    list of dict
        ``of`` (the class), ``unit``, ``base`` (the mean answer for background rows), ``answer``, and
        ``contributions``: ``column, value, contribution``, the largest first. Base and contributions sum to the answer.

    Raises
    ------
    InvalidRecord
    """
    rows = to_table(records, explainer.scorer.fields, max(len(records), 1))
    return told(explainer, rows, explainer.shares(rows), label)


def told(explainer: Explainer, rows: pa.Table, found: Shares, label: Any = None) -> list[dict[str, Any]]:
    """Shares as JSON; see `reasons`."""
    model, sums = explainer.scorer.model, found.sums
    outputs = labels(model)
    columns = {name: [plain_value(value) for value in rows.column(name).to_pylist()] for name in explainer.names}
    answers = []
    for nth in range(rows.num_rows):
        place = _place(explainer, sums[nth], label)
        values = found.values[nth, :, place]
        contributions = [
            {"column": name, "value": columns[name][nth], "contribution": float(values[position])}
            for position, name in enumerate(explainer.names)
        ]
        answers.append(
            {
                "of": outputs[place],
                "unit": found.unit,
                "base": float(found.base[place]),
                "answer": float(sums[nth, place]),
                "contributions": sorted(contributions, key=lambda it: (-abs(it["contribution"]), it["column"])),
            }
        )
    return answers


def _place(explainer: Explainer, sums: Array, label: Any) -> int:
    model = explainer.scorer.model
    if label is None and len(model.classes) > 2:
        return int(sums.argmax())
    return usual(model) if label is None else place_of(model, label)
