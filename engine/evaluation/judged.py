"""A report on a model made from the rows that are kept with it, for a version whose own report is gone."""

from dataclasses import replace

from components.base import Report
from components.evaluate.evaluate import judge
from engine.evaluation.evidence import Evidence
from engine.evaluation.predictions import as_answers
from engine.serve.evidence import TRUTH


def judged(evidence: Evidence) -> Report:
    """What an evaluation says of a model with a target, from the held-out rows that were kept.

    Scores are those of these rows: of a larger table they are a sample.

    Raises
    ------
    DataError
        When no held-out row is kept.
    """
    model = evidence.model
    learned = as_answers(evidence.learned_from().column(TRUTH), model.task, model.classes)
    return judge(replace(evidence.predictions(), learned=learned))
