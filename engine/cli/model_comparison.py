"""Put models side by side."""

from typing import Annotated, Any

import typer

from engine.cli.models import app
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say
from engine.cli.table import print_table

NONE = "–"


@app.command("compare")
@guarded
def model_compare(
    references: Annotated[list[str], typer.Argument(help="Two to eight models, each NAME:VERSION or NAME.")],
    metric: Annotated[str | None, typer.Option("--metric", help="What decides; the usual metric unless given.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Compare models on the rows that none of them saw: scores, significance, disagreement, params, data, cost."""
    from engine.service.modelling.model_comparison import compare_models

    found = compare_models(open_home(home), references, metric)
    print_json(found.model_dump(mode="json")) if as_json else print_models(found)


def print_models(found: Any) -> None:
    names = [side.name for side in found.sides]
    say(found.verdict, bold=True)
    say()
    _print_metrics(found, names)
    if found.answers:
        _print_answers(found.answers)
    _print_differences("Params", names, [row for row in found.params if row.differs])
    _print_differences("Data", names, [row for row in found.data if row.differs])
    for note in found.data_notes:
        say(f"  {note}")
    _print_cost(found.sides)


def _print_metrics(found: Any, names: list[str]) -> None:
    metrics = found.answers.metrics if found.answers else found.metrics
    rows = [
        (it.metric, *(_score(value, is_best=place in it.best) for place, value in enumerate(it.values)))
        for it in metrics
    ]
    where = "" if found.answers else " (each on its own test rows)"
    print_table((f"Metric{where}", *names), rows, numbers=frozenset(range(1, len(names) + 1)))
    say("  * is the best of its line")


def _print_answers(answers: Any) -> None:
    from engine.service.modelling.model_comparison import chance_words

    say()
    rows = [
        (
            it.name,
            f"{it.value:.4f}",
            f"{it.low:.4f} to {it.high:.4f}",
            NONE if it.chance is None else f"p {chance_words(it.chance)}",
            NONE
            if it.mcnemar is None
            else f"{it.only_best_right} : {it.only_this_right}, p {chance_words(it.mcnemar)}",
        )
        for it in answers.standings
    ]
    titles = (answers.metric, "Score", "Interval", "Beside the best", "Only the best right : only this (McNemar)")
    print_table(titles, rows, numbers=frozenset({1}))
    told = answers.disagreement
    share = told.rows / answers.rows
    say(f"  They say different things of {told.rows:,} of {answers.rows:,} rows ({100 * share:.1f} %).")
    for segment in told.segments:
        say(f"    most where {segment.words}: {100 * segment.share:.0f} % instead of {100 * segment.elsewhere:.0f} %")


def _print_differences(title: str, names: list[str], rows: list[Any]) -> None:
    say()
    if not rows:
        say(f"  {title}: no difference")
        return
    print_table((title, *names), [(row.what, *row.values) for row in rows])


def _print_cost(sides: list[Any]) -> None:
    from engine.service.amounts import seconds, size

    say()
    told = [("Training", *(seconds(side.seconds) for side in sides)), ("Size", *(size(side.bytes) for side in sides))]
    print_table(("Cost", *(side.name for side in sides)), told, numbers=frozenset(range(1, len(sides) + 1)))


def _score(value: float | None, *, is_best: bool) -> str:
    return NONE if value is None else f"{value:.4f}{' *' if is_best else '  '}"
