"""The form of every component: what Python tells of its params, the canvas can draw and fill in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.catalog import catalog, component
from engine.service.building.components import describe_component, list_components

FRONTEND = Path(__file__).parents[2] / "ui" / "canvas" / "frontend"

needs_node = pytest.mark.skipif(
    shutil.which("npx") is None or not (FRONTEND / "node_modules").is_dir(),
    reason="node and the canvas's packages (npm ci) are not installed",
)


@needs_node
def test_the_canvas_draws_the_form_of_every_component(tmp_path: Path) -> None:
    told = tmp_path / "catalogue.json"
    told.write_text(json.dumps(list_components()), encoding="utf-8")
    done = subprocess.run(
        ["npx", "vitest", "run", "tests/forms.test.tsx"],
        cwd=FRONTEND,
        env={**os.environ, "CANVASBACK_CATALOGUE": str(told), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("key", sorted(catalog()))
def test_a_param_that_depends_on_others_names_values_that_they_can_have(key: str) -> None:
    params = component(key).params_type().model_json_schema()
    for model in (params, *params.get("$defs", {}).values()):
        fields = model.get("properties", {})
        for name, field in fields.items():
            for other, wanted in field.get("x-only-if", {}).items():
                assert other in fields, f"{name} depends on {other}, which is no param"
                choices = set(map(str, choices_of(fields[other])))
                assert not choices or {str(value) for value in wanted} <= choices, f"{name} depends on {other}={wanted}"


@pytest.mark.parametrize("key", sorted(catalog()))
def test_the_form_is_plain_json(key: str) -> None:
    told = describe_component(key)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def choices_of(field: dict[str, Any]) -> Iterator[Any]:
    """The values a field lists; none where it takes any."""
    parts = [field, *field.get("anyOf", ())]
    if not any("enum" in part or "const" in part for part in parts):
        return
    for part in parts:
        yield from part.get("enum", ())
        if "const" in part:
            yield part["const"]
        if part.get("type") == "null":
            yield None
