"""What can be predicted: the task that fits a column, why another one cannot be learned, and what people may want."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from components.base.estimator import Task
from engine.drafting.known import Known
from engine.drafting.left_out import is_identifier
from engine.drafting.reading import Read
from engine.errors import UnfitForTraining, UnknownColumn

MOST_CLASSES = 50
LEAST_ROWS, LEAST_OF_CLASS = 20, 5
MOST_MISSING = 0.8
FEW_NUMBERS = 10
"""Whole numbers with so few values may be classes."""
SUGGESTED = 5


@dataclass(frozen=True)
class Answer:
    """A column as the answer of a model.

    Parameters
    ----------
    task
        How it is predicted; None where it cannot be.
    why
        Why so, or why not, in a sentence.
    tasks
        What it could be predicted as; the first is `task`.
    """

    read: Read
    task: Task | None
    why: str
    tasks: tuple[Task, ...] = ()

    @property
    def name(self) -> str:
        """The column's name."""
        return self.read.name

    @property
    def classes(self) -> int:
        """How many different values it has."""
        return self.read.column.distinct


@dataclass(frozen=True)
class Suggestion:
    """A column that people may want to predict, and the reasons."""

    answer: Answer
    points: int
    reasons: tuple[str, ...]


def answers(known: Known) -> list[Answer]:
    """Every column as an answer, in the order of the table."""
    return [answer_of(one, known.profile.rows) for one in known.columns.values()]


def chosen(known: Known, target: str | None, task: Task | None) -> Answer:
    """The answer that was asked for.

    Raises
    ------
    UnknownColumn
    UnfitForTraining
        Where it cannot be learned, or not in this way.
    """
    if target is None or target not in known.columns:
        about = f"There is no column {target!r}." if target else "It is not said what is predicted."
        raise UnknownColumn(about, hint=f"There are: {', '.join([*known.columns][:12])}.", field="target")
    answer = answer_of(known.columns[target], known.profile.rows)
    if answer.task is None:
        raise UnfitForTraining(
            f"{target} cannot be predicted: {answer.why}", hint="Choose another one.", field="target"
        )
    if task is None or task == answer.task:
        return answer
    if task not in answer.tasks:
        words = {"classification": "a class", "regression": "a number"}
        raise UnfitForTraining(
            f"{target} cannot be predicted as {words[task]}: {answer.why}",
            hint=f"Predict it as {words[answer.task]}.",
            field="task",
        )
    return Answer(answer.read, task, answer.why, answer.tasks)


def answer_of(one: Read, rows: int) -> Answer:
    """How a column is predicted, or why it cannot be."""
    refused = next((why for rule in REFUSALS if (why := rule(one, rows))), None)
    if refused:
        return Answer(one, None, refused)
    if one.kind == "boolean":
        return Answer(one, "classification", "It is true or false.", ("classification",))
    if one.kind == "text":
        return Answer(one, "classification", f"It has {one.column.distinct} values.", ("classification",))
    return _of_number(one)


def _of_number(one: Read) -> Answer:
    column = one.column
    if column.kind != "numeric" or column.distinct > FEW_NUMBERS:
        return Answer(one, "regression", f"It is a number with {column.distinct:,} different values.", ("regression",))
    if column.distinct == 2:
        return Answer(one, "classification", "It has two values.", ("classification", "regression"))
    is_whole = column.type.lstrip("u").startswith("int")
    tasks: tuple[Task, ...] = ("classification", "regression") if is_whole else ("regression", "classification")
    return Answer(one, tasks[0], f"It has only {column.distinct} different values.", tasks)


def _empty(one: Read, rows: int) -> str | None:
    return "it has no values." if one.column.semantic == "empty" else None


def _constant(one: Read, rows: int) -> str | None:
    return "it always holds the same value." if one.column.semantic == "constant" else None


def _kind(one: Read, rows: int) -> str | None:
    words = {"datetime": "dates are forecast rather than predicted.", "other": "it holds lists, records or times."}
    return words.get(one.kind) or ("it holds dates as text." if one.unread else None)


def _few_rows(one: Read, rows: int) -> str | None:
    filled = one.column.filled
    return f"only {filled} rows have a value, and {LEAST_ROWS} are the least." if filled < LEAST_ROWS else None


def _missing(one: Read, rows: int) -> str | None:
    share = one.missing_share
    return f"it is missing in {share:.0%} of the rows." if share > MOST_MISSING else None


def _names_rows(one: Read, rows: int) -> str | None:
    column = one.column
    if not is_identifier(one):
        return None
    is_number = isinstance(column.min, int | float) and isinstance(column.max, int | float)
    if column.kind == "numeric" and is_number and column.max - column.min >= 2 * column.filled:
        return None  # spread out: measured rather than counted through
    return "it has another value in every row, so nothing can be learned from one row for the next."


def _classes(one: Read, rows: int) -> str | None:
    column = one.column
    if one.kind == "text" and column.distinct > MOST_CLASSES:
        return f"it is a text with {column.distinct:,} different values, and {MOST_CLASSES} are the most."
    return None


def _rare(one: Read, rows: int) -> str | None:
    counts = sorted((value.count for value in one.column.top), reverse=True)
    is_told = len(counts) == one.column.distinct and (one.kind in ("text", "boolean") or len(counts) == 2)
    if not is_told or len(counts) < 2 or counts[1] >= LEAST_OF_CLASS:
        return None
    return f"all but {sum(counts[1:])} of its values are the same: too few to learn from."


REFUSALS: tuple[Callable[[Read, int], str | None], ...] = (
    *(_empty, _constant, _kind, _missing, _few_rows, _names_rows, _classes, _rare),
)

_HINTS: tuple[tuple[re.Pattern[str], int, str], ...] = (
    (re.compile(r"^(target|label|y|class|outcome|answer|result|response)$"), 6, "its name says that it is the answer"),
    (
        re.compile(
            r"churn|fraud|default|surviv|convert|bought|purchased|clicked|responded|approved|accepted|failed|failure|"
            r"late$|left$|cancel|attrition|diagnos|disease|readmit|infected|spam|won$"
        ),
        5,
        "its name tells what came of it",
    ),
    (
        re.compile(r"price|revenue|sales|units|demand|cost$|salary|income|consumption|quantity|duration|delay"),
        3,
        "it is an amount one may want to know before",
    ),
    (re.compile(r"team|topic|category|species|sentiment|status|segment|type$|rating|score|quality"), 2,
     "it sorts rows into kinds"),
)  # fmt: skip


def suggestions(known: Known) -> list[Suggestion]:
    """The columns that people may most want to predict, the likeliest first."""
    able = [answer for answer in answers(known) if answer.task is not None and not answer.read.column.personal]
    last = next(reversed(list(known.columns)), "")
    found = [_suggested(answer, is_last=answer.name == last) for answer in able]
    return sorted(found, key=lambda one: -one.points)[:SUGGESTED]


def _suggested(answer: Answer, *, is_last: bool) -> Suggestion:
    hints = [(points, why) for pattern, points, why in _HINTS if pattern.search(answer.name.lower())][:1]
    shape = {"classification": (2, "it has two values") if answer.classes == 2 else (1, "it has few values")}
    hints += [shape.get(answer.task or "", (0, "it is a number"))]
    hints += [(2, "it is the last column")] if is_last else []
    return Suggestion(answer, sum(points for points, _ in hints), tuple(why for _, why in hints))
