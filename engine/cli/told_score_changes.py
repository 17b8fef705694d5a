"""Why a score changed, as the command line tells it."""

from typing import Any

from engine.cli.shared import say
from engine.cli.table import print_table


def why_data(found: Any) -> dict[str, Any]:
    return {**found.model_dump(mode="json"), "change": found.change, "in_words": _sentence(found)}


def print_why(found: Any) -> None:
    say(_sentence(found), bold=True)
    rows = [(part.name, f"{part.amount:+.4g}", "; ".join(part.changes)) for part in found.parts]
    print_table(
        ("What", "Part", "What changed"), [*rows, ("together", f"{found.change:+.4g}", "")], numbers=frozenset({1})
    )
    for note in found.notes:
        say(f"  {note}")


def _sentence(found: Any) -> str:
    from engine.service.running.score_changes import in_words

    return in_words(found, found.metric, "{:.4g}".format)
