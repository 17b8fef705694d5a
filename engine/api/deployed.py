"""Which models answer now: loaded once, proved on their golden rows, swapped when a deployment changes."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import PEOPLE_ERRORS, MissingThing
from engine.serve.parity import check_parity, plain_value
from engine.serve.scorer import Scorer, load_scorer
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace

REFRESH_SECONDS = 0.5

log = logging.getLogger("canvasback.api")


@dataclass(frozen=True)
class Live:
    """What answers one endpoint."""

    endpoint: str
    revision: int
    model: str
    version: int
    scorer: Scorer

    def sample(self) -> dict[str, Any]:
        """A record from a real row."""
        row = self.scorer.golden().slice(0, 1).to_pylist()
        return {field.name: plain_value(row[0][field.name]) for field in self.scorer.fields} if row else {}

    def schema(self) -> dict[str, Any]:
        """The endpoint's fields as JSON Schema, with an example."""
        fields = self.scorer.fields
        return {
            "endpoint": self.endpoint,
            "model": self.model,
            "version": self.version,
            "record": {
                "type": "object",
                "properties": {field.name: field.schema() for field in fields},
                "required": [field.name for field in fields],
                "additionalProperties": False,
                "examples": [self.sample()],
            },
        }


class Deployed:
    """The live endpoints of a home; a request sees one version from beginning to end."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._live: Mapping[str, Live] = {}
        self._broken: dict[str, str] = {}
        self._stop = threading.Event()
        self._loaded = threading.Event()

    @property
    def is_loaded(self) -> bool:
        """Whether every endpoint was looked at once."""
        return self._loaded.is_set()

    def broken(self) -> dict[str, str]:
        """Endpoints whose model could not be loaded, and why."""
        return dict(self._broken)

    def all(self) -> tuple[Live, ...]:
        """Everything that answers now."""
        return tuple(self._live.values())

    def get(self, name: str) -> Live:
        """What answers an endpoint.

        Raises
        ------
        MissingThing
        """
        live = self._live.get(name)
        if live is None:
            self.refresh()
            live = self._live.get(name)
        if live is None:
            raise MissingThing(f"Nothing answers the endpoint {name!r}.", hint="Publish a model version to it.")
        return live

    def start(self) -> None:
        """Keep up with the deployments, in the background."""
        threading.Thread(target=self._follow, name="deployments", daemon=True).start()

    def stop(self) -> None:
        """End the background work."""
        self._stop.set()

    def refresh(self) -> None:
        """Load what is new, let go of what has ended; what cannot be loaded leaves the old one in place."""
        wanted = self._wanted()
        live = {name: self._live[name] for name in wanted if name in self._live}
        for name, (revision, version_id, model, version) in wanted.items():
            if name in live and live[name].revision == revision:
                continue
            try:
                live[name] = Live(name, revision, model, version, self._load(version_id))
                self._broken.pop(name, None)
            except PEOPLE_ERRORS as error:
                if name not in self._broken:
                    log.error("endpoint %s cannot load %s v%s: %s", name, model, version, error.message)
                self._broken[name] = error.message
        self._broken = {name: why for name, why in self._broken.items() if name in wanted}
        self._live = live
        self._loaded.set()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
            except PEOPLE_ERRORS as error:
                log.warning("deployments could not be read: %s", error.message)
            self._stop.wait(REFRESH_SECONDS)

    def _wanted(self) -> dict[str, tuple[int, str, str, int]]:
        with self._workspace.database.read() as uow:
            return {
                entry.endpoint.name: (
                    entry.answering[0].deployment.revision,
                    entry.answering[0].deployment.model_version_id,
                    entry.answering[0].model,
                    entry.answering[0].version,
                )
                for entry in uow.endpoints.list(limit=10_000)
                if entry.answering
            }

    def _load(self, version_id: str) -> Scorer:
        with self._workspace.database.read() as uow:
            row = uow.models.get_version(version_id)
        scorer = load_scorer(verified_files(self._workspace, row))
        check_parity(scorer)
        return scorer
