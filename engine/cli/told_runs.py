"""Runs as the command line tells them: as JSON, as a table, and two side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli.shared import main_metric, say
from engine.cli.table import print_table

NONE = "–"
TOTALS = ("seconds", "cpu_seconds", "memory_mb", "bytes_read", "bytes_written", "bytes_spilled", "computed", "reused")
NODE = {
    *("node", "status", "stage", "rows_in", "rows_out", "started", "seconds", "cpu_seconds", "memory_mb"),
    *("bytes_read", "bytes_written", "bytes_spilled", "cached", "message"),
}


def run_data(view: Any) -> dict[str, Any]:
    return {
        "run": view.id,
        "number": view.number,
        "pipeline": view.pipeline,
        "pipeline_version": view.pipeline_version,
        "status": view.status,
        "backend": view.backend,
        "params": view.params,
        "limits": view.limits,
        **{name: getattr(view, name) for name in TOTALS},
        "nodes": [node_data(node) for node in view.nodes],
        "models": view.models,
        "findings": view.findings,
        "made": view.made,
    }


def node_data(node: Any) -> dict[str, Any]:
    found: dict[str, Any] = node.model_dump(mode="json", include=NODE)
    return found


def print_run(view: Any) -> None:
    from engine.service.amounts import count, memory, seconds, size

    titles = ("Node", "State", "Rows in", "Rows out", "Took", "CPU", "Memory", "Read", "Kept", "Spilled")
    names = {node.node: node.title for node in view.nodes}
    rows = [_node_cells(node, names) for node in view.nodes]
    print_table(titles, rows, numbers=frozenset(range(2, len(titles))))
    say(f"{view.pipeline} run {view.number}: {view.status} in {seconds(view.seconds)}")
    took = f"; {seconds(view.cpu_seconds)} of CPU, at most {memory(view.memory_mb)}"
    moved = f"{size(view.bytes_read)} read, {size(view.bytes_written)} kept, {size(view.bytes_spilled)} spilled"
    done = f"{count(view.computed, 'node')} computed, {view.reused} reused"
    say(f"  {done}{f'{took}; {moved}' if view.computed else ''}")
    for model in view.models:
        say(f"  {model['model']} v{model['version']}: {main_metric(model['metrics'])}")
    for finding in view.findings:
        say(f"  {names.get(finding['node'], finding['node'])}: {finding['message']}")
    for made in view.made:
        say(f"  {names.get(made['node'], made['node'])}: {made['message']}")


def _node_cells(node: Any, names: Mapping[str, str]) -> Sequence[str]:
    from engine.service.amounts import memory, seconds, size

    took = (seconds(node.seconds), seconds(node.cpu_seconds), memory(node.memory_mb))
    moved = (size(node.bytes_read), size(node.bytes_written), size(node.bytes_spilled))
    return (node.title, _state(node, names), _rows(node.rows_in), _rows(node.rows_out), *took, *moved)


def comparison_data(found: Any) -> dict[str, Any]:
    pace = found.pace
    return {
        "left": run_data(found.left),
        "right": run_data(found.right),
        "pace": pace and {**pace.model_dump(mode="json"), "change": pace.change, "in_words": pace.in_words},
        "differences": [view.model_dump(mode="json") for view in found.differences],
        "nodes": [
            {
                "node": pair.node,
                "same_result": pair.is_same_result,
                "left": pair.left and node_data(pair.left),
                "right": pair.right and node_data(pair.right),
            }
            for pair in found.nodes
        ],
        "scores": [view.model_dump(mode="json") for view in found.scores],
    }


def print_comparison(found: Any) -> None:
    left, right = (f"run {run.number}" for run in (found.left, found.right))
    say(f"{found.left.pipeline} {left} and {found.right.pipeline} {right}", bold=True)
    say(f"  {right}: {found.pace.in_words}" if found.pace else "  One of them has no time, so there is no faster one.")
    say()
    if found.differences:
        rows = [(it.what, _value(it.left), _value(it.right)) for it in found.differences]
        print_table(("Difference", left, right), rows)
    else:
        say("  No difference in drawing, params, data or limits.")
    say()
    titles = ("Node", left, "Took", "Rows out", "Memory", right, "Took", "Rows out", "Memory")
    names = {pair.node: pair.title for pair in found.nodes}
    rows = [(pair.title, *_side(pair.left, names), *_side(pair.right, names)) for pair in found.nodes]
    print_table(titles, rows, numbers=frozenset({2, 3, 4, 6, 7, 8}))
    if found.scores:
        say()
        rows = [(f"{it.title}: {it.metric}", _score(it.left), _score(it.right)) for it in found.scores]
        print_table(("Metric", left, right), rows, numbers=frozenset({1, 2}))


def _side(node: Any, names: Mapping[str, str]) -> Sequence[str]:
    from engine.service.amounts import memory, seconds

    if node is None:
        return ("not there", NONE, NONE, NONE)
    return (_state(node, names), seconds(node.seconds), _rows(node.rows_out), memory(node.memory_mb))


def _state(node: Any, names: Mapping[str, str]) -> str:
    if node.cached:
        return "reused"
    return f"within {names.get(node.stage, node.stage)}" if node.stage else str(node.status)


def _rows(amount: int | None) -> str:
    return f"{amount:,}" if amount is not None else NONE


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return NONE if value is None else str(value)


def _score(value: float | None) -> str:
    return f"{value:.4f}" if value is not None else NONE
