"""Test every part of the rows in turn."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import ibis.expr.types as ir
from pydantic import Field, model_validator

from components.base import Cut, Spec, Split
from components.columns.days import check_days
from components.errors import UnfitData
from components.models.arguments import Advanced
from components.outline import Made, Outline, places
from components.params import ColumnPick, Params, PlainColumns
from components.portable import draws
from components.portable.numbers import as_float, decimal
from components.ports import ROLE, ROW, kind_of
from components.split.shares import BEYOND_ALL, Seed, require_ids, roles_of, threshold
from components.split.split_group import GROUPS, beyond, ranked_groups
from components.split.split_random import MOST_STRATA
from components.split.split_time import NEVER, is_since, latest, moments, time_of

STRATUM, DIGEST, RANK, SIZE = "stratum", "digest", "rank", "size"


class CrossValidationParams(Params):
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    """How many parts the rows are cut into; each is tested once."""
    stratify: Annotated[str | None, ColumnPick(("text", "boolean", "numeric", "datetime"))] = None
    """Keep the shares of this column's values equal in all parts, usually the target's."""
    group: Annotated[str | None, ColumnPick(PlainColumns.kinds)] = None
    """Rows with the same value in this column stay in one part."""
    time: Annotated[str | None, ColumnPick(("datetime", "numeric"))] = None
    """When each row happened: every part is then tested by a model that learned from earlier rows only."""
    fold: Annotated[Annotated[int, Field(ge=1, le=20)] | None, Advanced] = None
    """Test this part alone, as a plain split would; left empty, all are tested in turn."""
    seed: Seed = 0
    """Another seed draws other parts."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(column is not None for column in (self.stratify, self.group, self.time)) > 1:
            raise ValueError("choose one of 'stratify', 'group' and 'time'")
        if self.fold is not None and self.fold > self.folds:
            raise ValueError(f"there are {self.folds} folds, so there is no fold {self.fold}")
        return self

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        for schema in schemas.values():
            if self.time is not None and kind_of(schema[self.time]) == "datetime":
                check_days(schema, [self.time], "time")
        return bound


class CrossValidation(Split[CrossValidationParams]):
    """Cuts the rows into parts, and tests each part by a model that learned from the others.

    What learns between here and a model learns anew for each part, from the rows of the others. The model that is kept
    learns from all rows; its scores are the means over the parts, and every row gets the answer of a model that had not
    seen it. By time, the rows before the first part are never tested. A row's part comes from its stable id, its group
    or its time, so it is the same in every run. The model is trained once more than there are parts.

    When: there are too few rows to set some aside, or it matters how far a score varies. Serving: skipped.
    Source: Stone, *Cross-Validatory Choice* (1974); `sklearn.model_selection.KFold`, `StratifiedKFold`, `GroupKFold`,
    `TimeSeriesSplit`.
    """

    spec = Spec(
        key="cross_validation",
        title="Cross-validation",
        category="split",
        icon="view_week",
        about="Tests every part of the rows in turn.",
        words=(
            "cv",
            "k-fold",
            "kfold",
            "folds",
            "stratified k-fold",
            "cross validate",
            "crossvalidation",
            "repeated",
            "x-partitioner",
        ),
        example={"folds": 3, "stratify": "target_class", "fold": 2},
    )
    keeps_back = False

    def together(self) -> str | None:
        return self.params.group

    def follows(self) -> str | None:
        return self.params.time

    def needs(self) -> dict[str, tuple[int, str]]:
        params = self.params
        if params.time is not None:  # the first part is learned from only
            return {params.time: (params.folds + 1, "folds")}
        return {params.group or ROW: (params.folds, "folds")}

    def turns(self) -> tuple[Self, ...]:
        params = self.params
        numbers = range(1, params.folds + 1) if params.fold is None else ()
        return tuple(type(self)(params.model_copy(update={"fold": number})) for number in numbers)

    def outline(self, *schemas: sch.Schema) -> dict[str, Outline]:
        (schema,) = schemas
        require_ids(schema.names)
        by = filter(None, [self.params.stratify, self.params.group, self.params.time])
        return {"table": Outline(sch.Schema({**schema, ROLE: dt.string}), {ROLE: Made(places([ROW, *by]))})}

    def cuts(self, table: ir.Table) -> ir.Table | None:
        params, fold = self.params, self.params.fold
        if fold is None:
            return None
        if params.time is not None:
            counted = moments(table, params.time)
            ahead = [(params.folds + 1 - number) / (params.folds + 1) for number in (fold, fold + 1)]
            later = latest(counted, ahead[1]) if fold < params.folds else ibis.literal(NEVER)
            return counted.aggregate(stratum=ibis.null("string"), test=latest(counted, ahead[0]), both=later)
        if params.group is not None:
            ranked = ranked_groups(table, self._digest(table[params.group]))
            low, high = (as_float(ranked[GROUPS]) * decimal(share) for share in self._shares(fold))
            return ranked.aggregate(
                stratum=ibis.null("string"), test=beyond(ranked, low.round()), both=beyond(ranked, high.round())
            )
        if params.stratify is not None:
            return self._strata(table, params.stratify, fold)
        return None

    def roles(self, table: ir.Table, cuts: Sequence[Cut] = ()) -> ir.StringColumn:
        require_ids(table.columns)
        params, fold, row = self.params, self.params.fold, self._digest(table[ROW])
        if fold is None:
            return ibis.literal("train")
        cut = next(iter(cuts), Cut(stratum=None, test=NEVER, both=NEVER))
        if params.time is not None:
            time = time_of(table[params.time])
            is_later = is_since(time, cut.both)
            return roles_of(is_since(time, cut.test) & ~is_later.fill_null(False), is_later)
        low, high = (threshold(share) if share < 1 else BEYOND_ALL for share in self._shares(fold))
        is_drawn = (row >= low) & (row < high)
        if params.group is not None:
            group = self._digest(table[params.group])
            is_drawn = ibis.ifelse(group.isnull(), is_drawn, (group >= cut.test) & (group < cut.both))
        elif params.stratify is not None:
            is_drawn = self._in_stratum(table[params.stratify].cast("string"), row, cuts)
        return roles_of(is_drawn, ibis.literal(False))

    def _strata(self, table: ir.Table, column: str, fold: int) -> ir.Table:
        rows = table.select(table[column].cast("string").name(STRATUM), self._digest(table[ROW]).name(DIGEST))
        rank = ibis.row_number().over(group_by=rows[STRATUM], order_by=rows[DIGEST])
        ranked = rows.mutate({RANK: rank, SIZE: rows.count().over(group_by=rows[STRATUM])})
        low, high = ((as_float(ranked[SIZE]) * decimal(share)).round() for share in self._shares(fold))
        first = {name: ranked[DIGEST].min(where=ranked[RANK] >= at) for name, at in (("test", low), ("both", high))}
        return ranked.group_by(STRATUM).aggregate(
            {name: digest.fill_null(BEYOND_ALL) for name, digest in first.items()}
        )

    def _in_stratum(self, stratum: ir.StringColumn, row: ir.StringColumn, cuts: Sequence[Cut]) -> ir.BooleanValue:
        if len(cuts) > MOST_STRATA:
            raise UnfitData(
                f"Column {self.params.stratify!r} has {len(cuts):,} different values, too many to keep shares equal "
                "within each.",
                hint="Stratify by a column with fewer values, or by none.",
                field="stratify",
                column=self.params.stratify,
            )
        branches = [
            (stratum.isnull() if cut.stratum is None else stratum == cut.stratum, (row >= cut.test) & (row < cut.both))
            for cut in cuts
        ]
        return ibis.cases(*branches, else_=False) if branches else ibis.literal(False)

    def _shares(self, fold: int) -> tuple[float, float]:
        return (fold - 1) / self.params.folds, fold / self.params.folds

    def _digest(self, column: ir.Column) -> ir.StringColumn:
        return draws.digest(column, f"{self.params.seed}:")
