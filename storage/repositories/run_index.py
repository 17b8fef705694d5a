"""What runs are found by: their metrics, settings, tags and notes, filtered, sorted and paged by the database."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from storage.repositories.base import Repository
from storage.repositories.runs import RunEntry, entries
from storage.schema import Pipeline, PipelineVersion, Run, RunMetric, RunParam, RunTag

Test = Literal["=", "!=", "<", "<=", ">", ">=", "~"]
What = Literal["field", "metric", "param", "tag"]
Value = float | str | datetime

AT_ONCE = 5_000
"""Ids in one query; databases take some ten thousand."""

FIELDS: Mapping[str, InstrumentedAttribute[Any]] = {
    "pipeline": Pipeline.name,
    "version": PipelineVersion.number,
    **{name: getattr(Run, name) for name in ("number", "status", "backend", "target", "note", "created_at")},
    **{name: getattr(Run, name) for name in ("seconds", "memory_mb", "computed", "reused")},
}
"""What a run is filtered and sorted by besides metrics, settings and tags."""

_TESTS: Mapping[Test, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "~": lambda column, value: column.icontains(str(value), autoescape=True),
}  # fmt: skip


class Condition(NamedTuple):
    """One thing that must be true of a run.

    Parameters
    ----------
    test : ``~`` asks whether a text contains the value, whatever its case.
    """

    what: What
    name: str
    test: Test
    value: Value


class Order(NamedTuple):
    """What runs are sorted by; those that have no such thing come last.

    Parameters
    ----------
    lowest : of several values of one metric in a run, whether the lowest one counts.
    """

    what: What = "field"
    name: str = "created_at"
    descending: bool = True
    lowest: bool = False


@dataclass(frozen=True)
class RunSearch:
    """Which runs are wanted.

    Parameters
    ----------
    conditions : all of them must be true.
    words : what the pipeline's name, the note or a tag contains.
    """

    conditions: tuple[Condition, ...] = ()
    words: str = ""
    order: Order = field(default_factory=Order)


@dataclass(frozen=True)
class RunValues:
    """What is known of some runs, by their ids.

    Parameters
    ----------
    metrics : id → (node, metric, value) of every model and report.
    """

    metrics: Mapping[str, Sequence[tuple[str, str, float]]]
    params: Mapping[str, Mapping[str, float | str]]
    tags: Mapping[str, Sequence[str]]


class RunIndex(Repository):
    def keep_metrics(self, run_id: str, node_id: str, metrics: Mapping[str, Any]) -> None:
        """Write down what a node came to, in the place of what it came to before; what is no number is left out."""
        self._change(delete(RunMetric).where(RunMetric.run_id == run_id, RunMetric.node_id == node_id))
        self._session.add_all(
            RunMetric(run_id=run_id, node_id=node_id, name=name, value=value)
            for name, given in metrics.items()
            if (value := _number(given)) is not None
        )
        self._session.flush()

    def keep_params(self, run_id: str, params: Mapping[str, Any]) -> None:
        """Write down the settings that a run begins with."""
        self._session.add_all(
            RunParam(run_id=run_id, name=name, number=_number(value), text=_text(value))
            for name, value in params.items()
        )
        self._session.flush()

    def annotate(self, run_id: str, *, note: str | None = None, tags: Sequence[str] | None = None) -> None:
        """Change a run's note, its tags, or both; None leaves it as it is."""
        run = self._get(Run, run_id, "run")
        if note is not None:
            run.note = note or None
        if tags is not None:
            self._change(delete(RunTag).where(RunTag.run_id == run_id))
            self._session.add_all(RunTag(run_id=run_id, tag=tag) for tag in dict.fromkeys(tags))
        self._session.flush()

    def tags_of(self, run_id: str) -> Sequence[str]:
        """Return the tags of one run."""
        return self._session.scalars(select(RunTag.tag).where(RunTag.run_id == run_id).order_by(RunTag.tag)).all()

    def tags(self) -> Sequence[str]:
        """Return every tag that some run has."""
        return self._session.scalars(select(RunTag.tag).distinct().order_by(RunTag.tag)).all()

    def metric_names(self, search: RunSearch | None = None) -> Sequence[str]:
        """Return every metric that some run has, or that some of the wanted ones have."""
        names = select(RunMetric.name).distinct().order_by(RunMetric.name)
        if search is not None:
            names = names.where(RunMetric.run_id.in_(_ids(search)))
        return self._session.scalars(names).all()

    def ranked(self, search: RunSearch, metric: str) -> Sequence[str]:
        """Return the ids of the wanted runs that have a metric, the lowest value first."""
        best = select(RunMetric.run_id).where(RunMetric.name == metric, RunMetric.run_id.in_(_ids(search)))
        ordered = best.group_by(RunMetric.run_id).order_by(func.max(RunMetric.value), RunMetric.run_id)
        return self._session.scalars(ordered).all()

    def entries(self, run_ids: Sequence[str]) -> Sequence[RunEntry]:
        """Return these runs, the newest first; a few thousand at most."""
        query = entries().where(Run.id.in_(run_ids)).order_by(Run.created_at.desc(), Run.id.desc())
        return [RunEntry._make(row) for row in self._session.execute(query)]

    def param_names(self) -> Sequence[str]:
        """Return every setting that some run has."""
        return self._session.scalars(select(RunParam.name).distinct().order_by(RunParam.name)).all()

    def count(self, search: RunSearch) -> int:
        """Return how many runs are wanted."""
        counted = _wanted(entries(), search).with_only_columns(func.count(Run.id), maintain_column_froms=True)
        return self._session.scalar(counted) or 0

    def page(self, search: RunSearch, *, limit: int = 50, offset: int = 0) -> Sequence[RunEntry]:
        """Return some of the runs that are wanted, in their order."""
        query = _ordered(_wanted(entries(), search), search.order).limit(limit).offset(offset)
        return [RunEntry._make(row) for row in self._session.execute(query)]

    def values(self, run_ids: Sequence[str]) -> RunValues:
        """Return metrics, settings and tags of these runs."""
        metrics: dict[str, list[tuple[str, str, float]]] = {}
        params: dict[str, dict[str, float | str]] = {}
        tags: dict[str, list[str]] = {}
        for first in range(0, len(run_ids), AT_ONCE):
            ids = run_ids[first : first + AT_ONCE]
            told = select(RunMetric.run_id, RunMetric.node_id, RunMetric.name, RunMetric.value)
            for run_id, node_id, name, value in self._session.execute(told.where(RunMetric.run_id.in_(ids))):
                metrics.setdefault(run_id, []).append((node_id, name, value))
            given = select(RunParam.run_id, RunParam.name, RunParam.number, RunParam.text)
            for run_id, name, number, text in self._session.execute(given.where(RunParam.run_id.in_(ids))):
                params.setdefault(run_id, {})[name] = text if number is None else number
            tagged = select(RunTag.run_id, RunTag.tag).where(RunTag.run_id.in_(ids)).order_by(RunTag.tag)
            for run_id, tag in self._session.execute(tagged):
                tags.setdefault(run_id, []).append(tag)
        return RunValues(metrics, params, tags)


def _wanted(query: Select[Any], search: RunSearch) -> Select[Any]:
    query = query.where(*map(_holds, search.conditions))
    if not search.words:
        return query
    places = (Pipeline.name, func.coalesce(Run.note, ""))
    tagged = Run.id.in_(select(RunTag.run_id).where(RunTag.tag.icontains(search.words, autoescape=True)))
    return query.where(or_(*(place.icontains(search.words, autoescape=True) for place in places), tagged))


def _ids(search: RunSearch) -> Select[Any]:
    return _wanted(entries(), search).with_only_columns(Run.id, maintain_column_froms=True)


def _holds(condition: Condition) -> ColumnElement[bool]:
    """As a list of runs: of a question asked of every run, SQLite looks through thousands of rows each time."""
    test, value = _TESTS[condition.test], condition.value
    if condition.what == "metric":
        found = select(RunMetric.run_id).where(RunMetric.name == condition.name, test(RunMetric.value, value))
        return Run.id.in_(found)
    if condition.what == "param":
        column = RunParam.number if isinstance(value, float | int) else RunParam.text
        return Run.id.in_(select(RunParam.run_id).where(RunParam.name == condition.name, test(column, value)))
    if condition.what == "tag":
        alike = _TESTS["~" if condition.test == "~" else "="]
        tagged = Run.id.in_(select(RunTag.run_id).where(alike(RunTag.tag, value)))
        return ~tagged if condition.test == "!=" else tagged
    holds: ColumnElement[bool] = test(FIELDS[condition.name], value)
    return holds


def _ordered(query: Select[Any], order: Order) -> Select[Any]:
    columns: list[ColumnElement[Any]]
    if order.what == "metric":
        counts = func.min if order.lowest else func.max
        best = select(RunMetric.run_id, counts(RunMetric.value).label("value")).where(RunMetric.name == order.name)
        measured = best.group_by(RunMetric.run_id).subquery()
        query, columns = query.outerjoin(measured, measured.c.run_id == Run.id), [measured.c.value]
    elif order.what == "param":
        query = query.outerjoin(RunParam, and_(RunParam.run_id == Run.id, RunParam.name == order.name))
        columns = [RunParam.number.expression, RunParam.text.expression]
    else:
        columns = [FIELDS[order.name].expression]
    placed = [(column.desc() if order.descending else column.asc()).nulls_last() for column in columns]
    return query.order_by(*placed, Run.created_at.desc(), Run.id.desc())


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
