"""Model versions that are at hand in this process: the model ready to answer, and the rows that were kept with it."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from engine.backends.backend import Limits
from engine.backends.duckdb import DuckDBBackend
from engine.errors import DataError
from engine.evaluation.evidence import Evidence, read_evidence
from engine.explanation.explainer import Explainer, explainer_of
from engine.serve.evidence import EVIDENCE
from engine.serve.modelfile import ModelFile
from engine.serve.scorer import Scorer, load_scorer
from engine.work.publish_endpoint import verified_files
from engine.workspace import Workspace
from storage.repositories.models import Which
from storage.schema import ModelVersion

MOST_OPEN = 3
MEMORY_MB = 512


@dataclass(frozen=True)
class OpenedModel:
    """One version of a model, loaded once; its rows never change."""

    workspace: Workspace
    name: str
    version: int
    version_id: str
    files: Mapping[str, Path]
    scorer: Scorer

    @property
    def model(self) -> ModelFile:
        """What the model is."""
        return self.scorer.model

    @contextmanager
    def evidence(self) -> Iterator[Evidence]:
        """The rows that were kept with it, for as long as they are looked at.

        Raises
        ------
        MissingThing
        """
        limits = Limits(MEMORY_MB, self.workspace.settings.run_threads)
        readable = [path for name, path in self.files.items() if name == EVIDENCE]
        with closing(DuckDBBackend(limits, readable, self.workspace.cache.root)) as backend:
            yield read_evidence(self.files, backend)

    @cached_property
    def held_out(self) -> pa.Table:
        """Rows it had not seen, with reserved columns."""
        with self.evidence() as evidence:
            found = evidence.held_out()
        if not found.num_rows:
            raise DataError("No held-out row was kept with this model.", hint="Give its split a test share.")
        return found

    @cached_property
    def seen(self) -> pa.Table:
        """The model's fields in rows of the data: those it learned from, where they are kept."""
        names = [field.name for field in self.scorer.fields]
        with self.evidence() as evidence:
            learned = evidence.learned_from() if self.model.target else evidence.held_out()
        return (learned if learned.num_rows else self.held_out).select(names)

    @cached_property
    def explainer(self) -> Explainer:
        """Says why it answers as it does."""
        with self.evidence() as evidence:
            return explainer_of(self.scorer, evidence)


def open_model(workspace: Workspace, name: str, version: Which = None) -> OpenedModel:
    """A model version, the latest unless asked otherwise, ready to be asked; the last few stay open.

    Raises
    ------
    NotFound, ServingError
    """
    with workspace.database.read() as uow:
        model = uow.models.by_name(name)
        row = uow.models.version(model.id, version)
    return _opened(workspace, name, row)


def open_version(workspace: Workspace, version_id: str) -> OpenedModel:
    """The model version with this id, be it in the bin.

    Raises
    ------
    NotFound, ServingError
    """
    with workspace.database.read() as uow:
        row = uow.models.get_version(version_id)
        name = uow.models.get(row.model_id).name
    return _opened(workspace, name, row)


def _opened(workspace: Workspace, name: str, row: ModelVersion) -> OpenedModel:
    key = (workspace.home.path, row.id)
    with _OPENING:
        if key not in _OPEN:
            files = verified_files(workspace, row)
            _OPEN[key] = OpenedModel(workspace, name, row.number, row.id, files, load_scorer(files))
        _OPEN.move_to_end(key)
        while len(_OPEN) > MOST_OPEN:
            _OPEN.popitem(last=False)
        return _OPEN[key]


_OPEN: OrderedDict[tuple[Path, str], OpenedModel] = OrderedDict()
_OPENING = threading.Lock()
