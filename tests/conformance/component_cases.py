"""Params that go beyond a component's own example, where engines could disagree."""

from collections.abc import Mapping
from typing import Any

FIGURES = [
    ("number", "count"), ("text", "count_distinct"), ("number", "sum"), ("other", "sum"), ("flag", "sum"),
    ("flag", "mean"), ("other", "mean"), ("number", "median"), ("other", "median"), ("number", "std"),
    ("other", "var"), ("number", "min"), ("text", "max"), ("when", "min"), ("text", "first"), ("text", "last"),
    ("number", "first"), ("flag", "last"), ("flag", "max"),
]  # fmt: skip

MORE: Mapping[str, list[dict[str, Any]]] = {
    "cast": [
        {"columns": ["number", "other", "flag", "when"], "to": "string"},
        {"columns": ["number", "flag"], "to": "int64"},
        {"columns": ["text"], "to": "float64"},
        {"columns": ["when"], "to": "date"},
        {"columns": ["number", "text"], "to": "boolean"},
        {"columns": ["text"], "to": "timestamp"},
        {"columns": ["text"], "to": "int64", "on_error": "fail"},
    ],
    "deduplicate": [{"columns": ["group"], "keep": "last"}, {"columns": ["number"]}],
    "drop_missing": [{"columns": ["number", "other"], "how": "all"}, {}],
    "encode_one_hot": [
        {"columns": ["text", "flag", "other"], "max_categories": 2},
        {"columns": ["text", "flag"], "drop": "if_binary", "max_categories": 2},
        {"columns": ["text", "other"], "unknown": "other", "drop": "first", "max_categories": 2},
    ],
    "encode_ordinal": [
        {"columns": ["text", "flag", "other"]},
        {"columns": ["text", "group"], "order": {"text": ["b", "", "a"]}},
    ],
    "group_by": [
        {
            "by": ["group"],
            "aggregations": [{"column": c, "function": f, "name": f"{f}_{c}"} for c, f in FIGURES],
        },
        {"by": ["text", "flag"]},
        {"by": ["number"]},
        {"by": ["when"]},
    ],
    "impute_mode": [{"columns": ["text", "other", "number", "flag"]}],
    "join": [
        {"on": ["group"], "how": "left"},
        {"on": ["group"], "how": "right"},
        {"on": ["number", "text"], "how": "outer"},
    ],
    "split_random": [
        {"test": 0.2},
        {"test": 0.3, "validation": 0.2, "seed": 5},
        {"test": 0.2, "validation": 0.1, "stratify": "number"},
    ],
    "standardize": [{"columns": ["number", "other"]}],
}
