"""What is remarkable about texts: numbers, dates and flags left as texts, and the same thing written in two ways."""

import re
from collections.abc import Iterator, Sequence

from components.columns.cast import NO, YES
from engine.findings import Finding
from engine.profile.notes import advised, counted, found
from engine.profile.profiled import ColumnProfile, Written
from engine.profile.written_values import date_params, number_params
from engine.reading.values import is_moment, is_number
from engine.reading.written import PERCENT

_LEADING_ZERO = re.compile(r"0\d")
NUMBERS_AS_TEXT = ("numbers_as_text", "money_as_text", "percentages_as_text", "units_as_text")
MISTYPED = (*NUMBERS_AS_TEXT, "mixed_units", "dates_as_text", "blank_text", "padded_text", "mixed_case")
_MOSTLY = 0.9
_NAMED = 3
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


def of_text(column: ColumnProfile) -> Iterator[Finding]:
    """What a column of texts should rather be, or how its texts should be written."""
    filled, blank = sum(one.count for one in column.top), column.blank or 0
    if numbers := list(numbers_as_text(column)):
        yield from numbers
        return
    if blank:
        text = f"holds {counted(blank, 'blank text')}, which are not missing but empty to the eye"
        trim = {"empty_is_missing": True}
        yield found(
            "blank_text", "warning", column, text, "Trim the text, and let blanks be missing.", "trim_text", trim
        )
    yield from _of_spelling(column)
    samples = [str(one.value) for one in column.top] or [str(column.min), str(column.max)]
    if (column.written and column.written.formats) or (samples and all(map(is_date, samples))):
        yield _dates_as_text(column)
    elif column.distinct > 50 and column.semantic in ("text", "category") and (column.mean_length or 0) < 40:
        text = f"has {column.distinct:,} different values" + (
            f"; the top {len(column.top)} cover {filled:,} rows" if filled else ""
        )
        fix = "Encode it by frequency or target rather than one-hot, or drop it."
        yield found("high_cardinality", "info", column, text, fix, "encode_frequency")


def _of_spelling(column: ColumnProfile) -> Iterator[Finding]:
    padded = (column.padded or 0) - (column.blank or 0)
    if padded > 0:
        text = f"has blanks before or after {counted(padded, 'text')}, so that equal ones do not match"
        yield found("padded_text", "warning", column, text, "Trim the text.", "trim_text")
    if column.differs_by_case and not padded and column.semantic == "category":
        text = f"writes {column.differs_by_case:,} of its values in more than one way, in capital and small letters"
        yield found("mixed_case", "warning", column, text, "Write them in one way.", "text_case", {"to": "lower"})


def _dates_as_text(column: ColumnProfile) -> Finding:
    params = date_params(column)
    if params is None:
        fix = "Parse the dates; whether the day or the month comes first cannot be told from the values."
        return advised("dates_as_text", "warning", column, "holds dates as text", fix)
    formats = [params["format"], *params.get("others", ())]
    several = f" in {len(formats)} formats" if len(formats) > 1 else ""
    rest = _left_over(column, column.written, "date")
    fix = f"Parse the dates as {' or '.join(formats)}."
    return found("dates_as_text", "warning", column, f"holds dates as text{several}{rest}", fix, "parse_date", params)


def _left_over(column: ColumnProfile, written: Written | None, noun: str) -> str:
    """What becomes missing when the rest is read."""
    left = column.filled - (column.blank or 0) - (written.count if written else 0)
    return f"; {counted(left, 'value')} {'is' if left == 1 else 'are'} no {noun} and would be missing" if left else ""


def is_date(text: str) -> bool:
    """Numbers in groups look like dates, but have no group of four digits: 1.23.45 beside 31.01.2026."""
    return is_moment(text.strip()) and (not is_number(text) or bool(_YEAR.search(text)))


def numbers_as_text(column: ColumnProfile) -> Iterator[Finding]:
    """Texts that are numbers, plain or as people write them."""
    numbers, blank, written = column.numeric_texts or 0, column.blank or 0, column.written
    if written and not written.formats and written.count > numbers:
        yield _written_numbers(column, written)
    elif numbers and numbers >= _MOSTLY * (column.filled - blank) and not has_leading_zeros(column):
        text = f"holds {numbers:,} numbers as text" + (f" and {blank:,} blanks" if blank else "")
        yield found("numbers_as_text", "warning", column, text, "Cast it to a number.", "cast", {"to": "float64"})


def has_leading_zeros(column: ColumnProfile) -> bool:
    """Texts such as 007 name something; as numbers they would lose their zeros."""
    return isinstance(column.min, str) and _LEADING_ZERO.match(column.min) is not None


def _written_numbers(column: ColumnProfile, written: Written) -> Finding:
    code, noun = _called(written)
    if written.other_units:
        text = f"holds amounts in different units ({', '.join((written.unit, *written.other_units))}) as text"
        return advised("mixed_units", "warning", column, text, "Convert them to one unit where they come from.")
    text = f"holds {counted(written.count, noun)} as text, such as {written.example}"
    params = number_params(column)
    if params is None:
        fix = "Parse them as numbers; whether their sign begins the decimals or groups digits cannot be told."
        return advised(code, "warning", column, text, fix)
    fix = "Read them as numbers: 12 % becomes 0.12." if written.unit == PERCENT else _read_as(written)
    return found(code, "warning", column, text + _left_over(column, written, "number"), fix, "parse_number", params)


def _read_as(written: Written) -> str:
    return f"Read them as numbers, in {written.unit}." if written.unit else "Read them as numbers."


def _called(written: Written) -> tuple[str, str]:
    if written.unit == PERCENT:
        return "percentages_as_text", "percentage"
    if written.is_money:
        return "money_as_text", "amount"
    return ("units_as_text", "amount") if written.unit else ("numbers_as_text", "number")


def words_for_yes_and_no(columns: Sequence[ColumnProfile]) -> Iterator[Finding]:
    """One finding for all such columns: a table may have dozens, and one node reads them all."""
    names = [column.name for column in columns if column.kind == "text" and _is_yes_or_no(column)]
    if names:
        shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        yield Finding(
            code="booleans_as_text",
            severity="info",
            column=names[0] if len(names) == 1 else None,
            message=f"{shown} {'holds' if len(names) == 1 else 'hold'} words for true and false as text.",
            fix="Make them true and false, if that is easier to work with.",
            detail={"component": "cast", "params": {"columns": names, "to": "boolean"}},
        )


def _is_yes_or_no(column: ColumnProfile) -> bool:
    words = {str(one.value).strip().lower() for one in column.top} - {""}
    counted = sum(one.count for one in column.top)
    return (
        counted == column.filled
        and words <= {*YES, *NO}
        and bool(words & {*YES})
        and bool(words & {*NO})
        and not all(map(is_number, words))
    )
