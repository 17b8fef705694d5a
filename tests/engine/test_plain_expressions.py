"""An expression taken along in plain scikit-learn, or as ONNX, gives there what it gives here."""

import datetime as dt
from contextlib import suppress
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import HealthCheck, given, settings

from components import expressions
from components.columns.cast import Cast, CastParams
from components.params import AnyColumns
from engine.serve.exports.onnx_file import _tensor
from engine.serve.exports.plain.columns import Column, Given, TooIntricate, side_by_side, thawed
from engine.serve.exports.plain.expressions import NotPlain, kind_of_type, translation
from engine.serve.exports.plain.functions import converter
from engine.serve.exports.plain.onnx_graph import ColumnsGraph, NoOnnx
from engine.serve.exports.skops_file import _named_once
from tests.components.test_expressions import COMMON, CONDITION, DATA, NUMBER

ROWS = DATA.drop_columns(["__cb_row"])
CONNECTION = ibis.duckdb.connect()
TABLE = CONNECTION.create_table("data", ROWS)
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
RECORDS = ibis.table(TABLE.schema(), name="records")
READ = "TRY_CAST(trim(s) AS DOUBLE)"
MORE = f"""
{READ} | CASE WHEN a > 1 THEN b END | CASE WHEN a > 1 THEN NULL ELSE b END | CASE WHEN f THEN NULL WHEN a > 1 THEN b END
CASE WHEN a > 1 THEN s END | CASE WHEN contains(s, 'o') THEN 1 END | length(s) + a | b / a | b / b
a + a | a * a | s || s | greatest(b, b) | ln(b) | ln(b) + a
nullif(b, 0) / a | coalesce(nullif(a, 1), b, 3) | CASE WHEN b / a > 0 THEN a ELSE NULL END
"""


def listed(texts: str) -> list[str]:
    return [text.strip() for line in texts.strip().split("\n") for text in line.split(" | ")]


ALL = [*listed(COMMON), *listed(MORE)]


def ours(text: str) -> list[Any]:
    found = TABLE.select(x=expressions.to_ibis(text, TABLE)).to_pyarrow()["x"].to_pylist()
    return [as_number(value) for value in found]


def column(text: str) -> Column:
    columns: dict[str, Column] = {name: Given(name, kind_of_type(dtype)) for name, dtype in TABLE.schema().items()}
    return translation(columns).column(expressions.to_ibis(text, RECORDS).op())


def plainly(text: str) -> list[Any]:
    """What scikit-learn gives."""
    frame = ROWS.to_pandas()
    found = thawed(side_by_side([column(text)], converter).fit(frame)).transform(frame)
    return [as_number(value) for value in np.asarray(found).ravel().tolist()]


def in_onnx(text: str) -> list[Any]:
    """What ONNX Runtime gives, in 32 bits."""
    graph = ColumnsGraph()
    whole = graph.model([column(text)], {})
    session = onnxruntime.InferenceSession(whole.SerializeToString(), providers=["CPUExecutionProvider"])
    tensors = {name: _tensor(ROWS.column(name), each) for name, each in graph.inputs.items()}
    return [as_number(value) for value in session.run(None, tensors)[0].ravel().tolist()]


def as_number(value: Any) -> Any:
    """As the matrix has it: flags and times are numbers, and what is missing is None."""
    if isinstance(value, dt.date):
        return float(np.datetime64(value, "us").astype("int64"))
    if value is None or isinstance(value, str):
        return value
    return None if np.isnan(value) else float(value)


def same(wanted: list[Any], found: list[Any], rel: float) -> bool:
    pairs = zip(wanted, found, strict=True)
    return all(x == (pytest.approx(y, rel=rel, abs=1e-12) if isinstance(y, float) else y) for x, y in pairs)


NO_FORM = """
s > 'b' | TRY_CAST(s AS INTEGER) | concat(s, '-', a) | concat_ws('-', s, a, 'z') | reverse(s) | left(s, 2)
right(s, 2) | substring(s, 2, 3) | substr(s, 2) | replace(s, 'o', '0') | lpad(s, 5, '*') | rpad(s, 5, '*')
repeat(s, 3) | strpos(s, 'o') | split_part(s, ',', 2) | md5(s) | sha256(s) | levenshtein(s, 'Foo')
regexp_extract(s, '([a-z]+) ([a-z]+)', 2) | instr(s, 'b') | power(2, a) | atan2(a, b) | cbrt(b) | week(d)
dayname(d) | last_day(d) | make_date(2024, 2, 29) | d + INTERVAL 3 DAY | day - INTERVAL 1 MONTH
d + INTERVAL '2' HOUR | strftime(d, '%Y/%m')
"""
"""What only the bundle and the MLflow model take along."""
NO_OPERATOR = "length(s) | length(s) + a | tan(b) | atan(b) | TRY_CAST(trim(s) AS DOUBLE)"
"""What ONNX has none for, in 64 bits."""
PLAIN = [text for text in ALL if text not in listed(NO_FORM)]
IN_ONNX = [
    text for text in PLAIN if text not in listed(NO_OPERATOR) and not any(isinstance(it, str) for it in ours(text))
]


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("text", PLAIN)
def test_an_expression_gives_the_same_in_scikit_learn(text: str) -> None:
    assert same(ours(text), plainly(text), 1e-9)


@pytest.mark.parametrize("text", IN_ONNX)
def test_an_expression_gives_the_same_in_onnx(text: str) -> None:
    """But for an empty text, which is a missing one there."""
    some = ROWS.column("s").to_pylist().index("")
    assert same(ours(text)[:some], in_onnx(text)[:some], 1e-6)


@pytest.mark.parametrize("text", listed(NO_FORM))
def test_an_expression_without_a_form_is_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        plainly(text)


@pytest.mark.parametrize("text", listed(NO_OPERATOR))
def test_an_expression_without_an_operator_is_refused(text: str) -> None:
    with pytest.raises(NoOnnx):
        in_onnx(text)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(condition=CONDITION, yes=NUMBER, no=NUMBER)
def test_made_up_expressions_give_the_same(condition: str, yes: str, no: str) -> None:
    text = f"CASE WHEN {condition} THEN {yes} ELSE {no} END"
    with suppress(TooIntricate):
        assert same(ours(text), plainly(text), 1e-9)


WRITTEN = ["1,234.5", " 12 ", "", "twelve", "inf", "nan", None]


def test_change_type_reads_texts_the_same_and_is_loaded_in_a_moment() -> None:
    records = ibis.table({"s": "string"}, name="records")
    cast = Cast(CastParams(columns=AnyColumns.of(["s"]), to="float64"))
    made = translation({"s": Given("s", "text")}).column(cast.read(records["s"]).op())
    frame = pd.DataFrame({"s": WRITTEN})
    fitted = thawed(side_by_side([made], converter).fit(frame))
    found = [as_number(value) for value in fitted.transform(frame).ravel().tolist()]
    assert found == [1234.5, 12.0, None, None, None, None, None]
    with _named_once():
        assert len(skops.io.dumps(fitted, compression=8)) < 1_000_000
