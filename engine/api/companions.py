"""What goes with a model that answers, beyond its answers: what made it, its intervals, its reasons; each made once."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.evaluate.conformal import Conformal
from engine.api.deployed import Answerer
from engine.evaluation.conformal import intervals_from
from engine.service.modelling.made_by import made_by
from engine.service.modelling.opened_models import OpenedModel
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace

MOST_KEPT = 64


@dataclass(frozen=True)
class Companion:
    """What goes with one model version."""

    opened: OpenedModel
    made_by: Mapping[str, Any]

    @cached_property
    def intervals(self) -> Conformal:
        """How far its predictions are from the truth, learned from rows that it had not seen.

        Raises
        ------
        DataError, MissingThing
        """
        with self.opened.evidence() as evidence:
            return intervals_from(evidence)


class Companions:
    """The companions of the versions that answer; those that were asked longest ago are let go."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kept: OrderedDict[str, Companion] = OrderedDict()
        self._making = threading.Lock()

    def known(self, answerer: Answerer) -> Companion | None:
        """The companion of a version, if it was made before."""
        return self._kept.get(answerer.part.version_id)

    def of(self, answerer: Answerer) -> Companion:
        """The companion of a version.

        Raises
        ------
        NotFound, DamagedFile
        """
        part = answerer.part
        with self._making:
            if part.version_id not in self._kept:
                with self._workspace.database.read() as uow:
                    row = uow.models.get_version(part.version_id)
                files = verified_files(self._workspace, row)
                opened = OpenedModel(self._workspace, part.model, part.version, part.version_id, files, answerer.scorer)
                self._kept[part.version_id] = Companion(opened, made_by(self._workspace, part.version_id).as_data())
            self._kept.move_to_end(part.version_id)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[part.version_id]
