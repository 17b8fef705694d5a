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
from storage.repositories.pipelines import DraftEdit, PipelineEntry, Pipelines
from storage.repositories.runs import RunEntry, Runs

__all__ = [
    "Answering",
    "AuditLog",
    "BoardEntry",
    "Boards",
    "Charts",
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
    "RunEntry",
    "Runs",
]
