"""A slice as it runs: queries, and between them what scikit-learn makes of their results.

Each column is followed back from the model's features to the origin, so that no stretch computes, and no endpoint asks
for, what the model does not need.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import ibis.expr.schema as sch
import ibis.expr.types as ir

from components.base import MatrixTransform, unbound
from engine.schemas import reads
from engine.serve.slice import ServingSlice, Step

RECORDS = "records"
"""The name of the table that each query reads."""


@dataclass(frozen=True)
class Stretch:
    """Steps that one query replays, and the transformer that its result goes through.

    Parameters
    ----------
    schema
        What the query reads, under the name `RECORDS`.
    table
        The query.
    names
        Which of its columns are needed.
    step
        None where nothing follows, or nothing of what it makes is needed.
    wanted
        Which of the columns that the step makes are needed.
    """

    schema: sch.Schema
    table: ir.Table
    names: tuple[str, ...]
    step: Step | None = None
    wanted: frozenset[str] = frozenset()

    @property
    def is_idle(self) -> bool:
        """Whether the query would change nothing."""
        return bool(self.table.equals(unbound(self.schema, RECORDS)))


def stretches(
    serving: ServingSlice, origin: sch.Schema, features: Collection[str], lookup: Callable[[str], ir.Table]
) -> tuple[tuple[Stretch, ...], frozenset[str]]:
    """The stretches of a slice in their order, and the columns of the origin that the features are computed from."""
    wanted, found = frozenset(features), list[Stretch]()
    for schema, table, step in reversed([*_cut(serving, origin, lookup)]):
        made: frozenset[str] = frozenset()
        if step is not None:
            sources = _transform(step).sources()
            made = wanted & sources.keys()
            wanted = (wanted - sources.keys()).union(*(sources[name] for name in made))
        names = tuple(name for name in table.columns if name in wanted)
        found.append(Stretch(schema, table, names, step if made else None, made))
        wanted = frozenset(name for given, name in reads(table, names) if given == RECORDS)
    return tuple(reversed(found)), wanted


def transform_steps(serving: ServingSlice) -> Iterator[tuple[Step, MatrixTransform]]:  # type: ignore[type-arg]
    """The steps that scikit-learn computes."""
    for step in serving.steps:
        loaded = step.load()
        if isinstance(loaded, MatrixTransform):
            yield step, loaded


def _cut(
    serving: ServingSlice, origin: sch.Schema, lookup: Callable[[str], ir.Table]
) -> Iterator[tuple[sch.Schema, ir.Table, Step | None]]:
    """What each query reads, the query, and the step of scikit-learn after it."""
    schema = origin
    table = unbound(schema, RECORDS)
    transforms = {step.node: component for step, component in transform_steps(serving)}
    for step in serving.steps:
        if step.node not in transforms:
            table = step.apply(table, lookup)
            continue
        yield schema, table, step
        schema = transforms[step.node].outline(table.schema())["table"].schema
        table = unbound(schema, RECORDS)
    yield schema, table, None


def _transform(step: Step) -> MatrixTransform:  # type: ignore[type-arg]
    loaded = step.load()
    assert isinstance(loaded, MatrixTransform)  # noqa: S101  only these are yielded with a stretch
    return loaded
