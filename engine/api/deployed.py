"""Which models answer now: loaded once, proved on their golden rows, swapped when a deployment changes."""

import hashlib
import logging
import random
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

from engine.api.problems import gone
from engine.errors import PEOPLE_ERRORS, MissingThing, Unserved
from engine.serve.endpoint_settings import EndpointSettings, read_endpoint_settings
from engine.serve.parity import check_parity, plain_value
from engine.serve.scorer import Scorer, load_scorer
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage.repositories import Answering
from storage.schema import Role

REFRESH_SECONDS = 0.5
TRY_AGAIN_SECONDS = 30.0
MOST_WARM = 16
"""So many endpoints keep the models of their revision before."""

log = logging.getLogger("canvasback.api")


@dataclass(frozen=True)
class Part:
    """A model version that shall answer a share of an endpoint's requests, or only listen."""

    version_id: str
    model: str
    version: int
    role: Role
    share: float


@dataclass(frozen=True)
class Wanted:
    """What shall answer an endpoint."""

    endpoint_id: str
    revision: int
    settings: EndpointSettings
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Answerer:
    """A model version that answers, loaded and proved."""

    part: Part
    scorer: Scorer

    @cached_property
    def sample(self) -> dict[str, Any]:
        """A typical record, not one of a person: each field's commonest or middle value."""
        golden = self.scorer.golden()
        return {field.name: plain_value(_typical(golden.column(field.name))) for field in self.scorer.fields}


@dataclass(frozen=True)
class Live:
    """What answers one endpoint, the greatest share first.

    Parameters
    ----------
    answerers
        At least one; their shares add up to 1.
    shadows
        Asked too, without being heard.
    """

    endpoint: str
    endpoint_id: str
    revision: int
    settings: EndpointSettings
    answerers: tuple[Answerer, ...]
    shadows: tuple[Answerer, ...] = ()

    @property
    def main(self) -> Answerer:
        """The version with the greatest share; its fields are those that the schema tells."""
        return self.answerers[0]

    def choose(self, route: str = "") -> Answerer:
        """Who answers a request.

        Parameters
        ----------
        route
            Requests of the same route go to the same version while the shares stay; without one, chance decides.
        """
        if len(self.answerers) == 1:
            return self.main
        place = _place(f"{self.endpoint_id}:{route}") if route else random.random()  # noqa: S311  no secret
        for answerer in self._in_line:
            place -= answerer.part.share
            if place < 0:
                return answerer
        return self._in_line[-1]

    @cached_property
    def _in_line(self) -> tuple[Answerer, ...]:
        """Those who answer, in an order that does not change with their shares, so that few callers change sides."""
        return tuple(sorted(self.answerers, key=lambda it: it.part.version_id))

    def named(self, version: int) -> Answerer:
        """The version with this number, among those that answer.

        Raises
        ------
        MissingThing
        """
        found = next((it for it in self.answerers if it.part.version == version), None)
        if found is None:
            numbers = ", ".join(str(it.part.version) for it in self.answerers)
            raise MissingThing(f"Version {version} does not answer {self.endpoint!r}.", hint=f"There is {numbers}.")
        return found

    def schema(self) -> dict[str, Any]:
        """The endpoint's fields as JSON Schema, with an example."""
        fields = self.main.scorer.fields
        return {
            "endpoint": self.endpoint,
            "model": self.main.part.model,
            "version": self.main.part.version,
            "record": {
                "type": "object",
                "properties": {field.name: field.schema() for field in fields},
                "required": [field.name for field in fields],
                "additionalProperties": False,
                "examples": [self.main.sample],
            },
        }


@dataclass(frozen=True)
class Broken:
    """A model version that cannot be loaded."""

    revision: int
    code: str
    try_again_at: float


@dataclass(frozen=True)
class Published:
    """What a home says of its endpoints at one moment.

    Parameters
    ----------
    wanted
        By name, what shall answer.
    retired
        By name, what callers are told of those that have ended.
    """

    wanted: Mapping[str, Wanted]
    retired: Mapping[str, Mapping[str, Any] | None]


class Deployed:
    """The live endpoints of a home; a request sees one version from beginning to end."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._live: Mapping[str, Live] = {}
        self._broken: Mapping[str, Broken] = {}
        self._ids: Mapping[str, str] = {}
        self._retired: Mapping[str, Mapping[str, Any] | None] = {}
        self._warm: dict[str, Mapping[str, Scorer]] = {}
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

    def id_of(self, name: str) -> str | None:
        """The id of an endpoint that something shall answer."""
        return self._ids.get(name)

    async def find(self, name: str) -> Live:
        """What answers an endpoint, loaded first if it is new.

        Raises
        ------
        MissingThing, Unserved, Gone
        """
        live = self._live.get(name)
        return live if live is not None else await anyio.to_thread.run_sync(self.get, name)

    def get(self, name: str) -> Live:
        """The same, for whoever may wait."""
        if name not in self._live and name not in self._retired:
            self.refresh()
        live = self._live.get(name)
        if live is not None:
            return live
        if name in self._retired:  # the key was looked up just before that
            raise gone(name, self._retired[name])
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
            published = self._published()
            wanted, self._retired = published.wanted, published.retired
            self._ids = {name: entry.endpoint_id for name, entry in wanted.items()}
            live = {name: self._live[name] for name in wanted if name in self._live}
            broken = {name: self._broken[name] for name in wanted if name in self._broken}
            for name, entry in wanted.items():
                if name in live and (live[name].revision, live[name].settings) == (entry.revision, entry.settings):
                    broken.pop(name, None)
                elif self._is_worth_a_try(broken.get(name), entry):
                    self._load_into(name, entry, live, broken)
            self._keep_warm(live)
            self._live, self._broken = live, broken
            self._loaded.set()

    def _is_worth_a_try(self, broken: Broken | None, entry: Wanted) -> bool:
        return broken is None or broken.revision != entry.revision or time.monotonic() > broken.try_again_at

    def _load_into(self, name: str, entry: Wanted, live: dict[str, Live], broken: dict[str, Broken]) -> None:
        told = ", ".join(f"{part.model} v{part.version}" for part in entry.parts)
        try:
            live[name] = self._made(name, entry, live.get(name))
        except Exception as error:  # a model that nobody expected must not keep the others from being served
            code = error.code if isinstance(error, PEOPLE_ERRORS) else "unexpected"
            log.exception("endpoint %s cannot load %s: %s", name, told, code)
            broken[name] = Broken(entry.revision, code, time.monotonic() + TRY_AGAIN_SECONDS)
        else:
            broken.pop(name, None)
            log.info("endpoint %s answers with %s", name, told)

    def _made(self, name: str, entry: Wanted, before: Live | None) -> Live:
        """An endpoint with every version loaded; one that answered just before is not loaded again."""
        loaded = {**self._warm.get(name, {}), **(scorers(before) if before else {})}
        parts = [Answerer(part, loaded.get(part.version_id) or self._load(part.version_id)) for part in entry.parts]
        return Live(
            name,
            entry.endpoint_id,
            entry.revision,
            entry.settings,
            tuple(it for it in parts if it.part.role == "live"),
            tuple(it for it in parts if it.part.role == "shadow"),
        )

    def _keep_warm(self, live: Mapping[str, Live]) -> None:
        """Keep what the revision before had loaded, so that it can come back at once; of a few endpoints."""
        for name, before in self._live.items():
            left = {id: one for id, one in scorers(before).items() if name in live and id not in scorers(live[name])}
            if left:
                self._warm.pop(name, None)  # what was kept last goes last
                self._warm[name] = left
        kept = [name for name in self._warm if name in live][-MOST_WARM:]
        self._warm = {name: self._warm[name] for name in kept}

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self.refresh()
            except PEOPLE_ERRORS as error:
                log.warning("deployments could not be read: %s", error.message)
            except Exception:
                log.exception("deployments could not be read")
            self._stop.wait(REFRESH_SECONDS)

    def _published(self) -> Published:
        with self._workspace.database.read() as uow:
            entries = uow.endpoints.list(limit=10_000)
        wanted = {
            entry.endpoint.name: Wanted(
                entry.endpoint.id,
                entry.answering[0].deployment.revision,
                read_endpoint_settings(entry.endpoint.settings),
                tuple(_part(one) for one in entry.answering),
            )
            for entry in entries
            if entry.answering
        }
        retired = {it.endpoint.name: it.endpoint.sunset for it in entries if it.endpoint.status == "retired"}
        return Published(wanted, retired)

    def _load(self, version_id: str) -> Scorer:
        with self._workspace.database.read() as uow:
            row = uow.models.get_version(version_id)
        scorer = load_scorer(verified_files(self._workspace, row))
        check_parity(scorer)
        return scorer


def scorers(live: Live) -> dict[str, Scorer]:
    """What an endpoint has loaded, by the ids of the versions."""
    return {it.part.version_id: it.scorer for it in (*live.answerers, *live.shadows)}


def _part(one: Answering) -> Part:
    row = one.deployment
    return Part(row.model_version_id, one.model, one.version, row.role, row.share)


def _place(route: str) -> float:
    """A number from 0 to below 1 that is always the same for one text."""
    return int.from_bytes(hashlib.blake2b(route.encode(), digest_size=7).digest()) / 2**56


def _typical(values: pa.ChunkedArray) -> Any:
    known = values.drop_null()
    if len(known) == 0:
        return None
    if pa.types.is_integer(known.type) or pa.types.is_floating(known.type) or pa.types.is_temporal(known.type):
        return known.take(pc.sort_indices(known).slice(len(known) // 2, 1))[0].as_py()
    return Counter(known.to_pylist()).most_common(1)[0][0]
