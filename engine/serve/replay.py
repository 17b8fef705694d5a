"""What would change: the same records go through the version that answers now and through the one that is to come."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from components.evaluate.conditions import Described
from components.evaluate.error_slices import ErrorSlicesParams
from components.evaluate.slices import find
from components.params import PlainColumns
from engine.errors import InvalidRecord
from engine.serve.contract import Mask, as_field, contract_changes, refused_as_sent
from engine.serve.fields import Field
from engine.serve.parity import plain_value
from engine.serve.scorer import Scored, Scorer

Floats = npt.NDArray[np.float64]
Source = Literal["log", "held-out rows"]
TOLERANCE = 0.05
"""Of numbers: a difference beyond this part of how widely the answers spread counts as a change."""
MOST_EXAMPLES, MOST_MOVES, MOST_SEGMENTS, BINS = 20, 50, 8, 30
LEAST_IN_SEGMENT = 30
PIECE = 1_000


@dataclass(frozen=True)
class Rows:
    """Records that both versions are asked.

    Parameters
    ----------
    fields
        What callers sent, or what the kept rows hold.
    names
        How each row is found again: the ids of predictions, or of rows.
    keys
        Whose request each was; empty where that is not known.
    """

    source: Source
    fields: pa.Table
    names: Sequence[Any]
    keys: Sequence[str] = ()
    words: str = ""


@dataclass(frozen=True)
class Said:
    """What a version said of rows; where it refused, `labels` has None."""

    labels: Sequence[Any]
    chances: Floats | None
    answered: Mask
    seconds: float


def replay(
    live: Scorer, new: Scorer, sent: Rows, compared: Rows, *, strict: bool, tolerance: float | None = None
) -> dict[str, Any]:
    """The change in decisions, as a JSON document.

    Parameters
    ----------
    sent
        Requests as they came, from which it is told who would be refused.
    compared
        Records that have all fields of both; often the same.
    tolerance
        Of numbers, in the unit of the answer; a part of their spread unless given.

    Returns
    -------
    dict
        ``source, rows, compared, changed, share, between, refused, contract, …``: no value of any record, only how the
        records are found again.
    """
    changes = contract_changes(live, new, strict=strict)
    one, other = ask(live, compared.fields), ask(new, compared.fields)
    both = one.answered & other.answered
    report: dict[str, Any] = {
        "source": compared.source,
        "words": compared.words,
        "rows": compared.fields.num_rows,
        "compared": int(both.sum()),
        "task": new.model.task,
        "contract": [change.as_data() for change in changes],
        "breaks": any(change.breaks for change in changes),
        "refused": _refused(live, new, sent, strict=strict),
        "lost": int((one.answered & ~other.answered).sum()),
        "gained": int((other.answered & ~one.answered).sum()),
        "pace": {"live": _pace(one), "new": _pace(other)},
    }
    if not both.any() or live.model.task != new.model.task:
        return {**report, "changed": None, "share": None}
    return {**report, **_compared(live, new, (one, other), both, compared, tolerance)}


def ask(scorer: Scorer, rows: pa.Table) -> Said:
    """What a version says of rows, as far as it takes them; columns it does not know are left out."""
    columns, fit = [], np.ones(rows.num_rows, dtype=bool)
    for field in scorer.fields:
        column, unfit = _column(rows, field)
        columns.append(column)
        fit &= ~unfit
        if not field.nullable:
            fit &= np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
    table = pa.table(columns, names=[field.name for field in scorer.fields])
    if not scorer.fields:
        table = pa.table({"__cb_none": pa.nulls(rows.num_rows)})
    places = np.flatnonzero(fit)
    labels: list[Any] = [None] * rows.num_rows
    width = len(scorer.model.classes)
    chances = np.full((rows.num_rows, width), np.nan) if width else None
    answered = np.zeros(rows.num_rows, dtype=bool)
    began = time.perf_counter()
    for start in range(0, len(places), PIECE):
        piece = places[start : start + PIECE]
        for at, scored in _answered(scorer, table, piece):
            answered[at] = True
            for place, label in zip(at, scored.labels, strict=True):
                labels[place] = label
            if chances is not None and scored.probabilities is not None:
                chances[at] = scored.probabilities
    return Said(labels, chances, answered, time.perf_counter() - began)


def _column(rows: pa.Table, field: Field) -> tuple[pa.Array, Mask]:
    if field.name in rows.column_names:
        return as_field(rows.column(field.name), field)
    return pa.nulls(rows.num_rows, field.arrow), np.zeros(rows.num_rows, dtype=bool)


def _answered(
    scorer: Scorer, table: pa.Table, places: npt.NDArray[np.intp]
) -> list[tuple[npt.NDArray[np.intp], Scored]]:
    """The rows that can be answered; where one cannot, its neighbours are found by halving."""
    if not len(places):
        return []
    try:
        return [(places, scorer.score(table.take(pa.array(places))))]
    except InvalidRecord:
        if len(places) == 1:
            return []
        middle = len(places) // 2
        return _answered(scorer, table, places[:middle]) + _answered(scorer, table, places[middle:])


def _refused(live: Scorer, new: Scorer, sent: Rows, *, strict: bool) -> dict[str, Any]:
    known = [field.name for field in live.fields if field.name in sent.fields.column_names]
    mask, reasons = refused_as_sent(sent.fields.select(known), new.fields, strict=strict)
    everybody, hit = Counter(sent.keys), Counter(key for key, is_hit in zip(sent.keys, mask, strict=False) if is_hit)
    return {
        "source": sent.source,
        "rows": sent.fields.num_rows,
        "new": int(mask.sum()),
        "reasons": [reason.as_data() for reason in sorted(reasons, key=lambda it: -it.rows)],
        "callers": [{"key": key, "rows": rows, "refused": hit[key]} for key, rows in everybody.most_common(MOST_MOVES)],
    }


def _compared(
    live: Scorer, new: Scorer, said: tuple[Said, Said], both: Mask, rows: Rows, tolerance: float | None
) -> dict[str, Any]:
    one, other = said
    places = np.flatnonzero(both)
    if live.model.task == "regression":
        before, after = (np.array([it.labels[at] for at in places.tolist()], dtype=np.float64) for it in said)
        told, size, is_changed = _numbers(before, after, tolerance)
    else:
        before_labels, after_labels = ([it.labels[at] for at in places.tolist()] for it in said)
        told, size, is_changed = _classes(before_labels, after_labels)
        if live.model.task == "clustering":
            told["agreement"] = _agreement(before_labels, after_labels)
        moved = _chance_moved(live, new, one, other, places)
        if moved is not None:
            told["probability"] = {"mean": float(moved.mean()), "p95": _at(moved, 0.95), "largest": float(moved.max())}
            size = size + moved
    changed = int(is_changed.sum())
    table = rows.fields.take(pa.array(places))
    order = np.argsort(-size, kind="stable")[:MOST_EXAMPLES]
    return {
        "changed": changed,
        "share": changed / len(places),
        "between": _between(changed, len(places)),
        **told,
        "segments": _segments(table, live, is_changed),
        "examples": [
            {
                "row": plain_value(rows.names[places[at]]),
                "before": plain_value(one.labels[places[at]]),
                "after": plain_value(other.labels[places[at]]),
            }
            for at in order
            if is_changed[at]
        ],
    }


def _classes(before: Sequence[Any], after: Sequence[Any]) -> tuple[dict[str, Any], Floats, Mask]:
    is_changed = np.array([one != other for one, other in zip(before, after, strict=True)], dtype=bool)
    moves = Counter((str(one), str(other)) for one, other in zip(before, after, strict=True) if one != other)
    first, second = Counter(map(str, before)), Counter(map(str, after))
    told = {
        "moves": [{"from": a, "to": b, "rows": rows} for (a, b), rows in moves.most_common(MOST_MOVES)],
        "mix": [
            {"answer": label, "before": first[label], "after": second[label]}
            for label, _ in (first + second).most_common(MOST_MOVES)
        ],
    }
    return told, is_changed.astype(np.float64), is_changed


def _agreement(before: Sequence[Any], after: Sequence[Any]) -> float:
    """Whether the groups are the same under other numbers: 1 where they are, 0 for chance (adjusted Rand index)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(list(map(str, before)), list(map(str, after))))


def _numbers(before: Floats, after: Floats, tolerance: float | None) -> tuple[dict[str, Any], Floats, Mask]:
    difference = after - before
    allowed = tolerance if tolerance is not None else TOLERANCE * float(before.std())
    size = np.abs(difference)
    is_changed = size > max(allowed, 1e-9)
    counts, edges = np.histogram(difference, bins=BINS)
    quantiles = {f"p{round(100 * share)}": _at(difference, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)}
    told = {
        "tolerance": allowed,
        "difference": {"mean": float(difference.mean()), "mean_absolute": float(size.mean()), **quantiles},
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
    }
    return told, size, is_changed


def _chance_moved(live: Scorer, new: Scorer, one: Said, other: Said, places: npt.NDArray[np.intp]) -> Floats | None:
    """By how much probabilities differ, row by row (half the sum of all differences), where classes are the same."""
    if one.chances is None or other.chances is None or set(live.model.classes) != set(new.model.classes):
        return None
    order = [new.model.classes.index(label) for label in live.model.classes]
    return np.asarray(np.abs(one.chances[places] - other.chances[places][:, order]).sum(axis=1) / 2)


def _segments(table: pa.Table, live: Scorer, is_changed: Mask) -> list[dict[str, Any]]:
    """Segments of one or two columns where more answers change than elsewhere."""
    least = min(LEAST_IN_SEGMENT, len(is_changed) // 8)
    names = [field.name for field in live.fields if field.name in table.column_names]
    if least < 5 or not is_changed.any() or is_changed.all() or not names:
        return []
    params = ErrorSlicesParams(columns=PlainColumns.of(names), depth=2, least_rows=least, most=MOST_SEGMENTS)
    described = {name: Described(name, table.column(name)) for name in names}
    found = find(is_changed.astype(float), described, params, is_share=True)
    return [
        {
            "slice": each.words(),
            "condition": each.expression(),
            "rows": each.rows,
            "share": each.share,
            "changed": each.error,
            "elsewhere": each.elsewhere,
            "p_value": each.chance,
            "is_significant": each.chance < params.significance,
        }
        for each in found
    ]


def _between(changed: int, rows: int) -> list[float]:
    """Where the share lies with 95 % certainty, if other requests are like these (Wilson)."""
    from scipy.stats import binomtest

    interval = binomtest(changed, rows).proportion_ci(method="wilson")
    return [float(interval.low), float(interval.high)]


def _at(values: Floats, share: float) -> float:
    return float(np.quantile(values, share))


def _pace(said: Said) -> float | None:
    """Milliseconds for a thousand records, in batches of that size."""
    rows = int(said.answered.sum())
    return 1e6 * said.seconds / rows if rows else None


def told_in_words(report: Mapping[str, Any]) -> str:
    """A replay in one sentence."""
    if report.get("error"):
        return f"The versions could not be compared: {report['error']}"
    if report["share"] is None:
        return "The answers cannot be compared."
    beyond = " by more than the tolerance" if report["task"] == "regression" else ""
    told = f"{report['changed']:,} of {report['compared']:,} answers change{beyond} ({_percent(report['share'])})"
    refused = report["refused"]["new"]
    more = f"; {refused:,} of {report['refused']['rows']:,} requests would be refused" if refused else ""
    return f"{told}{more}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
