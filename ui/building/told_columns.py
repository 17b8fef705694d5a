"""What the canvas is told of the columns at each port: a table that passes hundreds of nodes is sent once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.service.building.pipelines import Columns, NodeFacts


def told_facts(facts: Mapping[str, NodeFacts]) -> dict[str, Any]:
    """The parts ``facts`` and ``tables`` of ``EditorData``: every list of columns once, each port with its number."""
    tables: list[Columns] = []
    numbers: dict[tuple[tuple[str, ...], ...], int] = {}

    def number(columns: Columns) -> int:
        key = tuple(tuple(column.values()) for column in columns)
        if key not in numbers:
            numbers[key] = len(tables)
            tables.append(columns)
        return numbers[key]

    told = {node: _told(one, number) for node, one in facts.items()}
    return {"facts": told, "tables": tables}


def _told(facts: NodeFacts, number: Callable[[Columns], int]) -> dict[str, Any]:
    ports = {
        "inputs": {port: number(columns) for port, columns in facts.inputs.items()},
        "outputs": {port: number(columns) for port, columns in facts.outputs.items()},
    }
    return {**facts.model_dump(mode="json", exclude={"inputs", "outputs"}), **ports}
