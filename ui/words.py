"""Numbers, times, states and metrics in words, the same on every screen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isnan
from typing import Any, NamedTuple

from engine.service.amounts import count
from engine.service.scores import LOWER_IS_BETTER, SHARES, better


class State(NamedTuple):
    """How a state looks: a word, an icon and a colour, never the colour alone."""

    word: str
    icon: str
    color: str


STATES: Mapping[str, State] = {
    "queued": State("Waiting", ":material/schedule:", "gray"),
    "waiting": State("Waiting", ":material/schedule:", "gray"),
    "running": State("Running", ":material/progress_activity:", "blue"),
    "succeeded": State("Succeeded", ":material/check_circle:", "green"),
    "done": State("Done", ":material/check_circle:", "green"),
    "cached": State("Reused", ":material/cached:", "green"),
    "failed": State("Failed", ":material/error:", "red"),
    "crashed": State("Crashed", ":material/error:", "red"),
    "cancelled": State("Cancelled", ":material/cancel:", "gray"),
    "skipped": State("Skipped", ":material/skip_next:", "gray"),
    "live": State("Live", ":material/check_circle:", "green"),
    "active": State("Live", ":material/check_circle:", "green"),
    "ending": State("Ending", ":material/event_busy:", "orange"),
    "paused": State("Paused", ":material/pause_circle:", "gray"),
    "retired": State("Retired", ":material/block:", "gray"),
}

SEVERITIES: Mapping[str, State] = {
    "error": State("Error", ":material/error:", "red"),
    "warning": State("Warning", ":material/warning:", "orange"),
    "info": State("Note", ":material/info:", "blue"),
}

METRICS: Mapping[str, str] = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "mase": "MASE",
    "smape": "SMAPE",
    "coverage": "Interval coverage",
    "earlier_coverage": "Conformal coverage",
    "r2": "R²",
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "mape": "Mean absolute percentage error",
    "median_ae": "Median absolute error",
    "best_threshold": "Best threshold",
    "cost_at_0_5": "Cost at the threshold 0.5",
    "largest_lift": "Largest lift of a slice",
    "slices": "Slices beyond chance",
    "silhouette": "Silhouette",
    "calinski_harabasz": "Calinski–Harabasz",
    "davies_bouldin": "Davies–Bouldin",
    "clusters": "Clusters",
    "noise": "Rows without a cluster",
    "flagged": "Rows flagged",
    "score_median": "Score, median",
    "score_p90": "Score, 90th percentile",
    "score_p99": "Score, 99th percentile",
    "score_max": "Score, largest",
}


def state(name: str | None) -> State:
    """How a state looks."""
    return STATES.get(name or "", State((name or "None").capitalize(), ":material/help:", "gray"))


def metric(name: str) -> str:
    """A metric's name for people.

    >>> metric("roc_auc"), metric("pinball_loss")
    ('ROC AUC', 'Pinball loss')
    """
    return METRICS.get(name, name.replace("_", " ").capitalize())


def measured(name: str, value: float | None) -> str:
    """A metric's value, as people write it.

    >>> measured("flagged", 0.031), measured("silhouette", 0.5), measured("r2", -0.0004), measured("mae", 0.0004)
    ('3.1 %', '0.500', '0.000', '0.0004')
    """
    if value is None:
        return number(value)
    if name in SHARES:
        return percent(value)
    is_nothing = better(name) == "higher" and 0 < abs(value) < NOTHING  # errors have units, in which little may be much
    return f"{0:.3f}" if is_nothing else number(value)


NOTHING = 0.0005
"""A score of less says nothing."""


def improvement(name: str, value: float, baseline: float) -> float:
    """By how much a value beats the baseline; negative where it is worse."""
    return baseline - value if name in LOWER_IS_BETTER else value - baseline


def number(value: float | None) -> str:
    """A number with three or four digits that matter.

    >>> number(0.84321), number(1234567), number(12.0), number(None), number(0.00012), number(-0.005)
    ('0.843', '1,234,567', '12', '–', '0.00012', '−0.005')
    """
    if value is None or isnan(value):
        return "–"
    return f"−{_digits(-value)}" if value < 0 else _digits(value)


def _digits(value: float) -> str:
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3f}" if 0.01 <= value < 1 else f"{value:.4g}" if value >= 1 else f"{value:.3g}"


def signed(value: float) -> str:
    """A difference with its sign.

    >>> signed(0.25), signed(-3)
    ('+0.250', '−3')
    """
    return ("+" if value > 0 else "−" if value < 0 else "±") + number(abs(value))


def percent(share: float) -> str:
    """A share of one as a percentage.

    >>> percent(0.5), percent(0.0004), percent(0)
    ('50 %', '<0.1 %', '0 %')
    """
    if 0 < share < 0.001:
        return "<0.1 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago something was.

    >>> noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> ago(datetime(2026, 11, 21, 11, 55, tzinfo=UTC), noon)
    '5 minutes ago'
    """
    if moment is None:
        return "–"
    then = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    passed = ((now or datetime.now(UTC)) - then).total_seconds()
    if passed < 60:
        return "just now"
    for length, noun in ((60, "minute"), (3600, "hour"), (86_400, "day")):
        amount = int(passed // length)
        if amount < {"minute": 60, "hour": 24, "day": 14}[noun]:
            return f"{count(amount, noun)} ago"
    return f"{then:%d %b %Y}"


def when(moment: datetime | None) -> str:
    """A moment, in the server's own time."""
    return f"{moment.astimezone():%d %b %Y, %H:%M}" if moment else "–"


def plain(value: Any) -> str:
    """A setting's value for people."""
    names = {
        ",": "comma",
        ";": "semicolon",
        "\t": "tab",
        "|": "bar",
        ":": "colon",
        " ": "space",
        "": "none",
        '"': "double quote",
    }
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "automatic"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items()) or "none"
    return names.get(value, str(value)) if isinstance(value, str) else str(value)


def short_name(name: str, most: int = 34) -> str:
    """A name that fits: cut in its middle, because what tells long names apart is often at their end.

    >>> short_name("customers_of_the_north_who_leave", 20), short_name("churn")
    ('customers_…who_leave', 'churn')
    """
    if len(name) <= most:
        return name
    end = (most - 1) // 2
    return f"{name[: most - 1 - end]}…{name[-end:]}"


def with_commands(text: str) -> str:
    """A text safe inside Markdown, in which what stands between backticks is set as code.

    >>> with_commands("Run `canvasback up`.")
    'Run `canvasback up`.'
    """
    parts = text.split("`")
    if len(parts) % 2 == 0 or not all(parts[1::2]):
        return escaped(text)
    return "".join(f"`{part}`" if place % 2 else escaped(part) for place, part in enumerate(parts))


def escaped(text: str) -> str:
    """A text from a person or a file, safe inside Markdown.

    >>> escaped("a*b")
    'a\\\\*b'
    """
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-!|~$:" else letter for letter in text)
