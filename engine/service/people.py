"""The names of people. There are no accounts: a name is what somebody says it is."""

from engine.errors import CanvasbackError

NOBODY = "local"
"""Who did it where nobody said a name."""
LONGEST_PERSON = 80
LONGEST_COMMENT = 2_000


def person(by: str) -> str:
    """A name fit to be kept; `NOBODY` where none was said.

    >>> person("  Zoë   Gruber "), person("")
    ('Zoë Gruber', 'local')
    """
    return " ".join(by.split())[:LONGEST_PERSON] or NOBODY


def named_person(by: str) -> str:
    """The same for what somebody has to answer for.

    Raises
    ------
    CanvasbackError
        When no name was said.
    """
    name = person(by)
    if name == NOBODY:
        raise CanvasbackError(
            "A sign-off needs a name.", hint="Say who you are: there is no login that would know it.", field="by"
        )
    return name


def checked_comment(text: str) -> str:
    """A comment fit to be kept.

    Raises
    ------
    CanvasbackError
    """
    text = text.strip()
    if len(text) > LONGEST_COMMENT:
        raise CanvasbackError(
            f"A comment has at most {LONGEST_COMMENT:,} characters, this one {len(text):,}.",
            hint="Shorten it.",
            field="comment",
        )
    return text
