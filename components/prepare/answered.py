"""What encoders that use the target share: the target as numbers, and its figures for each category."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, Self, TypeVar

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field

from components.base import LearnedTransform, S
from components.errors import ComponentError, UnfitData
from components.listed import equals
from components.outline import Made, Outline, places
from components.params import CategoryColumns
from components.portable import draws
from components.portable.frequencies import Measure, Ranking, smallest
from components.portable.groups import listed
from components.portable.numbers import measurable
from components.ports import ROLE, ROW, kind_of
from components.prepare.categories import CATEGORY, MOST, as_text, check_few
from components.targets import TargetParams

ANSWER, FOLD, CLASSES = "answer", "fold", "__cb_classes"


class AnsweredParams(TargetParams):
    columns: CategoryColumns = CategoryColumns(select="text")
    """The columns whose values become numbers."""
    positive: Annotated[str | None, Field(min_length=1, max_length=10_000)] = None
    """The class that counts as 1, all others as 0. Left empty: true, of two classes of text the last in the alphabet,
    and a target of numbers counts as it is."""
    missing: Literal["mean", "category"] = "mean"
    """What stands for a missing value: the mean of all train rows, or the figure of the rows in which it is missing."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    """Another seed draws otherwise."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if bound.answer in set(bound.columns):
                message = f"The target {bound.answer!r} cannot be encoded by itself."
                raise ComponentError(message, hint="Leave it out of the columns.", field="columns", column=bound.answer)
            if self.positive is not None:
                equals(ibis.table(schema)[bound.answer], self.positive, kind_of(schema[bound.answer]), "positive")
        return bound


class Figures(NamedTuple):
    """Figures of the target among some rows."""

    rows: float = 0.0
    mean: float = 0.0
    deviations: float = 0.0
    """The sum of the squared distances from the mean."""


def together(parts: Iterable[Figures]) -> Figures:
    """Those of all rows, from those of parts of them.

    Source: Chan, Golub & LeVeque, *Algorithms for Computing the Sample Variance* (The American Statistician 1983).
    """
    some = [part for part in parts if part.rows]
    rows = sum(part.rows for part in some)
    if not rows:
        return Figures()
    mean = sum(part.rows * part.mean for part in some) / rows
    return Figures(rows, mean, sum(part.deviations + part.rows * (part.mean - mean) ** 2 for part in some))


Found = Mapping[str | None, tuple[Figures, ...]]
"""By category (None for missing values), the figures of each fold."""

P = TypeVar("P", bound=AnsweredParams)


class Answered(LearnedTransform[P, S], Generic[P, S]):
    """Replaces each category by a figure of the target among the train rows that have it."""

    reads_answers: ClassVar[bool] = False
    """Whether what it makes of a train row is computed from answers, beside what it has learned."""

    @property
    def cross_fitted(self) -> str:
        return self.params.answer

    @property
    def folds(self) -> int:
        """Into how many parts train rows are divided."""
        return 1

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        drawn = [ROW, ROLE, *([self.params.answer] if self.reads_answers else [])] if has_roles(schema) else []
        made = {name: Made(places([name, *drawn])) for name in self.params.columns}
        return {"table": Outline(sch.Schema({**schema, **dict.fromkeys(made, dt.float64)}), made)}

    def measures(self, table: ir.Table) -> dict[str, Measure]:
        by_category: dict[str, Measure] = {name: self._by_category(table, name) for name in self.params.columns}
        return by_category | self._classes(table)

    def answers(self, table: ir.Table, positive: str | None = None) -> ir.FloatingColumn:
        """The target as numbers.

        Parameters
        ----------
        positive
            Of two classes of text, the one that was learned to count as 1; else it is looked for in the table.
        """
        target = table[self.params.answer]
        kind = kind_of(target.type())
        if self.params.positive is not None:
            return equals(target, self.params.positive, kind, "positive").cast("float64")
        if kind == "text":
            return (target == (target.max() if positive is None else positive)).cast("float64")
        return target.cast("float64") if kind == "boolean" else measurable(target)

    def positive(self, values: Mapping[str, Any]) -> dict[str, str | None]:
        """By target, the class of text that counts as 1.

        Raises
        ------
        UnfitData
            When there are more than two.
        """
        found = values.get(CLASSES) or []
        if len(found) > 2:
            raise UnfitData(
                f"The target {self.params.answer!r} has more than two classes, and one number stands for a category.",
                hint="Name the class that counts as 1 (positive), or encode by frequency or one-hot instead.",
                field="positive",
                column=self.params.answer,
            )
        return {self.params.answer: found[-1] if found else None}

    def figures(self, values: Mapping[str, Any], name: str) -> Found:
        """What was measured of a column."""
        found = values.get(name) or []
        by_fold = {each[CATEGORY]: tuple(_figures(each, fold) for fold in range(self.folds)) for each in found}
        check_few(sum(category is not None for category in by_fold), name)
        return {category: by_fold[category] for category in sorted(by_fold, key=lambda text: text or "")}

    def fold(self, row: ir.IntegerColumn) -> ir.IntegerColumn:
        """Which part of the train rows a row belongs to."""
        return draws.whole(draws.digest(row, f"fold {self.params.seed}:")) % self.folds

    def _classes(self, table: ir.Table) -> dict[str, Ranking]:
        target = table[self.params.answer]
        is_open = self.params.positive is None and kind_of(target.type()) == "text"
        return {CLASSES: smallest(target, 3)} if is_open else {}

    def _by_category(self, table: ir.Table, name: str) -> ir.ArrayScalar:
        is_divided = self.folds > 1 and ROW in table.columns
        fold = self.fold(table[ROW]) if is_divided else ibis.literal(0, "int64")
        rows = table.select(as_text(table, name).name(CATEGORY), self.answers(table).name(ANSWER), fold.name(FOLD))
        figures: dict[str, ir.Scalar] = {}
        for number in range(self.folds):
            answer = ibis.ifelse(rows[FOLD] == number, rows[ANSWER], ibis.null("float64"))
            figures |= {f"rows{number}": answer.count(), f"mean{number}": answer.mean()}
            figures |= {f"variance{number}": answer.var(how="pop")}
        groups = rows.group_by(CATEGORY).aggregate([figure.name(each) for each, figure in figures.items()])
        return listed(groups.limit(MOST + 2), among=table)


def has_roles(table: ir.Table | sch.Schema) -> bool:
    """Whether train rows can be told from others."""
    return {ROW, ROLE} <= set(table.columns if isinstance(table, ir.Table) else table.names)


def _figures(found: Mapping[str, Any], fold: int) -> Figures:
    rows = found[f"rows{fold}"]
    return Figures(rows, found[f"mean{fold}"] or 0.0, (found[f"variance{fold}"] or 0.0) * rows)
