"""How numbers and dates are written in texts: with which sign, unit or format, as far as the texts themselves tell."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.columns.number_pattern import MINUS, DecimalSign, number_pattern
from engine.reading.values import CLOCKS, DATES

MOSTLY = 0.9
PERCENT = "%"
FORMATS = (
    *DATES,
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
    *(day + clock for day in DATES for clock in CLOCKS if "%f" not in clock),
)
_MOST_FORMATS, _MOST_UNITS = 3, 3
_MOST_DATES = 200
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2} [A-Za-z]{3}|[A-Za-z]{3,9} \d{1,2},")
_MONEY = (
    r"[A-Z]{0,3}[$€£¥₹₽₩₺₴₪฿]|EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|Fr\.|kr\.?|zł"
)
_UNIT = r"[^\d\s.,()+'’−-][^\d\s()]{0,9}[²³23]?(?: [^\W\d_]{1,8}\.?)?"
_BODY = r"[0-9][0-9.,'’ \u00a0\u2009\u202f]*[0-9]|[0-9]|[.,][0-9]+"
_WRITTEN = re.compile(
    rf"\(?[+{MINUS}-]?\s*(?P<front>{_MONEY})?\s*[(+{MINUS}-]?\s*(?P<body>{_BODY})(?P<gap>\s*)"
    rf"(?P<back>{_MONEY}|{_UNIT})?\s*[{MINUS}-]?\)?\s*(?P<last>{_MONEY}|{_UNIT})?"
)
_IS_MONEY = re.compile(_MONEY, re.IGNORECASE)
_ZEROS = re.compile(r"0[0-9]")
_UNITS = """
mg g kg t lb lbs oz mm cm dm m km in ft yd mi ml cl dl l L gal s sec min h hr hrs d W kW MW Wh kWh MWh V A Hz kHz MHz
GHz B kB KB MB GB TB bit Pa hPa kPa bar psi K C F °C °F m² m2 m³ m3 km² km2 ha km/h mph m/s kt rpm ppm px pcs Stk St
bpm J kJ MJ kcal cal N Nm dB
"""
_KNOWN_UNITS = frozenset(_UNITS.split())


@dataclass(frozen=True)
class WrittenNumbers:
    """Numbers as people write them.

    Parameters
    ----------
    decimal
        The decimal sign; None where the texts do not tell it.
    unit, others
        What most of those with a unit have beside them; and which other units there are.
    """

    decimal: DecimalSign | None
    unit: str
    others: tuple[str, ...] = ()

    @property
    def is_money(self) -> bool:
        """Whether the unit is a sign of money."""
        return bool(_IS_MONEY.fullmatch(self.unit))


def written_numbers(texts: Sequence[str]) -> WrittenNumbers | None:
    """How numbers are written that are more than digits with a point; None where these are no such numbers.

    Examples
    --------
    >>> written_numbers(["1.234,50 €", "3,10 €"]), written_numbers(["(1,200.50)", "3.25"])
    (WrittenNumbers(decimal=',', unit='€', others=()), WrittenNumbers(decimal='.', unit='', others=()))
    >>> written_numbers(["A-17", "B-18"]), written_numbers(["31.12.2025", "1.1.2026"])
    (None, None)
    """
    trimmed = [text.strip() for text in texts]
    found = [match for text in trimmed if (match := _WRITTEN.fullmatch(text))]
    if not found or len(found) < MOSTLY * len(trimmed) or any(_ZEROS.match(one["body"]) for one in found):
        return None
    units = Counter(unit for one in found if (unit := one["front"] or one["back"] or one["last"]))
    unit, *others = (name for name, _ in units.most_common()) if units else ("",)
    if len(others) >= _MOST_UNITS or not _is_amount(found, unit) or (others and not all(map(_is_known, units))):
        return None
    told = WrittenNumbers(_decimal([one["body"] for one in found], is_money=bool(_IS_MONEY.fullmatch(unit))), unit)
    if others:
        return WrittenNumbers(told.decimal, unit, tuple(others))
    return told if told.decimal is None or _fits(trimmed, told) else None


def written_dates(texts: Sequence[str]) -> tuple[str, ...]:
    """The formats that read nearly all of these texts, the most frequent first; none where the texts do not tell.

    Examples
    --------
    >>> written_dates(["2025-12-31", "31/12/2025"]), written_dates(["01/02/2025", "03/04/2025"])
    (('%Y-%m-%d', '%d/%m/%Y'), ())
    """
    looked_at = list(dict.fromkeys(text.strip() for text in texts))[:_MOST_DATES]
    if not looked_at or sum(bool(_DATE.match(text)) for text in looked_at) < MOSTLY * len(looked_at):
        return ()
    reads = {form: {text for text in looked_at if _reads(text, form)} for form in FORMATS}
    left, chosen = set(looked_at), list[str]()
    while left and len(chosen) < _MOST_FORMATS:
        best = max(FORMATS, key=lambda form: len(reads[form] & left))
        other_way = reads.get(_twin(best), set[str]())
        # Where the day could as well be the month everywhere, or must be it somewhere, nobody knows.
        if not reads[best] & left or other_way == reads[best] or other_way - reads[best]:
            break
        chosen.append(best)
        left -= reads[best]
    return tuple(chosen) if len(left) <= (1 - MOSTLY) * len(looked_at) else ()


def reader_of(texts: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """The component that reads texts which no type fits as they are, and its params; None where none does."""
    formats = written_dates(texts)
    if len(formats) > 1:
        return "parse_date", {"format": formats[0], "others": list(formats[1:])}
    numbers = None if formats else written_numbers(texts)
    if numbers is None or numbers.decimal is None or numbers.others:
        return None
    return "parse_number", {"decimal": numbers.decimal, **({"unit": numbers.unit} if numbers.unit else {})}


def _twin(form: str) -> str:
    """The same format with day and month exchanged."""
    return form.translate(str.maketrans("dm", "md"))


def _is_amount(found: Sequence[re.Match[str]], unit: str) -> bool:
    """Whether these are amounts, and not codes such as ``17A``; and whether it takes more than digits with a point."""
    if not unit:
        return any(_PLAIN.fullmatch(one.string) is None for one in found)
    return _is_known(unit) or any(one["gap"] or not one["body"].isdigit() for one in found)


def _is_known(unit: str) -> bool:
    return unit == PERCENT or bool(_IS_MONEY.fullmatch(unit)) or unit in _KNOWN_UNITS


_PLAIN = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)")


def _decimal(bodies: Sequence[str], *, is_money: bool) -> DecimalSign | None:
    """The decimal sign, as far as the digits around the signs tell it; an amount of money has no three decimals."""
    told: set[DecimalSign] = set()
    three: set[str] = set()
    for body in bodies:
        points, commas = body.count("."), body.count(",")
        if points and commas:
            told.add("." if body.rfind(".") > body.rfind(",") else ",")
        elif points > 1 or commas > 1:
            told.add("," if points else ".")
        elif points or commas:
            sign = "." if points else ","
            before, behind = body.split(sign)
            if len(behind) == 3 and 1 <= len(before) <= 3:
                three.add(sign)
            else:
                told.add("." if points else ",")
    if len(told) == 1:
        return told.pop()
    if told or len(three) > 1:
        return None
    if not three:
        return "."
    return ("," if "." in three else ".") if is_money else None


def _fits(texts: Sequence[str], told: WrittenNumbers) -> bool:
    pattern = re.compile(number_pattern(told.decimal or ".", told.unit))
    return sum(bool(pattern.match(text)) for text in texts) >= MOSTLY * len(texts)


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
