"""Where the split stands: rows get their roles before anything is learned from them.

A model's *line* runs from its origin (a source, or the last node that makes new rows) to the model, along first
inputs. The split is placed before the first learned node on the line; a row keeps its role wherever it stands, because
the role comes from the row's id (a stratified split counts the rows where it stands). What is learned beside the line,
on rows without roles, is refused, and so is a feature that is computed from the answer, or that no endpoint could
compute because another model would have to answer first.
"""

from engine.leakage.answers import answers_in_features
from engine.leakage.leaks import Leak, leaks
from engine.leakage.lines import is_a, line, origin
from engine.leakage.placement import Placement, place_splits
from engine.leakage.unanswered import unanswered

__all__ = ["Leak", "Placement", "answers_in_features", "is_a", "leaks", "line", "origin", "place_splits", "unanswered"]
