"""The report of a trained model: its metrics and the data of its plots, on the rows it has not seen."""

from typing import Any

from components.evaluate.plots import plots
from engine.backends.backend import Backend
from engine.cache import Entry
from engine.evaluate import read_predictions


def report_model(entry: Entry, backend: Backend) -> dict[str, Any]:
    """What an evaluation of this model would say, made from the predictions kept with it.

    Returns
    -------
    dict
        ``task, rows, metrics, plots``, and ``search`` where the model was searched for
    """
    facts = entry.meta["model"]
    predictions = read_predictions(backend.read([entry.path("predictions")]), backend, facts)
    return {
        "task": predictions.task,
        "rows": len(predictions.truth),
        "metrics": facts["metrics"],
        "plots": plots(predictions),
        **({"search": facts["search"]} if facts.get("search") else {}),
    }
