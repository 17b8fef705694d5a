"""Holding a table to the rules of its dataset."""

from engine.execute.rules.check import check_rules
from engine.execute.rules.expectation import Expectation, Severity, read_rule
from engine.execute.rules.outcome import Checked, Outcome
from engine.execute.rules.stored import check_stored

__all__ = ["Checked", "Expectation", "Outcome", "Severity", "check_rules", "check_stored", "read_rule"]
