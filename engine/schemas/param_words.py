"""Why a value is none for a param, in a person's words; what pydantic says of the usual mistakes is for programmers."""

from collections.abc import Mapping
from typing import Any

WORDS: Mapping[str, str] = {
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be a text",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table of names and values",
}


def in_words(item: Mapping[str, Any]) -> str | None:
    """What a value must be, from one of pydantic's errors; None where there are no better words than its own.

    >>> in_words({"type": "less_than_equal", "ctx": {"le": 1000000}})
    'must be at most 1,000,000'
    """
    words = WORDS.get(item["type"])
    told = {name: f"{value:,}" if isinstance(value, int) else value for name, value in item.get("ctx", {}).items()}
    return words and words.format(**told)
