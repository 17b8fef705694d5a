"""The questions we ask the metadata, one file per noun."""

from storage.repositories.alert_rules import AlertRules, RuleEntry
from storage.repositories.alerts import Alerts
from storage.repositories.audit import AuditLog
from storage.repositories.batches import BatchEntry, Batches, ScoringEntry
from storage.repositories.boards import BoardEntry, Boards
from storage.repositories.canaries import Canaries
from storage.repositories.channels import Channels
from storage.repositories.charts import Charts
from storage.repositories.connections import Connections
from storage.repositories.datasets import DatasetEntry, Datasets
from storage.repositories.deliveries import Deliveries, DeliveryEntry
from storage.repositories.ended import Ended
from storage.repositories.endpoint_pages import EndpointPages
from storage.repositories.endpoints import Answering, EndpointEntry, Endpoints, Reason
from storage.repositories.jobs import Jobs
from storage.repositories.keys import Keys, KnownKey
from storage.repositories.lineage import LineageRow
from storage.repositories.models import ModelEntry, Models
from storage.repositories.outcomes import Outcomes
from storage.repositories.pipelines import DraftEdit, PipelineEntry, Pipelines, VersionEntry
from storage.repositories.policies import Policies, PolicyEntry, RoundEntry
from storage.repositories.presences import Presences
from storage.repositories.publications import Publications
from storage.repositories.registry import AliasEntry, BinEntry, Registry
from storage.repositories.rules import CheckEntry, Rules
from storage.repositories.run_index import RunIndex
from storage.repositories.runs import RunEntry, Runs, VersionRun
from storage.repositories.score_changes import ScoreChanges
from storage.repositories.slots import Slots
from storage.repositories.syncs import SyncEntry, Syncs
from storage.repositories.traffic import BUCKETS, Counts, Traffic
from storage.repositories.triggers import TriggerEntry, Triggers
from storage.repositories.watching import Watching

__all__ = [
    "BUCKETS",
    "AlertRules",
    "Alerts",
    "AliasEntry",
    "Answering",
    "AuditLog",
    "BatchEntry",
    "Batches",
    "BinEntry",
    "BoardEntry",
    "Boards",
    "Canaries",
    "Channels",
    "Charts",
    "CheckEntry",
    "Connections",
    "Counts",
    "DatasetEntry",
    "Datasets",
    "Deliveries",
    "DeliveryEntry",
    "DraftEdit",
    "Ended",
    "EndpointEntry",
    "EndpointPages",
    "Endpoints",
    "Jobs",
    "Keys",
    "KnownKey",
    "LineageRow",
    "ModelEntry",
    "Models",
    "Outcomes",
    "PipelineEntry",
    "Pipelines",
    "Policies",
    "PolicyEntry",
    "Presences",
    "Publications",
    "Reason",
    "Registry",
    "RoundEntry",
    "RuleEntry",
    "Rules",
    "RunEntry",
    "RunIndex",
    "Runs",
    "ScoreChanges",
    "ScoringEntry",
    "Slots",
    "SyncEntry",
    "Syncs",
    "Traffic",
    "TriggerEntry",
    "Triggers",
    "VersionEntry",
    "VersionRun",
    "Watching",
]
