"""Everything that happened to an endpoint in one list, and why it changed when it did.

Each event names what it came from, so that the chain from a change back to its beginnings can be followed: a revision
came from a round, that from new data, these from a sync.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from components.evaluate.metrics import words as metric_words
from engine.service.amounts import count, seconds
from engine.service.retraining.timeline_events import EventKind, EventView
from engine.service.retraining.timeline_findings import alert_events, drift_events
from engine.service.scores import main_metric
from engine.service.serving.publications import cause_words
from engine.service.views import View
from engine.workspace import Workspace
from storage.errors import NotFound
from storage.repositories.endpoints import Answering
from storage.schema import Audit, DatasetVersion, Endpoint, Round, Run, SyncRun
from storage.unit_of_work import UnitOfWork

MOST = 300
"""Events of one kind."""
ONE_MINUTE = timedelta(minutes=1)
TOLD_ELSEWHERE = frozenset(
    {
        *("endpoint published", "endpoint rolled back", "endpoint traffic changed", "endpoint retired"),
        *("canary promoted", "canary taken back", "round begun", "round approved", "round declined"),
    }
)
ASKED_BY = {"schedule": "its schedule", "retry": "another try", "hand": "a person"}


class WhyView(View):
    """Why an endpoint changed.

    Parameters
    ----------
    change
        The last change until a moment; None where nothing had answered yet.
    chain
        What it came from: the change first, then what led to it, back to the beginnings.
    """

    moment: datetime
    change: EventView | None
    chain: list[EventView]


def timeline(workspace: Workspace, endpoint: str, kinds: Sequence[EventKind] = ()) -> list[EventView]:
    """Everything that happened to an endpoint, newest first.

    Parameters
    ----------
    kinds
        Only events of these kinds; all unless given.

    Raises
    ------
    NotFound
    """
    with workspace.database.read() as uow:
        events = {event.id: event for event in _Teller(uow, uow.endpoints.by_name(endpoint)).events()}
    for found in (*alert_events(workspace, endpoint), *drift_events(workspace, endpoint)):
        events.setdefault(found.id, found)
    chosen = [event for event in events.values() if not kinds or event.kind in kinds]
    return sorted(chosen, key=lambda event: (event.at, event.id), reverse=True)


def why_changed(workspace: Workspace, endpoint: str, moment: datetime) -> WhyView:
    """Why an endpoint answers as it does at a moment: its last change until then, and what led to that.

    Parameters
    ----------
    moment
        To the minute: a change within the same minute counts.

    Raises
    ------
    NotFound
    """
    events = timeline(workspace, endpoint)
    end = moment.replace(second=0, microsecond=0) + ONE_MINUTE
    change = next((event for event in events if event.kind == "change" and event.at < end), None)
    return WhyView(moment=moment, change=change, chain=_chain(events, change) if change else [])


def _chain(events: Sequence[EventView], change: EventView) -> list[EventView]:
    """A change and all that led to it, the nearest causes first."""
    known = {event.id: event for event in events}
    found: dict[str, EventView] = {}
    waiting = [change.id]
    while waiting:
        here = waiting.pop(0)
        if here in known and here not in found:
            found[here] = known[here]
            waiting += known[here].because
    return list(found.values())


class _Teller:
    """Reads the events of one endpoint in one snapshot."""

    def __init__(self, uow: UnitOfWork, endpoint: Endpoint) -> None:
        self._uow, self._endpoint = uow, endpoint
        self._history = uow.endpoints.history(endpoint.id)
        self._rounds = [entry.round for entry in uow.policies.rounds(endpoint.id, limit=MOST)]

    def events(self) -> Iterator[EventView]:
        """All events, each once or several times."""
        yield from self._changes()
        for found in self._rounds:
            yield from self._round(found)
        runs = self._runs()
        for run in runs:
            yield self._run(run)
        for name, version in self._versions(runs):
            yield self._data(name, version)
        yield from self._failed_syncs(runs)
        yield from self._decisions()
        yield from self._audited()

    def _changes(self) -> Iterator[EventView]:
        revisions: dict[int, list[Answering]] = {}
        for entry in self._history:
            revisions.setdefault(entry.deployment.revision, []).append(entry)
        for number, answering in revisions.items():
            yield self._change(number, answering)
        if self._endpoint.retired_at is not None:
            told = {"id": "retired", "at": self._endpoint.retired_at, "kind": "change", "title": "Retired"}
            yield EventView(**told, about=str((self._endpoint.sunset or {}).get("reason", "")))

    def _change(self, number: int, answering: Sequence[Answering]) -> EventView:
        first = answering[0].deployment
        live = [it for it in answering if it.deployment.role == "live"]
        shares = [f"{100 * it.deployment.share:g} %" if len(live) > 1 else "" for it in live]
        told = " and ".join(f"{it.model} v{it.version} {share}".strip() for it, share in zip(live, shares, strict=True))
        listens = [f"{it.model} v{it.version}" for it in answering if it.deployment.role == "shadow"]
        shadow = f", {' and '.join(listens)} listens" if listens else ""
        why, because = self._why(first.cause)
        runs = [f"run:{self._uow.models.get_version(it.deployment.model_version_id).run_id}" for it in live]
        return EventView(
            id=f"revision:{number}",
            at=first.created_at,
            kind="change",
            title=f"Revision {number}: {told} {'answer' if len(live) > 1 else 'answers'}{shadow}",
            about=first.note,
            by=first.made_by,
            why=why,
            because=[*because, *runs],
            place={"page": "model", "model": live[0].model, "version": live[0].version} if live else {},
        )

    def _why(self, cause: Mapping[str, Any]) -> tuple[str, list[str]]:
        """What led to a revision, where that was not a person alone."""
        number = cause.get("round")
        if number is None:
            return cause_words(cause), []
        return cause_words(cause), [f"round:{number}:{'undone' if cause.get('kind') == 'undo' else 'end'}"]

    def _round(self, found: Round) -> Iterator[EventView]:
        number, place = found.number, {"page": "endpoint", "endpoint": self._endpoint.name, "round": found.number}
        shared: dict[str, Any] = {"kind": "round", "place": place}
        begin = f"round:{number}"
        yield EventView(
            id=begin,
            at=found.created_at,
            title=f"Round {number} began",
            by=str(found.cause.get("by", "policy")),
            why=str(found.cause.get("words", "")),
            because=[*self._data_of(found.cause)],
            **shared,
        )
        trained = [f"run:{found.run_id}"] if found.run_id else []
        decided = [f"round:{number}:decided"] if found.decided_at else []
        if found.decided_at is not None:
            verb = "declined" if found.state == "kept" else "approved"
            yield EventView(
                id=decided[0],
                at=found.decided_at,
                title=f"Round {number} was {verb}",
                about=found.comment,
                by=found.decided_by or "",
                because=[begin],
                **shared,
            )
        if found.finished_at is not None:
            ends = {"published": "published its challenger", "kept": "kept the champion", "failed": "failed"}
            yield EventView(
                id=f"round:{number}:end",
                at=found.finished_at,
                title=f"Round {number} {ends[found.state]}",
                about=found.verdict,
                by=found.decided_by or "policy",
                because=[*decided, *trained, begin],
                is_bad=found.state == "failed",
                **shared,
            )
        if found.undone_at is not None:
            yield EventView(
                id=f"round:{number}:undone",
                at=found.undone_at,
                title=f"Round {number} was undone",
                by=found.undone_by or "",
                because=[f"round:{number}:end"],
                **shared,
            )

    def _data_of(self, cause: Mapping[str, Any]) -> Iterator[str]:
        for name, number in cause.get("datasets", {}).items():
            dataset = self._uow.datasets.find(name)
            if dataset is not None:
                yield f"data:{dataset.id}:{number}"

    def _runs(self) -> list[Run]:
        """Runs that made what answers or answered, and those of rounds."""
        made = [self._uow.models.get_version(it.deployment.model_version_id).run_id for it in self._history]
        wanted = dict.fromkeys([*made, *(it.run_id for it in self._rounds if it.run_id)])
        return [self._uow.runs.get(run_id) for run_id in wanted]

    def _run(self, run: Run) -> EventView:
        pipeline = self._uow.pipelines.get(run.pipeline_id)
        version = self._uow.pipelines.get_version(run.pipeline_version_id)
        made = [f"{model.name} v{row.number}{_score(row.metrics)}" for model, row in self._uow.models.of_run(run.id)]
        reads = [self._uow.datasets.get_version(it.dataset_version_id) for it in self._uow.runs.inputs(run.id)]
        began = next((f"round:{it.number}" for it in self._rounds if it.run_id == run.id), None)
        error = str((run.error or {}).get("message", ""))
        told = error or (f"Trained {', '.join(made)}" if made else "")
        took = f" in {seconds(run.seconds)}" if run.seconds is not None else ""
        return EventView(
            id=f"run:{run.id}",
            at=run.finished_at or run.created_at,
            kind="run",
            title=f"Run {run.number} of {pipeline.name} v{version.number} {run.status}{took}",
            about=told,
            by=version.made_by,
            because=[*([began] if began else []), *(f"data:{it.dataset_id}:{it.number}" for it in reads)],
            place={"page": "run", "run": run.id},
            is_bad=run.status in ("failed", "crashed"),
        )

    def _versions(self, runs: Sequence[Run]) -> Iterator[tuple[str, DatasetVersion]]:
        """The dataset versions that were read, and those that came since the endpoint was made."""
        for dataset_id in self._datasets(runs):
            try:
                name = self._uow.datasets.get(dataset_id).name
            except NotFound:
                continue
            read = {it.dataset_version_id for run in runs for it in self._uow.runs.inputs(run.id)}
            for version in self._uow.datasets.versions(dataset_id, limit=MOST):
                if version.id in read or version.created_at >= self._endpoint.created_at:
                    yield name, version

    def _datasets(self, runs: Sequence[Run]) -> list[str]:
        read = [it.dataset_version_id for run in runs for it in self._uow.runs.inputs(run.id)]
        return list(dict.fromkeys(self._uow.datasets.get_version(it).dataset_id for it in dict.fromkeys(read)))

    def _data(self, name: str, version: DatasetVersion) -> EventView:
        source = version.source
        run_id, sync = source.get("run_id"), source.get("sync")
        changes = version.changes or {}
        parts = [f"{changes[key]:,} {key}" for key in ("added", "removed", "changed") if changes.get(key)]
        held = f" It is held back: {version.held.get('message') or 'a rule failed'}." if version.held else ""
        why = "It was saved by a run" if run_id else f"A sync, begun by {sync}" if sync else "It was imported"
        return EventView(
            id=f"data:{version.dataset_id}:{version.number}",
            at=version.created_at,
            kind="data",
            title=f"{name} v{version.number}: {count(version.rows, 'row')}",
            about=(f"Rows: {', '.join(parts)}." if parts else "") + held + (f" {version.note}" if version.note else ""),
            why=why,
            because=[f"run:{run_id}"] if run_id else [],
            place={"page": "dataset", "dataset": name, "version": version.number},
            is_bad=bool(version.held),
        )

    def _failed_syncs(self, runs: Sequence[Run]) -> Iterator[EventView]:
        for dataset_id in self._datasets(runs):
            sync = self._uow.syncs.of_dataset(dataset_id)
            for run in self._uow.syncs.runs(sync.id, limit=MOST) if sync else ():
                if run.status in ("failed", "crashed") and run.created_at >= self._endpoint.created_at:
                    yield self._failed_sync(self._uow.datasets.get(dataset_id).name, run)

    @staticmethod
    def _failed_sync(name: str, run: SyncRun) -> EventView:
        return EventView(
            id=f"sync:{run.id}",
            at=run.finished_at or run.created_at,
            kind="sync",
            title=f"The sync of {name} {run.status}",
            about=str((run.error or {}).get("message", "")),
            why=f"Begun by {ASKED_BY.get(run.asked_by, run.asked_by)}",
            place={"page": "dataset", "dataset": name},
            is_bad=True,
        )

    def _decisions(self) -> Iterator[EventView]:
        """Sign-offs, stages and aliases of the models that answer or answered."""
        versions = {it.deployment.model_version_id for it in self._history}
        versions |= {str(it.challenger_id) for it in self._rounds if it.challenger_id}
        models = {self._uow.models.get_version(it).model_id for it in versions}
        for model_id in models:
            name = self._uow.models.get(model_id).name
            for number, event in self._uow.registry.history(model_id)[:MOST]:
                # That an alias went on to another version is told of that version.
                is_moved = event.kind == "alias" and not event.after
                if event.version_id in versions and not is_moved:
                    yield EventView(
                        id=f"model:{event.id}",
                        at=event.created_at,
                        kind="model",
                        title=f"{name} v{number}: {_decision(event.kind, event.before, event.after)}",
                        about=event.comment,
                        by=event.by,
                        place={"page": "model", "model": name, "version": number},
                    )

    def _audited(self) -> Iterator[EventView]:
        """Settings, keys and policies: what is told nowhere else."""
        for entry in self._uow.audit.list(object=f"endpoint {self._endpoint.name}", limit=MOST):
            if entry.action not in TOLD_ELSEWHERE:
                yield _audited(entry)


def _score(metrics: Mapping[str, float]) -> str:
    name = main_metric(metrics)
    return f" ({metric_words(name)} {metrics[name]:.3g})" if name else ""


def _decision(kind: str, before: str, after: str) -> str:
    """What was decided about a version, in a few words.

    >>> _decision("alias", "", "champion"), _decision("alias", "champion", ""), _decision("sign_off", "", "approved")
    ('is called champion', 'is not called champion any more', 'approved')
    """
    match kind:
        case "alias":
            return f"is called {after}" if after else f"is not called {before} any more"
        case "stage":
            return f"moved from {before} to {after}"
        case "retired":
            return "retired" if after else "taken back"
        case "bin":
            return "moved to the bin" if after else "restored"
    return after or f"not {before} any more"


def _audited(entry: Audit) -> EventView:
    kind: EventKind = "access" if "key" in entry.action.split() else "setting"
    detail = entry.detail or {}
    words = detail.get("words")
    about = " ".join(words) if isinstance(words, list) else _listed(detail)
    title = entry.action[0].upper() + entry.action[1:]
    return EventView(id=f"audit:{entry.id}", at=entry.at, kind=kind, title=title, about=about, by=entry.actor)


def _listed(detail: Mapping[str, Any]) -> str:
    """What an action was about: names and values; what is nested is left to the audit log."""
    told = {name: value for name, value in detail.items() if isinstance(value, str | int | float) and value != ""}
    return ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in told.items())


def _plain(value: str | float) -> str:
    """A value for people; moments, which the audit log holds as the standard writes them, are cut to the minute.

    >>> _plain("2026-11-24T11:00:43.630224+00:00"), _plain("2026"), _plain(3)
    ('24 Nov 2026, 11:00 UTC', '2026', '3')
    """
    if not isinstance(value, str) or "T" not in value:
        return str(value)
    try:
        return f"{datetime.fromisoformat(value).astimezone(UTC):%d %b %Y, %H:%M} UTC"
    except ValueError:
        return value
