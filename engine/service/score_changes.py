"""Why the score changed from one run to another: the data, the params, the seed, the drawing, the libraries.

A background job runs mixtures of the two runs (`engine.work.explain_score`); what they score is kept, and split here,
for every metric alike.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import Field

from components.base import Source
from components.base.outside import OutsideTable
from engine.errors import PEOPLE_ERRORS, Incomparable, MissingThing
from engine.graph import Pipeline, diff
from engine.schemas import read_params
from engine.service.amounts import count
from engine.service.drawn_changes import value_words
from engine.service.scores import DESCRIBING, better, main_metric
from engine.service.views import View
from engine.work.attribution import Block, Chosen, shares
from engine.work.explain_score import EDITION, installed, name_of
from engine.workspace import Workspace
from storage.schema import ModelVersion, Run
from storage.unit_of_work import UnitOfWork

REST = "libraries or chance"
SMALL = 0.005
"""Parts below this share of the largest one are not worth a word in the sentence."""
MOST_LINES = 6


class ScoredNodeView(View):
    """A model node that both runs have, and the metrics that both measured."""

    node: str
    title: str
    left_node: str
    metrics: list[str]


class PartView(View):
    """A part of the difference.

    Parameters
    ----------
    name
        What made it, in a sentence.
    amount
        Of the metric; all parts add up to the whole difference.
    changes
        What exactly was not the same.
    is_rest
        Whether it is what was left over, for which nothing that was drawn accounts.
    """

    name: str
    amount: float
    changes: list[str] = Field(default_factory=list)
    is_rest: bool = False


class ScoreChangeView(View):
    """The difference of a metric between two runs, in parts.

    Parameters
    ----------
    parts
        The largest first, what is left over at the end.
    reruns
        How many mixtures computed something; the others were kept results.
    notes
        What to know before believing it.
    """

    left_run: str
    right_run: str
    left_number: int
    right_number: int
    node: str
    title: str
    metric: str
    metrics: list[str]
    before: float
    after: float
    parts: list[PartView]
    reruns: int
    notes: list[str] = Field(default_factory=list)

    @property
    def change(self) -> float:
        """The whole difference."""
        return self.after - self.before


class ProgressView(View):
    """What is known about two runs so far: a job at work, one that failed, or nothing."""

    job_id: str | None = None
    is_kept: bool = False


def scored_nodes(workspace: Workspace, left_id: str, right_id: str) -> list[ScoredNodeView]:
    """The model nodes whose scores can be compared.

    Raises
    ------
    NotFound
    Incomparable
        Saying why there is none.
    """
    with workspace.database.read() as uow:
        return _Pair(uow, left_id, right_id).nodes()


def start_score_change(workspace: Workspace, left_id: str, right_id: str, node: str | None = None) -> str:
    """Queue the reruns that split the difference between two runs; one that is under way is followed.

    Parameters
    ----------
    node
        The model node of the second run; the first that can be compared unless given.

    Returns
    -------
    str
        The job's id.

    Raises
    ------
    NotFound, Incomparable, MissingThing
    """

    def write(uow: UnitOfWork) -> str:
        pair = _Pair(uow, left_id, right_id)
        chosen = _chosen(pair.nodes(), node)
        pair.check_sources(chosen)
        change = uow.score_changes.ask(left_id, right_id, chosen.node)
        if change.job_id is not None and uow.jobs.get(change.job_id).finished_at is None:
            return change.job_id
        limits = pair.right.limits or {}
        payload = {"id": change.id, "left_node": chosen.left_node, "libraries": pair.libraries(chosen)}
        job = uow.jobs.enqueue(
            "explain_score",
            payload,
            memory_mb=limits.get("memory_mb"),
            timeout_seconds=limits.get("timeout_seconds"),
        )
        change.job_id = job.id
        return job.id

    return workspace.database.transact(write)


def score_change_progress(workspace: Workspace, left_id: str, right_id: str, node: str) -> ProgressView:
    """How far the reruns for two runs are."""
    with workspace.database.read() as uow:
        change = uow.score_changes.find(left_id, right_id, node)
    if change is None:
        return ProgressView()
    return ProgressView(job_id=change.job_id, is_kept=_is_current(change.report))


def find_score_change(
    workspace: Workspace, left_id: str, right_id: str, node: str | None = None, metric: str | None = None
) -> ScoreChangeView | None:
    """Why the score changed, if that was worked out.

    Parameters
    ----------
    metric
        The one that says most about the model unless given.

    Raises
    ------
    NotFound, Incomparable
    MissingThing
        When the model has no such metric.
    """
    with workspace.database.read() as uow:
        pair = _Pair(uow, left_id, right_id)
        chosen = _chosen(pair.nodes(), node)
        change = uow.score_changes.find(left_id, right_id, chosen.node)
        if change is None or not _is_current(change.report):
            return None
        name = metric or telling(chosen)
        if name not in chosen.metrics:
            raise MissingThing(
                f"Both runs have no metric {name!r} for {chosen.title}.",
                hint=f"They have: {', '.join(chosen.metrics)}.",
            )
        before, after = pair.score(pair.left, chosen.left_node, name), pair.score(pair.right, chosen.node, name)
        notes = pair.notes(chosen)
    report: dict[str, Any] = change.report or {}
    parts = _parts(report, name, before, after)
    return ScoreChangeView(
        left_run=left_id,
        right_run=right_id,
        left_number=pair.left.number,
        right_number=pair.right.number,
        node=chosen.node,
        title=chosen.title,
        metric=name,
        metrics=chosen.metrics,
        before=before,
        after=after,
        parts=parts,
        reruns=report["reruns"],
        notes=[*_refusals(report), *notes, *_fresh(report)],
    )


def telling(node: ScoredNodeView) -> str:
    """The metric that says most about a node."""
    return main_metric(dict.fromkeys(node.metrics, 0.0)) or node.metrics[0]


def in_words(view: ScoreChangeView, metric: str, written: Callable[[float], str]) -> str:
    """The whole of it in one plain sentence.

    Parameters
    ----------
    metric
        The metric's name for people.
    written
        How a number of it is written.
    """
    told = _movement(view, metric, written)
    largest = max((abs(part.amount) for part in view.parts), default=0.0)
    telling = [part for part in view.parts if largest and abs(part.amount) > SMALL * largest]
    if not telling:
        return f"{told}."
    if len(telling) == 1:
        return f"{told}: all of it by {telling[0].name}."
    said = [
        f"{part.name} {'added' if part.amount > 0 else 'took away'} {written(abs(part.amount))}" for part in telling
    ]
    return f"{told}: {', '.join(said[:-1])} and {said[-1]}."


def _movement(view: ScoreChangeView, metric: str, written: Callable[[float], str]) -> str:
    if view.change == 0:
        return f"{metric} is {written(view.before)} in both runs"
    moved, judged = "rose" if view.change > 0 else "fell", better(view.metric)
    verdict = "better" if (view.change > 0) == (judged == "higher") else "worse"
    way = f"from {written(view.before)} to {written(view.after)}{f', which is {verdict}' if judged else ''}"
    return f"{metric} {moved} by {written(abs(view.change))}, {way}"


class _Pair:
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
            raise (
                refused[0]
                if refused
                else Incomparable(
                    "The two runs have no model node in common.", hint="Compare runs that train the same model."
                )
            )
        return found

    def check_sources(self, chosen: ScoredNodeView) -> None:
        """Refuse rows that nobody has kept.

        Raises
        ------
        Incomparable
        """
        for run, node in ((self.left, chosen.left_node), (self.right, chosen.node)):
            for drawn in self._drawn(run).slice_to(node).nodes:
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


def _chosen(nodes: Sequence[ScoredNodeView], wanted: str | None) -> ScoredNodeView:
    if wanted is None:
        return nodes[0]
    found = next((it for it in nodes if it.node == wanted), None)
    if found is None:
        known = ", ".join(it.node for it in nodes)
        raise MissingThing(f"Both runs have no score of {wanted!r}.", hint=f"They have: {known}.")
    return found


def _is_current(report: Mapping[str, Any] | None) -> bool:
    return report is not None and report.get("edition") == EDITION


def _parts(report: Mapping[str, Any], metric: str, before: float, after: float) -> list[PartView]:
    """Each block's part, and what the reruns do not account for; together exactly the difference."""
    factors = {it["key"]: it for it in report["factors"]}
    everything = name_of(frozenset(factors))

    def value(chosen: Chosen) -> float:
        ends = {"": before} | ({everything: after} if everything else {})
        name = name_of(chosen)
        return float(report["values"].get(name, {}).get(metric, ends.get(name, before)))

    blocks: list[Block] = [frozenset(block) for block in report["blocks"]]
    amounts = shares(blocks, value)
    parts = [
        PartView(name=_block_name(block, factors), amount=amount, changes=_changes(block, factors))
        for block, amount in sorted(amounts.items(), key=lambda it: -abs(it[1]))
    ]
    rest = (after - before) - sum(amounts.values())
    if abs(rest) > 1e-12 or not parts:
        parts.append(PartView(name=REST, amount=rest, is_rest=True))
    return parts


def _block_name(block: Block, factors: Mapping[str, Mapping[str, Any]]) -> str:
    names = [str(it["name"]) for key, it in factors.items() if key in block]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} together"


def _changes(block: Block, factors: Mapping[str, Mapping[str, Any]]) -> list[str]:
    told = [_line(*line) for key, it in factors.items() if key in block for line in it["changes"]]
    return told if len(told) <= MOST_LINES else [*told[: MOST_LINES - 1], f"and {len(told) - MOST_LINES + 1} more"]


def _line(node: str, param: str, before: Any, after: Any) -> str:
    if before is None and after is None:
        return f"{node}: {param}"
    return f"{node}, {param.replace('_', ' ')}: {value_words(before)} → {value_words(after)}"


def _refusals(report: Mapping[str, Any]) -> list[str]:
    if not report["refused"]:
        return []
    first = next(iter(report["refused"].values()))
    together = any(len(block) > 1 for block in report["blocks"])
    why = "so what belongs to them is told together" if together else "so what was recorded counts"
    return [f"{count(len(report['refused']), 'mixture')} of the two runs could not be run, {why}: {first}"]


def _fresh(report: Mapping[str, Any]) -> list[str]:
    if not report["fresh"]:
        return []
    return ["A model was made with libraries that are not those installed now, so everything was computed anew."]
