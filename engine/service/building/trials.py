"""What a node does, shown on sample rows while it is drawn: of the data that arrives, or of the bundled example."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import ibis.expr.schema as sch
import numpy as np
import pyarrow as pa
from pydantic import Field

from components.base import Component, Source
from components.catalog import component
from components.example_table import example
from components.params import Columns
from components.ports import ROLE, is_reserved
from engine.checks import Review
from engine.errors import PEOPLE_ERRORS
from engine.execute.trial import RESULT, Shelf, Trial, try_component, try_node
from engine.graph import Pipeline
from engine.schemas import bind
from engine.service.building.pipelines import look_through
from engine.service.building.sketches import SketchView, sketches_of
from engine.service.building.switched import BYPASSED, why_apart
from engine.service.building.trial_notes import notes_on
from engine.service.data.cell_changes import changed_cells
from engine.service.data.samples import KEPT_BYTES, SampledView, StoredSamples, told
from engine.service.tables import plain
from engine.service.views import View
from engine.workspace import Workspace

log = logging.getLogger("canvasback.trials")

SHOWN_ROWS, SHOWN_COLUMNS = 6, 8
"""Of an example, or of what an expression gives."""
PAGE_ROWS, MOST_ROWS, PAGE_COLUMNS = 50, 1_000, 60
KEPT = 64
MOST_CHARACTERS = 60

_SHELF = Shelf(KEPT_BYTES)
"""One for the whole process: results are told apart by what they were made from."""


class RowsView(View):
    """A few rows as texts; None where a value is missing.

    Parameters
    ----------
    changed
        The columns that are new or differ somewhere.
    marks
        For each row shown, the places of the cells that hold something else than before.
    total, left_out
        How many rows there are, and how many columns are not shown.
    """

    columns: list[str]
    changed: list[str] = Field(default_factory=list)
    rows: list[list[str | None]] = Field(default_factory=list)
    marks: list[list[int]] = Field(default_factory=list)
    total: int = 0
    left_out: int = 0


class TrialView(View):
    """What a node does to sample rows.

    Parameters
    ----------
    port, ports
        The output that is shown, and those that there are.
    of, run
        Whose rows they are; those of a run, where no preview can show them, by its number.
    counts
        How many go in and come out.
    arriving
        How many sample rows reach each input.
    sources
        How much of the data the sample is.
    notes
        What must be known to read the sample rightly.
    note
        Why there is nothing to see, or what would stop a run.
    seconds
        What it took to work out.
    """

    node: str
    port: str | None = None
    ports: list[str] = Field(default_factory=list)
    of: Literal["data", "example", "run"] = "data"
    run: int | None = None
    before: RowsView | None = None
    after: RowsView | None = None
    counts: tuple[int, int] | None = None
    arriving: dict[str, int] = Field(default_factory=dict)
    sources: list[SampledView] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    note: str | None = None
    columns: list[SketchView] = Field(default_factory=list)
    expressions: dict[str, RowsView] = Field(default_factory=dict)
    seconds: float = 0.0


def try_out(
    workspace: Workspace, pipeline: Pipeline, node_id: str, port: str | None = None, most: int = PAGE_ROWS
) -> TrialView | None:
    """Show a drawn node on sample rows of its data; on the bundled example where no data reaches it yet.

    Parameters
    ----------
    port
        The output that is looked at; the first one unless it is named.
    most
        How many rows to show.
    """
    node = pipeline.by_id.get(node_id)
    if node is None or node.is_only_drawn:
        return None
    looked = look_through(workspace, pipeline)
    if node_id in looked.effect.apart:
        return _passing(workspace, pipeline, looked, node_id)
    placed = looked.placement.pipeline
    around = sorted({node_id, *placed.ancestors(node_id)} & set(placed.by_id))
    drawn = [(name, placed.by_id[name].component, placed.by_id[name].params) for name in around]
    wires = [edge for edge in placed.edges if edge.target in around]
    samples = StoredSamples(workspace)
    sources = [
        (name, placed.by_id[name].label, found)
        for name in around
        if name in looked.schemas and isinstance(found := looked.schemas[name].component, Source)
    ]
    try:
        data = {name: samples.identity(source) for name, _, source in sources}
        identity = f"{workspace.home.path} {node_id} {port} {most} {drawn} {wires} {data}"
        return _answer(_Question(identity, looked, node_id, port, min(most, MOST_ROWS), samples, tuple(sources)))
    except PEOPLE_ERRORS as error:
        shown = show_example(node.component) or TrialView(node=node_id)
        note = " ".join(filter(None, (getattr(error, "message", None) or str(error), getattr(error, "hint", ""))))
        return shown.model_copy(update={"node": node_id, "note": note if _is_fed(looked, node_id) else None})
    except Exception:  # a component's own mistake must not take the canvas away
        log.warning("component %r failed on sample rows", node.component, exc_info=True)
        return TrialView(node=node_id, note="The preview failed; the log of this home says why. A run may still work.")


def _passing(workspace: Workspace, pipeline: Pipeline, looked: Review, node_id: str) -> TrialView:
    """What passes through a bypassed node: the rows of the node that stands for it."""
    stands_for_it = looked.effect.runs_as(node_id)
    found = try_out(workspace, pipeline, stands_for_it) if stands_for_it != node_id else None
    if found is None or found.of != "data" or found.after is None:
        return TrialView(node=node_id, note=why_apart(looked, node_id))
    rows, counts = found.after.model_copy(update={"changed": []}), found.counts and (found.counts[1], found.counts[1])
    return TrialView(node=node_id, before=rows, after=rows, counts=counts, note=BYPASSED)


@dataclass(frozen=True)
class _Question:
    """What a trial depends on; equal questions share one answer."""

    identity: str
    looked: Review = field(compare=False)
    node: str = field(compare=False)
    port: str | None = field(compare=False)
    most: int = field(compare=False)
    samples: StoredSamples = field(compare=False)
    sources: tuple[tuple[str, str, Source[Any]], ...] = field(compare=False)


@lru_cache(maxsize=KEPT)
def _answer(asked: _Question) -> TrialView:
    started = time.perf_counter()
    tried = try_node(asked.looked, asked.node, asked.samples, _SHELF)
    known = asked.looked.schemas.get(asked.node)
    made = known.component if known else None
    sources = told(asked.samples, asked.sources)
    after = tried.leaving.get(asked.port or "", tried.after)
    view = _view(asked.node, tried, made, after, rows=asked.most, columns=PAGE_COLUMNS)
    is_whole = all(source.is_whole for source in sources)
    return view.model_copy(
        update={
            "port": asked.port if asked.port in tried.leaving else next(iter(tried.leaving), None),
            "arriving": {port: len(table) for port, table in tried.arriving.items()},
            "sources": sources,
            "notes": notes_on(made, asked.looked, asked.node, tried.learned_from, is_whole=is_whole),
            "columns": _sketches(tried.before, after),
            "seconds": round(time.perf_counter() - started, 3),
        }
    )


@lru_cache(maxsize=KEPT)
def show_example(key: str) -> TrialView | None:
    """A component's own example on the bundled table; None where that takes a run, or a key is unknown."""
    try:
        made = example_of(key)
        tried = try_component(made, example())
    except PEOPLE_ERRORS:
        return None
    if tried.after is None:
        return None
    shown = _view("", tried, made, tried.after, rows=SHOWN_ROWS, columns=SHOWN_COLUMNS)
    return shown.model_copy(update={"of": "example"})


def example_of(key: str) -> Component[Any]:
    """A component with its example, bound to the bundled table.

    Raises
    ------
    ComponentError
        When there is no such component.
    """
    kind = component(key)
    schema = sch.Schema.from_pyarrow(example(0).schema)
    drawn = kind(kind.params_type().model_validate(dict(kind.spec.example)))
    return bind(drawn, {port.name: schema for port in kind.spec.inputs if port.kind == "table"}, frozenset())


def _is_fed(looked: Review, node_id: str) -> bool:
    return bool(looked.schemas[node_id].inputs) if node_id in looked.schemas else False


def _view(
    node_id: str, tried: Trial, made: Component[Any] | None, after: pa.Table | None, *, rows: int, columns: int
) -> TrialView:
    before, after = (table if table is None else _with_role(table) for table in (tried.before, after))
    differs = changed_cells(before, after) if before is not None and after is not None else {}
    counts = (len(before), len(after)) if before is not None and after is not None else None
    named = _named(made)
    return TrialView(
        node=node_id,
        ports=list(tried.leaving),
        before=_rows(before, named, rows, columns) if before is not None else None,
        after=_rows(after, [*differs, *named], rows, columns, differs) if after is not None else None,
        counts=counts,
        note=" ".join(tried.offending) or None,
        expressions={name: _expression(table) for name, table in tried.expressions.items()},
    )


def _with_role(table: pa.Table) -> pa.Table:
    """The role that a split gave is shown, though people see its column nowhere else."""
    return table.rename_columns(["role" if name == ROLE else name for name in table.column_names])


def _sketches(before: pa.Table | None, after: pa.Table | None) -> list[SketchView]:
    return [] if after is None else sketches_of(_with_role(after), None if before is None else _with_role(before))


def _expression(table: pa.Table) -> RowsView:
    names = [name for name in table.column_names if not is_reserved(name)][: SHOWN_COLUMNS - 1]
    shown = _rows(table.select([*names, RESULT]), [*names, RESULT], SHOWN_ROWS, SHOWN_COLUMNS)
    return RowsView(columns=[*names, "result"], changed=["result"], rows=shown.rows, total=len(table))


def _named(made: Component[Any] | None) -> list[str]:
    """Whatever the params may name as a column."""
    values = [value for _, value in made.params] if made else []
    lists = [[value] if isinstance(value, str) else value for value in values]
    return [
        name for names in lists if isinstance(names, Columns | tuple | list) for name in names if isinstance(name, str)
    ]


def _rows(
    table: pa.Table, first: Sequence[str], most: int, columns: int, differs: Mapping[str, Any] | None = None
) -> RowsView:
    """The columns that matter first, as many as fit."""
    differs = differs or {}
    names = [name for name in table.column_names if not is_reserved(name) or name in first]
    ordered = list(dict.fromkeys([*(name for name in first if name in names), *names]))
    chosen = ordered[:columns]
    rows = table.select(chosen).slice(0, most).to_pylist()
    # Where all of a column is another, no cell of it stands out.
    masks = [
        np.zeros(len(table), np.bool_) if (mask := differs.get(name)) is None or mask.all() else mask for name in chosen
    ]
    marks = [[place for place, mask in enumerate(masks) if mask[row]] for row in range(len(rows))]
    return RowsView(
        columns=chosen,
        changed=[name for name in chosen if name in differs],
        rows=[[as_words(row[name]) for name in chosen] for row in rows],
        marks=marks if differs else [],
        total=len(table),
        left_out=len(ordered) - len(chosen),
    )


def as_words(value: Any) -> str | None:
    """A value as a cell shows it."""
    known = plain(value)
    if known is None:
        return None
    if isinstance(known, bool):
        return "true" if known else "false"
    text = f"{known:.6g}" if isinstance(known, float) else str(known)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
