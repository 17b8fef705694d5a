"""The parts of train rows that a model holds out to compare others, each prepared by what the others taught."""

from collections.abc import Iterable
from typing import Any

import ibis.expr.types as ir
import numpy as np

from components.base import Estimator
from components.ensembles.trying import Part
from components.ports import ROLE
from engine.backends.backend import Backend
from engine.train.explain import stacked
from engine.train.loading import load_rows
from engine.train.matrix import learn_spec
from engine.train.predict import truth
from engine.train.target import Classes


def inner_parts(
    component: Estimator[Any], tables: Iterable[ir.Table], classes: Classes | None, backend: Backend
) -> list[Part]:
    """A matrix of its own for each part: it may have other columns, and other rows, than that of all train rows.

    Parameters
    ----------
    tables
        With the roles ``train`` and ``test`` for what is learned from and what is held out.

    Returns
    -------
    list of Part
        Without those that nothing can be compared on: no rows, or not every class to learn, or one to be scored.

    Raises
    ------
    UnfitForTraining
    """
    parts = (_part(component, table, classes, backend) for table in tables)
    return [part for part in parts if part is not None and (classes is None or _tells(part, classes))]


def _tells(part: Part, classes: Classes) -> bool:
    return len(np.unique(part.target[part.known])) == len(classes.labels) and len(np.unique(part.truth)) > 1


def _part(component: Estimator[Any], table: ir.Table, classes: Classes | None, backend: Backend) -> Part | None:
    rows = table.filter(table[component.params.target].notnull())
    own, held = rows.filter(rows[ROLE] == "train"), rows.filter(rows[ROLE] == "test")
    counts = backend.rows(own), backend.rows(held)
    if not all(counts):
        return None
    spec = learn_spec(own, list(component.params.features), backend, None, component.precision)
    spec = spec.sparse_where_it_pays() if component.takes_sparse else spec
    loaded = [load_rows(component, each, spec, count, backend) for each, count in zip((own, held), counts, strict=True)]
    matrices, answers = [each.matrix for each in loaded], [truth(each.labels, classes) for each in loaded]
    known, held_out = np.split(np.arange(sum(map(len, answers))), [len(answers[0])])
    target = np.concatenate(answers)
    if classes:  # a label that no train row has when all of them are prepared together
        known, held_out = (places[target[places] >= 0] for places in (known, held_out))
    weights = [each.beside() for each in loaded]
    return Part(
        stacked(matrices),
        target,
        known,
        held_out,
        {name: np.concatenate([each[name] for each in weights]) for name in weights[0]},
        spec.number_places(),
    )
