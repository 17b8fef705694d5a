"""The report of a trained model: its metrics and the data of its plots, on the rows it has not seen."""

from typing import Any

from components.base import Unsupervised
from components.catalog import component
from components.evaluate.evaluate import describe
from components.evaluate.plots import plots
from engine.backends.backend import Backend
from engine.cache import Entry
from engine.evaluate import read_grouped, read_predictions


def report_model(entry: Entry, backend: Backend) -> dict[str, Any]:
    """What an evaluation of this model would say, made from the answers kept with it.

    Returns
    -------
    dict
        ``task, rows, metrics, plots``, and ``search`` where the model was searched for
    """
    facts = entry.meta["model"]
    kind = component(facts["component"])
    if issubclass(kind, Unsupervised):
        return describe(read_grouped(kind, backend.read([entry.path("table")]), backend, entry.folder))
    predictions = read_predictions(backend.read([entry.path("predictions")]), backend, facts)
    return {
        "task": predictions.task,
        "rows": len(predictions.truth),
        "metrics": facts["metrics"],
        "plots": plots(predictions),
        **({"search": facts["search"]} if facts.get("search") else {}),
    }
