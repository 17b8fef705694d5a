"""A model on a page: what it predicts, how good it is, what it leans on, and what to be careful about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.evaluate.metrics import words
from components.evaluate.pictures import amount, percent
from engine.work.page.drawing import Bar, bars
from engine.work.page.elements import Element, element, listed
from engine.work.page.tables import scrolled
from engine.work.page.values import MISSING, number, shown

MOST_BARS, MOST_CLASSES, MOST_COLUMNS = 15, 12, 8
SHARES = ("noise", "flagged")
TASKS = {
    "classification": "Classification",
    "regression": "Regression",
    "clustering": "Clustering",
    "anomaly": "Anomaly detection",
}
DUMMY = "The dummy model looks at no column: it always says the most frequent class, or the mean."
LOSS = {"classification": "accuracy", "regression": "R²"}


@dataclass(frozen=True)
class GivenModel:
    """What a page needs of a model.

    Parameters
    ----------
    registered
        Its name and version in the registry.
    facts
        What is kept with it: see `engine.serve.modelfile.FACTS`.
    report
        Of the rows that it has not seen: metrics and the data of plots.
    """

    title: str
    registered: str
    facts: Mapping[str, Any]
    report: Mapping[str, Any] = field(default_factory=dict)


def model_parts(given: GivenModel) -> list[Element]:
    """What a section about a model says."""
    plots = given.report.get("plots", {})
    found = (
        _facts(given),
        _warnings(given.facts.get("warnings", ())),
        _scores(given),
        _importance(given),
        _confusion(plots.get("confusion_matrix")),
        _sizes(plots.get("group_sizes")),
        _profile(plots.get("group_profile")),
    )
    return [part for part in found if part is not None]


def _facts(given: GivenModel) -> Element:
    facts = given.facts
    rows, inputs = facts.get("rows", {}), facts.get("inputs", {})
    search = facts.get("search")
    told = {
        "Registered as": given.registered,
        "Task": TASKS.get(facts["task"], facts["task"]),
        "Predicts": facts.get("target", ""),
        "Classes": _named(map(shown, facts.get("classes", ()))),
        "Looks for": "" if facts.get("positive") is None else shown(facts["positive"]),
        "Rows": ", ".join(f"{count:,} {role.replace('_', ' ')}" for role, count in rows.items() if count),
        "Reads": f"{amount(len(inputs), 'column')}: {_named(inputs)}" if inputs else "",
        "Searched": f"{amount(len(search['trials']), 'trial')}, by {words(search['metric'])}" if search else "",
    }
    pairs = ((element("dt", name), element("dd", value)) for name, value in told.items() if value)
    return element("dl", *(element("div", *pair) for pair in pairs))


def _named(names: Iterable[str]) -> str:
    every = [*names]
    rest = len(every) - MOST_CLASSES
    return ", ".join(every[:MOST_CLASSES]) + (f" and {rest} more" if rest > 0 else "")


def _warnings(warnings: Sequence[str]) -> Element | None:
    if not warnings:
        return None
    return element("div", element("h3", "Be careful"), listed(*warnings), class_="warning")


def _scores(given: GivenModel) -> Element | None:
    metrics = given.facts.get("metrics") or given.report.get("metrics") or {}
    if not metrics:
        return None
    baseline, spread = given.facts.get("baseline", {}), given.facts.get("spread", {})
    spans = (given.report.get("intervals") or {}).get("of") or {}
    head = [
        "Metric",
        "Model",
        *(["95 % interval"] if spans else []),
        *(["Spread over the folds"] if spread else []),
        *(["Dummy model"] if baseline else []),
    ]
    rows = []
    for name, value in metrics.items():
        figures = [_measured(name, value)]
        figures += [_span(name, spans.get(name))] if spans else []
        figures += [f"± {number(spread[name])}" if name in spread else MISSING] if spread else []
        figures += [_measured(name, baseline.get(name))] if baseline else []
        rows.append([_capital(words(name)), *figures])
    caption = f"Scores on {_seen(given)}.{f' {DUMMY}' if baseline else ''}"
    return _matrix(caption, head, rows)


def _span(name: str, span: Sequence[float] | None) -> str:
    """What random draws of the same rows gave, but for the outermost."""
    return f"{_measured(name, span[0])} to {_measured(name, span[1])}" if span else MISSING


def _seen(given: GivenModel) -> str:
    rows = given.report.get("rows")
    unseen = given.report.get("unseen", given.facts["task"] in LOSS)
    told = "the rows" if rows is None else amount(rows, "row")
    return f"{told} that it has not learned from" if unseen else told


def _importance(given: GivenModel) -> Element | None:
    found = [row for row in given.facts.get("importance", ()) if row["mean"] > 0][:MOST_BARS]
    if not found:
        return None
    loss = LOSS.get(given.facts["task"], "its score")
    told = f"What it leans on: how much {loss} is lost when the values of one column are shuffled"
    drawing = bars([Bar(row["column"], row["mean"]) for row in found], f"{told}. Most: {found[0]['column']}.")
    return element("figure", element("figcaption", told), drawing)


def _confusion(plot: Mapping[str, Any] | None) -> Element | None:
    if not plot or not 0 < len(plot["labels"]) <= MOST_CLASSES:
        return None
    labels, counts = plot["labels"], plot["counts"]
    rows = [[label, *(f"{count:,}" for count in line)] for label, line in zip(labels, counts, strict=True)]
    head = ["True class", *(f"said {label}" for label in labels)]
    return _matrix("What it said of the rows of each class; on the diagonal, what is right.", head, rows, diagonal=True)


def _sizes(plot: Mapping[str, Any] | None) -> Element | None:
    if not plot or not plot["groups"]:
        return None
    drawn = [Bar(name, rows) for name, rows in zip(plot["groups"], plot["rows"], strict=True)][:MOST_BARS]
    more = len(plot["groups"]) - len(drawn) + plot.get("more_groups", 0)
    told = "Rows in each group" + (f"; {amount(more, 'smaller group')} not drawn" if more else "")
    return element("figure", element("figcaption", told), bars(drawn, f"{told}. Largest: {drawn[0].name}."))


def _profile(plot: Mapping[str, Any] | None) -> Element | None:
    if not plot:
        return None
    columns = plot["columns"][:MOST_COLUMNS]
    lines = [("all rows", plot["overall"]), *zip(plot["groups"], plot["means"], strict=True)]
    rows = [[name, *(number(mean) for mean in means[: len(columns)])] for name, means in lines]
    caption = "Means of the columns in which the groups differ most."
    return _matrix(caption, ["Group", *columns], rows)


def _matrix(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, diagonal: bool = False) -> Element:
    """Figures under the names of columns, each line with a name of its own."""
    lines = (_line(row, place if diagonal else None) for place, row in enumerate(rows))
    first, *others = head
    heads = (element("th", first, scope="col"), *(element("th", name, scope="col", class_="number") for name in others))
    thead = element("thead", element("tr", *heads))
    return scrolled(element("table", element("caption", caption), thead, element("tbody", *lines)), caption)


def _line(row: Sequence[str], marked: int | None) -> Element:
    name, *figures = row
    marks = ("number right" if place == marked else "number" for place in range(len(figures)))
    cells = (element("td", figure, class_=mark) for figure, mark in zip(figures, marks, strict=True))
    return element("tr", element("th", name, scope="row"), *cells)


def _measured(name: str, value: float | None) -> str:
    if value is None:
        return MISSING
    if name in SHARES:
        return percent(value)
    return f"{value:.3f}" if 0.01 <= abs(value) <= 1 else number(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
