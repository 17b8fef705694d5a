"""What is wrong with a drawing, where, and how to mend it with one click."""

from engine.checks.facts import Facts, TableFacts
from engine.checks.problems import Fix, Problem, Severity, apply_fix
from engine.checks.review import Review, problems, review
from engine.checks.wires import MESSAGES, can_edge, check_edge, edge_refusal

__all__ = [
    "MESSAGES",
    "Facts",
    "Fix",
    "Problem",
    "Review",
    "Severity",
    "TableFacts",
    "apply_fix",
    "can_edge",
    "check_edge",
    "edge_refusal",
    "problems",
    "review",
]
