"""Encoders that give a train row the figure that other parts of the train rows give its category.

No row meets its own answer: it is encoded by what the other folds say. Every other row, and an endpoint, gets what all
train rows say. A row's fold comes from the md5 of its id.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import ibis
import ibis.expr.types as ir
from pydantic import Field

from components.base import State
from components.portable.lookups import with_known
from components.portable.numbers import decimal
from components.ports import ROLE, ROW
from components.prepare.answered import Answered, AnsweredParams, Figures, Found, has_roles, together
from components.prepare.categories import as_text, mapping_encoder

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder

PART, KNOWN = "__cb_part", "__cb_known_"


class CrossFittedParams(AnsweredParams):
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """Into how many parts the train rows are divided; each is encoded by what the others say."""


class Encodings(State):
    values: dict[str, dict[str, tuple[float, ...]]]  # by column and category: of all train rows, then without each fold
    missing: dict[str, tuple[float, ...]]
    unknown: dict[str, tuple[float, ...]]
    positive: dict[str, str | None]  # by target, the class of text that counts as 1


P = TypeVar("P", bound=CrossFittedParams)


class CrossFitted(Answered[P, Encodings], Generic[P]):
    """Gives each category a figure from those of the target, and from how it is in all train rows."""

    @abstractmethod
    def estimates(self, categories: Mapping[str | None, Figures], overall: Figures) -> dict[str | None, float]:
        """The value of each category, from its figures and those of all rows."""

    @property
    def folds(self) -> int:
        return self.params.folds

    def learn(self, values: Mapping[str, Any]) -> Encodings:
        learned = {name: self._encodings(self.figures(values, name)) for name in self.params.columns}
        return Encodings(
            values={name: {c: v for c, v in each.items() if c is not None} for name, (each, _) in learned.items()},
            missing={name: each.get(None, prior) for name, (each, prior) in learned.items()},
            unknown={name: prior for name, (_, prior) in learned.items()},
            positive=self.positive(values),
        )

    def unfitted(self) -> Encodings:
        return self.learn({})

    def transform(self, table: ir.Table, state: Encodings) -> ir.Table:
        is_divided, columns = has_roles(table), [*table.columns]
        if is_divided:
            table = table.mutate({PART: ibis.ifelse(table[ROLE] == "train", self.fold(table[ROW]) + 1, 0)})
        types = {f"{KNOWN}{part}": "float64" for part in range(self.folds + 1 if is_divided else 1)}
        for name, values in state.values.items():
            known = {category: each[: len(types)] for category, each in values.items()}
            found = with_known(table, as_text(table, name), known, types)
            of_parts = [self._value(found, name, state, part) for part in range(len(types))]
            cases = [(found[PART] == part, value) for part, value in enumerate(of_parts) if part]
            encoded = ibis.cases(*cases, else_=of_parts[0]) if cases else of_parts[0]
            table = found.mutate({name: encoded}).drop(*types)
        return table.select(columns)

    def to_sklearn(self, state: Encodings) -> "TargetEncoder":
        """As the contract says, over columns of text in which missing values are None; what all train rows give."""
        names = [*self.params.columns]
        values = [{category: found[0] for category, found in state.values[name].items()} for name in names]
        unknown = state.unknown[names[0]][0] if names else 0.0
        return mapping_encoder(values, [state.missing[name][0] for name in names], unknown)

    def _encodings(self, by_fold: Found) -> tuple[dict[str | None, tuple[float, ...]], tuple[float, ...]]:
        """By category, and of a category that was not seen: of all train rows, then without each fold."""
        cases = [{c: together(each) for c, each in by_fold.items()}]
        for fold in range(self.folds):
            cases.append({c: together([*each[:fold], *each[fold + 1 :]]) for c, each in by_fold.items()})
        priors = [together(case.values()) for case in cases]
        counted = [
            {c: each for c, each in case.items() if each.rows and (c is not None or self.params.missing == "category")}
            for case in cases
        ]
        values = [self.estimates(case, prior) for case, prior in zip(counted, priors, strict=True)]
        known = {c: tuple(v.get(c, p.mean) for v, p in zip(values, priors, strict=True)) for c in by_fold}
        return known, tuple(prior.mean for prior in priors)

    def _value(self, found: ir.Table, name: str, state: Encodings, part: int) -> ir.FloatingValue:
        missing, unknown = decimal(state.missing[name][part]), decimal(state.unknown[name][part])
        return ibis.ifelse(found[name].isnull(), missing, found[f"{KNOWN}{part}"].fill_null(unknown))
