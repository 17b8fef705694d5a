"""What lets a score see its test rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from components.base import Application, Estimator, Learner, Model, Reporting, Split
from engine.graph import Node, Pipeline, makes_new_rows, spec_ports
from engine.leakage.lines import Lines, is_a

SAYS = (Estimator, Reporting, Application)
"""What gives tables of what a model has to say."""


@dataclass(frozen=True)
class Leak:
    """Something a model would learn from rows it is tested on.

    Parameters
    ----------
    removable
        Whether taking the node away mends it.
    columns
        The features to leave out.
    """

    node: str
    model: str
    code: str
    message: str
    hint: str
    removable: bool = False
    columns: tuple[str, ...] = ()


def leaks(pipeline: Pipeline) -> Iterator[Leak]:
    """What lets a score see its test rows, in a pipeline without circles whose splits are placed."""
    lines, behind = Lines(pipeline), _behind(pipeline)
    models = {node.id: node for node in pipeline.by_id.values() if is_a(node, Model)}
    says = {node.id for node in pipeline.by_id.values() if is_a(node, *SAYS)}
    splits = {node.id for node in pipeline.by_id.values() if is_a(node, Split)}
    for model in models.values():
        line, matter = lines.of(model.id), behind.get(model.id, frozenset())
        yield from _second_split(model, line, splits & matter)
        with_roles = splits.intersection(line)
        if not is_a(model, Estimator):  # nothing is tested, so nothing can leak; but no endpoint could answer
            yield from (_beside(model, pipeline.by_id[node_id]) for node_id in sorted(matter & says))
            continue
        for node_id in sorted(matter.difference(line) | (matter & says)):
            node = pipeline.by_id[node_id]
            if node_id in says or not makes_new_rows(node, "table"):
                yield _beside(model, node)
            elif with_roles & behind[node_id]:
                yield _grouped_by_role(model, node)


def _second_split(model: Node, line: tuple[str, ...], splits: set[str]) -> Iterator[Leak]:
    if len(splits.intersection(line)) > 1:
        _, second, *_ = (node_id for node_id in line if node_id in splits)
        message = f"{model.label!r} has two splits before it; the second would undo the first."
        yield Leak(second, model.id, "two_splits", message, "Remove one of them.", removable=True)


def _beside(model: Node, node: Node) -> Leak:
    """What is wrong with a model, or what learns or splits off the line, before a model."""
    if is_a(node, *SAYS):
        said = "predicted for its own train rows" if is_a(node, Estimator) else "says with what a model has learned"
        message = f"{model.label!r} would learn from what {node.label!r} {said}."
        hint = "Connect the table that goes into the first model instead."
        return Leak(node.id, model.id, "model_feeds_model", message, hint)
    hint = "Put it after the join or the grouping."
    if is_a(node, Split):
        message = f"The split {node.label!r} is not on the way of the rows that {model.label!r} learns from."
        return Leak(node.id, model.id, "split_off_line", message, hint, removable=True)
    message = f"{node.label!r} learns from rows that have no train or test role, because rows change after it."
    return Leak(node.id, model.id, "fitted_outside_split", message, hint)


def _grouped_by_role(model: Node, node: Node) -> Leak:
    message = (
        f"{node.label!r} works on rows that have roles already, so {model.label!r} would meet its figures once for "
        "the train rows and once for the test rows."
    )
    return Leak(node.id, model.id, "grouped_by_role", message, "Connect the table from before the split to it.")


def _behind(pipeline: Pipeline) -> dict[str, frozenset[str]]:
    """For each node, what learns, splits or makes new rows among the nodes whose tables reach it.

    What comes through model ports is learned elsewhere.
    """
    found: dict[str, frozenset[str]] = {}
    for node_id in pipeline.order():
        tables = {port.name for port in spec_ports(pipeline.by_id[node_id].component, "inputs") if port.kind == "table"}
        above = {edge.source: None for edge in pipeline.into(node_id) if edge.target_port in tables}
        matter = [n for n in above if _matters(pipeline.by_id[n])]
        sets = [found[source] for source in above if found[source]]
        is_shared = len(sets) == 1 and not matter
        found[node_id] = sets[0] if is_shared else frozenset(matter).union(*sets)
    return found


def _matters(node: Node) -> bool:
    return is_a(node, Learner, Split, Estimator) or makes_new_rows(node, "table")
