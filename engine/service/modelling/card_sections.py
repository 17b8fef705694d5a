"""The parts of a model card that nobody has to write: what it is, how it was made, how good it is, who approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.catalog import catalog, title_of
from components.evaluate.metrics import words
from engine.graph import Pipeline
from engine.serve.modelfile import ModelFile
from engine.service.amounts import size
from engine.service.modelling.model_words import written_tags
from engine.service.modelling.registry import EventView
from engine.service.scores import SHARES
from engine.service.views import ModelView
from engine.work.page.card import Bars, Block, Facts, Grid, Lines, Section
from engine.work.page.models import DUMMY, LOSS, TASKS
from engine.work.page.values import MISSING, number, shown

DEFAULT_SPLIT = "none was drawn: a share of the rows, drawn at random, is the test"
MOST_BARS, MOST_CLASSES = 15, 30


@dataclass(frozen=True)
class Known:
    """Everything that is known of a version.

    Parameters
    ----------
    model
        As it lies on disk.
    data
        The dataset versions it was made from: dataset, version, rows, columns, sha256.
    events
        Stages and sign-offs, newest first.
    """

    view: ModelView
    model: ModelFile
    pipeline: Pipeline
    seed: int
    data: Sequence[Mapping[str, Any]]
    events: Sequence[EventView]


def sections_of(known: Known) -> list[Section]:
    """The generated sections, those with something to say."""
    found: dict[str, list[Block]] = {
        "The model": _model(known),
        "Data": _data(known),
        "How good it is": _scores(known),
        "What it leans on": _importance(known),
        "What to be careful about": [Lines(known.model.warnings)] if known.model.warnings else [],
        "Sign-offs and stages": _decisions(known),
        "Where it comes from and where it answers": _lineage(known),
        "To make it again": _again(known),
    }
    return [Section(title, blocks) for title, blocks in found.items() if blocks]


def _model(known: Known) -> list[Block]:
    view, model = known.view, known.model
    pairs = {
        "What it is": view.version_description or view.description,
        "Task": TASKS.get(model.task, model.task),
        "Predicts": model.target,
        "Classes": _classes_named(model.classes),
        "Looks for": "" if model.positive is None else shown(model.positive),
        "Kind": title_of(model.component),
        "Made of": ", ".join(map(title_of, model.members)),
        "Fields of a request": ", ".join(model.inputs),
        "Size": size(view.bytes or 0),
        "Stage": "" if view.stage == "none" else view.stage,
        "Aliases": ", ".join(view.own_aliases),
        "Retired": "yes" if view.retired else "",
        "Tags": written_tags({**view.tags, **view.version_tags}),
    }  # fmt: skip
    return [Facts({name: value for name, value in pairs.items() if value})]


def _classes_named(classes: Sequence[Any]) -> str:
    return ", ".join(map(shown, classes[:MOST_CLASSES])) + (" …" if len(classes) > MOST_CLASSES else "")


def _data(known: Known) -> list[Block]:
    rows = [[_dataset(it), _amount(it["rows"]), _amount(it["columns"])] for it in known.data]
    split = {
        "Rows": ", ".join(f"{count:,} {role.replace('_', ' ')}" for role, count in known.model.rows.items() if count),
        "Split": "; ".join(_splits(known.pipeline)) or ("" if _has_no_test(known.model) else DEFAULT_SPLIT),
    }
    tables: list[Block] = [Grid("The dataset versions it learned from.", ["Dataset", "Rows", "Columns"], rows)]
    return [*(tables if rows else []), Facts({name: value for name, value in split.items() if value})]


def _has_no_test(model: ModelFile) -> bool:
    """Whether no share of the rows is put aside unasked: where folds take turns, and where there is no target."""
    return "folds" in model.rows or not model.target


def _dataset(it: Mapping[str, Any]) -> str:
    return str(it["dataset"]) if it["version"] is None else f"{it['dataset']} v{it['version']}"


def _splits(pipeline: Pipeline) -> list[str]:
    found = []
    for node in pipeline.nodes:
        spec = catalog()[node.component].spec if node.component in catalog() else None
        if spec is not None and spec.category.startswith("split"):
            params = ", ".join(f"{name.replace('_', ' ')} {_param(value)}" for name, value in node.params.items())
            found.append(f"{spec.title} ({params})" if params else spec.title)
    return found


def _param(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _scores(known: Known) -> list[Block]:
    model, view = known.model, known.view
    metrics, spread, baseline = view.metrics, model.spread, view.baseline
    head = ["Metric", "Model", *(["Spread over the folds"] if spread else []), *(["Dummy model"] if baseline else [])]
    rows = [
        [
            _capital(words(name)),
            _measured(name, value),
            *([f"± {number(spread[name])}" if name in spread else MISSING] if spread else []),
            *([_measured(name, baseline.get(name))] if baseline else []),
        ]
        for name, value in metrics.items()
    ]
    is_unseen = bool(model.target or model.rows.get("test"))
    told = "Scores on rows that it has not learned from." if is_unseen else "Of the rows that it learned from."
    caption = f"{told}{f' {DUMMY}' if baseline else ''}"
    per_class = (view.report.get("plots") or {}).get("per_class")
    return [*([Grid(caption, head, rows)] if rows else []), *_classes(per_class)]


def _classes(plot: Mapping[str, Any] | None) -> list[Block]:
    if not plot or not plot.get("rows"):
        return []
    rows = [[shown(row[0]), *(number(value) for value in row[1:])] for row in plot["rows"][:MOST_CLASSES]]
    return [Grid(f"Each class by itself. {plot.get('read', '')}", [_capital(name) for name in plot["columns"]], rows)]


def _importance(known: Known) -> list[Block]:
    found = [(row["column"], float(row["mean"])) for row in known.model.importance if row["mean"] > 0][:MOST_BARS]
    loss = LOSS.get(known.model.task, "its score")
    return [Bars(f"How much {loss} is lost when the values of one column are shuffled.", found)] if found else []


def _decisions(known: Known) -> list[Block]:
    needed = "An approval is needed before publishing." if known.view.needs_sign_off else "No approval is needed."
    rows = [
        [f"{it.at:%Y-%m-%d %H:%M}", _decision(it), it.by, it.comment or MISSING] for it in known.events
    ]  # fmt: skip
    told = Grid(
        "Who decided what, the newest first; times are UTC.", ["When", "What", "Who", "Why"], rows, is_figures=False
    )
    return [Lines([needed]), *([told] if rows else [])]


def _decision(event: EventView) -> str:
    return event.after if event.kind == "sign_off" else f"{event.before} → {event.after}"


def _lineage(known: Known) -> list[Block]:
    lineage = known.view.lineage
    pairs = {
        "Pipeline": f"{lineage['pipeline']} v{lineage['pipeline_version']}",
        "Run": str(lineage["run"]),
        "Node": str(lineage["node"]),
        "Answers": ", ".join(known.view.endpoints) or "no endpoint",
    }
    return [Facts(pairs)]


def _again(known: Known) -> list[Block]:
    model = known.model
    params = ", ".join(f"{name}={_param(value)}" for name, value in sorted(model.params.items()) if value is not None)
    pairs = {"Seed of the run": str(known.seed), "Params": params, **known.view.libraries}
    return [Facts({name: str(value) for name, value in pairs.items() if value})]


def _measured(name: str, value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{100 * value:.1f} %" if name in SHARES else number(value)


def _amount(value: int | None) -> str:
    return MISSING if value is None else f"{value:,}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
