"""What a model gets to learn from: columns it cannot take, columns it must not take, and the fixes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ibis.expr.schema as sch

from components.base import Model
from components.params import Columns, Params
from components.ports import Kind, kind_of, visible
from engine.checks.facts import Origins
from engine.checks.problems import Fix, Problem
from engine.checks.words import count, listed
from engine.errors import CanvasbackError
from engine.graph import Node, Pipeline
from engine.leakage import Leak
from engine.schemas import NodeSchemas


def model_problems(
    pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], arriving: Mapping[str, Origins]
) -> Iterator[Problem]:
    for node in pipeline.nodes:
        known = schemas.get(node.id)
        if known is None or not isinstance(known.component, Model):
            continue
        params, schema, target = known.component.params, known.inputs["table"], known.component.target
        if known.component.task == "regression" and kind_of(schema[target]) == "text":
            message = f"{node.label}: the target {target!r} is text, but this model predicts a number."
            hint = "Choose a classifier, or convert the column with “Change type”."
            yield Problem("wrong_target", message, node=node.id, field="target", hint=hint)
        if target in params.features:
            message = f"{node.label}: the target {target!r} is also a feature."
            fix = Fix("leave_out", "Take it out", node.id, params={"features": without(node.params, [target])})
            yield Problem("target_is_feature", message, node=node.id, field="features", hint="Take it out.", fix=fix)
        elif not len(params.features):
            yield _no_features(node, schema, target)
        elif _has_own_rows(pipeline, node) and _selects(node, type(params)):
            yield from _unused_columns(node, schema, target, arriving.get(node.id, {}))


def _selects(node: Node, kind: type[Params]) -> bool:
    """Whether its features are chosen by a selector, and not one by one."""
    drawn = node.params.get("features", kind.model_fields["features"].default)
    return not isinstance(drawn, list | tuple) and (not isinstance(drawn, Columns) or drawn.names is None)


def _has_own_rows(pipeline: Pipeline, node: Node) -> bool:
    """Whether its rows are drawn, and not those of another model, which is told the same."""
    return pipeline.first_input(node.id) is not None


def _no_features(node: Node, schema: sch.Schema, target: str) -> Problem:
    text = _columns_of(schema, ("text",), target)
    return Problem(
        "no_features",
        f"{node.label} has no column to learn from.",
        node=node.id,
        field="features",
        hint="Encode the text columns, or choose features." if text else "Connect a table with more columns.",
        fix=_encode_fix(node, text, {"features": "all"}) if text else None,
    )


def _unused_columns(node: Node, schema: sch.Schema, target: str, here: Origins) -> Iterator[Problem]:
    skipped = set(_exceptions(node))
    text = [name for name in _columns_of(schema, ("text",), target) if name not in skipped and not _is_date(name, here)]
    ids = [name for name in text if name in here and here[name].column.semantic == "identifier"]
    if text and len(ids) == len(text):
        yield Problem(
            "text_not_used",
            f"{node.label} cannot use {count(ids, 'text column')}: {listed(ids)}, different in every row.",
            "info",
            node.id,
            "features",
            "Leave it out: an identifier says nothing about other rows.",
            Fix(
                "leave_out",
                f"Leave out {count(ids, 'column')}",
                node.id,
                params={"features": without(node.params, ids)},
            ),
        )
    elif text:
        yield Problem(
            "text_not_used",
            f"{node.label} cannot use {count(text, 'text column')}: {listed(text)}.",
            "warning",
            node.id,
            "features",
            "Encode what matters; drop what does not.",
            _encode_fix(node, [name for name in text if name not in ids]),
        )
    dates = [name for name in _columns_of(schema, ("datetime", "other"), target) if name not in skipped]
    if dates:
        yield Problem(
            "column_not_used",
            f"{node.label} cannot use {count(dates, 'column')}: {listed(dates)}.",
            "info",
            node.id,
            "features",
            "Turn dates into numbers with a formula, such as year(…).",
            Fix(
                "drop_columns",
                f"Drop the {count(dates, 'column')}",
                node.id,
                insert=("drop_columns", {"columns": dates}),
            ),
        )


def _is_date(name: str, here: Origins) -> bool:
    return name in here and name in here[name].table.dates_as_text()


def _exceptions(node: Node) -> tuple[str, ...]:
    drawn = node.params.get("features")
    return tuple(drawn.get("except", drawn.get("exceptions", ()))) if isinstance(drawn, Mapping) else ()


def feature_fix(node: Node, known: NodeSchemas, error: CanvasbackError) -> Fix | None:
    """A model that is told to learn from columns it cannot take: encode texts, leave out the rest."""
    listed = node.params.get("features")
    if error.code != "wrong_kind" or error.field != "features" or not isinstance(listed, list | tuple):
        return None
    schema = known.inputs["table"]
    text = [name for name in listed if name in schema and kind_of(schema[name]) == "text"]
    unfit = [name for name in listed if name in schema and kind_of(schema[name]) in ("datetime", "other")]
    if text and text[0] != node.params.get("target") and not unfit:
        return _encode_fix(node, text)
    rest = [name for name in listed if name not in unfit]
    label = f"Leave out {count(unfit, 'column')} of dates or nested data"
    return Fix("leave_out", label, node.id, params={"features": rest}) if unfit else None


def leak_fix(node: Node, leak: Leak) -> Fix | None:
    if leak.removable:
        return Fix("remove", f"Remove {node.label}", node.id, remove=True)
    if not leak.columns:
        return None
    label = f"Leave out {count(list(leak.columns), 'column')}"
    return Fix("leave_out", label, node.id, params={"features": without(node.params, leak.columns)})


def without(params: Mapping[str, Any], columns: Iterable[str], field: str = "features", unset: Any = "all") -> Any:
    """The columns of a param as drawn, less some.

    Parameters
    ----------
    unset
        What counts where nothing was drawn.
    """
    drawn = params.get(field, unset)
    if isinstance(drawn, str):
        return {"select": drawn, "except": [*columns]}
    if isinstance(drawn, Mapping):
        already = drawn.get("except", drawn.get("exceptions", ()))
        return {"select": drawn.get("select", "all"), "except": [*dict.fromkeys((*already, *columns))]}
    return [name for name in drawn if name not in set(columns)]


def _encode_fix(node: Node, text: list[str], params: Mapping[str, Any] | None = None) -> Fix:
    insert = ("encode_one_hot", {"columns": text})
    return Fix("encode_text", f"Encode the {count(text, 'text column')}", node.id, insert=insert, params=params or {})


def _columns_of(schema: sch.Schema, kinds: tuple[Kind, ...], target: str) -> list[str]:
    return [name for name, dtype in visible(schema).items() if kind_of(dtype) in kinds and name != target]
