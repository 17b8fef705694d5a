"""Features that are the answer in another dress."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from components.base import Estimator, LearnedTransform, Source
from components.outline import Place
from engine.graph import Edge, Pipeline
from engine.leakage.leaks import Leak
from engine.leakage.lines import Lines
from engine.schemas import NodeSchemas, computed_from, computed_with

Output = tuple[str, str]
"""A node and one of its output ports."""

Roots = frozenset[tuple[str, str]]
"""Columns where they begin: what gives the rows, and the column's name there."""


def answers_in_features(pipeline: Pipeline, schemas: Mapping[str, NodeSchemas]) -> Iterator[Leak]:
    """Features that are computed from the very column that the target comes from; for a pipeline without circles."""
    lines, roots, copies = Lines(pipeline), _Roots(pipeline, schemas), dict[tuple[str, Roots], _Copies]()
    for node in pipeline.by_id.values():
        known, edge = schemas.get(node.id), pipeline.first_input(node.id)
        if known is None or edge is None or not isinstance(known.component, Estimator):
            continue
        target, line = known.component.params.target, lines.of(node.id)
        answer = roots.of_answer(edge, target, line[0])
        if not answer:
            continue
        found = copies.setdefault((line[0], answer), _Copies(pipeline, schemas, line[0], answer))
        tainted = found.among((edge.source, edge.source_port), frozenset(line))
        guilty = tuple(name for name in known.component.params.features if name != target and name in tainted)
        if guilty:
            listed = ", ".join(repr(name) for name in guilty[:4]) + (" and more" if len(guilty) > 4 else "")
            yield Leak(
                node.id,
                node.id,
                "answer_in_features",
                f"{node.label!r} would learn from its own answer: {listed} is computed from the target {target!r}.",
                "Leave these columns out, or leave the target out of what computes them.",
                columns=guilty,
            )


@dataclass
class _Roots:
    """Follows columns up to where they begin. What decides about rows does not count."""

    pipeline: Pipeline
    schemas: Mapping[str, NodeSchemas]
    known: dict[tuple[Output, str, str | None], Roots] = field(default_factory=dict)

    def of_answer(self, edge: Edge, target: str, origin: str) -> Roots:
        """Where the target comes from; nothing when it is computed from several columns."""
        output = (edge.source, edge.source_port)
        near, far = self.of(output, target, origin), self.of(output, target, None)
        return near | far if len(near) == 1 and len(far) == 1 else frozenset()

    def of(self, output: Output, name: str, origin: str | None) -> Roots:
        """The roots of a column, at the latest in a node's outputs."""
        pending = [(output, name, origin)]
        while pending:
            here = pending[-1]
            above = [] if here in self.known else self._above(*here)
            unknown = [place for place in above if place not in self.known]
            if not unknown:
                self.known.setdefault(here, frozenset[tuple[str, str]]().union(*(self.known[p] for p in above)))
                pending.pop()
            pending.extend(unknown)
        return self.known[output, name, origin]

    def _above(self, output: Output, name: str, origin: str | None) -> list[tuple[Output, str, str | None]]:
        known = self.schemas.get(output[0], NodeSchemas())
        if isinstance(known.component, Source):
            self.known[output, name, origin] = frozenset({(_table_of(known.component), name)})
        elif output[0] == origin:
            self.known[output, name, origin] = frozenset({(origin, name)})
        elif known.component is not None:
            needed = computed_from(known, output[1], (name,), rows=False)
            feeding = {edge.target_port: (edge.source, edge.source_port) for edge in self.pipeline.into(output[0])}
            return [(feeding[port], column, origin) for port, column in needed if port in feeding]
        return []


@dataclass
class _Copies:
    """The columns that are computed from an answer, for models whose line begins at one node.

    Rows taken out on the line are no matter: they are not served, and what remains is not computed from them.
    """

    pipeline: Pipeline
    schemas: Mapping[str, NodeSchemas]
    origin: str
    answer: Roots
    on_line: dict[Output, frozenset[str]] = field(default_factory=dict)

    def among(self, output: Output, line: frozenset[str]) -> frozenset[str]:
        """Those among the columns of an output on a line."""
        beside: dict[Output, frozenset[str]] = {}
        pending = [output]
        while pending:
            here = pending[-1]
            found = self.on_line if here[0] in line else beside
            if here not in found:
                feeding = {} if self._begins(here) else self._feeding(here[0])
                unknown = [o for o in feeding.values() if o not in self.on_line and o not in beside]
                if unknown:
                    pending.extend(unknown)
                    continue
                given = {
                    (port, name)
                    for port, above in feeding.items()
                    for name in (self.on_line if above[0] in line else beside)[above]
                }
                found[here] = self._here(here, given, is_on_line=here[0] in line)
            pending.pop()
        return self.on_line[output]

    def _feeding(self, node_id: str) -> dict[str, Output]:
        return {edge.target_port: (edge.source, edge.source_port) for edge in self.pipeline.into(node_id)}

    def _begins(self, output: Output) -> bool:
        return output[0] == self.origin or isinstance(self._known(output).component, Source)

    def _known(self, output: Output) -> NodeSchemas:
        return self.schemas.get(output[0], NodeSchemas())

    def _here(self, output: Output, given: set[Place], *, is_on_line: bool) -> frozenset[str]:
        known = self._known(output)
        if isinstance(known.component, Source):
            table = _table_of(known.component)
            return frozenset(name for place, name in self.answer if place == table)
        if output[0] == self.origin:
            return frozenset(name for place, name in self.answer if place == self.origin)
        if known.component is None or not given:
            return frozenset()
        rows = not (is_on_line and known.component.spec.serving == "training_only")
        return _touched(known, output[1], frozenset(given), rows=rows)


def _touched(known: NodeSchemas, port: str, given: frozenset[Place], *, rows: bool) -> frozenset[str]:
    """The columns that are computed from some of the inputs, in a way that shows an answer to its own row."""
    answer = known.component.cross_fitted if isinstance(known.component, LearnedTransform) else None
    if answer is None:
        return computed_with(known, port, given, rows=rows)
    shown = frozenset(place for place in given if place[1] != answer)
    kept = {answer} if shown != given else set()
    return computed_with(known, port, shown, rows=rows) | kept


def _table_of(source: Source) -> str:  # type: ignore[type-arg]
    return f"{source.spec.key} {source.params.model_dump_json()}"
