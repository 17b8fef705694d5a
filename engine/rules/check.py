"""Check a table against rules: one aggregation for all of them, and one look at the rows of each that is broken."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.ports import ROW, is_reserved
from components.quality.rules import ComparedRule, RefersTo, RowRule, Rule, SchemaRule, TableRule
from components.quality.rules.rule import SHOWN, any_of, count
from engine.backends.backend import Backend
from engine.errors import PEOPLE_ERRORS
from engine.execute.looks import as_text
from engine.rules.expectation import Expectation
from engine.rules.outcome import Checked, Outcome

log = logging.getLogger("canvasback.rules")

MOST_KEPT = 1_000
"""Failing rows of a rule whose ids are kept."""
NAMED = 3
"""Columns that a message names."""

ANY, BROKEN, FOUND = "__cb_any", "__cb_broken", "__cb_found"
"""Beside columns, whose names never begin like this."""

LookUp = Callable[[str], ir.Table]
"""Gives the rows of a dataset by its name; raises in words where there is none."""


@dataclass(frozen=True)
class _Question:
    """A rule that fits the table, and what to count for it."""

    about: Expectation
    rule: Rule
    schema: sch.Schema
    asked: Mapping[str, ir.Scalar]

    def outcome(self, state: Any, rows: int, told: str = "", **more: Any) -> Outcome:
        """What it found."""
        return _outcome(self.about, state, rows=rows, told=told, **more)


def check_rules(
    table: ir.Table,
    expectations: Sequence[Expectation],
    backend: Backend,
    look_up: LookUp,
    rows_before: int | None = None,
    *,
    only_count: bool = False,
) -> Checked:
    """Say of each rule whether the rows keep it.

    Parameters
    ----------
    look_up
        For rules that refer to other datasets.
    rows_before
        Rows of the version before; None where there is none.
    only_count
        Whether the rows that fail are not looked up.

    Raises
    ------
    LimitReached, RunError
        When not even the rows can be counted.
    """
    outcomes: dict[str, Outcome] = {}
    questions: list[_Question] = []
    for about in expectations:
        try:
            questions.append(_question(about, table, look_up))
        except PEOPLE_ERRORS as error:
            outcomes[about.id] = _unfit(about, error)
    rows, found = _counted(table, questions, backend, outcomes)
    failing: dict[str, list[int]] = {}
    for question in questions:
        if question.about.id not in outcomes:
            outcome = _judged(question, found[question.about.id], rows, rows_before)
            if isinstance(question.rule, RowRule) and outcome.failing and not only_count:
                failing[question.about.id], outcome = _looked_up(question.rule, table, outcome, backend)
            outcomes[question.about.id] = outcome
    return Checked(tuple(outcomes[about.id] for about in expectations), failing)


def _question(about: Expectation, table: ir.Table, look_up: LookUp) -> _Question:
    rule = about.rule.bind(table.schema())
    if isinstance(rule, RefersTo):
        rule = rule.among(look_up(rule.dataset), table.schema())
    return _Question(about, rule, table.schema(), dict(_asked(rule, table)))


def _asked(rule: Rule, table: ir.Table) -> Iterator[tuple[str, ir.Scalar]]:
    if isinstance(rule, RowRule):
        counts = rule.counts(table)
        yield from counts.items()
        if len(counts) > 1:
            yield ANY, count(any_of([*rule.broken(table).values()]))
    elif isinstance(rule, TableRule) and not isinstance(rule, SchemaRule):
        yield BROKEN, rule.is_broken(table)
        shown = rule.shown(table)
        if shown is not None:
            yield FOUND, shown


def _counted(
    table: ir.Table, questions: Sequence[_Question], backend: Backend, outcomes: dict[str, Outcome]
) -> tuple[int, dict[str, dict[str, Any]]]:
    """Count for all rules at once; where that does not work, for each by itself, to tell which it is."""
    try:
        return _asked_at_once(table, questions, backend)
    except PEOPLE_ERRORS:
        rows, found = _asked_at_once(table, [], backend)
        for question in questions:
            try:
                found |= _asked_at_once(table, [question], backend)[1]
            except PEOPLE_ERRORS as error:
                outcomes[question.about.id] = _unfit(question.about, error)
        return rows, found


def _asked_at_once(
    table: ir.Table, questions: Sequence[_Question], backend: Backend
) -> tuple[int, dict[str, dict[str, Any]]]:
    asked = [(one.about.id, key, scalar) for one in questions for key, scalar in one.asked.items()]
    named = [scalar.name(f"a{place}") for place, (_, _, scalar) in enumerate(asked)]
    with backend.plain_errors():
        values = backend.row(table.aggregate([table.count().name("rows"), *named]))
    found: dict[str, dict[str, Any]] = {one.about.id: {} for one in questions}
    for place, (rule, key, _) in enumerate(asked):
        found[rule][key] = values[f"a{place}"]
    return int(values["rows"]), found


def _judged(question: _Question, found: Mapping[str, Any], rows: int, rows_before: int | None) -> Outcome:
    rule = question.rule
    if isinstance(rule, RowRule):
        return _judged_rows(question, rule, found, rows)
    if isinstance(rule, SchemaRule):
        wrong = rule.told(question.schema)
        told = f"{rule.words()}: {wrong}" if wrong else ""
    elif isinstance(rule, ComparedRule):
        told = "" if rows_before is None else rule.told(rows, rows_before)
    else:
        assert isinstance(rule, TableRule)  # noqa: S101  there is no other sort
        told = f"{rule.words()} (found: {_text(found.get(FOUND))})" if found[BROKEN] else ""
    return question.outcome("broken" if told else "kept", rows, told)


def _judged_rows(question: _Question, rule: RowRule, found: Mapping[str, Any], rows: int) -> Outcome:
    counts = {name: int(number) for name, number in found.items() if name != ANY and number}
    broken = {name: number for name, number in counts.items() if number > rows * rule.tolerate}
    total = int(found.get(ANY, sum(counts.values())))
    return question.outcome("broken" if broken else "kept", rows, _told(rule, broken), failing=total, columns=counts)


def _told(rule: RowRule, broken: Mapping[str, int]) -> str:
    worst = sorted(broken, key=broken.__getitem__, reverse=True)
    parts = [f"{rule.words(name)} ({_rows(broken[name])})" for name in worst[:NAMED]]
    more = len(worst) - NAMED
    return "; ".join(parts) + (f"; and {more:,} more column{'s' * (more > 1)}" if more > 0 else "")


def _looked_up(rule: RowRule, table: ir.Table, outcome: Outcome, backend: Backend) -> tuple[list[int], Outcome]:
    """The first rows that break a rule; a message that names some of their values."""
    named = [name for name in outcome.columns if name and not is_reserved(name)]
    shown = named if len(named) == 1 and not outcome.is_kept else []
    broken = rule.failing(table).order_by(ROW).limit(MOST_KEPT)
    try:
        with backend.plain_errors():
            rows = backend.collect(broken.select(ROW, *shown)).to_pydict()
    except PEOPLE_ERRORS:  # the rule is told all the same
        log.warning("the rows that break rule %s cannot be looked up", outcome.rule, exc_info=True)
        return [], outcome
    if not shown:
        return rows[ROW], outcome
    values = list(dict.fromkeys(_text(value) for value in rows[shown[0]] if value is not None))[:SHOWN]
    such = f", such as {', '.join(map(repr, values))})" if values else ")"
    return rows[ROW], outcome.model_copy(update={"told": outcome.told.removesuffix(")") + such})


def _unfit(about: Expectation, error: Any) -> Outcome:
    return _outcome(about, "unfit", told=error.message.rstrip("."), hint=error.hint)


def _outcome(about: Expectation, state: Any, **more: Any) -> Outcome:
    document = about.rule.model_dump(mode="json")
    return Outcome(rule=about.id, title=about.title, severity=about.severity, state=state, document=document, **more)


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    return f"{value:,.10g}" if isinstance(value, float) else as_text(value)
