"""Regular expressions as DuckDB reads them (RE2), written for Spark (Java)."""

import re

POSIX = {
    "alnum": r"\p{Alnum}",
    "alpha": r"\p{Alpha}",
    "ascii": r"\p{ASCII}",
    "blank": r"\p{Blank}",
    "cntrl": r"\p{Cntrl}",
    "digit": r"\p{Digit}",
    "graph": r"\p{Graph}",
    "lower": r"\p{Lower}",
    "print": r"\p{Print}",
    "punct": r"\p{Punct}",
    "space": r"\p{Space}",
    "upper": r"\p{Upper}",
    "word": r"\w",
    "xdigit": r"\p{XDigit}",
}
PIECE = re.compile(r"\\.|\[:(\^?)(\w+):\]|\[\^?\]?|.", re.DOTALL)
ENDS = ("]", "[]", "[^]")
"""What ends a class; a bracket before it is one of its characters."""


def java_pattern(pattern: str) -> str:
    """The same pattern in Java's syntax: brackets and && have no meaning of their own inside a class.

    Examples
    --------
    >>> java_pattern("[[:alpha:]&&[]+(?P<rest>.*)$")
    '[\\\\p{Alpha}\\\\&\\\\&\\\\[]+(?<rest>.*)\\\\z'
    """
    written = []
    is_inside = False
    for found in PIECE.finditer(pattern):
        piece = found.group()
        if not is_inside:
            is_inside = piece.startswith("[") and not piece.startswith("[:")
            written.append(_opened(piece) if is_inside else r"\z" if piece == "$" else piece)
        else:
            is_inside = piece not in ENDS
            written.append(_in_class(piece, found.group(1), found.group(2)))
    return re.sub(r"\(\?([ms]*)i", r"(?\1iu", "".join(written).replace("(?P<", "(?<"))


def _opened(piece: str) -> str:
    return piece.replace("]", r"\]")


def _in_class(piece: str, is_negated: str | None, name: str | None) -> str:
    if name in POSIX:
        return POSIX[name].upper()[:2] + POSIX[name][2:] if is_negated else POSIX[name]
    return re.sub(r"(?<!\\)([\[&])", r"\\\1", piece)


def java_replacement(text: str) -> str:
    r"""A replacement in Java's syntax, where ``\1`` is ``$1`` and a dollar sign needs a backslash.

    Examples
    --------
    >>> java_replacement(r"\1 costs $5")
    '$1 costs \\$5'
    """
    return re.sub(r"\\(\d)|\\\\|\$", lambda m: f"${m[1]}" if m[1] else r"\\" if m[0] != "$" else r"\$", text)


def literally(text: str) -> str:
    """A pattern that matches a text and nothing else."""
    return re.sub(r"([^\w\s])", r"\\\1", text)
