"""What a node does, shown on a few rows while it is drawn: of the data that arrives, or of the bundled example."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import ibis.expr.schema as sch
import pyarrow as pa
from pydantic import Field

from components.base import Component, OutsideTable, Source, StoredTable
from components.catalog import component
from components.example_table import example
from components.params import Columns
from components.ports import ROLE, ROW, is_reserved
from engine.checks import Review
from engine.errors import PEOPLE_ERRORS, MissingThing
from engine.execute.trial import RESULT, Trial, try_component, try_node
from engine.graph import Pipeline
from engine.schemas import bind
from engine.service.facts import LOOKED_AT, first_rows
from engine.service.pipelines import look_through
from engine.service.switched import BYPASSED, why_apart
from engine.service.tables import plain
from engine.service.views import View
from engine.workspace import Workspace

log = logging.getLogger("canvasback.trials")

SAMPLE_ROWS = 200
"""They are spread over a table's first rows."""
SHOWN_ROWS, SHOWN_COLUMNS = 6, 8
KEPT = 64
MOST_CHARACTERS = 60


class RowsView(View):
    """A few rows as texts; None where a value is missing."""

    columns: list[str]
    changed: list[str] = Field(default_factory=list)
    rows: list[list[str | None]] = Field(default_factory=list)


class TrialView(View):
    """What a node does to sample rows.

    Parameters
    ----------
    of
        Whose rows they are.
    counts
        How many go in and come out.
    note
        Why there is nothing to see, or what would stop a run.
    """

    node: str
    of: Literal["data", "example"] = "data"
    before: RowsView | None = None
    after: RowsView | None = None
    counts: tuple[int, int] | None = None
    note: str | None = None
    expressions: dict[str, RowsView] = Field(default_factory=dict)


def try_out(workspace: Workspace, pipeline: Pipeline, node_id: str) -> TrialView | None:
    """Show a drawn node on sample rows of its data; on the bundled example where there is no data yet."""
    node = pipeline.by_id.get(node_id)
    if node is None:
        return None
    looked = look_through(workspace, pipeline)
    if node_id in looked.effect.apart:
        return _passing(workspace, pipeline, looked, node_id)
    placed = looked.placement.pipeline
    around = sorted({node_id, *placed.ancestors(node_id)})
    drawn = [(name, placed.by_id[name].component, placed.by_id[name].params) for name in around if name in placed.by_id]
    wires = [edge for edge in placed.edges if edge.target in around]
    try:
        versions = {name: workspace.version_of(table).sha256 for name, table in _stored(looked, around)}
        asked = _Question(f"{workspace.home.path} {node_id} {drawn} {wires} {versions}", workspace, looked, node_id)
        return _answer(asked)
    except PEOPLE_ERRORS as error:
        shown = show_example(node.component) or TrialView(node=node_id)
        note = getattr(error, "message", None) or str(error)
        return shown.model_copy(update={"node": node_id, "note": note if _is_fed(looked, node_id) else None})
    except Exception:  # a component's own mistake must not take the canvas away
        log.warning("component %r failed on sample rows", node.component, exc_info=True)
        return TrialView(node=node_id)


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
    workspace: Workspace = field(compare=False)
    looked: Review = field(compare=False)
    node: str = field(compare=False)


@lru_cache(maxsize=KEPT)
def _answer(asked: _Question) -> TrialView:
    tried = try_node(asked.looked, asked.node, lambda source: sample_of(asked.workspace, source))
    known = asked.looked.schemas.get(asked.node)
    return _view(asked.node, tried, known.component if known else None)


@lru_cache(maxsize=KEPT)
def show_example(key: str) -> TrialView | None:
    """A component's own example on the bundled table; None where that takes a run, or a key is unknown."""
    try:
        made = example_of(key)
        tried = try_component(made, example())
    except PEOPLE_ERRORS:
        return None
    return None if tried.after is None else _view("", tried, made).model_copy(update={"of": "example"})


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


def sample_of(workspace: Workspace, source: Source[Any]) -> pa.Table:
    """Rows spread over the first ones of a source."""
    table = source.table()
    if isinstance(table, OutsideTable):
        raise MissingThing("The rows are read from outside when a run begins.", hint="Run the pipeline to see them.")
    if isinstance(table, StoredTable):
        rows = first_rows(workspace.files_of(workspace.version_of(table)), LOOKED_AT)
    else:
        rows = table if ROW in table.column_names else table.append_column(ROW, pa.array(range(len(table)), pa.int64()))
    step = max(1, len(rows) // SAMPLE_ROWS)
    return rows.take(list(range(0, len(rows), step))[:SAMPLE_ROWS])


def _stored(looked: Review, nodes: Sequence[str]) -> list[tuple[str, StoredTable]]:
    known = {name: looked.schemas[name].component for name in nodes if name in looked.schemas}
    tables = {name: part.table() for name, part in known.items() if isinstance(part, Source)}
    return [(name, table) for name, table in tables.items() if isinstance(table, StoredTable)]


def _is_fed(looked: Review, node_id: str) -> bool:
    return bool(looked.schemas[node_id].inputs) if node_id in looked.schemas else False


def _view(node_id: str, tried: Trial, made: Component[Any] | None) -> TrialView:
    before, after = (table if table is None else _with_role(table) for table in (tried.before, tried.after))
    changed = _changed(before, after) if after is not None else []
    counts = (len(before), len(after)) if before is not None and after is not None else None
    return TrialView(
        node=node_id,
        before=_rows(before, _named(made)) if before is not None else None,
        after=_rows(after, [*changed, *_named(made)], changed) if after is not None else None,
        counts=counts,
        note=" ".join(tried.offending) or None,
        expressions={name: _expression(table) for name, table in tried.expressions.items()},
    )


def _with_role(table: pa.Table) -> pa.Table:
    """The role that a split gave is shown, though people see its column nowhere else."""
    return table.rename_columns(["role" if name == ROLE else name for name in table.column_names])


def _expression(table: pa.Table) -> RowsView:
    names = [name for name in table.column_names if not is_reserved(name)][: SHOWN_COLUMNS - 1]
    shown = _rows(table.select([*names, RESULT]), [*names, RESULT])
    return RowsView(columns=[*names, "result"], changed=["result"], rows=shown.rows)


def _changed(before: pa.Table | None, after: pa.Table) -> list[str]:
    """The columns that are new, have another type, or hold other values in the same row."""
    names = [name for name in after.column_names if not is_reserved(name)]
    if before is None:
        return []
    old, new = _by_row(before), _by_row(after)
    return [
        name
        for name in names
        if name not in before.column_names
        or before.schema.field(name).type != after.schema.field(name).type
        or any(row[name] != old[place][name] for place, row in new.items() if place in old)
    ]


def _by_row(table: pa.Table) -> Mapping[Any, dict[str, Any]]:
    return {row.get(ROW): row for row in table.to_pylist()}


def _named(made: Component[Any] | None) -> list[str]:
    """Whatever the params may name as a column."""
    values = [value for _, value in made.params] if made else []
    lists = [[value] if isinstance(value, str) else value for value in values]
    return [
        name for names in lists if isinstance(names, Columns | tuple | list) for name in names if isinstance(name, str)
    ]


def _rows(table: pa.Table, first: Sequence[str], changed: Sequence[str] = ()) -> RowsView:
    """The columns that matter first, as many as fit."""
    names = [name for name in table.column_names if not is_reserved(name) or name in first]
    chosen = list(dict.fromkeys([*(name for name in first if name in names), *names]))[:SHOWN_COLUMNS]
    rows = table.select(chosen).slice(0, SHOWN_ROWS).to_pylist()
    return RowsView(
        columns=chosen,
        changed=[name for name in chosen if name in changed],
        rows=[[as_words(row[name]) for name in chosen] for row in rows],
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
