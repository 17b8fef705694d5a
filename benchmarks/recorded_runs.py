"""Many runs as they are written down, and what is asked of their table; plain Python, for both sides."""

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.report import timed

SEED = 20261122
PAGE = 50
TIMES = 5
"""So often each question is asked, after once that does not count."""
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
RATES = (0.01, 0.03, 0.1, 0.3)
METRICS = (
    *("accuracy", "average_precision", "balanced_accuracy", "brier", "f1", "log_loss", "matthews", "precision"),
    *("recall", "roc_auc"),
)
"""What *Evaluate* says of two classes."""


@dataclass(frozen=True)
class Recorded:
    """A run that ended.

    Parameters
    ----------
    params
        Settings of its model, without the name of the node.
    """

    number: int
    started: datetime
    seconds: float
    params: Mapping[str, float | int | str | bool]
    metrics: Mapping[str, float]
    tag: str
    note: str


@dataclass(frozen=True)
class Question:
    """What somebody asks of the table, in the words of both sides.

    Parameters
    ----------
    page
        Counted from 0, of `PAGE` runs each.
    """

    name: str
    conditions: tuple[str, ...]
    sort: str
    their_filter: str
    their_sort: str
    words: str = ""
    page: int = 0

    def page_of(self, runs: int) -> int:
        """The page, or the last that so many runs have."""
        return min(self.page, runs // PAGE - 1)


QUESTIONS = (
    Question("the newest", (), "-started", "", "attributes.start_time DESC"),
    Question("the best of all", (), "-roc_auc", "", "metrics.roc_auc DESC"),
    Question("page 100 of these", (), "-roc_auc", "", "metrics.roc_auc DESC", page=99),
    Question("sorted by a setting", (), "model.learning_rate", "", "params.`model.learning_rate` ASC"),
    Question(
        "one metric is more, another less", ("roc_auc > 0.8", "log_loss < 0.5"), "-roc_auc",
        "metrics.roc_auc > 0.8 and metrics.log_loss < 0.5", "metrics.roc_auc DESC",
    ),
    Question(
        "a metric and a setting", ("roc_auc > 0.7", "model.learning_rate = 0.1"), "log_loss",
        "metrics.roc_auc > 0.7 and params.`model.learning_rate` = '0.1'", "metrics.log_loss ASC",
    ),
    Question("a tag", ("tag = best",), "-roc_auc", "tags.tag = 'best'", "metrics.roc_auc DESC"),
    Question(
        "a word in a note", ("note ~ price",), "-started", "tags.`mlflow.note.content` LIKE '%price%'",
        "attributes.start_time DESC",
    ),
)  # fmt: skip


def recorded(count: int) -> Iterator[Recorded]:
    """So many runs of gradient boosting: the same ones every time, no two with the same score."""
    drawn = random.Random(SEED)  # noqa: S311  figures, not secrets
    scores = drawn.sample(range(count), count)
    for place in range(count):
        area = 0.6 + 0.35 * scores[place] / count
        metrics = {name: round(drawn.gauss(area, 0.01), 6) for name in METRICS}
        yield Recorded(
            number=place + 1,
            started=FIRST + timedelta(minutes=place),
            seconds=round(drawn.uniform(1, 90), 3),
            params={
                "learning_rate": drawn.choice(RATES),
                "max_iter": drawn.randrange(50, 500, 10),
                "max_leaf_nodes": drawn.choice((7, 15, 31, 63)),
                "min_samples_leaf": drawn.randrange(5, 60),
                "l2_regularization": round(drawn.random(), 4),
                "max_features": 1.0,
                "early_stopping": "auto",
                "class_weight": drawn.choice(("balanced", "equal")),
                "loss": "log_loss",
                "seed": place % 5,
            },
            metrics={**metrics, "log_loss": round(1.25 - area + drawn.gauss(0, 1e-3), 6), "roc_auc": area},
            tag="best" if area > 0.93 else ("base" if place % 7 == 0 else ""),
            note="before the price rise" if place % 11 == 0 else "",
        )


def answered(ask: Callable[[Question], Sequence[float]], questions: Sequence[Question] = QUESTIONS) -> dict[str, Any]:
    """What each question takes, and the sum of the scores on the pages that came: equal where these are.

    Parameters
    ----------
    ask
        Gives the ROC AUC of each run on the page.

    Returns
    -------
    dict
        ``rows`` and ``checksum`` of all pages, and the median of the seconds of each question under its name.
    """
    pages = {question.name: ask(question) for question in questions}
    took = {question.name: statistics.median(timed(ask, question)[1] for _ in range(TIMES)) for question in questions}
    whole = [score for page in pages.values() for score in page]
    return {"rows": len(whole), "checksum": sum(whole), **took}
