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
    "clip_outliers": [{"method": "iqr", "threshold": 0.1}, {"method": "percentile", "threshold": 10}],
    "column_arithmetic": [{"columns": ["number", "other"], "operations": ["subtract", "multiply"]}],
    "cyclic_date": [{"parts": ["day", "dayofyear", "minute"]}],
    "deduplicate": [{"columns": ["group"], "keep": "last"}, {"columns": ["number"]}],
    "drop_missing": [{"columns": ["number", "other"], "how": "all"}, {}],
    "auto_features": [{"choices": {"other": "ordinal", "text": "frequency", "group": "fill_most_frequent"}}],
    "encode_catboost": [{"columns": ["text", "flag"], "target": "target_class", "missing": "category"}],
    "encode_leave_one_out": [{"columns": ["text"], "target": "flag", "sigma": 0.5}],
    "encode_target": [{"columns": ["text", "other"], "target": "group", "positive": "b", "missing": "category"}],
    "oversample_random": [{"target": "group", "ratio": 0.9, "seed": 3}, {"target": "text", "strategy": "minority"}],
    "undersample_random": [{"target": "text", "ratio": 0.9}, {"target": "text", "strategy": "majority"}],
    "encode_count": [{"columns": ["text", "flag", "number"]}],
    "encode_hash": [{"columns": ["text", "number"], "n_features": 7}],
    "encode_helmert": [{"columns": ["text", "flag", "other"], "max_categories": 30}],
    "encode_label": [{"column": "number"}, {"column": "flag"}],
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
    "group_rare": [{"columns": ["text", "flag", "number"], "min_share": 0.2}],
    "impute_group": [
        {"by": ["text", "flag"], "statistic": "median"},
        {"columns": ["text", "flag", "other"], "by": ["number"], "statistic": "mode"},
    ],
    "impute_mode": [{"columns": ["text", "other", "number", "flag"]}],
    "join": [
        {"on": ["group"], "how": "left"},
        {"on": ["group"], "how": "right"},
        {"on": ["number", "text"], "how": "outer"},
    ],
    "normalize_rows": [{"norm": "l1"}, {"norm": "max"}],
    "scale_robust": [{"low": 10, "high": 85}],
    "select_correlated": [{"threshold": 0.01}],
    "split_column_value": [{"column": "other", "test_values": [0, 3], "validation_values": ["5.0"]}],
    "split_group": [{"column": "number", "test": 0.2, "validation": 0.2, "seed": 3}],
    "split_random": [
        {"test": 0.2},
        {"test": 0.3, "validation": 0.2, "seed": 5},
        {"test": 0.2, "validation": 0.1, "stratify": "number"},
    ],
    "split_time": [{"column": "number"}, {"column": "other", "test": 0.2, "validation": 0.2}],
    "standardize": [{"columns": ["number", "other"]}],
    "bin_values": [{"column": "other", "edges": [0.1, 7], "closed": "right"}],
    "constant_column": [{"name": "n", "value": value} for value in (1, 2.5, True)],
    "date_difference": [
        {"start": "when", "end": "when", "unit": "day", "name": "d"},
        {"start": "when", "end": "when", "unit": "hour", "name": "d", "fraction": True},
    ],
    "date_parts": [
        {"columns": ["when"], "parts": ["year", "quarter", "week", "day", "dayofyear", "minute", "second", "epoch"]}
    ],
    "extract_text": [
        {"column": "text", "pattern": "(?i)N.+E", "name": "x"},
        {"column": "text", "pattern": "(r)(e)", "name": "x", "group": 2},
    ],
    "fill_constant": [
        {"columns": ["text"], "value": 0},
        {"columns": ["when"], "value": "2026-02-03T04:05:06"},
        {"columns": ["flag"], "value": True},
        {"columns": ["other"], "value": 7},
    ],
    "fill_forward": [{"columns": ["number", "text", "when", "flag"], "direction": "backward"}],
    "hash_column": [{"columns": ["number", "flag", "when"]}],
    "limit_rows": [{"rows": 7}],
    "lookup": [{"on": ["group"], "columns": ["other"], "prefix": "x"}, {"on": ["text", "flag"], "prefix": "y"}],
    "map_values": [
        {"column": "other", "mapping": {"4": "1", "7": None}, "to": "int64"},
        {"column": "number", "mapping": {"-3": "low"}, "others": "missing"},
        {"column": "flag", "mapping": {"yes": "0.5"}, "default": "1", "to": "float64"},
    ],
    "mask_column": [{"columns": ["text", "when"], "side": "start", "keep": 3}, {"columns": ["text"], "keep": 0}],
    "math": [
        {"columns": ["number", "other"], "function": name, "suffix": "_x"}
        for name in ("square", "cube", "inverse", "log", "log1p", "exp", "abs")
    ],
    "merge_columns": [{"columns": ["text", "flag"], "name": "m", "missing": "missing"}],
    "pivot": [
        {"index": ["group"], "columns": "text", "columns_values": ["red", "blue"], "aggregation": "count"},
        {
            "index": ["group", "flag"],
            "columns": "other",
            "columns_values": [4, 7],
            "values": "when",
            "aggregation": "max",
            "others": "leave_out",
        },
    ],
    "remove_outliers": [
        {"columns": ["number", "other"], "method": "iqr", "threshold": 0.2},
        {"columns": ["number"], "method": "percentile", "threshold": 5},
    ],
    "replace_text": [{"columns": ["text"], "find": "([a-z])(e+)", "replace": "\\2$\\1", "regex": True}],
    "rolling_features": [{"columns": ["number"], "window": 3, "functions": ["sum", "min"], "current": True}],
    "round_numbers": [
        {"columns": ["number", "other"], "digits": -1},
        {"columns": ["number"], "digits": 1, "how": "up"},
        {"columns": ["number"], "how": "down"},
    ],
    "sample_rows": [{"fraction": 0.4}, {"rows": 11}, {"fraction": 0.3, "stratify": "flag", "seed": 4}],
    "sort_rows": [{"by": ["flag", "text"], "descending": ["flag"]}],
    "split_column": [{"column": "text", "by": "e", "into": ["a", "b"], "rest": "keep", "trim": True}],
    "text_case": [{"columns": ["text"], "to": to} for to in ("lower", "upper", "sentence")],
    "text_length": [{"columns": ["text"]}],
    "trim_text": [{"columns": ["text"], "side": "start"}, {"columns": ["text"], "side": "end"}],
    "union": [{"by_name": False}],
    "unpivot": [{"columns": ["number", "text", "flag", "when"], "drop_missing": True}],
    "window": [
        {
            "order_by": ["flag", "number"],
            "descending": ["number"],
            "functions": [
                *({"function": name} for name in ("rank", "dense_rank", "percent_rank", "count")),
                *({"function": name, "column": "number"} for name in ("lead", "difference", "change", "first", "last")),
                *({"function": name, "column": "other", "over": "group"} for name in ("sum", "min", "max")),
                {"function": "count", "column": "text"},
            ],
        }
    ],
    "expect": [
        {
            "rules": [
                {"kind": "in_range", "columns": ["when"], "min": "2026-02-03"},
                {"kind": "in_set", "columns": ["other", "flag"], "values": ["1"]},
                {"kind": "matches", "columns": ["text"], "pattern": "e+", "whole": False},
            ],
            "on_failure": "quarantine",
        },
    ],
    "sql": [
        {"query": query}
        for query in (
            'SELECT "group", count(DISTINCT text) AS n, median(number) AS m, stddev(other) AS s FROM input GROUP BY 1',
            "SELECT other, sum(number) OVER (PARTITION BY text ORDER BY other) AS s FROM input",
            "SELECT other, lag(text) OVER (ORDER BY other) AS t, rank() OVER (ORDER BY flag) AS r FROM input",
            "SELECT a.other, b.text FROM input a LEFT JOIN input2 b ON a.other = b.other AND a.flag = b.flag",
            "SELECT DISTINCT text FROM input UNION SELECT 'x' AS text FROM input2 ORDER BY 1 DESC LIMIT 3",
            "WITH t AS (SELECT text, sum(other) AS n FROM input GROUP BY ALL HAVING n > 3) SELECT * FROM t ORDER BY n",
        )
    ],
}
