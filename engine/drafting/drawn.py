"""What a first drawing is: the pipeline, and what a person should know of it."""

from dataclasses import dataclass

from engine.drafting.left_out import LeftOut
from engine.graph import Pipeline


@dataclass(frozen=True)
class Draft:
    """A pipeline that was drawn for somebody.

    Parameters
    ----------
    summary
        What it does, in a sentence.
    left_out
        The columns that it does without, and why.
    """

    pipeline: Pipeline
    summary: str
    left_out: tuple[LeftOut, ...] = ()
