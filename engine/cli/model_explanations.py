"""Ask a model why, and what it means for groups of people."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.models import app
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say

if TYPE_CHECKING:
    from engine.service.modelling.fairness import FairnessView
    from engine.service.modelling.what_if import ExplainedView

MOST_REASONS = 10
Reference = Annotated[str, typer.Argument(help="NAME or NAME:VERSION.")]
Positive = Annotated[str | None, typer.Option("--class", help="The class whose probability is told.")]


@app.command("explain")
@guarded
def model_explain(
    reference: Reference,
    row: Annotated[str | None, typer.Option(help="A held-out row: its number, or a value that it alone has.")] = None,
    given: Annotated[Path | None, typer.Option("--input", help="A JSON file of one record, or of a list.")] = None,
    label: Positive = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Say what each column adds to a model's answer for single rows."""
    from engine.service.modelling.held_rows import row_with
    from engine.service.modelling.models import split_reference
    from engine.service.modelling.what_if import explain_row

    if (row is None) == (given is None):
        raise typer.BadParameter("give either --row or --input", param_hint="--row")
    workspace, (name, version) = open_home(home), split_reference(reference)
    held = row_with(workspace, name, version, row) if row is not None else None
    records = [held.record] if held else read_records(given) if given else []
    told = [explain_row(workspace, name, version, record, label) for record in records]
    if as_json:
        known = held.model_dump(mode="json", include={"row", "others", "truth"}) if held else {}
        print_json([{**known, **each.model_dump(mode="json")} for each in told])
        return
    for each in told:
        _say_reasons(each)


@app.command("fairness")
@guarded
def model_fairness(
    reference: Reference,
    group: Annotated[list[str], typer.Option(help="A column that says which group a row belongs to; may be repeated.")],
    label: Positive = None,
    largest_difference: Annotated[float, typer.Option(min=0, max=1, help="Warn when rates are further apart.")] = 0.1,
    smallest_ratio: Annotated[
        float, typer.Option(min=0, max=1, help="Warn when the lowest selection rate is less of the highest.")
    ] = 0.8,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Compare what a model means for different groups of people."""
    from engine.service.modelling.fairness import fairness_of
    from engine.service.modelling.models import split_reference

    name, version = split_reference(reference)
    found = fairness_of(
        open_home(home),
        name,
        version,
        group,
        label=label,
        largest_difference=largest_difference,
        smallest_ratio=smallest_ratio,
    )
    if as_json:
        print_json([view.model_dump(mode="json") for view in found])
        return
    for view in found:
        _say_groups(view)


def read_records(file: Path) -> list[dict[str, Any]]:
    """The records in a JSON file: one, a list, or a request with ``records``.

    Raises
    ------
    CanvasbackError
    """
    from engine.errors import CanvasbackError

    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CanvasbackError(f"{file} is no JSON file that can be read.", hint="Give a record, or a list.") from error
    found = document.get("records", [document]) if isinstance(document, dict) else document
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise CanvasbackError(f"{file} holds no records.", hint='Write {"column": value, …}, or a list of these.')
    return found


def _say_reasons(view: "ExplainedView") -> None:
    of = view.answer.probabilities.get(str(view.answer.prediction))
    say(f"{view.answer.prediction}{f' ({100 * of:.1f} %)' if of is not None else ''}", bold=True)
    if view.reasons is None:
        say(view.refused)
        return
    told = view.reasons
    say(f"  {told.unit}{f' of {told.of}' if told.of is not None else ''}, mean of other rows {told.base:+.4f}")
    for reason in told.reasons[:MOST_REASONS]:
        say(f"  {reason.contribution:+.4f}  {reason.column} = {reason.value}")
    rest = told.reasons[MOST_REASONS:]
    if rest:
        say(f"  {sum(reason.contribution for reason in rest):+.4f}  {len(rest)} other columns")
    say(f"  {told.answer:+.4f}  together")


def _say_groups(view: "FairnessView") -> None:
    say(view.verdict, bold=True)
    names = list(view.groups[0].rates) if view.groups else []
    say(f"  {'group':24} {'rows':>7} " + " ".join(f"{name[:15]:>15}" for name in names))
    for group in view.groups:
        rates = " ".join(f"{'–' if rate.value is None else f'{rate.value:.4g}':>15}" for rate in group.rates.values())
        say(f"  {group.name[:24]:24} {group.rows:7,} {rates}{'' if group.is_compared else '  too few to judge'}")
    for measure in view.measures:
        border = "at least" if measure.is_ratio else "at most"
        say(f"  {measure.title:32} {measure.value:.4f}  ({border} {measure.limit:g}): {measure.judgement}")
    for note in view.notes:
        say(f"  {note}")
