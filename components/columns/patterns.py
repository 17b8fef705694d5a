"""Regular expressions that people write, checked before anything runs."""

import pyarrow as pa
import pyarrow.compute as pc

from components.errors import ComponentError
from components.expressions.arguments import RULES


def check_pattern(pattern: str, field: str) -> None:
    """Refuse what is no regular expression, as DuckDB reads them (RE2).

    Raises
    ------
    ComponentError
    """
    problem = RULES["pattern"](pattern)
    if problem:
        raise ComponentError(problem, hint="Try it on one text first, or search without a pattern.", field=field)


def can_rewrite(pattern: str, replacement: str) -> bool:
    """Whether a replacement such as ``\\2 \\1`` names only groups that a pattern has.

    Examples
    --------
    >>> can_rewrite("(a)(b)", r"\\2"), can_rewrite("(a)", r"\\2")
    (True, False)
    """
    try:
        pc.replace_substring_regex(pa.array([""]), pattern=pattern, replacement=replacement)
    except pa.ArrowInvalid:
        return False
    return True
