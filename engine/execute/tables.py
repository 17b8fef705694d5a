"""The tables of a plan as lazy expressions, built only when something asks for them."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from components.base import Cut, Cuts, LearnedTransform, Source, Split, State, StoredTable, Transform
from components.base.outside import OutsideTable
from components.ports import ROW
from engine.backends.backend import Backend
from engine.cache import Entry
from engine.errors import RunError
from engine.plan import Input, Plan, PlannedNode
from engine.schemas import with_roles

STATE = "state.json"


Facts = dict[str, Any]
"""What is kept beside a node's files: the rows of its outputs, a report, a model's facts, what was noticed."""

TableFiles = Callable[[StoredTable | OutsideTable], list[Path]]
"""The Parquet files of a stored table."""


class Tables:
    """Every output of a plan, read from what was kept or composed from what comes before.

    Parameters
    ----------
    files
        Where stored tables are.
    """

    def __init__(self, plan: Plan, backend: Backend, files: TableFiles) -> None:
        self._plan = plan
        self._backend = backend
        self._files = files
        self._entries: dict[str, Entry] = {}
        self._states: dict[str, State] = {}
        self._built: dict[tuple[str, str], ir.Table] = {}
        self._rows: dict[tuple[str, str], int] = {}
        self._building = threading.RLock()

    def table(self, node_id: str, port: str) -> ir.Table:
        """An output of a node.

        Raises
        ------
        RunError
            When it had to be kept and is not there any more.
        """
        with self._building:
            if (node_id, port) not in self._built:
                self._built |= self._build(self._plan.by_id[node_id], port)
            return self._built[node_id, port]

    def inputs(self, node: PlannedNode) -> list[ir.Table]:
        """What arrives at a node's table inputs, in the order of its ports."""
        kinds = {port.name: port.kind for port in node.component.spec.inputs}
        return [self.table(given.node, given.node_port) for given in node.inputs if kinds[given.port] == "table"]

    def inputs_by_port(self, node: PlannedNode) -> dict[str, ir.Table]:
        """The same by port, for nodes of which not every input is connected."""
        return dict(zip(node.known.inputs, self.inputs(node), strict=True))

    def entry(self, node_id: str) -> Entry:
        """The kept results of a node that is done."""
        return self._entries[node_id]

    def keep(self, node: PlannedNode, entry: Entry) -> None:
        """What was written is read from now on, instead of computed again."""
        with self._building:
            self._entries[node.id] = entry
            self._rows |= {(node.id, port): count for port, count in entry.meta["rows"].items()}
            self._built = {key: table for key, table in self._built.items() if key[0] != node.id}

    def learn(self, node_id: str, state: State) -> None:
        """Remember what a node has learned."""
        with self._building:
            self._states[node_id] = state

    def has_learned(self, node_id: str) -> bool:
        """Whether a node's state is known in this run."""
        return node_id in self._states or node_id in self._entries

    def state(self, node_id: str) -> State:
        """What a node has learned."""
        with self._building:
            if node_id not in self._states:
                learned = self._plan.by_id[node_id].component
                kind = learned.state_type() if isinstance(learned, LearnedTransform) else Cuts
                path = self._entries[node_id].folder / STATE
                self._states[node_id] = kind.model_validate_json(path.read_text())
            return self._states[node_id]

    def cuts(self, node_id: str) -> tuple[Cut, ...]:
        """Where a split cuts, as far as it had to look."""
        cuts = self.state(node_id) if self.has_learned(node_id) else Cuts()
        assert isinstance(cuts, Cuts)  # noqa: S101  a split learns nothing else
        return cuts.strata

    # --- how many rows there are, as far as it is known ---------------------------------------------------------

    def rows(self, node_id: str, port: str) -> int | None:
        """How many rows an output has: counted, or as many as came in."""
        while (node_id, port) not in self._rows:
            node = self._plan.by_id[node_id]
            if not node.keeps_rows or not node.inputs:
                return None
            node_id, port = node.inputs[0].node, node.inputs[0].node_port
        return self._rows[node_id, port]

    def rows_in(self, node: PlannedNode) -> int | None:
        """How many rows came in at the first table input."""
        return next((rows for rows in (self.rows(i.node, i.node_port) for i in node.inputs) if rows is not None), None)

    def count(self, given: Input, rows: int) -> None:
        """Note how many rows arrived somewhere; what keeps its rows had as many before."""
        place = (given.node, given.node_port)
        while True:
            self._rows.setdefault(place, rows)
            node = self._plan.by_id[place[0]]
            if not node.keeps_rows or not node.inputs:
                return
            place = (node.inputs[0].node, node.inputs[0].node_port)

    def counted(self, node_id: str) -> dict[str, int]:
        """The rows of a node's outputs, as far as they are known."""
        return {port: rows for (known, port), rows in self._rows.items() if known == node_id}

    # --- building ---------------------------------------------------------------------------------------------

    def _build(self, node: PlannedNode, port: str) -> dict[tuple[str, str], ir.Table]:
        entry = self._entries.get(node.id)
        if entry is not None and entry.path(port).exists():
            return {(node.id, port): self._backend.read([entry.path(port)])}
        made = self._made(node)
        ports = made if isinstance(made, Mapping) else {node.component.spec.outputs[0].name: made}
        return {(node.id, name): table for name, table in ports.items()}

    def _made(self, node: PlannedNode) -> Any:
        match node.component:
            case Source() as source:
                return self._source(source)
            case LearnedTransform() as learned:
                return learned.transform(self.inputs(node)[0], self.state(node.id))
            case Split() as split:
                return with_roles(split, self.inputs(node)[0], self.cuts(node.id))
            case Transform() as transform:
                return transform.transform(*self.inputs(node))
            case _:
                raise RunError(
                    "The results of this node were deleted during the run.", hint="Run it again.", node_id=node.id
                )

    def _source(self, source: Source[Any]) -> ir.Table:
        table = source.table()
        if isinstance(table, StoredTable | OutsideTable):
            return self._backend.read(self._files(table))
        return self._backend.register(table.add_column(0, ROW, pa.array(range(table.num_rows), pa.int64())))
