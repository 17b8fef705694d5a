"""Which components there are: found quickly, explained by their source, theirs and ours alike."""

import json
import subprocess
import sys
from pathlib import Path

from components.described import Described, field_texts

ROOT = Path(__file__).parents[2]

LOOK = """
import json, sys
import ibis.expr.types, pydantic
from components.catalog import catalog
found = catalog()
built = [key for key, component in found.items() if component.params_type().__pydantic_complete__]
heavy = [name for name in ("sklearn", "pandas", "scipy", "xgboost", "lightgbm", "imblearn") if name in sys.modules]
print(json.dumps({"components": len(found), "built": built, "heavy": heavy}))
"""


class Looked(Described):
    first: int = 1
    """The first, in
    two lines."""
    second: int = 2
    """The second."""


class Closer(Looked):
    second: int = 3
    """Another second."""
    third: Looked | None = None


def test_a_process_that_only_looks_at_the_catalogue_builds_no_validator_and_loads_no_learning_library() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, cwd=ROOT)
    told = json.loads(done.stdout)
    assert told["components"] > 100
    assert told["built"] == []
    assert told["heavy"] == []


def test_the_text_under_a_field_is_its_help_and_ancestors_lend_theirs() -> None:
    assert field_texts(Closer) == {"first": "The first, in\ntwo lines.", "second": "Another second."}
    schema = Closer.model_json_schema()
    assert schema["properties"]["second"]["description"] == "Another second."
    assert schema["$defs"]["Looked"]["properties"]["first"]["description"] == "The first, in\ntwo lines."
    assert "description" not in schema["properties"]["third"]


def test_a_class_within_a_function_keeps_its_texts() -> None:
    class Inner(Described):
        only: str = ""
        """Its only field."""

    assert field_texts(Inner) == {"only": "Its only field."}
