"""Fill gaps with a figure of the rows that are alike."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import LearnedTransform, Spec, State
from components.errors import ComponentError, UnfitData
from components.params import CategoryColumns, NumericColumns, Params
from components.portable.frequencies import Measure, most_frequent
from components.portable.groups import listed
from components.portable.lookups import typed, with_known
from components.portable.numbers import as_float, measurable
from components.portable.row_ids import joined

if TYPE_CHECKING:
    from sklearn.preprocessing import FunctionTransformer

MOST = 10_000
GROUP, VALUE, ROWS, RANK = "__cb_group", "__cb_value", "__cb_rows", "__cb_rank"

Value = bool | int | float | str


class ImputeGroupParams(Params):
    columns: CategoryColumns = CategoryColumns(select="numeric")
    """The columns to fill."""
    by: CategoryColumns
    """Rows that agree in these columns are alike; missing values agree with each other."""
    statistic: Literal["mean", "median", "mode"] = "median"
    """What fills a gap: the mean or median of numbers, or the most frequent value (mode) of any column."""

    def bind(self, schemas: Mapping[str, sch.Schema], hidden: frozenset[str] = frozenset()) -> Self:
        bound = super().bind(schemas, hidden)
        by = set(bound.by)
        if schemas and not by:
            raise ComponentError("It is not said which rows are alike.", hint="Choose a column.", field="by")
        if self.columns.names is None:
            rest = CategoryColumns.of(name for name in bound.columns if name not in by)
            bound = bound.model_copy(update={"columns": rest})
        for name in bound.columns:
            if name in by:
                message = f"Column {name!r} cannot say which rows are alike and be filled too."
                raise ComponentError(message, hint="Leave it out of one.", field="columns", column=name)
        if self.statistic != "mode":
            for schema in schemas.values():
                NumericColumns.of(bound.columns).resolve(schema)
        return bound


class ImputeGroupState(State):
    value: dict[str, dict[str, Value | None]]  # by column and group; None where the group has no value
    overall: dict[str, Value | None]  # None where the train rows have no value at all


class ImputeGroup(LearnedTransform[ImputeGroupParams, ImputeGroupState]):
    """Fills gaps with the mean, median or most frequent value of the train rows that agree in some columns.

    A group that the train rows do not have, or that has no value there, is filled with the figure of all train rows;
    of equally frequent values the smallest is taken. Means and medians make decimal numbers of a column.

    When: groups differ, such as rents by city. Serving: replayed with the learned figures.
    Source: Little & Rubin, *Statistical Analysis with Missing Data* (2019), §4.2.2 (imputing within adjustment cells);
    `pandas.core.groupby.DataFrameGroupBy.transform`.
    """

    spec = Spec(
        key="impute_group",
        title="Impute by group",
        category="prepare/impute",
        icon="healing",
        about="Fills gaps with a figure of the rows that are alike.",
        words=("impute", "missing values", "fill by group", "na", "fillna"),
        example={"columns": ["number", "other"], "by": ["group"], "statistic": "mean"},
    )

    def measures(self, table: ir.Table) -> dict[str, Measure]:
        columns = {f"c{place}": table[name] for place, name in enumerate(self.params.columns)}
        if not columns:
            return {}
        if self.params.statistic == "mode":
            values = {name: _finite(column) for name, column in columns.items()}
            modes: dict[str, Measure] = {f"groups {n}": _modes(table, self._key(table), c) for n, c in values.items()}
            return modes | {f"overall {name}": most_frequent(column, limit=1) for name, column in values.items()}
        numbers = {name: measurable(column) for name, column in columns.items()}
        overall = {f"overall {name}": self._figure(number) for name, number in numbers.items()}
        return {"groups": self._figures(table, numbers), **overall}

    def learn(self, values: Mapping[str, Any]) -> ImputeGroupState:
        value: dict[str, dict[str, Value | None]] = {}
        overall: dict[str, Value | None] = {}
        for place, name in enumerate(self.params.columns):
            groups = values.get(f"groups c{place}", values.get("groups")) or []
            value[name] = _by_group(groups, VALUE if f"groups c{place}" in values else f"c{place}", self.params.by)
            found = values.get(f"overall c{place}")
            overall[name] = (found[0] if found else None) if isinstance(found, list) else found
        return ImputeGroupState(value=value, overall=overall)

    def unfitted(self) -> ImputeGroupState:
        nothing: dict[str, Value | None] = {"": None}
        return ImputeGroupState(
            value=dict.fromkeys(self.params.columns, nothing), overall=dict.fromkeys(self.params.columns)
        )

    def transform(self, table: ir.Table, state: ImputeGroupState) -> ir.Table:
        columns = [*self.params.columns]
        if not columns:
            return table
        groups = dict.fromkeys(group for known in state.value.values() for group in known)
        known = {group: [state.value[name].get(group) for name in columns] for group in groups}
        types = {f"__cb_{place}": self._looked_up_as(table[name]) for place, name in enumerate(columns)}
        found = with_known(table, self._key(table), known, types)
        filled = {
            name: self._filled(found, name, at, state.overall[name]) for name, at in zip(columns, types, strict=True)
        }
        return found.mutate(filled).drop(*types)

    def to_sklearn(self, state: ImputeGroupState) -> "FunctionTransformer":
        """As the contract says, over the columns to fill and then those to group by; missing values are None."""
        from sklearn.preprocessing import FunctionTransformer

        known = [(state.value[name], state.overall[name]) for name in self.params.columns]
        return FunctionTransformer(_fill, kw_args={"known": known})

    def _key(self, table: ir.Table) -> ir.StringValue:
        return joined(*(table[name] for name in self.params.by))

    def _figure(self, number: ir.FloatingColumn) -> ir.FloatingScalar:
        return number.mean() if self.params.statistic == "mean" else number.quantile(0.5)

    def _figures(self, table: ir.Table, numbers: Mapping[str, ir.FloatingColumn]) -> ir.ArrayScalar:
        rows = table.select(self._key(table).name(GROUP), **numbers)
        figures = [self._figure(rows[name]).name(name) for name in numbers]
        return listed(rows.group_by(GROUP).aggregate(figures).limit(MOST + 1), among=table)

    def _looked_up_as(self, column: ir.Column) -> str:
        if self.params.statistic != "mode":
            return "float64"
        return "string" if column.type().is_string() else str(column.type()).removeprefix("!")

    def _filled(self, found: ir.Table, name: str, at: str, overall: Value | None) -> ir.Value:
        column = found[name] if self.params.statistic == "mode" else as_float(found[name])
        by_group = found[at].cast(column.type())
        return ibis.coalesce(column, by_group, *([] if overall is None else [typed(overall, column.type())]))


def _finite(column: ir.Column) -> ir.Column:
    return measurable(column).name(column.get_name()) if column.type().is_floating() else column


def _modes(table: ir.Table, group: ir.StringValue, column: ir.Column) -> ir.ArrayScalar:
    """The most frequent value of each group."""
    rows = table.select(group.name(GROUP), column.name(VALUE))
    rows = rows.filter(rows[VALUE].notnull())
    counted = rows.group_by([GROUP, VALUE]).aggregate(rows.count().name(ROWS))
    order = [counted[ROWS].desc(), counted[VALUE].asc()]
    ranked = counted.mutate({RANK: ibis.row_number().over(group_by=counted[GROUP], order_by=order)})
    return listed(ranked.filter(ranked[RANK] == 0).select(GROUP, VALUE).limit(MOST + 1), among=table)


def _by_group(groups: list[dict[str, Any]], field: str, by: Iterable[str]) -> dict[str, Value | None]:
    if len(groups) > MOST:
        raise UnfitData(
            f"There are more than {MOST:,} groups by {', '.join(map(repr, by))}.",
            hint="Group by columns with fewer values, or group rare ones first.",
            field="by",
        )
    return {group[GROUP]: group[field] for group in sorted(groups, key=lambda group: str(group[GROUP]))}


def _fill(rows: Any, known: list[tuple[dict[str, Value | None], Value | None]]) -> Any:
    """What an imputer in Python does, over an array of objects: columns to fill, then columns to group by."""
    import numpy as np

    filled = np.array(rows, dtype=object)[:, : len(known)]
    for row, given in zip(filled, rows, strict=True):
        group = "".join(
            "-" if value is None else f"{len(_text(value))}:{_text(value)}" for value in given[len(known) :]
        )
        for place, (by_group, overall) in enumerate(known):
            if row[place] is None:
                found = by_group.get(group)
                row[place] = overall if found is None else found
    return filled


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
