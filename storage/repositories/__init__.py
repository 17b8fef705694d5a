"""The questions we ask the metadata, one file per noun."""

from storage.repositories.audit import AuditLog
from storage.repositories.boards import BoardEntry, Boards
from storage.repositories.charts import Charts
from storage.repositories.connections import Connections
from storage.repositories.datasets import DatasetEntry, Datasets
from storage.repositories.endpoints import Answering, EndpointEntry, Endpoints
from storage.repositories.jobs import Jobs
from storage.repositories.lineage import LineageRow
from storage.repositories.models import ModelEntry, Models
from storage.repositories.pipelines import DraftEdit, PipelineEntry, Pipelines, VersionEntry
from storage.repositories.presences import Presences
from storage.repositories.rules import CheckEntry, Rules
from storage.repositories.runs import RunEntry, Runs, VersionRun
from storage.repositories.score_changes import ScoreChanges
from storage.repositories.syncs import SyncEntry, Syncs
from storage.repositories.triggers import TriggerEntry, Triggers

__all__ = [
    "Answering",
    "AuditLog",
    "BoardEntry",
    "Boards",
    "Charts",
    "CheckEntry",
    "Connections",
    "DatasetEntry",
    "Datasets",
    "DraftEdit",
    "EndpointEntry",
    "Endpoints",
    "Jobs",
    "LineageRow",
    "ModelEntry",
    "Models",
    "PipelineEntry",
    "Pipelines",
    "Presences",
    "Rules",
    "RunEntry",
    "Runs",
    "ScoreChanges",
    "SyncEntry",
    "Syncs",
    "TriggerEntry",
    "Triggers",
    "VersionEntry",
    "VersionRun",
]
