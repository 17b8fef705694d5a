"""Which models answer now: loaded once, proved on their golden rows, swapped when a deployment changes."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import anyio.to_thread
import pyarrow as pa
import pyarrow.compute as pc

from engine.errors import PEOPLE_ERRORS, MissingThing, Unserved
from engine.serve.parity import check_parity, plain_value
from engine.serve.scorer import Scorer, load_scorer
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace

REFRESH_SECONDS = 0.5
TRY_AGAIN_SECONDS = 30.0

log = logging.getLogger("canvasback.api")


@dataclass(frozen=True)
class Wanted:
    """What shall answer an endpoint."""

    revision: int
    version_id: str
    model: str
    version: int


@dataclass(frozen=True)
class Live:
    """What answers one endpoint."""

    endpoint: str
    revision: int
    model: str
    version: int
    scorer: Scorer

    @cached_property
    def sample(self) -> dict[str, Any]:
        """A typical record, not one of a person: each field's commonest or middle value."""
        golden = self.scorer.golden()
        return {field.name: plain_value(_typical(golden.column(field.name))) for field in self.scorer.fields}

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
                "examples": [self.sample],
            },
        }


@dataclass(frozen=True)
class Broken:
    """A model version that cannot be loaded."""

    revision: int
    code: str
    try_again_at: float


class Deployed:
    """The live endpoints of a home; a request sees one version from beginning to end."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._live: Mapping[str, Live] = {}
        self._broken: Mapping[str, Broken] = {}
        self._refreshing = threading.Lock()
        self._stop = threading.Event()
        self._loaded = threading.Event()

    @property
    def is_loaded(self) -> bool:
        """Whether every endpoint was looked at once."""
        return self._loaded.is_set()

    def broken(self) -> dict[str, str]:
        """Endpoints whose model could not be loaded, with the code of the reason; the log has the rest."""
        return {name: broken.code for name, broken in self._broken.items()}

    def all(self) -> tuple[Live, ...]:
        """Everything that answers now."""
        return tuple(self._live.values())

    async def find(self, name: str) -> Live:
        """What answers an endpoint, loaded first if it is new.

        Raises
        ------
        MissingThing, Unserved
        """
        live = self._live.get(name)
        return live if live is not None else await anyio.to_thread.run_sync(self.get, name)

    def get(self, name: str) -> Live:
        """The same, for whoever may wait."""
        if name not in self._live:
            self.refresh()
        live = self._live.get(name)
        if live is not None:
            return live
        if name in self._broken:
            raise Unserved(f"The model of {name!r} cannot be loaded.", hint="Publish it again; its log says why.")
        raise MissingThing(f"Nothing answers the endpoint {name!r}.", hint="Publish a model version to it.")

    def start(self) -> None:
        """Keep up with the deployments, in the background."""
        threading.Thread(target=self._follow, name="deployments", daemon=True).start()

    def stop(self) -> None:
        """End the background work."""
        self._stop.set()

    def refresh(self) -> None:
        """Load what is new, let go of what has ended; what cannot be loaded leaves the old one in place."""
        with self._refreshing:
            wanted = self._wanted()
            live = {name: self._live[name] for name in wanted if name in self._live}
            broken = {name: self._broken[name] for name in wanted if name in self._broken}
            for name, entry in wanted.items():
                if name in live and live[name].revision == entry.revision:
                    broken.pop(name, None)
                elif self._is_worth_a_try(broken.get(name), entry):
                    self._load_into(name, entry, live, broken)
            self._live, self._broken = live, broken
            self._loaded.set()

    def _is_worth_a_try(self, broken: Broken | None, entry: Wanted) -> bool:
        return broken is None or broken.revision != entry.revision or time.monotonic() > broken.try_again_at

    def _load_into(self, name: str, entry: Wanted, live: dict[str, Live], broken: dict[str, Broken]) -> None:
        try:
            live[name] = Live(name, entry.revision, entry.model, entry.version, self._load(entry.version_id))
        except Exception as error:  # a model that nobody expected must not keep the others from being served
            code = error.code if isinstance(error, PEOPLE_ERRORS) else "unexpected"
            log.exception("endpoint %s cannot load %s v%s: %s", name, entry.model, entry.version, code)
            broken[name] = Broken(entry.revision, code, time.monotonic() + TRY_AGAIN_SECONDS)
        else:
            broken.pop(name, None)
            log.info("endpoint %s answers with %s v%s", name, entry.model, entry.version)

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
            except PEOPLE_ERRORS as error:
                log.warning("deployments could not be read: %s", error.message)
            except Exception:
                log.exception("deployments could not be read")
            self._stop.wait(REFRESH_SECONDS)

    def _wanted(self) -> dict[str, Wanted]:
        with self._workspace.database.read() as uow:
            return {
                entry.endpoint.name: Wanted(
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


def _typical(values: pa.ChunkedArray) -> Any:
    known = values.drop_null()
    if len(known) == 0:
        return None
    if pa.types.is_integer(known.type) or pa.types.is_floating(known.type) or pa.types.is_temporal(known.type):
        return known.take(pc.sort_indices(known).slice(len(known) // 2, 1))[0].as_py()
    return Counter(known.to_pylist()).most_common(1)[0][0]
