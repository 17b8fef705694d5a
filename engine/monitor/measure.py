"""Everything that is said of one window of one model version, in one document."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from components.evaluate.metrics import words
from engine.errors import MissingThing
from engine.monitor.beside import Beside
from engine.monitor.domain import SAMPLE_ROWS, Domain, tell_apart
from engine.monitor.drift import LEAST_ROWS, Drift, drift_of
from engine.monitor.fields import watched
from engine.monitor.logged import Logged, some
from engine.monitor.observed import observe
from engine.monitor.performance import Performance, Truths, performance
from engine.monitor.reference import references
from engine.monitor.window import Window
from engine.schemas import PROBABILITIES as CHANCES
from engine.serve.evidence import HELD_OUT, SAID_PREFIX
from storage.served import PROBABILITIES

NO_FIELDS = Drift(rows=(0, 0), fields=())


class Measured(BaseModel):
    """What was found in a window.

    Parameters
    ----------
    drift, answers
        Of the fields, and of what the model said.
    chances
        Class → its mean probability, then and now.
    domain
        What a classifier sees; None where there are too few rows.
    performance
        None where no truth is known.
    others
        Version → how it answered the same requests.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    drift: Drift = NO_FIELDS
    answers: Drift = NO_FIELDS
    chances: dict[str, tuple[float, float]] = {}
    domain: Domain | None = None
    performance: Performance | None = None
    others: dict[str, Beside] = {}
    notes: tuple[str, ...] = ()

    def findings(self) -> list[dict[str, Any]]:
        """What is worth a word, the gravest first, as data."""
        found: list[dict[str, Any]] = []
        if self.performance is not None and self.performance.is_worse:
            name = self.performance.metric
            now, then = self.performance.metrics[name], self.performance.held_out[name]
            message = f"{words(name)} is {now:.4g}; on rows held out when it learned it was {then:.4g}."
            found.append({"code": "performance", "metric": name, "now": now, "then": then, "message": message})
        for code, drift in (("drift", self.drift), ("prediction_drift", self.answers)):
            found += [
                {"code": code, "field": it.column, "psi": it.psi, "severity": it.severity, "message": it.sentence}
                for it in drift.drifting
            ]
        if self.domain is not None and self.domain.tells_apart:
            names = [name for name, _ in self.domain.fields]
            message = f"A classifier tells these rows from those it learned from (ROC AUC {self.domain.auc:.2f})."
            found.append({"code": "domain", "auc": self.domain.auc, "fields": names, "message": message})
        return found


def measure(logged: Logged, truths: Truths, against: Window | None = None, *, in_full: bool = True) -> Measured:
    """Measure a window.

    Parameters
    ----------
    truths
        Id of a prediction → what turned out to be true.
    against
        Another window of the same version; its train rows unless given.
    in_full
        Whether what takes long is wanted too: the classifier, plots, slices.
    """
    rows = logged.rows
    if not rows:
        return Measured(rows=0)
    backend, fields = logged.backend, logged.fields
    known = references(logged.learned_from() if against is None else logged.sample(against), fields, backend)
    drift = drift_of(known, *observe(logged.table, known, backend))
    found = Measured(
        rows=rows,
        drift=drift,
        answers=_answers(logged, against),
        chances=_chances(logged, against),
        performance=performance(logged, truths, in_full=in_full),
        notes=_notes(logged, against),
    )
    if not in_full or not drift.is_enough:
        return found
    reference = some(logged.learned_from(), SAMPLE_ROWS) if against is None else logged.sample(against, SAMPLE_ROWS)
    domain = tell_apart((reference, logged.sample(logged.window, SAMPLE_ROWS)), fields, backend)
    return found.model_copy(update={"domain": domain})


def _answers(logged: Logged, against: Window | None) -> Drift:
    then = logged.answered() if against is None else logged.answers(logged.sample(against))
    fields = watched(dict(then.schema().items()))
    known = references(then, fields, logged.backend)
    return drift_of(known, *observe(logged.answers(logged.table), known, logged.backend))


def _chances(logged: Logged, against: Window | None) -> dict[str, tuple[float, float]]:
    classes = logged.model.classes
    if not classes:
        return {}
    said = f"{SAID_PREFIX}{CHANCES}"
    kept = logged.evidence.table
    if against is None and said not in kept.columns:
        return {}
    sides = [
        _means(logged, kept.filter(kept[HELD_OUT]), said, len(classes))
        if against is None
        else _means(logged, logged.within(against), PROBABILITIES, len(classes)),
        _means(logged, logged.table, PROBABILITIES, len(classes)),
    ]
    pairs = zip(classes, *sides, strict=True)
    return {str(label): (then, now) for label, then, now in pairs if then is not None and now is not None}


def _means(logged: Logged, table: ir.Table, column: str, classes: int) -> Sequence[float | None]:
    asked: Mapping[str, ibis.Value] = {f"c{place}": table[column][place].mean() for place in range(classes)}
    return list(logged.backend.row(table.aggregate(**asked)).values())


def _notes(logged: Logged, against: Window | None) -> tuple[str, ...]:
    notes = []
    if logged.rows < LEAST_ROWS:
        notes.append(f"{logged.rows:,} rows are too few to say anything; from {LEAST_ROWS} on, drift is judged.")
    masked = sorted(logged.masked & set(logged.model.inputs))
    if masked:
        notes.append(f"Not watched, because their values are not kept: {', '.join(masked[:10])}.")
    if against is not None and not logged.backend.rows(logged.within(against)):
        notes.append("Nothing was logged in the window to compare with.")
    return tuple(notes)


def check_logged(found: Measured, window: Window) -> None:
    """Raise `MissingThing` where the window holds no row."""
    if not found.rows:
        raise MissingThing(
            f"Nothing was logged from {window.words()}.",
            hint="Choose a window in which the endpoint was asked while its log was on.",
            field="from",
        )
