"""How the state of a rule looks: a word, an icon and a colour, and a mark for each version before."""

from collections.abc import Sequence

from engine.service.amounts import count
from engine.service.data.rule_views import RuleState, RuleView
from ui.words import State, percent

UNTOLD = {
    "kept": State("Kept", ":material/check_circle:", "green"),
    "changed": State("Changed", ":material/edit_note:", "gray"),
    "unchecked": State("Not checked", ":material/schedule:", "gray"),
}
BROKEN = {
    "warn": State("Broken", ":material/warning:", "orange"),
    "stop": State("Broken", ":material/error:", "red"),
}
LEVELS = {"warn": "tells", "stop": "holds back"}
DOTS = 12
"""Versions that have a mark."""


def look_of(rule: RuleView) -> State:
    """How it stands."""
    return BROKEN[rule.severity] if rule.is_broken else UNTOLD[rule.state]


def marks(rule: RuleView) -> str:
    """A mark for each version, the oldest first: their shapes differ, too."""
    return "".join(_mark(one, rule.severity) for one in rule.history[-DOTS:]) or ":gray[–]"


def _mark(one: RuleState, severity: str) -> str:
    if one.state == "kept":
        return ":green[●]"
    return ":red[■]" if severity == "stop" else ":orange[▲]"


def told_history(history: Sequence[RuleState]) -> str:
    """The same in words."""
    return "  \n".join(f"v{one.version}: {_words(one)}" for one in history[-DOTS:])


def _words(one: RuleState) -> str:
    if one.state == "unfit":
        return "does not fit"
    rows = failing_words(one.failing, one.share)
    return f"{'kept' if one.state == 'kept' else 'broken'}{f', {rows}' if one.failing else ''}"


def failing_words(failing: int, share: float) -> str:
    """How many rows fail."""
    return f"{count(failing, 'row')} ({percent(share)})"
