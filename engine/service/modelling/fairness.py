"""What a model means for different groups of people: rates of each, how far they are apart, and one sentence."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from components.base import FIGURES, Predictions
from components.evaluate.fairness import FairnessParams
from components.evaluate.rates import fairness, named_groups
from components.params import PlainColumn
from engine.errors import DataError
from engine.evaluation.fairness import ERRORS, RATES, Sureness, sureness
from engine.explanation.outputs import place_of
from engine.service.amounts import count
from engine.service.modelling.explanations import told_columns
from engine.service.modelling.opened_models import OpenedModel, open_model
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.models import Which

Judgement = Literal["fine", "chance", "warning"]

SURE = 0.05
MOST_SUGGESTED = 4
USUAL = FairnessParams.model_fields
LARGEST_DIFFERENCE: float = USUAL["largest_difference"].default
SMALLEST_RATIO: float = USUAL["smallest_ratio"].default
LEAST_ROWS: int = USUAL["least_rows"].default

MEASURES: Mapping[str, tuple[str, str]] = {
    "demographic_parity_difference": ("Demographic parity difference", "selection rates"),
    "demographic_parity_ratio": ("Demographic parity ratio", "lowest selection rate as a part of the highest"),
    "equal_opportunity_difference": ("Equal opportunity difference", "true positive rates"),
    "equalized_odds_difference": ("Equalized odds difference", "true or false positive rates, whichever is more"),
    "mean_error_difference": ("Mean error difference", "mean errors, in standard deviations of the target"),
}
_PEOPLE = re.compile(
    r"gender|\bsex\b|^sex|\bage\b|^age|birth|race|ethnic|nation|relig|marital|married|disab|senior|partner|dependents"
    r"|native|language|region|country",
    re.IGNORECASE,
)


class RateView(View):
    """A rate of a group with its 95 % interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


class GroupView(View):
    """One group of test rows.

    Parameters
    ----------
    is_compared
        Whether it has rows enough to be judged.
    """

    name: str
    rows: int
    share: float
    is_compared: bool
    rates: dict[str, RateView]


class MeasureView(View):
    """How far groups are apart, by one measure.

    Parameters
    ----------
    limit
        What was asked for: at least for a ratio, else at most.
    chance
        How often random groups lie as far apart; None where it was not tested.
    """

    name: str
    title: str
    about: str
    value: float
    limit: float
    is_ratio: bool
    chance: float | None
    judgement: Judgement


class FairnessView(View):
    """A model's answers for the groups of one column.

    Parameters
    ----------
    of
        The class whose rates are told; None for a number.
    is_used
        Whether the model's answers depend on the column.
    verdict
        One sentence.
    """

    column: str
    of: Any = None
    task: str
    rows: int
    is_used: bool
    groups: list[GroupView]
    measures: list[MeasureView]
    verdict: str
    judgement: Judgement | None
    notes: list[str] = Field(default_factory=list)


class GroupChoices(View):
    """The columns that groups can be made of.

    Parameters
    ----------
    suggested
        Those whose names speak of people.
    """

    columns: list[str]
    suggested: list[str]


def group_choices(workspace: Workspace, name: str, version: Which = None) -> GroupChoices:
    """Which columns groups can be made of, also ones that the model does not look at.

    Raises
    ------
    NotFound
    DataError
        When the model has no target.
    """
    opened = open_model(workspace, name, version)
    _check(opened)
    names = told_columns(opened)
    return GroupChoices(columns=names, suggested=[it for it in names if _PEOPLE.search(it)][:MOST_SUGGESTED])


def fairness_of(  # noqa: PLR0913  thresholds are set one by one
    workspace: Workspace,
    name: str,
    version: Which,
    columns: Sequence[str],
    *,
    label: str | None = None,
    largest_difference: float = LARGEST_DIFFERENCE,
    smallest_ratio: float = SMALLEST_RATIO,
    least_rows: int = LEAST_ROWS,
) -> list[FairnessView]:
    """What the model means for the groups of each column.

    Parameters
    ----------
    label
        The answer that is good, or bad, for a person; the positive one of two for None.
    largest_difference, smallest_ratio
        What warns.
    least_rows
        Smaller groups are shown, not judged.

    Raises
    ------
    NotFound
    DataError
        When there is no such column, or the model has no target.
    """
    opened = open_model(workspace, name, version)
    _check(opened)
    known = told_columns(opened)
    for column in columns:
        if column not in known:
            raise DataError(
                f"There is no column {column!r} that groups could be made of.",
                hint=f"Choose one of {', '.join(known[:10])}.",
                field="group",
            )
    with opened.evidence() as evidence:
        told = evidence.predictions(*columns)
    place = place_of(opened.model, label) if opened.model.classes else None
    positive = None if place is None else opened.model.classes[place]
    params = [
        FairnessParams(
            group=PlainColumn(column),
            positive=positive,
            largest_difference=largest_difference,
            smallest_ratio=smallest_ratio,
            least_rows=least_rows,
        )
        for column in columns
    ]
    return [fairness_view(opened, told, each) for each in params]


def _check(opened: OpenedModel) -> None:
    if not opened.model.target:
        raise DataError(
            "Without a target there is no right answer, so that groups cannot be compared by it.",
            hint="Look at the profile of the groups under Results.",
        )


def fairness_view(opened: OpenedModel, told: Predictions, params: FairnessParams) -> FairnessView:
    """What some answers of a model mean for the groups of one of the columns beside them."""
    assert told.columns is not None  # noqa: S101  it was asked for with columns
    report = fairness(told, params)
    figures = report[FIGURES]
    compared = [row["group"] for row in figures if row["is_compared"]]
    names = named_groups(told.columns.column(str(params.group)), params.bins)
    found = sureness(told, names, compared, params.positive)
    measures = [
        _measure(name, report["metrics"][name], found.chances.get(name), params)
        for name in MEASURES
        if name in report["metrics"]
    ]
    rates = RATES if told.task == "classification" else ERRORS
    return FairnessView(
        column=str(params.group),
        of=params.positive,
        task=told.task,
        rows=len(told.truth),
        is_used=str(params.group) in {field.name for field in opened.scorer.fields},
        groups=[_group(row, rates, found) for row in figures],
        measures=measures,
        verdict=_verdict(str(params.group), measures, figures, params),
        judgement=_worst(measures),
        notes=_notes(figures, params, opened),
    )


def _group(row: Mapping[str, Any], rates: Sequence[str], found: Sureness) -> GroupView:
    ends = found.intervals[row["group"]]
    told = {
        name: RateView(value=row[name], low=ends.get(name, (None, None))[0], high=ends.get(name, (None, None))[1])
        for name in rates
    }
    return GroupView(
        name=row["group"], rows=row["rows"], share=row["share"], is_compared=row["is_compared"], rates=told
    )


def _measure(name: str, value: float, chance: float | None, params: FairnessParams) -> MeasureView:
    title, about = MEASURES[name]
    is_ratio = name.endswith("ratio")
    limit = params.smallest_ratio if is_ratio else params.largest_difference
    is_over = value < limit if is_ratio else value > limit
    judgement: Judgement = "fine" if not is_over else "chance" if chance is not None and chance > SURE else "warning"
    return MeasureView(
        name=name,
        title=title,
        about=about,
        value=value,
        limit=limit,
        is_ratio=is_ratio,
        chance=chance,
        judgement=judgement,
    )


def _worst(measures: Sequence[MeasureView]) -> Judgement | None:
    order: tuple[Judgement, ...] = ("warning", "chance", "fine")
    return next((it for it in order if any(measure.judgement == it for measure in measures)), None)


def _verdict(
    column: str, measures: Sequence[MeasureView], groups: Sequence[Mapping[str, Any]], params: FairnessParams
) -> str:
    compared = [row for row in groups if row["is_compared"]]
    if len(compared) < 2:
        few = count(params.least_rows, "test row")
        return f"{column}: nothing can be said, because fewer than two groups have {few}."
    over = [measure for measure in measures if measure.judgement == "warning"]
    if over:
        first = over[0]
        more = f"; {count(len(over) - 1, 'more measure')} over the limit" if len(over) > 1 else ""
        return f"{column}: {_between(first, compared)}, beyond the limit of {_limit(first)} and beyond chance{more}."
    unsure = [measure for measure in measures if measure.judgement == "chance"]
    if unsure:
        first = unsure[0]
        return (
            f"{column}: {_between(first, compared)}, beyond the limit of {_limit(first)}, but with so few rows that "
            f"may be chance ({100 * (first.chance or 0):.0f} % of random groupings are as far apart)."
        )
    widest = max((it for it in measures if not it.is_ratio), key=lambda it: it.value / (it.limit or 1), default=None)
    told = f". The most: {_between(widest, compared)}" if widest else ""
    return f"{column}: no difference beyond the limits{told}."


def _between(measure: MeasureView, groups: Sequence[Mapping[str, Any]]) -> str:
    if measure.name == "demographic_parity_ratio":
        return f"the lowest selection rate is {measure.value:.2f} of the highest{_ends('selection_rate', groups)}"
    if measure.name == "mean_error_difference":
        told = _ends("mean_error", groups, is_share=False)
        return f"mean errors are {measure.value:.2f} standard deviations of the target apart{told}"
    rate = {
        "demographic_parity_difference": "selection_rate",
        "equal_opportunity_difference": "true_positive_rate",
    }.get(measure.name)
    what = measure.about.split(",", maxsplit=1)[0]
    return f"{what} are {100 * measure.value:.1f} percentage points apart{_ends(rate, groups) if rate else ''}"


def _limit(measure: MeasureView) -> str:
    is_share = not measure.is_ratio and measure.name != "mean_error_difference"
    return f"{100 * measure.limit:g} points" if is_share else f"{measure.limit:g}"


def _ends(rate: str, groups: Sequence[Mapping[str, Any]], *, is_share: bool = True) -> str:
    known = sorted((row[rate], row["group"]) for row in groups if row[rate] is not None)
    (low, lowest), (high, highest) = known[0], known[-1]
    ends = [f"{100 * value:.1f} %" if is_share else f"{value:.4g}" for value in (low, high)]
    return f" ({lowest}: {ends[0]}, {highest}: {ends[1]})"


def _notes(groups: Sequence[Mapping[str, Any]], params: FairnessParams, opened: OpenedModel) -> list[str]:
    notes = []
    small = [row["group"] for row in groups if not row["is_compared"]]
    if small:
        listed = ", ".join(map(str, small[:5])) + (" …" if len(small) > 5 else "")
        notes.append(f"Not judged, because they have fewer than {count(params.least_rows, 'row')}: {listed}.")
    if str(params.group) not in {field.name for field in opened.scorer.fields}:
        notes.append(f"The model does not look at {params.group}; other columns may still stand in for it.")
    return notes
