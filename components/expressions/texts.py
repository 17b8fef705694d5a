"""Functions of texts. Positions count from 1."""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from components.portable.casts import read_as

LONGEST = 10_000
"""How long a text may become by padding or repeating, so that one row cannot fill the memory."""
LONGEST_INPUT = 100_000
"""How much of a text replacing looks at, for the same reason."""


def joined(*values: ir.Value) -> ir.StringValue:
    """The texts one after the other; NULL if one of them is."""
    first, *rest = (value.cast("string") for value in values)
    for text in rest:
        first = first + text
    return first


def _concat(*values: ir.Value) -> ir.StringValue:
    return joined(*(ibis.coalesce(value.cast("string"), "") for value in values))


def _concat_with(separator: ir.StringValue, *values: ir.Value) -> ir.StringValue:
    found = ibis.literal("")
    is_empty: ir.BooleanValue = ibis.literal(True)
    for value in values:
        text = value.cast("string")
        between = ibis.ifelse(is_empty, "", separator)
        found = ibis.ifelse(text.isnull(), found, found + between + text)
        is_empty = is_empty & text.isnull()
    return found


def _repeat(text: ir.StringValue, times: ir.IntegerValue) -> ir.StringValue:
    room = ibis.literal(LONGEST) // ibis.greatest(text.length(), 1)
    return text.repeat(ibis.greatest(ibis.least(read_as(times, "int64"), room), 0))


def _filling(text: ir.StringValue, length: int, fill: str) -> ir.StringValue:
    """What is missing to a length; engines disagree on how to repeat a filling of several letters."""
    longest = ((fill or " ") * length)[:length]
    return ibis.literal(longest).substr(0, ibis.greatest(length - text.length(), 0))


def _padded_left(text: ir.StringValue, length: int, fill: str = " ") -> ir.StringValue:
    return _filling(text, length, fill) + text.substr(0, length)


def _padded_right(text: ir.StringValue, length: int, fill: str = " ") -> ir.StringValue:
    return text.substr(0, length) + _filling(text, length, fill)


def _substring(text: ir.StringValue, start: int, length: int | None = None) -> ir.StringValue:
    begin = max(start, 1) - 1
    return text.substr(begin) if length is None else text.substr(begin, length)


def _replace(text: ir.StringValue, old: str, new: str) -> ir.StringValue:
    return text if not old else text.substr(0, LONGEST_INPUT).replace(old, new)


def _replace_pattern(text: ir.StringValue, pattern: str, new: str) -> ir.StringValue:
    return text.substr(0, LONGEST_INPUT).re_replace(pattern, new)


def _part(text: ir.StringValue, separator: str, place: int) -> ir.StringValue:
    part = ibis.coalesce(text.split(separator)[place - 1], "") if place else ibis.literal("")
    return ibis.ifelse(text.isnull(), ibis.null("string"), part)


FUNCTIONS: Mapping[str, tuple[str, Callable[..., ir.Value]]] = {
    "lower(text)": ("In small letters.", lambda s: s.lower()),
    "upper(text)": ("In capital letters.", lambda s: s.upper()),
    "lcase(text)": ("In small letters.", lambda s: s.lower()),
    "ucase(text)": ("In capital letters.", lambda s: s.upper()),
    "capitalize(text)": ("The first letter in capitals, the rest small.", lambda s: s.capitalize()),
    "trim(text)": ("Without blanks at both ends.", lambda s: s.strip()),
    "ltrim(text)": ("Without blanks at the start.", lambda s: s.lstrip()),
    "rtrim(text)": ("Without blanks at the end.", lambda s: s.rstrip()),
    "length(text)": ("How many characters.", lambda s: s.length()),
    "len(text)": ("How many characters.", lambda s: s.length()),
    "reverse(text)": ("The characters backwards.", lambda s: s.reverse()),
    "left(text, count)": ("The first characters.", lambda s, n: s.left(n)),
    "right(text, count)": ("The last characters.", lambda s, n: s.right(n)),
    "substring(text, count1, count2?)": ("From a position on, so many characters.", _substring),
    "substr(text, count1, count2?)": ("From a position on, so many characters.", _substring),
    "concat(value…)": ("The values one after the other; NULLs are left out.", _concat),
    "concat_ws(text, value…)": ("The values with a text between them; NULLs are left out.", _concat_with),
    "repeat(text, number)": (f"The text so many times, at most {LONGEST:,} characters.", _repeat),
    "lpad(text, count, replacement?)": ("Filled at the start to a length.", _padded_left),
    "rpad(text, count, replacement?)": ("Filled at the end to a length.", _padded_right),
    "replace(text, replacement1, replacement2)": ("Every first text replaced by the second.", _replace),
    "contains(text, text2)": ("Whether the text contains another.", lambda s, t: s.contains(t)),
    "starts_with(text, text2)": ("Whether the text starts with another.", lambda s, t: s.startswith(t)),
    "prefix(text, text2)": ("Whether the text starts with another.", lambda s, t: s.startswith(t)),
    "ends_with(text, text2)": ("Whether the text ends with another.", lambda s, t: s.endswith(t)),
    "suffix(text, text2)": ("Whether the text ends with another.", lambda s, t: s.endswith(t)),
    "strpos(text, text2)": ("Where another text starts, from 1; 0 if nowhere.", lambda s, t: s.find(t) + 1),
    "instr(text, text2)": ("Where another text starts, from 1; 0 if nowhere.", lambda s, t: s.find(t) + 1),
    "split_part(text, replacement, group)": ("The part at a place, from 1, between separators.", _part),
    "levenshtein(text, text2)": (
        "How many letters differ; one beyond a to z counts as two to four.",
        lambda s, t: s.levenshtein(t),
    ),
    "regexp_matches(text, pattern)": ("Whether a regular expression occurs.", lambda s, p: s.re_search(p)),
    "regexp_extract(text, pattern, group?)": (
        "What a regular expression (or a group of it) found.",
        lambda s, p, group=0: s.re_extract(p, group),
    ),
    "regexp_replace(text, pattern, replacement)": ("Every match replaced.", _replace_pattern),
    "md5(text)": ("The MD5 digest in hexadecimal digits.", lambda s: s.hexdigest("md5")),
    "sha256(text)": ("The SHA-256 digest in hexadecimal digits.", lambda s: s.hexdigest("sha256")),
    "is_blank(text)": ("Whether the text is missing or only blanks.", lambda s: s.isnull() | (s.strip() == "")),
    "word_count(text)": (
        "How many words.",
        lambda s: ibis.ifelse(s.strip() == "", 0, s.strip().re_replace(r"\s+", " ").split(" ").length()),
    ),
    "digits_only(text)": ("Without anything but digits.", lambda s: s.re_replace("[^0-9]", "")),
    "letters_only(text)": ("Without anything but the letters a to z.", lambda s: s.re_replace("[^A-Za-z]", "")),
}
