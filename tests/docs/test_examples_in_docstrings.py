"""Every example in a docstring gives what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("components", "engine", "storage", "ui")


@pytest.mark.slow  # every module that has one is imported
def test_every_example_in_a_docstring_gives_what_it_says() -> None:
    failed = []
    told = [
        path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if ">>> " in path.read_text()
    ]
    for path in told:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        failed += [name] if doctest.testmod(importlib.import_module(name)).failed else []
    assert len(told) > 50
    assert not failed
