"""Changes of a drawing that what comes after follows: columns renamed, retyped, or standing in for others."""

from engine.refactor.alike import most_alike
from engine.refactor.edited import later_uses
from engine.refactor.open_trial import Columns, Opened, open_trial
from engine.refactor.proposal import Change, Proposal
from engine.refactor.rename import rename_column
from engine.refactor.retype import retype_column
from engine.refactor.stand_in import stand_in

__all__ = [
    "Change", "Columns", "Opened", "Proposal", "later_uses", "most_alike", "open_trial", "rename_column",
    "retype_column", "stand_in",
]  # fmt: skip
