"""One run of a plan: what is done already is reused, what does not wait for each other runs side by side."""

import errno
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any

import ibis.expr.types as ir

from components.base import Output, State
from components.errors import ComponentError
from engine.backends.backend import Backend
from engine.cache import Cache, Entry, bytes_in
from engine.errors import CanvasbackError, DataError, LimitReached, RunError, UnfitForTraining
from engine.events import Event, Listener, NodeResult, NodeStatus
from engine.execute.counts import count_fused
from engine.execute.tables import Facts, TableFiles, Tables
from engine.execute.work import Work, computes
from engine.meter import Cost, Meter
from engine.plan import Plan, PlannedNode
from engine.schemas import as_node_error
from engine.train.room import Room
from storage.errors import StorageError

Deliver = Callable[[PlannedNode, Entry], dict[str, Any]]
"""Does what an output asks for with the rows that were written down; says what was made."""

Follow = Callable[[PlannedNode], AbstractContextManager[None]]
"""Follows what a node does until its result is kept."""

SIDE_BY_SIDE = 4
"""Most nodes at work at the same time; each uses all threads when it can."""


class Execution:
    """One run of a plan.

    Parameters
    ----------
    files
        Where stored tables are.
    listener
        Told of every change, always by the thread that runs; may raise to stop.
    memory_mb
        What the matrices of models may take; all that there is room for, where several runs share it.
    deliver
        Does what outputs ask for, in a thread of the run; says what was made.
    follow
        Follows each node's work, in the thread that does it.
    """

    def __init__(  # noqa: PLR0913, PLR0917  a run is what all of these say
        self,
        plan: Plan,
        backend: Backend,
        cache: Cache,
        files: TableFiles,
        listener: Listener,
        memory_mb: float | Room,
        deliver: Deliver | None = None,
        follow: Follow = lambda node: nullcontext(),
    ) -> None:
        self.plan = plan
        self.backend = backend
        self.cache = cache
        self.results: dict[str, NodeResult] = {}
        self._listener = listener
        self._deliver = deliver
        self._follow = follow
        self._tables = Tables(plan, backend, files)
        self._files = files
        self._room = memory_mb if isinstance(memory_mb, Room) else Room(memory_mb)
        self._work = Work(plan, self._tables, backend, self._room, self._run_quietly)
        self._stages = {node_id: stage[-1] for stage in plan.stages() for node_id in stage}
        self._meter = Meter(backend.spilled_bytes)
        self._begun = time.monotonic()

    def run(self) -> Mapping[str, NodeResult]:
        """Execute the nodes as their inputs become ready.

        Raises
        ------
        CanvasbackError
            The first failure, with the id of its node. What does not depend on that node is done all the same, and
            every result is kept.
        """
        self.cache.sweep()
        failures: list[CanvasbackError] = []
        threads = min(SIDE_BY_SIDE, os.cpu_count() or 1)
        try:
            with ThreadPoolExecutor(threads, thread_name_prefix="node") as pool:
                self._run(pool, failures)
        finally:
            self._meter.close()
        if failures:
            raise failures[0]
        return self.results

    def entry(self, node_id: str) -> Entry:
        """The kept results of a node that is done."""
        return self._tables.entry(node_id)

    def state(self, node_id: str) -> State:
        """What a node that is done has learned."""
        return self._tables.state(node_id)

    def table(self, node_id: str, port: str) -> ir.Table:
        """An output of a node that is done."""
        return self._tables.table(node_id, port)

    def _run_quietly(self, plan: Plan) -> "Execution":
        """Another plan, run, of which nobody is told."""
        other = Execution(
            plan, self.backend, self.cache, self._files, lambda event: None, self._room, follow=self._follow
        )
        other.run()
        return other

    def _run(self, pool: ThreadPoolExecutor, failures: list[CanvasbackError]) -> None:
        waiting = {node.id: node for node in self.plan.nodes}
        at_work: dict[Future[NodeResult], PlannedNode] = {}
        while waiting or at_work:
            for node in [node for node in waiting.values() if self._is_ready(node)]:
                del waiting[node.id]
                self._begin(node, pool, at_work)
            if not at_work:
                continue
            for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                self._end(at_work.pop(future), future, failures)

    def _is_ready(self, node: PlannedNode) -> bool:
        above = [self.results.get(given.node) for given in node.inputs]
        return all(result is not None and result.status not in ("waiting", "running") for result in above)

    def _begin(
        self, node: PlannedNode, pool: ThreadPoolExecutor, at_work: dict[Future[NodeResult], PlannedNode]
    ) -> None:
        if any(self.results[given.node].status in ("failed", "skipped") for given in node.inputs):
            self._tell(self._result(node, "skipped"))
            return
        entry = self.cache.get(node.fingerprint)
        if entry is not None and entry.has(node.materialised) and not node.component.always:
            self._tables.keep(node, entry)
            with suppress(OSError):  # deleted just now: then it is computed anew
                self._tell(self._result(node, "cached", entry))
                return
        self._tell(self._result(node, "running"))
        at_work[pool.submit(self._do, node)] = node

    def _end(self, node: PlannedNode, future: Future[NodeResult], failures: list[CanvasbackError]) -> None:
        try:
            self._tell_done(future.result())
        except CanvasbackError as error:
            failures.append(error)
            failed = self._result(self.plan.by_id[error.node_id or node.id], "failed")
            self._tell(replace(failed, message=error.message, error=error.as_data()))
            if failed.node_id != node.id:
                self._tell(self._result(node, "skipped"))
        self._tell_counts(node)

    def _do(self, node: PlannedNode) -> NodeResult:
        """Do a node's work, in a thread of the pool."""
        try:
            with self.backend.plain_errors(), self._meter.measure() as cost, self.cache.writing() as folder:
                facts: Facts = {}
                entry = self._put_out_before(node)
                if entry is None:
                    with self._follow(node):
                        facts = self._work.do(node, folder)
                        self._count(node, facts)
                        entry = self._keep(node, folder, facts)
                made = self._delivered(node, entry)
        except (ComponentError, StorageError) as error:
            raise as_node_error(error, self.plan.placement.pipeline.by_id[node.id]) from error
        except UnfitForTraining as error:
            raise self._explained(error, node).at(node.id) from error
        except CanvasbackError as error:
            raise error.at(self._culprit(node) if type(error) is DataError else node.id) from error
        except (MemoryError, OSError) as error:
            raise _told(error).at(node.id) from error
        # An entry that was there already may tell of an earlier look.
        return replace(self._result(node, "done", entry, cost), findings=facts.get("findings", []), made=made)

    def _put_out_before(self, node: PlannedNode) -> Entry | None:
        """The rows of an output, where they are kept: then only what is done with them is to be done again."""
        entry = self.cache.get(node.fingerprint) if isinstance(node.component, Output) else None
        if entry is not None:
            self._tables.keep(node, entry)
        return entry

    def _delivered(self, node: PlannedNode, entry: Entry) -> dict[str, Any] | None:
        if self._deliver is None or not isinstance(node.component, Output):
            return None
        return self._deliver(node, entry)

    def _keep(self, node: PlannedNode, folder: Any, facts: Facts) -> Entry:
        rows_in = facts.pop("rows_in", None) or self._tables.rows_in(node)
        meta = {**facts, "rows_in": rows_in, "bytes": bytes_in(folder)}
        entry = self.cache.keep(node.fingerprint, folder, meta)
        self._tables.keep(node, entry)
        return entry

    def _count(self, node: PlannedNode, facts: Facts) -> None:
        """Learn how many rows went through the nodes that this one's query computed on the way."""
        if facts.get("rows_in") is not None:
            self._tables.count(node.inputs[0], facts["rows_in"])
        elif node.keeps_rows and facts["rows"]:
            self._tables.count(node.inputs[0], next(iter(facts["rows"].values())))
        if node.is_fused:
            return
        members = self._fused_into(node)
        count_fused(members, self._tables, self.backend)
        for member in members:
            entry = self._tables.entry(member.id)
            if not member.keeps_rows and not entry.meta["rows"]:
                self.cache.count(entry, self._tables.counted(member.id))

    def _fused_into(self, node: PlannedNode) -> list[PlannedNode]:
        members = [self.plan.by_id[node_id] for node_id, end in self._stages.items() if end == node.id]
        return [member for member in members if member.is_fused]

    def _explained(self, error: UnfitForTraining, node: PlannedNode) -> UnfitForTraining:
        """Where rows got lost on the way: what a model lacks is seldom its own fault."""
        try:
            with self.backend.plain_errors():
                count_fused(self._fused_into(node), self._tables, self.backend)
        except CanvasbackError:
            return error  # what failed is told, even where nobody can say more of it
        emptied = self._emptied(node) if self._tables.rows_in(node) == 0 else ""
        if emptied not in error.hint:  # the run of a fold has told it already
            error.hint = f"{emptied}{error.hint}"
        return error

    def _emptied(self, node: PlannedNode) -> str:
        """Which of the nodes before lets no row through, in words; empty where they had none to begin with."""
        pipeline = self.plan.placement.pipeline
        for before in self.plan.nodes:
            came = self._tables.rows_in(before)
            if came and self._rows_out(before) == 0 and node.id in pipeline.descendants(before.id):
                return f"“{pipeline.by_id[before.id].label}” lets none of its {came:,} rows through. "
        return ""

    def _culprit(self, node: PlannedNode) -> str:
        """Which of the nodes in a query the mistake in the rows belongs to."""
        for fused in self._fused_into(node):
            try:
                with self.backend.plain_errors():
                    computes(self._tables.table(fused.id, fused.component.spec.outputs[0].name), self.backend)
            except CanvasbackError:
                return fused.id
        return node.id

    # --- telling ----------------------------------------------------------------------------------------------

    def _result(
        self, node: PlannedNode, status: NodeStatus, entry: Entry | None = None, cost: Cost | None = None
    ) -> NodeResult:
        meta: Mapping[str, Any] = entry.meta if entry else {}
        told = NodeResult(
            node_id=node.id,
            component=node.component.spec.key,
            status=status,
            fingerprint=node.fingerprint if entry else "",
            shape=node.shape,
            stage=self._stages.get(node.id) if node.is_fused else None,
            rows_in=meta.get("rows_in") or self._tables.rows_in(node),
            rows_out=self._rows_out(node),
            bytes_written=meta.get("bytes"),
            report=meta.get("report"),
            model=meta.get("model"),
            outputs={port: {"rows": count} for port, count in meta.get("rows", {}).items()},
            findings=meta.get("findings", []),
        )
        return _with_cost(told, cost, self._begun) if cost else told

    def _rows_out(self, node: PlannedNode) -> int | None:
        port = next((port.name for port in node.component.spec.outputs if port.kind == "table"), None)
        return self._tables.rows(node.id, port) if port else None

    def _tell_counts(self, node: PlannedNode) -> None:
        """Rows that became known through another node."""
        for fused in self._fused_into(node):
            told = self.results.get(fused.id)
            rows_in, rows_out = self._tables.rows_in(fused), self._rows_out(fused)
            if told and told.status in ("done", "cached") and (told.rows_in, told.rows_out) != (rows_in, rows_out):
                self._tell(replace(told, rows_in=rows_in, rows_out=rows_out))

    def _tell_done(self, result: NodeResult) -> None:
        """Whoever listens reads what was kept, and somebody may have deleted it meanwhile."""
        try:
            with self.backend.plain_errors():
                self._tell(result)
        except OSError as error:
            raise _told(error).at(result.node_id) from error

    def _tell(self, result: NodeResult) -> None:
        self.results[result.node_id] = result
        ended = sum(1 for known in self.results.values() if known.status not in ("waiting", "running"))
        self._listener(Event(result, ended / max(len(self.plan.nodes), 1)))


def _with_cost(result: NodeResult, cost: Cost, begun: float) -> NodeResult:
    return replace(
        result,
        started=cost.begun - begun,
        seconds=cost.seconds,
        cpu_seconds=cost.cpu_seconds,
        memory_mb=round(cost.memory_mb, 1),
        bytes_read=int(cost.bytes_read),
        bytes_spilled=cost.bytes_spilled,
    )


def _told(error: MemoryError | OSError) -> CanvasbackError:
    if isinstance(error, MemoryError):
        return LimitReached("This step needs more memory than it may use.", hint="Take fewer rows or columns.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LimitReached("The disk is full; earlier results are kept.", hint="Free some space and run it again.")
    return RunError(
        f"A kept result could not be read or written: {error.strerror or error}.",
        hint="Run it again; what was deleted meanwhile is computed anew.",
    )
