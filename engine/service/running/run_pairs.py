"""Two runs whose scores someone wants to compare: which model nodes can be, and why others cannot."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.base import Source
from components.base.outside import OutsideTable
from engine.errors import PEOPLE_ERRORS, Incomparable, MissingThing
from engine.graph import Pipeline, diff
from engine.schemas import read_params
from engine.service.scores import DESCRIBING
from engine.service.views import View
from engine.work.explain_score import installed
from storage.schema import ModelVersion, Run
from storage.unit_of_work import UnitOfWork


class ScoredNodeView(View):
    """A model node that both runs have, and the metrics that both measured."""

    node: str
    title: str
    left_node: str
    metrics: list[str]


class RunPair:
    """Two runs in an open unit of work."""

    def __init__(self, uow: UnitOfWork, left_id: str, right_id: str) -> None:
        self._uow = uow
        self.left, self.right = uow.runs.get(left_id), uow.runs.get(right_id)

    def nodes(self) -> list[ScoredNodeView]:
        """The model nodes of both, matched by id, by what became of the id, or because there is only one."""
        left, right = self._scored(self.left), self._scored(self.right)
        for run, scored in ((self.left, left), (self.right, right)):
            if not scored:
                raise Incomparable(
                    f"Run {run.number} has no model with a score, so there is nothing to compare.",
                    hint="Choose a run that trained a model and measured it.",
                )
        titles = self._drawn(self.right).by_id
        found, refused = [], []
        for old, new in self._matched(left, right):
            ours, theirs = left[old], right[new]
            title = titles[new].label if new in titles else new
            common = [name for name in theirs["metrics"] if name in ours["metrics"] and name not in DESCRIBING]
            if why := self._why_not(ours, theirs, common):
                refused.append(why)
            else:
                found.append(ScoredNodeView(node=new, title=title, left_node=old, metrics=common))
        if not found:
            none = Incomparable("The two runs have no model node in common.", hint="Compare runs of the same model.")
            raise next(iter(refused), none)
        return found

    def check_sources(self, chosen: ScoredNodeView) -> None:
        """Refuse rows that nobody has kept.

        Raises
        ------
        Incomparable
        """
        for run, node in ((self.left, chosen.left_node), (self.right, chosen.node)):
            for drawn in self._drawn(run).resolved(run.params).slice_to(node).nodes:
                try:
                    component = read_params(drawn)
                except PEOPLE_ERRORS:
                    continue
                if isinstance(component, Source) and isinstance(component.table(), OutsideTable):
                    raise Incomparable(
                        f"{drawn.label} reads its rows from outside in every run. What they were in run {run.number} "
                        "is not kept, so that run cannot be repeated.",
                        hint="Import the table as a dataset: its versions are kept.",
                        node_id=drawn.id,
                    )

    def score(self, run: Run, node: str, metric: str) -> float:
        """What a run recorded."""
        return float(self._scored(run)[node]["metrics"][metric])

    def libraries(self, chosen: ScoredNodeView) -> dict[str, str]:
        """What the second run's model was made with, or the first one's, where that is not what is installed."""
        left, right = self._libraries(chosen)
        return left if left != installed(left) else right

    def notes(self, chosen: ScoredNodeView) -> list[str]:
        """What else was not the same."""
        left, right = self._libraries(chosen)
        moved = [f"{name} {left[name]} → {right[name]}" for name in left if name in right and left[name] != right[name]]
        told = [f"The models were made with other libraries: {', '.join(moved)}."] if moved else []
        if self.left.backend != self.right.backend:
            told.append(
                f"Run {self.left.number} was computed by {self.left.backend}, run {self.right.number} by "
                f"{self.right.backend}; every rerun was computed by {self.right.backend}."
            )
        return told

    def _libraries(self, chosen: ScoredNodeView) -> tuple[dict[str, str], dict[str, str]]:
        left = self._model(self.left, chosen.left_node).libraries
        return left, self._model(self.right, chosen.node).libraries

    def _why_not(
        self, ours: Mapping[str, Any], theirs: Mapping[str, Any], common: Sequence[str]
    ) -> Incomparable | None:
        left, right = f"run {self.left.number}", f"run {self.right.number}"
        first, second = (self._uow.models.get_version(it["model_version_id"]) for it in (ours, theirs))
        if first.task != second.task:
            return Incomparable(
                f"The model of {left} does {first.task}, that of {right} {second.task}: their scores are of different "
                "kinds and cannot be compared."
            )
        if first.target != second.target:
            return Incomparable(
                f"The model of {left} predicts {first.target}, that of {right} {second.target}: their scores measure "
                "different things and cannot be compared."
            )
        if not common:
            return Incomparable(f"The models of {left} and {right} have no metric in common.")
        return None

    def _matched(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> list[tuple[str, str]]:
        names = diff(self._drawn(self.left), self._drawn(self.right)).renamed
        found = [(old, names.get(old, old)) for old in left if names.get(old, old) in right]
        if not found and len(left) == len(right) == 1:
            return [(next(iter(left)), next(iter(right)))]
        return found

    def _scored(self, run: Run) -> dict[str, dict[str, Any]]:
        models = {node.node_id: (node.outputs or {}).get("model") for node in self._uow.runs.nodes(run.id)}
        return {node: model for node, model in models.items() if model and model.get("metrics")}

    def _model(self, run: Run, node: str) -> ModelVersion:
        return self._uow.models.get_version(self._scored(run)[node]["model_version_id"])

    def _drawn(self, run: Run) -> Pipeline:
        return Pipeline.from_document(self._uow.pipelines.get_version(run.pipeline_version_id).graph)


def chosen_node(nodes: Sequence[ScoredNodeView], wanted: str | None) -> ScoredNodeView:
    if wanted is None:
        return nodes[0]
    found = next((it for it in nodes if it.node == wanted), None)
    if found is None:
        known = ", ".join(it.node for it in nodes)
        raise MissingThing(f"Both runs have no score of {wanted!r}.", hint=f"They have: {known}.")
    return found
