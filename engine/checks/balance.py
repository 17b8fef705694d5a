"""What becomes of rows that are added to balance classes, further down the line."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.base import Balance, Estimator, LearnedTransform, Resampler
from components.ports import is_reserved
from engine.checks.problems import Problem
from engine.graph import Pipeline
from engine.leakage import line
from engine.schemas import NodeSchemas, computed_from


def balance_problems(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Problem]:
    """For a pipeline without circles."""
    balancing = {node.id for node in pipeline.nodes if isinstance(_component(schemas, node.id), Balance)}
    for model in pipeline.nodes if balancing else ():
        if isinstance(_component(schemas, model.id), Estimator):
            way = line(pipeline, model.id)
            for place, node_id in enumerate(way):
                if node_id not in balancing:
                    continue
                balance, after = _component(schemas, node_id), way[place + 1 :]
                if isinstance(balance, Balance) and balance.adds == "copies":
                    yield from _copied(pipeline, schemas, node_id, after)
                if isinstance(balance, Resampler) and balance.adds == "made-up rows":
                    yield from _lacking(pipeline, schemas, node_id, after)


def _copied(
    pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], balance: str, after: tuple[str, ...]
) -> Iterator[Problem]:
    """Encoders that would show a copy the answer of its row."""
    for node_id in after:
        encoder, node = _component(schemas, node_id), pipeline.by_id[node_id]
        if isinstance(encoder, LearnedTransform) and encoder.cross_fitted:
            yield Problem(
                "copies_meet_answers",
                f"{node.label} would encode copies of a row by the answer of that row, so its model would trust it too "
                "much.",
                "warning",
                node_id,
                hint=f"Put it before {pipeline.by_id[balance].label}.",
            )


def _lacking(
    pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], balance: str, after: tuple[str, ...]
) -> Iterator[Problem]:
    """Features of a model that made-up rows have no value in."""
    component, model = _component(schemas, balance), pipeline.by_id[after[-1]]
    learns, estimator = pipeline.by_id[balance], _component(schemas, model.id)
    assert isinstance(component, Resampler)  # noqa: S101  the only caller checks
    assert isinstance(estimator, Estimator)  # noqa: S101  the only caller checks
    there = {*component.params.features, component.params.answer}
    missing = sorted(name for name in _read(pipeline, schemas, after, estimator) if name not in there)
    if missing:
        listed = ", ".join(map(repr, missing[:4])) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        yield Problem(
            "made_up_rows_lack_columns",
            f"Rows that {learns.label} makes up have no value in {listed}, so {model.label} could tell them by that.",
            "warning",
            balance,
            "features",
            "Encode these columns as numbers before, such as with Target encode, or use Oversample at random.",
            model=model.id,
        )


def _read(
    pipeline: Pipeline, schemas: Mapping[str, NodeSchemas], after: tuple[str, ...], estimator: Estimator[Any]
) -> frozenset[str]:
    """The columns before the line ``after`` that a model's features are computed from, without the engine's own."""
    names = frozenset(estimator.params.features)
    for node_id in reversed(after[:-1]):
        known, edge = schemas[node_id], _next(pipeline, node_id, after)
        first = next(iter(known.inputs), "table")
        found = computed_from(known, edge, names, rows=False)
        names = frozenset(name for port, name in found if port == first and not is_reserved(name))
    return names


def _next(pipeline: Pipeline, node_id: str, after: tuple[str, ...]) -> str:
    """The output port through which a line leaves a node."""
    following = after[after.index(node_id) + 1]
    edge = pipeline.first_input(following)
    return edge.source_port if edge else "table"


def _component(schemas: Mapping[str, NodeSchemas], node_id: str) -> object:
    return schemas.get(node_id, NodeSchemas()).component
