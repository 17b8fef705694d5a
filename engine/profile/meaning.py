"""What a column's values stand for, told by their form, their range and the column's name."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa

from components.quality.personal import told_by_name, told_by_values
from engine.profile.profiled import ColumnProfile, Meaning

LOOKED_AT = 1_000
MOSTLY = 0.9
PERSONAL = 0.5
"""The share of values that must look like personal data."""

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_COUNTRIES.split())
"""ISO 3166-1 alpha-2."""

_PERSONAL: Mapping[str, Meaning] = {
    "e-mail addresses": "email",
    "telephone numbers": "phone",
    "payment cards": "card",
    "bank accounts (IBAN)": "bank_account",
    "national ids": "national_id",
    "IP addresses": "ip",
    "names of people": "person",
    "addresses": "address",
    "dates of birth": "birth_date",
}
_BY_NAME_ONLY = ("names of people", "addresses", "dates of birth")
_URL = re.compile(r"(https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥₹]\s?-?\d[\d.,' ]*|-?\d[\d.,' ]*\s?([$€£¥₹]|EUR|USD|GBP|CHF|JPY)", re.IGNORECASE)
_POSTCODE = re.compile(r"\d{4,6}(-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}")
_NAMES: Mapping[Meaning, re.Pattern[str]] = {
    "latitude": re.compile(r"\b(lat|latitude|breitengrad)\b"),
    "longitude": re.compile(r"\b(lon|lng|longitude|längengrad|laengengrad)\b|^long$"),
    "country": re.compile(r"\b(country|nation|land|pays|país|pais)\b"),
    "postcode": re.compile(r"\b(postcode|post code|zip|zip code|zipcode|postal code|plz)\b"),
    "currency": re.compile(
        r"\b(price|amount|cost|costs|revenue|salary|income|fee|fees|charge|charges|turnover|balance|payment|budget|"
        r"betrag|preis|umsatz|kosten|gehalt)\b"
    ),
}


def meaning_of(column: ColumnProfile, texts: Sequence[str]) -> tuple[Meaning | None, str]:
    """What a column means, and which personal data it seems to hold; nothing where it is not known.

    Parameters
    ----------
    texts
        Some of its values, where it holds texts.
    """
    if column.semantic in ("empty", "constant") and column.kind != "text":
        return None, ""
    words = _words(column.name)
    if column.kind == "datetime":
        born = told_by_name(column.name) == "dates of birth"
        return ("birth_date", "dates of birth") if born else ("date", "")
    if column.kind == "numeric":
        return _of_numbers(column, words)
    return _of_texts(column, words, texts) if column.kind == "text" and column.filled else (None, "")


def _of_numbers(column: ColumnProfile, words: str) -> tuple[Meaning | None, str]:
    if not isinstance(column.min, int | float) or not isinstance(column.max, int | float):
        return None, ""
    for meaning, most in (("latitude", 90), ("longitude", 180)):
        if _named(words, meaning) and -most <= column.min and column.max <= most:
            return cast("Meaning", meaning), ""
    if _named(words, "postcode") and column.type.startswith("int") and column.min >= 0 and column.max < 1_000_000:
        return "postcode", ""
    return ("currency", "") if _named(words, "currency") and column.semantic != "identifier" else (None, "")


def _of_texts(column: ColumnProfile, words: str, values: Sequence[str]) -> tuple[Meaning | None, str]:
    personal, share = told_by_values(values)
    if personal and share >= PERSONAL:
        return _PERSONAL[personal], personal
    for meaning, fits in _FORMS.items():
        if _share(values, fits) >= MOSTLY and (meaning != "postcode" or _named(words, "postcode")):
            return meaning, ""
    if _is_country(column, words, values):
        return "country", ""
    named = told_by_name(column.name)
    # A name alone is believed only where no form could have told better.
    return (_PERSONAL[named], named) if named in _BY_NAME_ONLY and column.distinct > 1 else (None, "")


_FORMS: Mapping[Meaning, Callable[[str], Any]] = {
    "url": _URL.fullmatch,
    "uuid": _UUID.fullmatch,
    "currency": _MONEY.fullmatch,
    "postcode": _POSTCODE.fullmatch,
}


def _is_country(column: ColumnProfile, words: str, values: Sequence[str]) -> bool:
    if _named(words, "country"):
        return _share(values, lambda text: 2 <= len(text) <= 60 and not any(map(str.isdigit, text))) >= MOSTLY
    return column.distinct >= 3 and _share(values, COUNTRIES.__contains__) >= MOSTLY


def filled_of(sample: pa.ChunkedArray) -> list[str]:
    """Some texts of a sample that are more than blanks."""
    texts = sample.drop_null().slice(0, LOOKED_AT).to_pylist()
    return [text.strip()[:300] for text in texts if text.strip()]


def _share(values: Sequence[str], fits: Callable[[str], Any]) -> float:
    return sum(bool(fits(text)) for text in values) / len(values) if values else 0.0


def _named(words: str, meaning: str) -> bool:
    return _NAMES[cast("Meaning", meaning)].search(words) is not None


def _words(name: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", apart).lower().strip()
