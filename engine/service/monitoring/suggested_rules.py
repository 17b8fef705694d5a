"""Alert rules that are worth having for any endpoint."""

from engine.service.monitoring.alert_rules import NewRule, list_rules
from engine.service.monitoring.measures import DAY
from engine.workspace import Workspace


def suggested_rules(endpoint: str) -> list[NewRule]:
    """What is worth watching of any endpoint."""
    return [
        NewRule(subject=endpoint, measure="drift_worst", limit=0.25, window_minutes=DAY),
        NewRule(subject=endpoint, measure="errors", limit=5, looks=2, severity="critical"),
        NewRule(subject=endpoint, measure="latency_p95", limit=500, looks=5),
        NewRule(subject=endpoint, measure="requests", condition="absent", window_minutes=DAY),
    ]


def missing_suggestions(workspace: Workspace, endpoint: str) -> list[NewRule]:
    """The suggested rules of an endpoint that has none for the same measure and condition."""
    known = {(rule.measure, rule.condition) for rule in list_rules(workspace, ("endpoint", endpoint))}
    return [rule for rule in suggested_rules(endpoint) if (rule.measure, rule.condition) not in known]
