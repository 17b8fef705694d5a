"""JSON is read quickly, and as strictly as its standard is written."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api.strict_json import loads

TEXTS = st.text('aé":\\{}u0 \n😀', max_size=6) | st.sampled_from(["a:b", "::", '":"', "\\u003a", "a"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(VALUES, st.booleans())
def test_it_reads_what_python_reads(value: Any, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert repr(loads(text)) == repr(json.loads(text))


@settings(deadline=None, max_examples=60)
@given(VALUES, TEXTS, st.booleans())
def test_a_key_that_is_there_twice_is_refused_wherever_it_is(value: Any, key: str, is_escaped: bool) -> None:
    name = json.dumps(key)
    again = '"' + "".join(f"\\u{ord(c):04x}" for c in key) + '"' if is_escaped and key.isascii() else name
    text = f'[{json.dumps(value)}, {{{name}: 1, "between": {json.dumps(value)}, {again}: 2}}]'
    with pytest.raises(ValueError, match="there twice"):
        loads(text.encode("utf-8"))


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "", "{", "[1,]", "\ufeff{}", "01", "'a'"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        loads(text.encode())


def test_a_number_with_many_digits_is_not_rounded() -> None:
    assert loads(b"-9223372036854775809") == -9223372036854775809
    assert loads(b"[18446744073709551617]") == [18446744073709551617]
