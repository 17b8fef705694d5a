"""Look up predictions."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import endpoints
from engine.cli.shared import AsJson, Home, guarded, open_home, print_json, say

if TYPE_CHECKING:
    from engine.service.serving.receipts import ReceiptView


@endpoints.app.command("receipt")
@guarded
def endpoint_receipt(
    endpoint: Annotated[str, typer.Argument(help="The endpoint.")],
    prediction: Annotated[str, typer.Argument(help="The id of the prediction.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Look up a prediction: what was asked and answered, by what, and whether the model still answers the same."""
    from engine.service.serving.receipts import get_receipt

    found = get_receipt(open_home(home), endpoint, prediction)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    for name, told in _lines(found):
        say(f"{name:12} {told}")


def _lines(found: "ReceiptView") -> list[tuple[str, str]]:
    made = found.made_by
    model = f"{found.model} v{found.version}" if found.model else "a model version that was deleted since"
    read = ", ".join(f"{it.dataset} v{it.version}" for it in made.datasets) if made else ""
    pipeline = f"{made.pipeline} v{made.pipeline_version}, run {made.run}" if made and made.pipeline else "–"
    return [
        ("When", f"{found.at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Model", f"{model} (revision {found.revision})"),
        ("Pipeline", pipeline),
        ("Data", read or "–"),
        ("Asked", _json(found.record)),
        *([("Not kept", ", ".join(found.masked))] if found.masked else []),
        ("Answered", _json(found.answer.prediction)),
        ("Truth", _json(found.outcome.value) if found.outcome else "not known"),
        ("Again", found.recomputed.words),
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
