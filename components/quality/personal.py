"""What personal data look like: by their form and check digits, and by what columns are called.

Sources: RFC 5322 (addresses), E.164 (telephone), ISO/IEC 7812 and Luhn (cards), ISO 13616 (IBAN), the national rules
for the numbers of persons. Nothing is kept of what is looked at.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping

SEPARATORS = str.maketrans("", "", " -./()\u00a0")
DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (*(1, 0, 5, 7, 9, 13, 15, 17, 19, 21), *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14),
         *(16, 10, 22, 25, 24, 23)),
        strict=True,
    )
)  # fmt: skip
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}", re.IGNORECASE)
PHONE = re.compile(
    r"\+[0-9][0-9 ()./-]{6,18}"
    r"|\(?0[0-9]{1,5}[) /.-]{1,2}[0-9][0-9 /.-]{4,14}"
    r"|\(?[2-9][0-9]{2}\)?[ .-][0-9]{3}[ .-][0-9]{4}"
)
DATE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}([ T].*)?")
SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")


def is_email(text: str) -> bool:
    """Whether it is an address of electronic mail."""
    return EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether it is a telephone number, written as people do; plain digits could be anything."""
    return (
        PHONE.fullmatch(text) is not None
        and not DATE.fullmatch(text)
        and 7 <= sum(sign.isdigit() for sign in text) <= 15
    )


def is_card(text: str) -> bool:
    """Whether it is the number of a payment card: a known beginning, 13 to 19 digits, and Luhn's check digit.

    >>> is_card("4111 1111 1111 1111"), is_card("4111 1111 1111 1112")
    (True, False)
    """
    digits = text.translate(SEPARATORS)
    if not (digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19) or digits[0] not in "23456":
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0 and len(set(digits)) > 1


def is_iban(text: str) -> bool:
    """Whether it is the number of a bank account, by its check digits.

    >>> is_iban("DE89 3704 0044 0532 0130 00"), is_iban("DE88 3704 0044 0532 0130 00")
    (True, False)
    """
    plain = text.translate(SEPARATORS).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def is_address_of_a_machine(text: str) -> bool:
    """Whether it is an IP address; two dots could be a version or a date."""
    if text.count(".") != 3 and ":" not in text:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_national_id(text: str) -> bool:
    """Whether it is a person's number in the United States, the United Kingdom, Spain, France or Italy."""
    if SSN.fullmatch(text):
        return True
    plain = text.translate(SEPARATORS).upper()
    return bool(NINO.fullmatch(plain)) or any(check(plain) for check in (_is_spanish, _is_french, _is_italian))


def _is_spanish(text: str) -> bool:
    if not re.fullmatch(r"[0-9XYZ][0-9]{7}[A-Z]", text):
        return False
    return DNI_LETTERS[int(text[:-1].translate(str.maketrans("XYZ", "012"))) % 23] == text[-1]


def _is_french(text: str) -> bool:
    if not re.fullmatch(r"[12][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", text):
        return False
    number = int(text[:-2].replace("2A", "19").replace("2B", "18")) if text[5:7] in ("2A", "2B") else int(text[:-2])
    return 97 - number % 97 == int(text[-2:])


def _is_italian(text: str) -> bool:
    if not re.fullmatch(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]", text):
        return False
    even = (int(sign) if sign.isdigit() else ord(sign) - 65 for sign in text[1:15:2])
    return (sum(ODD[sign] for sign in text[0:15:2]) + sum(even)) % 26 == ord(text[15]) - 65


FORMS: Mapping[str, Callable[[str], bool]] = {
    "e-mail addresses": is_email,
    "payment cards": is_card,
    "bank accounts (IBAN)": is_iban,
    "national ids": is_national_id,
    "IP addresses": is_address_of_a_machine,
    "telephone numbers": is_phone,
}
"""What values can be told by; the first that fits counts."""

NAMES: Mapping[str, str] = {
    "e-mail addresses": r"e_?mail",
    "telephone numbers": r"phone|mobile|telefon|handy|fax",
    "payment cards": r"credit_?card|card_?(no|num)|kreditkarte|\bpan\b",
    "bank accounts (IBAN)": r"iban|account_?(no|num)|konto",
    "national ids": r"ssn|social_?sec|national_?id|passport|tax_?id|nino|\bdni\b|steuer_?id|codice_?fiscale|pesel",
    "IP addresses": r"\bip\b|ip_?addr|client_ip|remote_addr",
    "names of people": r"(first|last|middle|full|sur|family|given)_?name|vorname|nachname|\bnom\b|prenom|apellido",
    "addresses": r"street|address|stra(ss|ß)e|postcode|zip_?code|\bzip\b|postal|\bplz\b",
    "dates of birth": r"birth|\bdob\b|geburt|naissance",
}
"""What columns that hold it are often called."""


def told_by_values(values: Iterable[str]) -> tuple[str, float]:
    """What most of the values are, and the share of those that are; nothing and 0 where there is none."""
    texts = [text.strip() for text in values]
    counts = dict.fromkeys(FORMS, 0)
    for text in texts:
        found = next((kind for kind, fits in FORMS.items() if fits(text)), None) if 5 <= len(text) <= 254 else None
        if found:
            counts[found] += 1
    kind = max(counts, key=counts.__getitem__)
    return (kind, counts[kind] / len(texts)) if texts and counts[kind] else ("", 0.0)


def told_by_name(name: str) -> str:
    """What a column of this name often holds; empty where nothing is known.

    >>> told_by_name("Customer E-Mail"), told_by_name("amount")
    ('e-mail addresses', '')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.sub(r"[\W_]+", " ", apart).lower().strip().replace("e mail", "email")
    # An underscore is part of a word to a regular expression; a blank is not.
    return next((kind for kind, form in NAMES.items() if re.search(form.replace("_", " "), words)), "")
