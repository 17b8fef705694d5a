"""Find groups of rows that are alike."""

from engine.drafting.beginning import begin, told
from engine.drafting.drawn import Draft
from engine.drafting.features import encode
from engine.drafting.goal import Goal
from engine.drafting.known import Known
from engine.drafting.sketch import Sketch
from engine.drafting.unsupervised import learned_from, make_room, names_a_row, needs_columns
from engine.drafting.uses import uses_of

GROUPS = 4


def draft_groups(known: Known, goal: Goal, name: str) -> Draft:
    """Draw how rows are put into groups.

    Raises
    ------
    UnfitForTraining
        Where no column tells rows apart.
    """
    uses = uses_of(
        known, only=("number", "flag", "category"), keep=names_a_row,
        no_use="is a date, a sentence or a name, by which groups would be about that alone",
    )  # fmt: skip
    needs_columns(known, uses, "group rows by")
    sketch = Sketch()
    sketch.stage("The rows and columns", "blue")
    last = begin(sketch, known, uses.used, uses.left_out)
    sketch.stage("Columns become comparable", "green")
    last = encode(sketch, uses, "encode_frequency", last)
    numbers = {"columns": {"select": "numeric", "except": list(uses.kept)}} if uses.kept else {"columns": "numeric"}
    if uses.of("number"):
        why = "Distances need a number everywhere: gaps get the median."
        last = sketch.step("impute_median", numbers, "Fill numbers", why, last)
    if flags := [one.name for one in uses.of("flag") if one.has_gaps]:
        why = "Distances need an answer everywhere: gaps get the more frequent one."
        last = sketch.step("impute_mode", {"columns": flags}, "Fill flags", why, last)
    if uses.of("number"):
        why = "On one scale no column counts more only because its numbers are larger."
        last = sketch.step("standardize", numbers, "One scale", why, last)
    sketch.stage("Groups are found", "orange")
    last, kept = make_room(sketch, known, uses, ("cluster",), last)
    count = max(1, min(GROUPS, known.profile.rows))
    why = f"Puts each row to the nearest of {count} centres. Try other numbers: a silhouette nearer to 1 is better."
    params = {"n_clusters": count, **learned_from(kept)}
    groups = sketch.step("k_means", params, f"{count} groups", why, last)
    why = "How far the groups are apart, how large they are, and in which columns they differ from all rows."
    sketch.step("evaluate", {}, "What the groups are", why, f"{groups}.model", "model")
    why = "How many rows each group has; choose other columns to see them by."
    sketch.step("chart", {"kind": "bar", "x": "cluster"}, "Sizes", why, f"{groups}.table")
    summary = f"Finds {count} groups of rows that are alike, by {len(uses.used):,} columns."
    return Draft(sketch.pipeline(name, told(summary, uses.left_out)), summary, uses.left_out)
