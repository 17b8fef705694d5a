"""Encoders that give a train row the mean of other train rows of its category, chosen for each row.

They learn how many train rows each category has and their mean; what a train row adds to that, they take away again.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

import ibis
import ibis.expr.types as ir

from components.base import State
from components.portable import draws
from components.portable.lookups import with_known
from components.portable.numbers import decimal
from components.ports import ROLE, ROW
from components.prepare.answered import Answered, AnsweredParams, has_roles, together
from components.prepare.categories import as_text, mapping_encoder

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder

ANSWER, DRAWN, IS_TRAIN, KEY = "__cb_answer", "__cb_drawn", "__cb_is_train", "__cb_category"
ROWS, MEAN = "__cb_rows", "__cb_mean"
TYPES = {ROWS: "float64", MEAN: "float64"}


def same_row(table: ir.Table) -> Any:
    """The window of a row itself: those that share its id are one row, which a join has multiplied."""
    return ibis.window(group_by=[table[IS_TRAIN], table[KEY], table[ROW]])


class Tallies(State):
    values: dict[str, dict[str, tuple[float, float]]]  # by column and category: train rows and the mean of their target
    missing: dict[str, tuple[float, float] | None]  # None where the overall mean stands for a missing value
    overall: dict[str, float]
    positive: dict[str, str | None]  # by target, the class of text that counts as 1


class Rest(NamedTuple):
    """The train rows that a row is encoded by: how many, and the sum of their answers."""

    rows: ir.FloatingValue
    total: ir.FloatingValue


P = TypeVar("P", bound=AnsweredParams)


class Tallied(Answered[P, Tallies], Generic[P]):
    """Gives a category the mean of its train rows, and each of these rows the mean of some others."""

    reads_answers: ClassVar[bool] = True

    @abstractmethod
    def mean(self, rest: Rest, overall: ir.FloatingValue) -> ir.FloatingValue:
        """The value of a row, from the train rows that it is encoded by and the mean of all."""

    @abstractmethod
    def rest(self, table: ir.Table) -> Rest:
        """For train rows of a table with `ANSWER`, `KEY`, `DRAWN` and the tallies: the rows they are encoded by."""

    def disturbed(self, value: ir.FloatingValue, table: ir.Table) -> ir.FloatingValue:
        """The value of a train row as a model sees it."""
        return value

    def learn(self, values: Mapping[str, Any]) -> Tallies:
        found = {name: self.figures(values, name) for name in self.params.columns}
        tallies = {name: {c: together(each)[:2] for c, each in by_fold.items()} for name, by_fold in found.items()}
        overall = {n: together(part for each in f.values() for part in each).mean for n, f in found.items()}
        is_category = self.params.missing == "category"
        return Tallies(
            values={name: {c: found for c, found in each.items() if c is not None} for name, each in tallies.items()},
            missing={name: each.get(None, (0.0, 0.0)) if is_category else None for name, each in tallies.items()},
            overall=overall,
            positive=self.positive(values),
        )

    def unfitted(self) -> Tallies:
        return self.learn({})

    def transform(self, table: ir.Table, state: Tallies) -> ir.Table:
        columns, knows_train = [*table.columns], has_roles(table)
        if knows_train:
            drawn = draws.digest(table[ROW], f"encode {self.params.seed}:")
            answer = self.answers(table, state.positive[self.params.answer] or "")
            is_train = (table[ROLE] == "train").fill_null(False) & answer.notnull()
            table = table.mutate({IS_TRAIN: is_train, ANSWER: answer, DRAWN: drawn})
        for name, known in state.values.items():
            table = table.mutate({KEY: as_text(table, name)})
            found = self._with_missing(with_known(table, table[KEY], known, TYPES), state.missing[name])
            found = found.mutate({name: self._encoded(found, name, state, knows_train=knows_train)})
            table = found.drop(KEY, *TYPES)
        return table.select(columns)

    def to_sklearn(self, state: Tallies) -> "TargetEncoder":
        """As the contract says, over columns of text in which missing values are None; what all train rows give."""
        names = [*self.params.columns]
        values = [{c: self._plain(each, state, name) for c, each in state.values[name].items()} for name in names]
        missing = [self._plain(state.missing[name] or (0.0, 0.0), state, name) for name in names]
        return mapping_encoder(values, missing, state.overall[names[0]] if names else 0.0)

    def _plain(self, tally: tuple[float, float], state: Tallies, name: str) -> float:
        rows, mean = tally
        return self.number(rows, rows * mean, state.overall[name])

    @abstractmethod
    def number(self, rows: float, total: float, overall: float) -> float:
        """What `mean` says of a category, as a number."""

    def _encoded(self, found: ir.Table, name: str, state: Tallies, *, knows_train: bool) -> ir.FloatingValue:
        overall = decimal(state.overall[name])
        known = self.mean(Rest(found[ROWS], found[ROWS] * found[MEAN]), overall).fill_null(overall)
        if not knows_train:
            return known
        own = self.disturbed(self.mean(self.rest(found), overall).fill_null(overall), found)
        return ibis.ifelse(found[IS_TRAIN] & (found[ROWS] > 0), own, known)

    def _with_missing(self, found: ir.Table, tally: tuple[float, float] | None) -> ir.Table:
        """With no rows at all where the category is missing and no category, or was not seen."""
        rows, mean = (decimal(number) for number in tally or (0.0, 0.0))
        is_missing = found[KEY].isnull()
        return found.mutate(
            {
                ROWS: ibis.ifelse(is_missing, rows, found[ROWS].fill_null(decimal(0.0))),
                MEAN: ibis.ifelse(is_missing, mean, found[MEAN].fill_null(decimal(0.0))),
            }
        )
