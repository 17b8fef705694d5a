"""Models side by side: is one of them better beyond chance, where do they disagree, and what makes them differ."""

from collections.abc import Sequence

from pydantic import Field

from components.evaluate.metrics import words
from components.evaluate.pictures import short
from engine.service.amounts import count
from engine.service.modelling.model_answers import AnswersView, MetricView, StandingView, compared_metrics, find_answers
from engine.service.modelling.model_sides import RowView, SideView, data_of, differing_data, params_of, read_sides
from engine.service.modelling.models import MOST as MOST_VERSIONS
from engine.service.views import View
from engine.workspace import Workspace

FEATURES = 20


class ImportanceView(View):
    """How much each model leans on each column; None where a model does not know the column.

    Parameters
    ----------
    columns
        The most important ones of any model first.
    left_out
        How many more there are.
    """

    columns: list[str]
    values: list[list[float | None]]
    left_out: int = 0


class DrawingView(View):
    """Two versions of one pipeline that some of the models were made with."""

    pipeline: str
    pipeline_id: str
    before: int
    after: int


class ModelComparisonView(View):
    """Models side by side.

    Parameters
    ----------
    metrics
        Of each model on its own test rows.
    answers
        On the rows that none of them saw; None where there are none, and `why_not` says why.
    data_notes
        Which dataset versions differ, in words.
    verdict
        One sentence.
    """

    sides: list[SideView]
    verdict: str
    metrics: list[MetricView]
    answers: AnswersView | None = None
    why_not: str = ""
    params: list[RowView] = Field(default_factory=list)
    data: list[RowView] = Field(default_factory=list)
    data_notes: list[str] = Field(default_factory=list)
    drawings: list[DrawingView] = Field(default_factory=list)
    importance: ImportanceView


class ChoiceView(View):
    """A model version that may be put into a comparison."""

    reference: str
    model: str
    version: int
    task: str
    target: str | None = None


def compare_models(workspace: Workspace, references: Sequence[str], metric: str | None = None) -> ModelComparisonView:
    """Two to eight model versions side by side.

    Parameters
    ----------
    references
        Each as ``NAME:VERSION``, or ``NAME`` for its latest version.
    metric
        What decides; the usual one unless given.

    Raises
    ------
    InvalidSetting
        When there are too few or too many, or the metric is not defined for all.
    NotFound
        When there is no such model or version.
    """
    sides = read_sides(workspace, references)
    answers, why_not = find_answers(workspace, sides, metric)
    return ModelComparisonView(
        sides=sides,
        verdict=_verdict(answers, why_not),
        metrics=compared_metrics([side.metrics for side in sides]),
        answers=answers,
        why_not=why_not,
        params=params_of(sides),
        data=data_of(sides),
        data_notes=differing_data(sides),
        drawings=_drawings(sides),
        importance=_importance(sides),
    )


def choices(workspace: Workspace, most_each: int = 30) -> list[ChoiceView]:
    """Every model version that may be compared, the newest models first; of each model the newest versions."""
    with workspace.database.read() as uow:
        return [
            ChoiceView(
                reference=f"{entry.model.name}:{row.number}",
                model=entry.model.name,
                version=row.number,
                task=row.task,
                target=row.target,
            )
            for entry in uow.models.list(limit=MOST_VERSIONS)
            for row in uow.models.versions(entry.model.id, limit=most_each)
        ]


def _verdict(answers: AnswersView | None, why_not: str) -> str:
    if answers is None:
        return why_not
    best, others = answers.best, answers.standings[1:]
    metric, rows = words(answers.metric), count(answers.rows, "row")
    where = f"on {rows} that {'neither' if len(others) == 1 else 'none'} of them saw"
    equal = answers.equals
    if not equal:
        beaten = _beaten(others)
        return f"{best.name} is better than {beaten} beyond chance: {metric} {short(best.value)} {where}."
    lead = f"{best.name} has the best {metric}, {short(best.value)}"
    return f"{lead}, but its lead over {_listed(equal)} may be chance, {where}."


def _listed(some: Sequence[StandingView]) -> str:
    """The first three of some models, with their scores, and how many more there are."""
    named = [f"{it.name} ({short(it.value)})" for it in some[:3]]
    named += [f"{count(len(some) - 3, 'other')}"] if len(some) > 3 else []
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _beaten(others: Sequence[StandingView]) -> str:
    surest = max(it.chance or 0.0 for it in others)
    told = f"{others[0].name} ({short(others[0].value)})" if len(others) == 1 else f"all {len(others)} others"
    return f"{told} (p {chance_words(surest)})" if len(others) == 1 else told


def chance_words(chance: float) -> str:
    """A p-value in words.

    >>> chance_words(0.0), chance_words(0.0312), chance_words(1.0)
    ('< 0.002', '= 0.031', '= 1')
    """
    return (
        "< 0.002"
        if chance < 0.002
        else f"= {chance:.2g}"
        if chance < 0.1
        else f"= {chance:.2f}".rstrip("0").rstrip(".")
    )


def _drawings(sides: Sequence[SideView]) -> list[DrawingView]:
    """For each pipeline with several versions among the models: the first and each later one."""
    found = []
    for pipeline_id in dict.fromkeys(side.pipeline_id for side in sides):
        here = {side.pipeline_version: side for side in sides if side.pipeline_id == pipeline_id}
        first, *later = sorted(here)
        name = here[first].pipeline
        found += [DrawingView(pipeline=name, pipeline_id=pipeline_id, before=first, after=it) for it in later]
    return found


def _importance(sides: Sequence[SideView]) -> ImportanceView:
    known = [{str(it["column"]): float(it["mean"]) for it in side.importance} for side in sides]
    most: dict[str, float] = {}
    for told in known:
        whole = sum(max(value, 0.0) for value in told.values()) or 1.0
        for name, value in told.items():
            most[name] = max(most.get(name, float("-inf")), value / whole)
    ordered = sorted(most, key=lambda name: -most[name])
    shown = ordered[:FEATURES]
    values = [[told.get(name) for told in known] for name in shown]
    return ImportanceView(columns=shown, values=values, left_out=len(ordered) - len(shown))
