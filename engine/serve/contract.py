"""What callers of an endpoint would notice of another version: fields and answers that are not the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from engine.serve.fields import Field
from engine.serve.scorer import Scorer

Mask = npt.NDArray[np.bool_]
Kind = Literal["added", "removed", "retyped", "tightened", "loosened", "task", "classes"]
WIDER = {("integer", "number")}
"""What callers send as the first is read as the second."""


@dataclass(frozen=True)
class Change:
    """One difference between two versions that a caller may notice.

    Parameters
    ----------
    breaks
        Whether callers that go on as before are refused, or misread an answer.
    """

    kind: Kind
    field: str | None
    words: str
    breaks: bool

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"kind": self.kind, "field": self.field, "words": self.words, "breaks": self.breaks}


def contract_changes(live: Scorer, new: Scorer, *, strict: bool) -> list[Change]:
    """What callers of one version would notice of another."""
    return [*_fields(live.fields, new.fields, strict=strict), *_answers(live, new)]


def _fields(live: Sequence[Field], new: Sequence[Field], *, strict: bool) -> Iterator[Change]:
    before, after = {field.name: field for field in live}, {field.name: field for field in new}
    for name in after.keys() - before.keys():
        optional = after[name].nullable and not strict
        words = f"{name!r} is new; callers do not send it" + (", and it may be missing" if optional else "")
        yield Change("added", name, words, breaks=not optional)
    for name in before.keys() - after.keys():
        words = f"{name!r} is no field any more; " + ("requests with it are refused" if strict else "it is ignored")
        yield Change("removed", name, words, breaks=strict)
    for name in before.keys() & after.keys():
        yield from _field(before[name], after[name])


def _field(before: Field, after: Field) -> Iterator[Change]:
    name = before.name
    if before.family != after.family:
        words = f"{name!r} is {after.type} instead of {before.type}"
        yield Change("retyped", name, words, breaks=(before.family, after.family) not in WIDER)
    if before.nullable and not after.nullable:
        yield Change("tightened", name, f"{name!r} must not be null any more", breaks=True)
    if after.nullable and not before.nullable:
        yield Change("loosened", name, f"{name!r} may be null now", breaks=False)


def _answers(live: Scorer, new: Scorer) -> Iterator[Change]:
    before, after = live.model, new.model
    if before.task != after.task:
        yield Change("task", None, f"it answers a {after.task} instead of a {before.task}", breaks=True)
        return
    gained = [str(label) for label in after.classes if label not in before.classes]
    lost = [str(label) for label in before.classes if label not in after.classes]
    if gained:
        yield Change("classes", None, f"it may answer {', '.join(gained)}, which callers do not know", breaks=True)
    if lost:
        yield Change("classes", None, f"it never answers {', '.join(lost)}", breaks=False)


@dataclass(frozen=True)
class Refusal:
    """Why some records would be refused."""

    field: str
    words: str
    rows: int

    def as_data(self) -> dict[str, Any]:
        """As a JSON document."""
        return {"field": self.field, "words": self.words, "rows": self.rows}


def refused_as_sent(sent: pa.Table, fields: Sequence[Field], *, strict: bool) -> tuple[Mask, list[Refusal]]:
    """Which records a version would refuse if callers sent them as before, and why.

    Parameters
    ----------
    sent
        The fields that callers sent, one row per record.
    """
    reasons: list[tuple[str, str, Mask]] = []
    everything = np.ones(sent.num_rows, dtype=bool)
    known = {field.name for field in fields}
    for field in fields:
        if field.name in sent.column_names:
            reasons += _values(sent.column(field.name), field)
        elif strict or not field.nullable:
            reasons.append((field.name, "is not sent", everything))
    if strict:
        reasons += [(name, "is no field any more", everything) for name in sent.column_names if name not in known]
    mask = np.logical_or.reduce([one for *_, one in reasons]) if reasons else ~everything
    return mask, [Refusal(name, words, int(one.sum())) for name, words, one in reasons if one.any()]


def _values(column: pa.ChunkedArray, field: Field) -> Iterator[tuple[str, str, Mask]]:
    converted, unfit = as_field(column, field)
    if unfit.any():
        yield field.name, f"is no {field.type}", unfit
    gaps = np.asarray(converted.is_null().to_numpy(zero_copy_only=False)) & ~unfit
    if not field.nullable and gaps.any():
        yield field.name, "must not be null", gaps


def as_field(column: pa.ChunkedArray, field: Field) -> tuple[pa.Array, Mask]:
    """A column in the type of a field, and which values it cannot have; those are missing then."""
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    nothing = np.zeros(len(values), dtype=bool)
    if values.type.equals(field.arrow):
        return values, nothing
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if is_text != (field.family == "text"):
        return pa.nulls(len(values), field.arrow), np.asarray(values.is_valid().to_numpy(zero_copy_only=False))
    try:
        return pc.cast(values, field.arrow), nothing
    except pa.ArrowInvalid:
        return _one_by_one(values, field)
    except pa.ArrowNotImplementedError:  # such as a date where a number is wanted
        return pa.nulls(len(values), field.arrow), np.asarray(values.is_valid().to_numpy(zero_copy_only=False))


def _one_by_one(values: pa.Array, field: Field) -> tuple[pa.Array, Mask]:
    found: list[pa.Scalar | None] = []
    for value in values:
        try:
            found.append(value.cast(field.arrow).as_py() if value.is_valid else None)
        except pa.ArrowInvalid:
            found.append(None)
    unfit = np.array([it is None and value.is_valid for it, value in zip(found, values, strict=True)], dtype=bool)
    return pa.array(found, field.arrow), unfit
