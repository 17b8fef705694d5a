"""Predict a column: a strong model and a simple one beside it, on the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from components.base.estimator import Task
from engine.checks.data import MOST_CLASSES, RARE_CLASS, SKEWED
from engine.drafting.answers import Answer, chosen
from engine.drafting.beginning import begin, named, told
from engine.drafting.drawn import Draft
from engine.drafting.features import Dates, Encoder, dates_of, prepare
from engine.drafting.goal import Goal
from engine.drafting.known import Known
from engine.drafting.left_out import LeftOut
from engine.drafting.rows import Rows, rows_of
from engine.drafting.sketch import Sketch
from engine.drafting.uses import Uses, uses_of
from engine.errors import UnfitForTraining

TELLING_GAP = 0.05
"""How much of the target a gap must tell to be worth a column."""


_ALIKE = "has parts that would be called like other columns"


@dataclass(frozen=True)
class Model:
    """A model as it is drawn."""

    component: str
    params: Mapping[str, Any]
    title: str
    why: str


@dataclass(frozen=True)
class Pair:
    """The strong model and the simple one."""

    strong: Model
    simple: Model


@dataclass(frozen=True)
class _Plan:
    """Everything that was decided."""

    answer: Answer
    rows: Rows
    uses: Uses
    dates: Dates
    gone: tuple[LeftOut, ...]


def draft_prediction(known: Known, goal: Goal, name: str) -> Draft:
    """Draw how a column is predicted from the others.

    Raises
    ------
    UnknownColumn, UnfitForTraining
        Where it cannot be predicted, or from nothing.
    """
    plan = _planned(known, chosen(known, goal.target, goal.task))
    sketch = Sketch()
    last = _rows(sketch, known, plan)
    sketch.stage("Columns become features", "green")
    helpers = [plan.rows.column] if plan.rows.column else []
    last = prepare(sketch, plan.uses, plan.dates, helpers, _encoder(plan.answer), last)
    sketch.stage("Two models learn, and are compared", "orange")
    _models(sketch, known, plan, last)
    summary = f"Predicts {plan.answer.name} from {_from(plan)}, and says how far that can be trusted."
    return Draft(sketch.pipeline(name, told(summary, plan.gone)), summary, plan.gone)


def _planned(known: Known, answer: Answer) -> _Plan:
    rows = rows_of(known, answer)
    uses = uses_of(known, target=answer.name, skip=[rows.column] if rows.column else [])
    when = known.columns[rows.column] if rows.column else None
    if when is not None and when.kind == "datetime":
        dated = {**uses.by_use, "date": (when, *uses.by_use.get("date", ()))}
        uses = replace(uses, by_use=dated)
    dates = dates_of(known, uses, with_year=rows.component != "split_time")
    if not dates.columns and not uses.of("number", "flag", "category", "many", "words"):
        reasons = "; ".join(f"{one.column} {one.why}" for one in uses.left_out[:3])
        raise UnfitForTraining(
            f"There is no column to predict {answer.name} from{': ' + reasons if reasons else ''}.",
            hint="Choose another target, or bring a table with more columns.",
            field="target",
        )
    gone = [LeftOut(name, _ALIKE) for name in uses.names("date") if name not in (*dates.columns, rows.column)]
    return _Plan(answer, rows, uses, dates, (*uses.left_out, *(gone if dates.parts else ())))


def _from(plan: _Plan) -> str:
    used = len(plan.uses.used)
    return "one column" if used == 1 else f"{used:,} columns"


def _encoder(answer: Answer) -> Encoder:
    """The mean of a target needs numbers, or two classes."""
    is_one_number = answer.read.kind != "text" or answer.classes == 2
    return "encode_target" if is_one_number else "encode_frequency"


def _rows(sketch: Sketch, known: Known, plan: _Plan) -> str:
    sketch.stage("The rows to learn from", "blue")
    answer = plan.answer
    group = known.columns.get(plan.rows.column or "")
    read = [*plan.uses.used, answer.read, *([group] if group and group not in plan.uses.used else [])]
    early = [one for one in plan.gone if one.column not in plan.uses.names("date")]
    last = begin(sketch, known, read, early, once=True)
    if answer.read.has_gaps:
        why = f"Where {answer.name} is not known there is nothing to learn."
        last = sketch.step("drop_missing", {"columns": [answer.name]}, f"With {answer.name[:60]}", why, last)
    return sketch.step(plan.rows.component, plan.rows.params, "Train and test", plan.rows.why, last)


def _models(sketch: Sketch, known: Known, plan: _Plan, last: str) -> None:
    pair = models_of(plan.answer)
    strong = sketch.step(pair.strong.component, pair.strong.params, pair.strong.title, pair.strong.why, last)
    why = f"How good {pair.strong.title.lower()} is on the test rows: figures, errors and pictures."
    sketch.step("evaluate", {}, "How good it is", why, f"{strong}.model", "model")
    compare = "Whether the strong model is better than the simple one, beyond chance, on the same test rows."
    sketch.line()
    last = _filled(sketch, known, plan, last)
    simple = sketch.step(pair.simple.component, pair.simple.params, pair.simple.title, pair.simple.why, last)
    sketch.step("compare_models", {}, "Compare both", compare, [f"{strong}.model", f"{simple}.model"])


def _filled(sketch: Sketch, known: Known, plan: _Plan, last: str) -> str:
    """What the simple model needs, and the strong one does not: no gaps, and numbers of one size."""
    uses = plan.uses
    gaps = [one for one in uses.of("number", "flag") if one.has_gaps]
    told_by = known.gaps_tell(plan.answer.name)
    telling = [one.name for one in gaps if told_by.get(one.name, 0.0) >= TELLING_GAP]
    telling = [one for one in telling if known.makes_new(f"{one}_missing")]
    if telling:
        why = f"That {named(telling, 'is', 'are')} missing says something about {plan.answer.name}."
        last = sketch.step("missing_indicator", {"columns": telling}, "Mark the gaps", why, last)
    has_numbers = bool(uses.of("number", "many", "words") or plan.dates.columns)
    if has_numbers and (any(one.kind == "numeric" for one in gaps) or any(one.has_gaps for one in uses.of("date"))):
        why = "A linear model cannot take gaps: they get the median, which single large values do not move."
        last = sketch.step("impute_median", {"columns": "numeric"}, "Fill numbers", why, last)
    flags = [one.name for one in gaps if one.kind == "boolean"]
    if flags:
        why = f"{named(flags, 'is', 'are')} missing in some rows: they get the more frequent answer."
        last = sketch.step("impute_mode", {"columns": flags}, "Fill flags", why, last)
    if has_numbers:
        why = "Large and small numbers count alike in a linear model only on one scale; trees do not mind."
        last = sketch.step("standardize", {"columns": "numeric"}, "One scale", why, last)
    return last


def models_of(answer: Answer) -> Pair:
    """The models for an answer."""
    pair: Pair = _PAIRS[answer.task or "regression"](answer)
    return pair


def _classifiers(answer: Answer) -> Pair:
    weights = {"class_weight": "balanced"} if _is_unequal(answer) else {}
    more = " Rare classes count more." if weights else ""
    params = {"target": answer.name, **weights}
    return Pair(
        Model(
            "hist_gradient_boosting_classifier",
            {**params, "learning_rate": 0.05, "max_leaf_nodes": 15},
            "Gradient boosting",
            f"Many small trees that correct each other: usually the best on tables, and takes gaps as they are.{more}",
        ),
        Model(
            "logistic_regression",
            {**params, "max_iter": 1_000},
            "Logistic regression",
            f"A simple model that can be read: the strong one must be better to be worth it.{more}",
        ),
    )


def _is_unequal(answer: Answer) -> bool:
    counts = [one.count for one in answer.read.column.top]
    is_known = 2 <= len(counts) == answer.classes <= MOST_CLASSES
    return is_known and min(counts) / sum(counts) < RARE_CLASS


def _regressors(answer: Answer) -> Pair:
    column = answer.read.column
    is_amount = column.kind == "numeric" and isinstance(column.min, int | float) and column.min >= 0
    if is_amount and (column.skewness or 0) >= SKEWED:
        return _of_amounts(answer)
    return Pair(
        Model(
            "hist_gradient_boosting_regressor",
            {"target": answer.name, "learning_rate": 0.05, "max_leaf_nodes": 15, "max_iter": 200},
            "Gradient boosting",
            "Many small trees that correct each other: usually the best on tables, and takes gaps as they are.",
        ),
        Model(
            "ridge",
            {"target": answer.name},
            "Ridge regression",
            "A straight line through the features, which can be read: the strong one must be better to be worth it.",
        ),
    )


def _of_amounts(answer: Answer) -> Pair:
    """Amounts with a long tail: errors count in proportion, not by their size alone."""
    why = f"{answer.name} has a long tail of large values: an error counts beside the value, so that they do not rule."
    return Pair(
        Model(
            "hist_gradient_boosting_regressor",
            {"target": answer.name, "loss": "poisson", "learning_rate": 0.05, "max_leaf_nodes": 15, "max_iter": 200},
            "Gradient boosting",
            why,
        ),
        Model(
            "poisson_regressor",
            {"target": answer.name},
            "Poisson regression",
            "A simple model of amounts that are never negative: the strong one must be better to be worth it.",
        ),
    )


_PAIRS: Mapping[Task, Any] = {"classification": _classifiers, "regression": _regressors}
