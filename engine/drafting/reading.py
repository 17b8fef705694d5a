"""A column as it will be read: texts that are numbers, amounts or dates become what they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.findings import Finding
from engine.profile import NUMBERS_AS_TEXT, ColumnProfile
from engine.profile.profiled import Kind

BECOMES: dict[str, Kind] = {**dict.fromkeys(NUMBERS_AS_TEXT, "numeric"), "dates_as_text": "datetime"}
"""What a finding says that texts are."""
MENDED = (*BECOMES, "blank_text", "padded_text", "mixed_case")
"""The findings that are mended before anything else is done."""
PROSE_CHARS, PROSE_BLANKS = 20, 2
"""From what length, and with how many blanks, texts are sentences and no names."""


@dataclass(frozen=True)
class Read:
    """A column, what it becomes, and what has to be done for it.

    Parameters
    ----------
    kind
        The kind it has once it is mended.
    mends
        The findings that name the nodes which do that.
    unread
        Dates of which it cannot be told how they are written.
    """

    column: ColumnProfile
    kind: Kind
    mends: tuple[Finding, ...] = ()
    unread: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def has_gaps(self) -> bool:
        """Whether values may be missing: what cannot be read becomes missing, too."""
        return self.column.missing > 0 or any(one.code in (*BECOMES, "blank_text") for one in self.mends)

    @property
    def missing_share(self) -> float:
        """The share of rows without a value."""
        return self.column.missing / max(1, self.column.missing + self.column.filled)

    @property
    def is_prose(self) -> bool:
        """Whether its texts are sentences."""
        column = self.column
        if self.kind != "text" or (column.mean_length or 0) < PROSE_CHARS:
            return False
        shaped = sum(one.count for one in column.patterns)
        with_blanks = sum(one.count for one in column.patterns if one.shape.strip().count(" ") >= PROSE_BLANKS)
        return with_blanks > shaped / 2 if shaped else True


def read(column: ColumnProfile, findings: Sequence[Finding]) -> Read:
    """What becomes of a column, from what was found about it."""
    mine = [one for one in findings if one.column == column.name and one.code in MENDED]
    helped = [one for one in mine if one.detail.get("component")]
    became = next((BECOMES[one.code] for one in helped if one.code in BECOMES), column.kind)
    return Read(column, became, tuple(helped), unread=len(helped) < len(mine))
