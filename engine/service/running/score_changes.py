"""Why the score changed from one run to another: the data, the params, the seed, the drawing, the libraries.

A background job runs mixtures of the two runs (`engine.work.explain_score`); what they score is kept, and split here,
for every metric alike.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from engine.errors import MissingThing
from engine.service.amounts import count
from engine.service.building.drawn_changes import value_words
from engine.service.running.run_pairs import RunPair, ScoredNodeView, chosen_node
from engine.service.scores import better, main_metric
from engine.service.views import View
from engine.work.attribution import Block, Chosen, shares
from engine.work.explain_score import EDITION, name_of
from engine.workspace import Workspace
from storage.unit_of_work import UnitOfWork

REST = "libraries or chance"
SMALL = 0.005
"""Parts below this share of the largest one are not worth a word in the sentence."""
MOST_LINES = 6


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
        return RunPair(uow, left_id, right_id).nodes()


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

    with workspace.database.read() as uow:
        pair = RunPair(uow, left_id, right_id)
        chosen = chosen_node(pair.nodes(), node)
        pair.check_sources(chosen)
        limits, libraries = pair.right.limits or {}, pair.libraries(chosen)

    def write(uow: UnitOfWork) -> str:
        change = uow.score_changes.ask(left_id, right_id, chosen.node)
        if change.job_id is not None and uow.jobs.get(change.job_id).finished_at is None:
            return change.job_id
        payload = {"id": change.id, "left_node": chosen.left_node, "libraries": libraries}
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
        pair = RunPair(uow, left_id, right_id)
        chosen = chosen_node(pair.nodes(), node)
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
    parts = [part for part in view.parts if largest and abs(part.amount) > SMALL * largest]
    if not parts:
        return f"{told}."
    if len(parts) == 1:
        return f"{told}: all of it comes from {parts[0].name}."
    said = [f"{part.name} {'added' if part.amount > 0 else 'took away'} {written(abs(part.amount))}" for part in parts]
    return f"{told}: {', '.join(said[:-1])} and {said[-1]}."


def _movement(view: ScoreChangeView, metric: str, written: Callable[[float], str]) -> str:
    if view.change == 0:
        return f"{metric} is {written(view.before)} in both runs"
    moved, judged = "rose" if view.change > 0 else "fell", better(view.metric)
    verdict = "better" if (view.change > 0) == (judged == "higher") else "worse"
    way = f"from {written(view.before)} to {written(view.after)}{f', which is {verdict}' if judged else ''}"
    return f"{metric} {moved} by {written(abs(view.change))}, {way}"


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
