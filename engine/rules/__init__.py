"""Holding a table to the rules of its dataset."""

from engine.rules.check import check_rules
from engine.rules.expectation import Expectation, Severity, read_rule
from engine.rules.outcome import Checked, Outcome
from engine.rules.stored import check_stored

__all__ = ["Checked", "Expectation", "Outcome", "Severity", "check_rules", "check_stored", "read_rule"]
