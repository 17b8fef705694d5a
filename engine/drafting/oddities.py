"""Find rows that are unlike all others."""

from engine.drafting.beginning import begin, told
from engine.drafting.drawn import Draft
from engine.drafting.features import encode
from engine.drafting.goal import Goal
from engine.drafting.known import Known
from engine.drafting.sketch import Sketch
from engine.drafting.unsupervised import learned_from, make_room, names_a_row, needs_columns
from engine.drafting.uses import uses_of

SHARE = 0.01


def draft_odd_rows(known: Known, goal: Goal, name: str) -> Draft:
    """Draw how strange rows are found.

    Raises
    ------
    UnfitForTraining
        Where no column tells rows apart.
    """
    uses = uses_of(
        known, only=("number", "flag", "category", "many"), keep=names_a_row,
        no_use="is a date or a sentence, which is different in every row",
    )  # fmt: skip
    needs_columns(known, uses, "tell odd rows by")
    sketch = Sketch()
    sketch.stage("The rows and columns", "blue")
    last = begin(sketch, known, uses.used, uses.left_out)
    sketch.stage("Columns become numbers", "green")
    last = encode(sketch, uses, "encode_frequency", last)
    sketch.stage("Odd rows are found", "orange")
    last, kept = make_room(sketch, known, uses, ("anomaly", "anomaly_score"), last)
    why = f"Parts rows by chance: what is alone after a few cuts is odd. The oddest {SHARE:.0%} are flagged."
    params = {"contamination": SHARE, **learned_from(kept)}
    forest = sketch.step("isolation_forest", params, "Isolation forest", why, last)
    why = "In which columns the flagged rows differ from all others."
    sketch.step("evaluate", {}, "What is odd about them", why, f"{forest}.model", "model")
    sketch.line()
    why = "Only the flagged rows go on, to be looked at by somebody."
    odd = sketch.step("filter_rows", {"condition": "anomaly"}, "Only odd rows", why, f"{forest}.table")
    why = "The oddest first: the score says how quickly a row was alone."
    by = {"by": ["anomaly_score"], "descending": ["anomaly_score"]}
    sketch.step("sort_rows", by, "The oddest first", why, odd)
    summary = f"Finds the {SHARE:.0%} of the rows that are most unlike the others, by {len(uses.used):,} columns."
    return Draft(sketch.pipeline(name, told(summary, uses.left_out)), summary, uses.left_out)
