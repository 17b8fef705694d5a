"""One row of a model: its answer, the reasons, what another value would change, and what would change the answer."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field

from engine.errors import DataError
from engine.explanation.counterfactuals import MOST_COLUMNS, Change, Wish, counterfactuals
from engine.explanation.explainer import told
from engine.explanation.outputs import place_of
from engine.serve.parity import plain_value
from engine.serve.records import to_table
from engine.serve.scorer import Scored
from engine.service.amounts import count
from engine.service.modelling.opened_models import OpenedModel, open_model
from engine.service.views import View
from engine.workspace import Workspace
from storage.repositories.models import Which


class AnswerView(View):
    """What a model says of one row.

    Parameters
    ----------
    probabilities
        Class → probability, the likeliest first.
    score
        For anomalies.
    """

    prediction: Any
    probabilities: dict[str, float] = Field(default_factory=dict)
    score: float | None = None


class ReasonView(View):
    """What one column adds to an answer."""

    column: str
    value: Any
    contribution: float


class ReasonsView(View):
    """Why a model answers as it does: base and contributions sum to the answer.

    Parameters
    ----------
    of
        The class whose probability is told; None for a number.
    base
        The mean answer for rows that the model learned from.
    how
        By what it was found out.
    """

    of: Any = None
    unit: str
    base: float
    answer: float
    reasons: list[ReasonView]
    how: str


class ExplainedView(View):
    """A row, its answer, and the reasons; or why there are none."""

    record: dict[str, Any]
    answer: AnswerView
    reasons: ReasonsView | None = None
    refused: str = ""


class ChangedView(View):
    """Changes that are enough for another answer.

    Parameters
    ----------
    changes
        Column → value before and after.
    words
        The same in a sentence, with the answer.
    """

    changes: dict[str, tuple[Any, Any]]
    distance: float
    answer: AnswerView
    words: str


class ChangesView(View):
    """The smallest changes for another answer, the fewest columns first."""

    wished: str
    found: list[ChangedView]

    @property
    def in_words(self) -> str:
        """What was found."""
        if not self.found:
            return (
                f"No change of up to {MOST_COLUMNS} columns, to values that the data hold, makes the answer "
                f"{self.wished}. Unlock columns, or begin with another row."
            )
        return f"{count(len(self.found), 'way')} to make the answer {self.wished}; each was asked of the model."


def explain_row(
    workspace: Workspace, name: str, version: Which, record: Mapping[str, Any], label: str | None = None
) -> ExplainedView:
    """The answer for a record, and the reasons.

    Parameters
    ----------
    label
        The class whose probability is explained; the positive one of two, or the predicted one of more, for None.

    Raises
    ------
    NotFound
    InvalidRecord
        Naming the field.
    """
    opened = open_model(workspace, name, version)
    rows = to_table([dict(record)], opened.scorer.fields, 1)
    answer = _answer(opened, opened.scorer.score(rows))
    try:
        explainer = opened.explainer
    except DataError as error:
        return ExplainedView(record=dict(record), answer=answer, refused=f"{error.message} {error.hint}")
    found = explainer.shares(rows)
    one = told(explainer, rows, found, label)[0]
    reasons = ReasonsView(
        of=one["of"],
        unit=one["unit"],
        base=one["base"],
        answer=one["answer"],
        reasons=[ReasonView(**each) for each in one["contributions"]],
        how=found.how,
    )
    return ExplainedView(record=dict(record), answer=answer, reasons=reasons)


def smallest_changes(  # noqa: PLR0913  a wish is what all of these say
    workspace: Workspace,
    name: str,
    version: Which,
    record: Mapping[str, Any],
    *,
    label: str | None = None,
    least: float | None = None,
    most: float | None = None,
    locked: Collection[str] = (),
) -> ChangesView:
    """What would have to be otherwise for another answer.

    Parameters
    ----------
    label
        The wished class; any other one than now for None.
    least, most
        What a predicted number shall reach, or stay below.
    locked
        Columns that cannot change.

    Raises
    ------
    NotFound
    InvalidRecord
    DataError
        When the wish does not fit the model, or is fulfilled already.
    """
    opened = open_model(workspace, name, version)
    rows = to_table([dict(record)], opened.scorer.fields, 1)
    now = opened.scorer.score(rows)
    wish = _wish(opened, now, label, least, most)
    found = counterfactuals(opened.scorer, rows, opened.seen, wish, locked)
    return ChangesView(wished=_wished(opened, now, wish), found=[_changed(opened, each) for each in found])


def _wish(opened: OpenedModel, now: Scored, label: str | None, least: float | None, most: float | None) -> Wish:
    model = opened.model
    if model.task == "clustering":
        raise DataError("A model that numbers groups has no answer to wish for.", hint="Try values under what-if.")
    if model.task != "regression":
        wanted = model.classes[place_of(model, label)] if label is not None and model.classes else None
        if wanted is not None and wanted == now.labels[0]:
            raise DataError(f"The answer is {wanted!r} already.", hint="Wish for another class.", field="label")
        return Wish(label=wanted)
    if least is None and most is None:
        raise DataError("It is not said what the prediction shall be.", hint="Give a least or a most.", field="least")
    value = float(now.labels[0])
    if (least is None or value >= least) and (most is None or value <= most):
        raise DataError(f"The prediction is {value:.4g} already.", hint="Wish for another number.", field="least")
    return Wish(least=least, most=most)


def _wished(opened: OpenedModel, now: Scored, wish: Wish) -> str:
    if wish.least is not None or wish.most is not None:
        bounds = [("at least", wish.least), ("at most", wish.most)]
        return " and ".join(f"{words} {value:g}" for words, value in bounds if value is not None)
    if wish.label is not None:
        return str(wish.label)
    if opened.model.task == "anomaly":
        return "ordinary" if now.labels[0] else "an anomaly"
    others = [label for label in opened.model.classes if label != now.labels[0]]
    return str(others[0]) if len(others) == 1 else f"anything but {now.labels[0]}"


def _changed(opened: OpenedModel, change: Change) -> ChangedView:
    answer = _answer(opened, opened.scorer.score(change.row))
    changes = {name: (plain_value(before), plain_value(after)) for name, (before, after) in change.changes.items()}
    conditions = [f"{name} were {_words(after)}" for name, (_, after) in changes.items()]
    listed = ", ".join(conditions[:-1]) + (" and " if len(conditions) > 1 else "") + conditions[-1]
    return ChangedView(
        changes=changes,
        distance=change.distance,
        answer=answer,
        words=f"If {listed}, the answer would be {_said(opened, answer)}.",
    )


def _said(opened: OpenedModel, answer: AnswerView) -> str:
    if answer.probabilities:
        return f"{answer.prediction} ({100 * answer.probabilities[str(answer.prediction)]:.0f} %)"
    if opened.model.task == "anomaly":
        return "an anomaly" if answer.prediction else "ordinary"
    return _words(answer.prediction)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _answer(opened: OpenedModel, scored: Scored) -> AnswerView:
    chances: dict[str, float] = {}
    if scored.probabilities is not None:
        named = zip(map(str, opened.model.classes), scored.probabilities[0].tolist(), strict=True)
        chances = dict(sorted(named, key=lambda it: -it[1]))
    score = None if scored.scores is None else scored.scores[0]
    return AnswerView(prediction=scored.labels[0], probabilities=chances, score=score)
