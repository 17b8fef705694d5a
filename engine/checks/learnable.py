"""What keeps a model from learning, or from being tested, as far as the stored tables tell it before anything runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.base import MOST_CLASSES, Estimator, Learner, Model, Split
from components.forecast.forecast import SeriesParams
from components.params import Columns
from components.ports import ROW
from engine.checks.facts import Origin, Origins
from engine.checks.problems import Fix, Problem, Severity
from engine.checks.words import count, listed
from engine.graph import Node, Pipeline
from engine.leakage import Placement
from engine.profile import ColumnProfile
from engine.schemas import NodeSchemas

MANY, MOSTLY_ONCE = 20, 0.5
"""So many different values, and so many of all, are no classes: most have one row."""
A_SENTENCE = 20
"""Texts with so many characters on average were written, and not chosen from a list."""
LEAST_ROWS = 2
"""One to learn from, one to be tested on."""
LET_MORE_THROUGH = "Let more rows through the nodes before it."
LONG_GAP = 3.5
"""How many usual steps may be between two times: working days leave out two of seven."""


def learnable_problems(
    pipeline: Pipeline, placement: Placement, schemas: Mapping[str, NodeSchemas], arriving: Mapping[str, Origins]
) -> Iterator[Problem]:
    """By the columns that arrive unchanged at each node."""
    placed = placement.pipeline
    turns = _turns(placed, schemas) if arriving else {}
    for node in placed.nodes:
        known, here = schemas.get(node.id), arriving.get(node.id, {})
        if known is None or known.component is None or not here:
            continue
        component = known.component
        if isinstance(component, Split):
            if node.id in pipeline.by_id:
                yield from _of_split(node, component, here)
        elif isinstance(component.params, SeriesParams):
            yield from _of_series(node, component.params, here)
        if isinstance(component, Model | Learner):
            yield from _infinite(node, component.params, here)
        if isinstance(component, Estimator) and component.target in here:
            yield from _Answer(node, component, here[component.target], turns[node.id]).problems()
            yield from _weights(node, component, here)


def _turns(placed: Pipeline, schemas: Mapping[str, NodeSchemas]) -> dict[str, int]:
    """Into how many parts a cross-validation before each node cuts its rows; 0 without one."""
    found: dict[str, int] = {}
    for node_id in placed.order():
        edge, component = placed.first_input(node_id), schemas.get(node_id, NodeSchemas()).component
        above = found.get(edge.source, 0) if edge else 0
        found[node_id] = len(component.turns()) if isinstance(component, Split) else above
    return found


@dataclass(frozen=True)
class _Answer:
    """What a model is to predict.

    Parameters
    ----------
    turns
        Into how many parts a cross-validation cuts its rows; 0 without one.
    """

    node: Node
    model: Estimator[Any]
    origin: Origin
    turns: int

    @property
    def _column(self) -> ColumnProfile:
        return self.origin.column

    @property
    def _rarest(self) -> tuple[Any, int] | None:
        """The class with the fewest rows, where all are known."""
        top = self._column.top
        if len(top) != self._column.distinct or not top:
            return None
        rarest = min(top, key=lambda one: one.count)
        return rarest.value, rarest.count

    def problems(self) -> Iterator[Problem]:
        column, name, most = self._column, self._column.name, self.origin.most
        if most is not None and most < LEAST_ROWS <= column.filled:
            there = f"at most {most:,} row reaches it" if most else "no row reaches it"
            message = f"{self.node.label} needs rows to learn from and others to be tested on; {there}."
            yield Problem("too_few_rows", message, "error", self.node.id, hint=LET_MORE_THROUGH)
        elif not column.filled:
            message = f"The target {name!r} is missing in every row."
            yield self._problem("target_missing", message, "Choose another target.", "error")
        elif column.distinct == 1 and not column.infinite:
            yield self._one_value()
        elif self.model.task == "classification":
            yield from self._classes()
        else:
            yield from self._rows()

    def _rows(self) -> Iterator[Problem]:
        there = self.origin.at_most(self._column.filled)
        yield from self._parts(there, "fewer_rows_than_folds", "rows", "Lower it, or bring more rows.")

    def _one_value(self) -> Problem:
        name = self._column.name
        message = f"The target {name!r} has the same value in every row: there is nothing to tell apart."
        if self.model.task == "classification":
            hint = "Choose another target, or bring rows of another class."
            return self._problem("one_class", message, hint, "error")
        return self._problem("one_value", message, "Choose another target.", "warning")

    def _classes(self) -> Iterator[Problem]:
        column, name = self._column, self._column.name
        many = f"{column.distinct:,} different values"
        is_once = column.distinct >= MANY and column.distinct >= MOSTLY_ONCE * column.filled
        severity = self._certainly if column.distinct > MOST_CLASSES else "warning"
        if is_once and column.kind == "text" and (column.mean_length or 0) >= A_SENTENCE:
            message = f"{name!r} holds free text ({many}): {self.node.label} would learn each as a class of its own."
            hint = "Predict a column with a few labels; to learn from texts, make features of them (TF-IDF, Sentiment)."
            yield self._problem("free_text_target", message, hint, severity)
        elif is_once or column.distinct > MOST_CLASSES:
            rows = f" in {column.filled:,} rows" if is_once else ""
            message = f"The target {name!r} has {many}{rows}; a model learns at most {MOST_CLASSES} classes."
            numbers, names = "Choose a model that predicts numbers", "Group its rare values first (Group rare)"
            hint = f"{numbers if column.kind == 'numeric' else names}, or choose another target."
            yield self._problem("too_many_classes", message, hint, severity)
        elif self._rarest is not None:
            yield from self._rare(*self._rarest)

    def _rare(self, rarest: Any, rows: int) -> Iterator[Problem]:
        if rows > 1:
            named = f"rows of the class {rarest!r}"
            yield from self._parts(rows, "class_rarer_than_folds", named, "Lower it, or group rare classes.")
            return
        tested = "none is left to learn from when it is tested"
        fate = tested if self.turns else "it is learned from or tested, not both"
        message = f"The class {rarest!r} of {self._column.name!r} has a single row: {fate}."
        hint = "Group it with another class, or leave its row out."
        yield self._problem("lone_class", message, hint, self._certainly if self.turns else "warning")

    def _parts(self, rows: int, code: str, what: str, hint: str) -> Iterator[Problem]:
        """What a model cuts its train rows into by itself, and whether there are as many rows."""
        field, parts = parts_of(self.model)
        if rows < parts:
            message = f"{self.node.label} holds rows out in {parts} parts, but there are only {rows:,} {what}."
            fix = Fix("fewer_folds", f"Make it {rows}", self.node.id, params={field: rows}) if rows > 1 else None
            yield Problem(code, message, self._certainly, self.node.id, field, hint, fix)

    @property
    def _certainly(self) -> Severity:
        """What goes wrong with all rows need not with those that a filter leaves, or with others that come in."""
        return "error" if self.origin.whole else "warning"

    def _problem(self, code: str, message: str, hint: str, severity: Severity) -> Problem:
        return Problem(code, message, severity, self.node.id, "target", hint)


def parts_of(model: Estimator[Any]) -> tuple[str, int]:
    """The param that says in how many parts a model holds out train rows, and its value; 0 for one that does not."""
    found = ((name, getattr(model.params, name, 0)) for name in ("folds", "cv"))
    return next(((name, value) for name, value in found if value), ("folds", 0))


def _of_split(node: Node, split: Split[Any], here: Origins) -> Iterator[Problem]:
    """Parts that would get no row."""
    for column, (parts, field) in split.needs().items():
        if column != ROW and column not in here:
            continue
        origin = here[column] if column in here else next(iter(here.values()))
        if column == ROW and origin.most is None:
            continue
        whole = origin.table.profile.rows if column == ROW else origin.column.distinct
        there, what = origin.at_most(whole), "rows" if column == ROW else f"different values in {column!r}"
        if there < parts:
            is_folds = field == "folds" and there >= 2
            fix = Fix("fewer_folds", f"Make it {there}", node.id, params={field: there}) if is_folds else None
            code = "fewer_rows_than_folds" if column == ROW else "fewer_values_than_parts"
            message = f"{node.label} needs at least {parts} {what}, one for each part; {_how_many(there, whole)}."
            hint = "Lower the number of parts, or split in another way." if there else LET_MORE_THROUGH
            yield Problem(code, message, "error", node.id, field, hint, fix)


def _how_many(there: int, whole: int) -> str:
    if there == whole:
        return f"there are {there:,}"
    return f"at most {there:,} {'is' if there == 1 else 'are'} left" if there else "none is left"


def _of_series(node: Node, series: SeriesParams, here: Origins) -> Iterator[Problem]:
    """Times that are there twice, or are left out; of several series in one table only the run can tell."""
    origin = here.get(series.time)
    if origin is None or len(series.group) or not origin.whole:
        return
    column, fresh = origin.column, origin.column.freshness
    usual, longest = fresh.step_days if fresh else None, fresh.gap_days if fresh else None
    if column.distinct < column.filled and not column.distinct_approximate:
        twice = column.filled - column.distinct
        rows = "1 row has" if twice == 1 else f"{twice:,} rows have"
        message = f"{rows} a time in {column.name!r} that another row has, too."
        hint = "Summarise by the time first (Group by), or say which columns tell the series apart ('group')."
        yield Problem("times_twice", message, "error", node.id, "time", hint)
    elif series.gaps == "refuse" and usual and longest and longest > LONG_GAP * usual:
        message = f"After {fresh.gap_after if fresh else ''} {column.name!r} has no value for {longest:g} days."
        hint = "Choose how gaps are filled: 0 where no row means that nothing happened, else between neighbours."
        fix = Fix("fill_gaps", "Fill gaps between neighbours", node.id, params={"gaps": "interpolate"})
        yield Problem("time_gaps", message, "warning", node.id, "gaps", hint, fix)


def _infinite(node: Node, params: Any, here: Origins) -> Iterator[Problem]:
    """Infinite numbers, which nothing can learn from."""
    for field, value in params:
        names = [*value] if isinstance(value, Columns) and value.names else []
        found = [name for name in names if name in here and here[name].column.infinite]
        if not found:
            continue
        rows, hold = sum(here[name].column.infinite or 0 for name in found), "holds" if len(found) == 1 else "hold"
        message = f"{listed(found)} {hold} {rows:,} infinite values; {node.label} cannot learn from them."
        hint = "Leave these rows out, or replace the values with a formula."
        condition = " AND ".join(f"(is_null({_quoted(name)}) OR abs({_quoted(name)}) < 1e308)" for name in found)
        label = f"Leave out rows with infinite values in {count(found, 'column')}"
        fix = Fix("finite_rows", label, node.id, insert=("filter_rows", {"condition": condition}))
        severity: Severity = "error" if all(here[name].whole for name in found) else "warning"
        yield Problem("infinite_values", message, severity, node.id, field, hint, fix)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _weights(node: Node, model: Estimator[Any], here: Origins) -> Iterator[Problem]:
    origin = here.get(model.weight) if model.weight else None
    if origin is None:
        return
    column = origin.column
    wrong = {"missing": column.missing, "negative": column.negative or 0, "infinite": column.infinite or 0}
    what = [f"{name} in {rows:,}" for name, rows in wrong.items() if rows]
    if what:
        message = f"{column.name!r} says how much rows count, but it is {', '.join(what)} of them."
        hint = "Fill or filter these rows, or choose another column."
        yield Problem("unfit_weights", message, "warning", node.id, "sample_weight", hint)
