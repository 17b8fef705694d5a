"""Texts that components take apart give the same on both engines."""

from typing import Any

import pyarrow as pa
import pytest

from components.catalog import component
from components.ports import ROW
from engine.backends.backend import Backend
from tests.components import tables
from tests.components.test_columns import AMOUNTS, TEXTS, URLS, WRITTEN

pytestmark = pytest.mark.slow


MAILS = ["Ann.B@Mail.Example.NL", " a+b@c.org ", "a@b", "a@@b.nl", "", None]
DATES = {"%Y-%m-%d": ["2024-02-30", "0000-01-01"]} | WRITTEN

CASES: list[tuple[str, list[Any], dict[str, Any]]] = [
    *(("parse_date", texts, {"columns": ["a"], "format": form}) for form, texts in DATES.items()),
    *(("parse_number", AMOUNTS[way], {"columns": ["a"], "decimal": way[0], "unit": way[1]}) for way in AMOUNTS),
    (
        "parse_date",
        WRITTEN["%d/%m/%Y"],
        {"columns": ["a"], "format": "%Y-%m-%d", "others": ["%d/%m/%Y %H:%M", "%d/%m/%Y"]},
    ),
    ("url_parts", URLS, {"column": "a", "parts": ["scheme", "host", "port", "path", "query", "fragment"]}),
    ("email_parts", MAILS, {"column": "a", "parts": ["user", "domain", "ending"]}),
    *(("split_column", TEXTS, {"column": "a", "by": by, "into": ["p", "q"], "rest": "keep"}) for by in "-(.🎨"),
    *(("text_case", TEXTS, {"columns": ["a"], "to": to}) for to in ("lower", "upper", "sentence", "title")),
    ("trim_text", TEXTS, {"columns": ["a"], "inside": True}),
    ("text_length", TEXTS, {"columns": ["a"], "unit": "words"}),
    *(("trim_text", TEXTS, {"columns": ["a"], "side": side}) for side in ("both", "start", "end")),
    ("cast", ["false", " v ", "\tf\n"], {"columns": ["a"], "to": "boolean"}),
    ("replace_text", TEXTS, {"columns": ["a"], "find": "(.)-(.)", "replace": r"\2\\$1", "regex": True}),
    ("mask_column", TEXTS, {"columns": ["a"], "keep": 2}),
    ("hash_column", TEXTS, {"columns": ["a"]}),
]


@pytest.mark.parametrize(("key", "texts", "params"), CASES)
def test_texts_become_the_same(key: str, texts: list[Any], params: Any, duckdb: Backend, spark: Backend) -> None:
    rows = pa.table({"a": pa.array(texts, pa.string()), ROW: range(len(texts))})
    found = []
    for backend in (duckdb, spark):
        table = backend.register(rows)
        made: Any = tables.made(component(key), table, params)
        found.append(backend.collect(made.transform(table)).sort_by(ROW))
    assert found[1].schema.types == found[0].schema.types
    assert found[1].to_pylist() == found[0].to_pylist()
