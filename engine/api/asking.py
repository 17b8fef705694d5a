"""Asking a model: the one way from any protocol to an answer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from engine.api.answering import Asked, Batch, Share
from engine.api.batching import Batching
from engine.api.deployed import Answerer, Deployed, Live
from engine.api.minutes import Minutes
from engine.api.noting import Note, Noting
from engine.api.shadows import Shadows
from engine.serve.records import Mistake, check_list
from engine.serve.scorer import Scored, answers
from engine.workspace import Workspace


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Parameters
    ----------
    key
        The beginning of the key, by which people know it.
    route
        What keeps requests with the same version, where several share the traffic.
    version
        The only version that shall answer, where a protocol can name one.
    """

    key: str = ""
    route: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Answered:
    """What one request was answered."""

    live: Live
    by: Answerer
    share: Share

    @property
    def rows(self) -> pa.Table:
        """The records as the model read them."""
        return self.share.rows

    @property
    def scored(self) -> Scored:
        """What the model said."""
        return self.share.scored

    @property
    def ids(self) -> Sequence[str]:
        """The id of each prediction."""
        return self.share.ids

    @property
    def warnings(self) -> Sequence[Mistake]:
        """What was read in another way than it was written, by an endpoint that is lenient."""
        return self.share.warnings

    def predictions(self) -> list[dict[str, Any]]:
        """One answer per record, as it is sent."""
        return answers(self.scored, self.by.scorer.model, self.ids)

    def document(self) -> dict[str, Any]:
        """The answer of `predict`."""
        part = self.by.part
        told = {"predictions": self.predictions(), "model": part.model, "version": part.version}
        return {**told, "warnings": [one.as_data() for one in self.warnings]} if self.warnings else told


class Asking:
    """Chooses who answers, reads the records, lets the model answer, and keeps what was asked."""

    def __init__(self, deployed: Deployed, workspace: Workspace) -> None:
        self._deployed = deployed
        self._most = workspace.settings.request_max_records
        self._noting = Noting(workspace.served)
        self._shadows = Shadows(self._noting)
        self._minutes = Minutes(workspace.database)
        self._batching = Batching(workspace.settings.request_concurrency, self._done)

    @property
    def minutes(self) -> Minutes:
        """What was asked of each endpoint, by the minute."""
        return self._minutes

    @property
    def dropped(self) -> dict[str, int]:
        """Predictions that were answered, but are not in the log; and those that no shadow was asked for."""
        return {"log": self._noting.dropped, "shadows": self._shadows.dropped}

    def start(self) -> None:
        """Begin to keep what is asked, in the background."""
        self._noting.start()
        self._shadows.start()
        self._minutes.start()

    def stop(self) -> None:
        """Answer what is being computed, and write down what was not yet written."""
        self._batching.stop()
        self._shadows.stop()
        self._noting.stop()
        self._minutes.stop()

    async def ask(self, endpoint: str, records: Any, caller: Caller) -> Answered:
        """Answer the records of one request, all by the same version.

        Raises
        ------
        InvalidRecord, MissingThing, Unserved
        """
        since = time.perf_counter()
        live = await self._deployed.find(endpoint)
        route = caller.key if not caller.route and live.settings.sticky == "key" else caller.route
        by = live.choose(route) if caller.version is None else live.named(caller.version)
        check_list(records, self._most)
        told = await self._batching.ask(live, by, Asked(records, caller.key, since))
        if isinstance(told, Exception):
            raise told
        return Answered(live, by, told)

    def _done(self, batch: Batch) -> None:
        self._minutes.answered(batch.live.endpoint_id, batch.rows.num_rows, batch.waiting)
        self._noting.note(Note.of(batch))
        self._shadows.ask(batch)
