"""What several models said of the rows that none of them saw: who is better beyond chance, and where they disagree."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from components.base import Predictions
from components.evaluate.comparing import DEFAULTS, standings
from components.evaluate.disagreement import Disagreement, disagreement, segments
from components.evaluate.metrics import words
from components.evaluate.overlaid import overlaid
from components.evaluate.scores import scores
from components.evaluate.significance import holm, mcnemar
from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import CanvasbackError, InvalidSetting
from engine.evaluation.evidence import read_evidence
from engine.evaluation.paired import Shared, share_rows
from engine.serve.evidence import EVIDENCE
from engine.serve.modelfile import MODEL
from engine.service.amounts import count
from engine.service.modelling.model_sides import SideView, differing_data
from engine.service.scores import better
from engine.service.tables import as_view
from engine.service.views import TableView, View
from engine.workspace import Workspace
from storage.errors import StorageError

LEAST_ROWS = 30
"""On fewer shared rows nothing is said about who is better."""
CONFIDENCE = 0.95
RESAMPLES, FEWER_RESAMPLES, MANY_ANSWERS = 1_000, 400, 40_000
"""How often the rows are drawn again; less often where there are many answers, so that a screen need not wait."""
SAMPLED = 50
"""Rows that are shown of those on which the models disagree."""
COMPARABLE = ("classification", "regression")


class MetricView(View):
    """One metric of every model.

    Parameters
    ----------
    best
        Places of the best values; empty where a metric only describes.
    """

    metric: str
    values: list[float | None]
    best: list[int] = Field(default_factory=list)


class StandingView(View):
    """One model beside the best one, on the same rows.

    Parameters
    ----------
    difference
        Score minus that of the best model, with the interval that chance leaves it.
    chance
        The p-value of the difference, corrected for how many models there are; None for the best one.
    only_best_right, only_this_right, mcnemar
        Of classes: rows that only one of the two is right about, and the p-value of McNemar's test, corrected too.
    """

    name: str
    value: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    chance: float | None = None
    only_best_right: int | None = None
    only_this_right: int | None = None
    mcnemar: float | None = None


class SegmentView(View):
    """A segment of rows in which the models disagree more often than elsewhere."""

    words: str
    rows: int
    share: float
    elsewhere: float
    chance: float


class DisagreementView(View):
    """Where the models say different things.

    Parameters
    ----------
    right
        By name: in how many of these rows it is right; of numbers, nearest to the truth.
    pairs
        In how many rows two of them say different things.
    tolerance
        By how much numbers must be apart to count as different.
    sample
        Rows with their original columns, the truth, and what each model said; where they are furthest apart first.
    """

    rows: int
    right: dict[str, int]
    nobody_right: int
    pairs: list[list[int]]
    tolerance: float
    segments: list[SegmentView]
    sample: TableView


class AnswersView(View):
    """Models on the rows that none of them saw.

    Parameters
    ----------
    held_out
        How many such rows each of them has.
    changed
        Rows that are left out because a value was not the same for all.
    metrics
        On these rows.
    metric
        What `standings` are about; `offered` are those that it could be.
    """

    rows: int
    held_out: list[int]
    changed: int
    metrics: list[MetricView]
    metric: str
    offered: list[str]
    standings: list[StandingView]
    disagreement: DisagreementView
    plots: dict[str, Any]

    @property
    def best(self) -> StandingView:
        """The model that is ahead."""
        return self.standings[0]

    @property
    def equals(self) -> list[StandingView]:
        """Those that are behind by no more than chance may give."""
        return [each for each in self.standings[1:] if each.chance is not None and each.chance > 1 - CONFIDENCE]


def find_answers(
    workspace: Workspace, sides: Sequence[SideView], metric: str | None = None
) -> tuple[AnswersView | None, str]:
    """The models on the rows that none of them saw; or None, and why there are no such rows.

    Parameters
    ----------
    metric
        What decides; the usual one unless given.

    Raises
    ------
    InvalidSetting
        When the metric is not defined for these rows.
    """
    why = _why_not(sides)
    if why:
        return None, why
    try:
        shared = _shared(workspace, sides)
    except (CanvasbackError, StorageError) as error:
        return None, " ".join(part for part in (error.message, error.hint) if part)
    if shared.rows < LEAST_ROWS:
        return None, _too_few(sides, shared)
    answers = {side.name: told for side, told in zip(sides, shared.answers, strict=True)}
    return _told(shared, answers, metric), ""


def compared_metrics(found: Sequence[Mapping[str, float]]) -> list[MetricView]:
    """Metrics side by side, the best of each marked."""
    names = dict.fromkeys(name for metrics in found for name in metrics)
    return [_metric(name, [metrics.get(name) for metrics in found]) for name in names]


def _metric(name: str, values: list[float | None]) -> MetricView:
    known = [value for value in values if value is not None]
    wanted = better(name)
    if not wanted or len(known) < 2:
        return MetricView(metric=name, values=values)
    top = min(known) if wanted == "lower" else max(known)
    best = [place for place, value in enumerate(values) if value == top]
    return MetricView(metric=name, values=values, best=best if len(best) < len(known) else [])


def _why_not(sides: Sequence[SideView]) -> str:
    """What keeps the models from being compared row by row, before any row is read."""
    told = {f"{side.task} of {side.target}" if side.target else side.task for side in sides}
    if len(told) > 1:
        listed = "; ".join(f"{side.name}: {side.task}{f' of {side.target}' if side.target else ''}" for side in sides)
        return f"They answer different questions ({listed}), so that no row says which is better."
    if sides[0].task not in COMPARABLE:
        return "They were made without a target, so that no row says which is right."
    if len({side.origin for side in sides}) > 1:
        listed = "; ".join(f"{side.name}: {_tables(side)}" for side in sides)
        return f"They begin with different tables ({listed}), so that they share no rows."
    return ""


def _tables(side: SideView) -> str:
    return ", ".join(it.dataset for it in side.data) or f"a table drawn in {side.pipeline}"


def _too_few(sides: Sequence[SideView], shared: Shared) -> str:
    held = ", ".join(f"{side.name} {rows:,}" for side, rows in zip(sides, shared.held_out, strict=True))
    versions = " ".join(differing_data(sides))
    rows = f"Only {count(shared.rows, 'row')} was" if shared.rows == 1 else f"Only {count(shared.rows, 'row')} were"
    many = rows if shared.rows else "No row was"
    return (
        f"{many} held out by all of them, too few to say who is better (each held out: {held}). {versions} "
        "Let them learn behind the same split of the same dataset."
    ).replace("  ", " ")


def _shared(workspace: Workspace, sides: Sequence[SideView]) -> Shared:
    with workspace.database.read() as uow:
        listed = [uow.models.get_version(side.version_id).files for side in sides]
    files = [
        {name: workspace.artifacts.verify(one[name], name) for name in (MODEL, EVIDENCE) if name in one}
        for one in listed
    ]
    limits = Limits(workspace.settings.run_memory_mb // 4, workspace.settings.run_threads)
    with tempfile.TemporaryDirectory(prefix="canvasback-compare-") as folder:
        backend = DuckDBBackend(limits, [path for one in files for path in one.values()], Path(folder))
        try:
            kept = [read_evidence(one, backend) for one in files]
            snapshots = {side.snapshot for side in sides}
            return share_rows(kept, same_values=len(snapshots) == 1 and None not in snapshots)
        finally:
            backend.close()


def _told(shared: Shared, answers: Mapping[str, Predictions], metric: str | None) -> AnswersView:
    every = [scores(told) for told in answers.values()]
    offered = [name for name in every[0] if all(name in found for found in every) and better(name) and name != "mape"]
    chosen = metric or next((name for name in (*DEFAULTS, *offered) if name in offered), "")
    if chosen not in offered:
        told = f"{words(metric or 'no metric')} is not defined for all of them on these rows."
        raise InvalidSetting(told, hint=f"Choose one of {', '.join(offered)}.", field="metric")
    differing = disagreement(answers)
    return AnswersView(
        rows=shared.rows,
        held_out=list(shared.held_out),
        changed=shared.changed,
        metrics=compared_metrics(every),
        metric=chosen,
        offered=offered,
        standings=_standings(answers, chosen, differing),
        disagreement=_disagreement(shared, answers, differing),
        plots=overlaid(answers),
    )


def _standings(answers: Mapping[str, Predictions], metric: str, differing: Disagreement) -> list[StandingView]:
    resamples = RESAMPLES if len(answers) * differing.differs.size <= MANY_ANSWERS else FEWER_RESAMPLES
    found = standings(answers, metric, CONFIDENCE, resamples, 0)
    best, *others = found
    chances = dict(zip([it.name for it in others], holm([it.chance or 0.0 for it in others]), strict=True))
    right = dict(zip(differing.names, differing.right, strict=True))
    is_of_classes = next(iter(answers.values())).task == "classification"
    tests = {it.name: mcnemar(right[best.name], right[it.name]) for it in others} if is_of_classes else {}
    corrected = dict(zip(tests, holm([test[2] for test in tests.values()]), strict=True))
    return [
        StandingView(
            **{**vars(it), "chance": chances.get(it.name)},
            only_best_right=tests[it.name][0] if it.name in tests else None,
            only_this_right=tests[it.name][1] if it.name in tests else None,
            mcnemar=corrected.get(it.name),
        )
        for it in found
    ]


def _disagreement(shared: Shared, answers: Mapping[str, Predictions], found: Disagreement) -> DisagreementView:
    return DisagreementView(
        rows=found.rows,
        right=found.right_where_different(),
        nobody_right=found.nobody_right(),
        pairs=found.pairs.tolist(),
        tolerance=found.tolerance,
        segments=[
            SegmentView(words=it.words(), rows=it.rows, share=it.error, elsewhere=it.elsewhere, chance=it.chance)
            for it in segments(found.differs, shared.columns)
        ],
        sample=_sample(shared, answers, found),
    )


def _sample(shared: Shared, answers: Mapping[str, Predictions], found: Disagreement) -> TableView:
    places = found.furthest(SAMPLED)
    truth = np.asarray(next(iter(answers.values())).truth)[places]
    told = {"actual": truth, **{name: np.asarray(p.prediction)[places] for name, p in answers.items()}}
    columns = {_free(name, shared.columns.column_names): pa.array(values.tolist()) for name, values in told.items()}
    rows = shared.columns.take(pa.array(places))
    original = {name: rows.column(name) for name in rows.column_names}
    return as_view(pa.table({**columns, **original}), len(places), 0)


def _free(name: str, taken: Sequence[str]) -> str:
    return f"{name} " if name in taken else name
