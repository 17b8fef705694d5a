"""Params that name a parameter which the pipeline does not have."""

from collections.abc import Iterable, Iterator

from engine.checks.problems import Problem
from engine.graph import Pipeline, references


def parameter_problems(pipeline: Pipeline) -> Iterator[Problem]:
    """One problem for each param that still names a parameter after all that there are were put in."""
    for node in pipeline.nodes:
        for field, value in node.params.items():
            missing = next(references(value), None)
            if missing is not None:
                yield Problem(
                    "unknown_parameter",
                    f"{node.label}: the pipeline has no parameter “{missing}”.",
                    node=node.id,
                    field=field,
                    hint=f"Add “{missing}” to the parameters, or set a value here.",
                )


def told_once(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without what follows from a missing parameter: ``${rate}`` is no number, because there is no rate."""
    problems = tuple(found)
    missing = {(one.node, one.field) for one in problems if one.code == "unknown_parameter"}
    return tuple(one for one in problems if one.code == "unknown_parameter" or (one.node, one.field) not in missing)
