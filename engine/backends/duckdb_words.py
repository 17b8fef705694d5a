"""What DuckDB says of a value that it cannot compute, in the words of a person who knows tables and not databases."""

import re

TYPES = {
    "INT": "a whole number",
    "UINT": "a whole number from zero up",
    "DOUBLE": "a number",
    "FLOAT": "a number",
    "DECIMAL": "a decimal number",
    "BOOL": "true or false",
    "DATE": "a date",
    "TIMESTAMP": "a moment in time",
    "TIME": "a time of day",
}
WORDS: tuple[tuple[str, str], ...] = (
    (r"Could not convert string '(?P<value>.*)' to (?P<type>[A-Z]+)", "“{value}”{where} is not {type}"),
    (
        r"Type \w+ with value (?P<value>\S+) can't be cast .* destination type (?P<type>[A-Z]+)",
        "{value}{where} is too large for {type}",
    ),
    (r"Could not cast value (?P<value>\S+) to (?P<type>[A-Z]+)", "{value}{where} is too large for {type}"),
    (r"Overflow in \w+ of \w+ \((?P<value>.*?)\)!?", "{value} is too large for a whole number"),
    (r"Overflow in ", "A result is too large for a whole number"),
    (r'invalid (?P<type>\w+) field format: "(?P<value>.*?)"', "“{value}”{where} is not {type}, such as 2024-12-31"),
    (r'(?P<type>\w+) field value out of range: "(?P<value>.*?)"', "“{value}”{where} is not {type} of any calendar"),
    (
        r'Could not parse string "(?P<value>.*?)" according to format specifier "(?P<type>.*?)"',
        "“{value}”{where} is not written as {type}",
    ),
    (r"cannot take (?P<value>.*)", "There is no {value}"),
)
COLUMN = re.compile(r" when casting from source column (?P<column>.+)$")


def in_words(reason: str) -> str:
    """One sentence; DuckDB's own where there is no better one.

    >>> in_words("Could not convert string 'two' to INT64 when casting from source column age")
    "“two” in column 'age' is not a whole number."
    """
    column = COLUMN.search(reason)
    where = f" in column {column['column']!r}" if column else ""
    for pattern, words in WORDS:
        if found := re.search(pattern, reason[: column.start()] if column else reason, re.DOTALL):
            said = {"value": "", "type": "", "where": where, **found.groupdict()}
            said["type"] = TYPES.get(said["type"].upper(), said["type"])
            return f"{words.format(**said)}."
    return f"A value cannot be computed: {reason}"
