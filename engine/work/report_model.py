"""The report of a trained model: its metrics and the data of its plots, on the rows it has not seen."""

from dataclasses import replace
from typing import Any

from components.base import Unsupervised
from components.catalog import component
from components.evaluate.evaluate import describe, judge
from engine.backends.backend import Backend
from engine.cache import Entry
from engine.evaluation.predictions import learned_truth, read_grouped, read_predictions


def report_model(entry: Entry, backend: Backend) -> dict[str, Any]:
    """What an evaluation of this model would say, made from the answers kept with it.

    Returns
    -------
    dict
        What `components.evaluate.evaluate` says, with the model's own scores, and ``search`` where it was searched for.
    """
    facts = entry.meta["model"]
    kind = component(facts["component"])
    if issubclass(kind, Unsupervised):
        return describe(read_grouped(kind, backend.read([entry.path("table")]), backend, entry.folder))
    said = read_predictions(backend.read([entry.path("predictions")]), backend, facts)
    predictions = replace(said, learned=learned_truth(entry.folder, facts))
    return {
        **judge(predictions),
        "metrics": facts["metrics"],
        "baseline": facts["baseline"],
        **({"search": facts["search"]} if facts.get("search") else {}),
    }
