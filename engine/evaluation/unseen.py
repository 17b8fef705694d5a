"""A challenger and a champion on the same rows, none of which either of them has learned from.

The rows are those that the challenger's training run held out. A champion may have learned from any row of the version
that it was trained on, unless it is known to have held it out; so of those rows only these remain:

* rows that it held out too: what it said of them then counts, if they are still the same;
* rows that were not there yet: it is asked now.

A row that is new by its number but equal to one that the champion may have learned from, is not new. Where rows of one
customer stay together in a split, a row is out whose customer the champion may know
([why](../../docs/decisions/0066-a-champion-is-asked-about-rows-it-cannot-know.md)).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from components.base import Predictions
from components.evaluate.metrics import part
from components.ports import ROLE, ROW
from engine.backends.backend import Backend
from engine.errors import Incomparable, InvalidRecord
from engine.evaluation.evidence import Evidence
from engine.evaluation.paired import same_rows
from engine.serve.evidence import HELD_OUT
from engine.serve.scorer import Scorer

Ids = np.ndarray[Any, np.dtype[np.int64]]
Places = np.ndarray[Any, np.dtype[np.bool_]]
MOST_REFUSED = 100
"""If the champion cannot answer more rows than this, what it says of the others tells little."""


@dataclass(frozen=True)
class Champion:
    """The model that answers now.

    Parameters
    ----------
    rows
        All rows of the dataset version that it was trained on, as they begin, with their ids; None where they are not
        kept any more, or where its rows begin behind a grouping: then no row can be told to be new to it.
    """

    evidence: Evidence
    scorer: Scorer
    rows: ir.Table | None


@dataclass(frozen=True)
class Unseen:
    """The rows that neither model learned from, as both answer for them.

    Parameters
    ----------
    columns
        The rows as they begin, as the challenger's run read them.
    held_out
        How many rows the challenger held out; the following numbers say what became of them.
    both, new
        Rows that both held out; rows that were not there when the champion was trained.
    learned, repeated, together, changed, refused
        Rows that are left out: the champion may have learned from them; from one that is equal; from one of the same
        group; it held them out, but only models that stood in for it have not seen them, and they changed since; it
        cannot answer for them.
    """

    challenger: Predictions
    champion: Predictions
    columns: pa.Table
    held_out: int
    both: int
    new: int
    learned: int = 0
    repeated: int = 0
    together: int = 0
    changed: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        """How many rows remain."""
        return self.both + self.new


def unseen_rows(challenger: Evidence, champion: Champion, groups: Sequence[str], backend: Backend) -> Unseen:
    """Both models on the rows that neither of them learned from.

    Parameters
    ----------
    groups
        Columns whose equal values stay together in the split of either model.

    Raises
    ------
    Incomparable
        When the models answer different questions, or the champion cannot answer for the new rows.
    DataError
        When the challenger held no row out.
    """
    _check_questions(challenger, champion.evidence)
    told = challenger.predictions(ROW, *challenger.columns)
    rows = _rows(told)
    ids, known = _ids(rows), _Known(challenger, champion, backend)
    held = known.held_out()
    is_known, is_together = known.were_there(ids), known.together(ids, groups)
    is_repeated = known.repeated(ids)
    is_both = np.isin(ids, _ids(_rows(held))) & ~is_together
    said = _Said.nothing(told, champion.evidence.model.classes)
    is_stale = said.take_over(held, told, is_both, known.compared)
    # What it held out is asked anew where it has changed, unless the model that is kept learned from those rows too.
    is_folded = bool(champion.evidence.model.spread)
    is_new = ~is_known & ~is_repeated & ~is_together
    is_asked = is_new | (is_stale & (not is_folded))
    said.ask(champion.scorer, rows, is_asked)
    classes = tuple(dict.fromkeys((*told.classes, *champion.evidence.model.classes)))
    return Unseen(
        challenger=_with_classes(part(told, said.is_told), classes),
        champion=_with_classes(part(said.predictions(told), said.is_told), classes),
        columns=rows.select(list(challenger.columns)).filter(pa.array(said.is_told)),
        held_out=len(ids),
        both=int((said.is_told & is_both).sum()),
        new=int((said.is_told & is_new).sum()),
        learned=int((is_known & ~is_both & ~is_together).sum()),
        repeated=int((is_repeated & ~is_together).sum()),
        together=int(is_together.sum()),
        changed=int((is_stale & is_folded).sum()),
        refused=int((is_asked & ~said.is_told).sum()),
    )


def left_out(found: Unseen) -> Mapping[str, int]:
    """Why rows were left out, and how many; without what took none."""
    told = {name: int(getattr(found, name)) for name in ("learned", "repeated", "together", "changed", "refused")}
    return {name: rows for name, rows in told.items() if rows}


def _check_questions(challenger: Evidence, champion: Evidence) -> None:
    one, other = challenger.model, champion.model
    if (one.task, one.target) != (other.task, other.target):
        raise Incomparable(
            f"The models answer different questions: the challenger {_question(one)}, the champion {_question(other)}.",
            hint="Publish the new model by hand where that is meant.",
        )
    if not one.target or one.task not in ("classification", "regression"):
        raise Incomparable(
            "A model without a target has no right answers, so that no row says which model is better.",
            hint="Look at both models, and decide yourself.",
        )


def _question(model: Any) -> str:
    return f"{model.task} of {model.target}" if model.target else str(model.task)


def _tested(evidence: ir.Table) -> ir.Table:
    return evidence.filter(evidence[HELD_OUT] & (evidence[ROLE] == "test"))


def _rows(p: Predictions) -> pa.Table:
    """The rows that were asked for with the predictions."""
    assert p.columns is not None  # noqa: S101
    return p.columns


def _ids(rows: pa.Table) -> Ids:
    return np.asarray(rows.column(ROW).to_numpy(), dtype=np.int64)


def _with_classes(p: Predictions, classes: tuple[Any, ...]) -> Predictions:
    """With a chance for every class: none for those that the model does not know."""
    if p.probabilities is None or p.classes == classes:
        return p
    found = np.zeros((len(p.truth), len(classes)))
    for place, label in enumerate(p.classes):
        found[:, classes.index(label)] = np.asarray(p.probabilities)[:, place]
    return replace(p, probabilities=found, classes=classes)


class _Known:
    """What the champion may know of rows that the challenger held out."""

    def __init__(self, challenger: Evidence, champion: Champion, backend: Backend) -> None:
        self._evidence, self._rows, self._backend = champion.evidence, champion.rows, backend
        self._mine = _tested(challenger.table)
        self._learned = None if self._rows is None else self._rows.anti_join(_tested(self._evidence.table), ROW)
        self.compared = [name for name in challenger.columns if name in champion.evidence.columns]
        """Columns that the champion's rows had too."""
        types = self._mine.schema()
        theirs = self._rows.schema() if self._rows is not None else {}
        self._equal = [name for name in challenger.columns if theirs.get(name) == types[name]]

    def held_out(self) -> Predictions:
        """What the champion said of the rows that it held out."""
        return self._evidence.predictions(ROW, *self.compared)

    def were_there(self, ids: Ids) -> Places:
        """Rows that were there when the champion was trained; all, where nobody knows."""
        if self._rows is None:
            return np.ones(len(ids), dtype=bool)
        return self._are(ids, self._mine.semi_join(self._rows, ROW))

    def repeated(self, ids: Ids) -> Places:
        """Rows that were not there, but equal one that it may have learned from."""
        if self._rows is None or self._learned is None or not self._equal:
            return np.zeros(len(ids), dtype=bool)
        new = self._mine.anti_join(self._rows, ROW)
        same = [new[name].identical_to(self._learned[name]) for name in self._equal]
        return self._are(ids, new.semi_join(self._learned, same))

    def together(self, ids: Ids, groups: Sequence[str]) -> Places:
        """Rows of a group of which it may have learned from another row.

        Raises
        ------
        Incomparable
            When the group of a row cannot be told where rows begin.
        """
        found = np.zeros(len(ids), dtype=bool)
        for name in dict.fromkeys(groups):
            if self._learned is None or name not in self._equal:
                raise Incomparable(
                    f"Rows with the same {name} stay together in the split, and where the rows begin nobody can tell "
                    f"of which {name} the champion has learned.",
                    hint=f"Keep {name} as a column of the dataset, or decide yourself.",
                    field=name,
                )
            found |= self._are(ids, self._mine.semi_join(self._learned, name))
        return found

    def _are(self, ids: Ids, rows: ir.Table) -> Places:
        return np.isin(ids, _ids(self._backend.collect(rows.select(ROW))))


@dataclass
class _Said:
    """What the champion says of the challenger's rows, in their order, as far as it says anything.

    Parameters
    ----------
    classes
        In the order of the probabilities.
    """

    prediction: Any
    probabilities: Any | None
    classes: tuple[Any, ...]
    is_told: Places
    refusals: int = 0

    @classmethod
    def nothing(cls, told: Predictions, classes: tuple[Any, ...]) -> Self:
        """Before it has said anything."""
        rows = len(told.truth)
        chances = None if told.probabilities is None else np.zeros((rows, len(classes)))
        return cls(np.empty_like(np.asarray(told.prediction)), chances, classes, np.zeros(rows, dtype=bool))

    def take_over(self, held: Predictions, told: Predictions, is_both: Places, compared: Sequence[str]) -> Places:
        """Take over what it said when it was trained, and tell which rows are not the same any more.

        Raises
        ------
        Incomparable
            When equal rows have different right answers: then the two do not answer the same question.
        """
        mine = np.flatnonzero(is_both)
        theirs = np.searchsorted(_ids(_rows(held)), _ids(_rows(told))[mine])
        before, now = (_rows(p).take(pa.array(at)) for p, at in ((held, theirs), (told, mine)))
        is_same = same_rows(now, before, compared)
        is_otherwise = is_same & (np.asarray(told.truth)[mine] != np.asarray(held.truth)[theirs])
        if is_otherwise.any():
            raise Incomparable(
                f"{int(is_otherwise.sum()):,} rows are the same for both models, but have another right answer: the "
                "target is not made in the same way.",
                hint="Publish the new model by hand where that is meant.",
            )
        then = part(held, theirs[is_same])
        self._put(mine[is_same], then.prediction, then.probabilities)
        is_stale = np.zeros(len(is_both), dtype=bool)
        is_stale[mine[~is_same]] = True
        return is_stale

    def ask(self, scorer: Scorer, rows: pa.Table, is_asked: Places) -> None:
        """Ask it now about some rows; those that it cannot answer stay untold.

        Raises
        ------
        Incomparable
            When it can answer for few of them, or for none.
        """
        lacking = [field.name for field in scorer.fields if field.name not in rows.column_names]
        if lacking and is_asked.any():
            raise Incomparable(
                f"The champion needs the column {lacking[0]}, which the new rows do not have.",
                hint="Publish the new model by hand: the champion cannot go on with these data.",
                field=lacking[0],
            )
        places = np.flatnonzero(is_asked)
        if len(places):
            self._ask(scorer, rows.select([field.name for field in scorer.fields]), places)

    def predictions(self, told: Predictions) -> Predictions:
        """As answers to the same questions."""
        positive = told.positive if told.positive in self.classes else None
        return Predictions(told.task, told.truth, self.prediction, self.probabilities, self.classes, positive)

    def _ask(self, scorer: Scorer, rows: pa.Table, places: Any) -> None:
        """Ask about rows, by halves where some of them cannot be answered."""
        try:
            scored = scorer.score(rows.take(pa.array(places)))
        except InvalidRecord as error:
            if len(places) > 1:
                for half in np.array_split(places, 2):
                    self._ask(scorer, rows, half)
                return
            self.refusals += 1
            if self.refusals > MOST_REFUSED:
                raise Incomparable(
                    f"The champion cannot answer for more than {MOST_REFUSED} of the new rows. {error.message}",
                    hint="Publish the new model by hand: the champion cannot go on with these data.",
                ) from error
            return
        self._put(places, np.array(scored.labels, dtype=self.prediction.dtype), scored.probabilities)

    def _put(self, places: Any, prediction: Any, probabilities: Any) -> None:
        self.prediction[places], self.is_told[places] = prediction, True
        if self.probabilities is not None:
            self.probabilities[places] = probabilities
