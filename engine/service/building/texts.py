"""A pipeline as a text: what it says, and what is wrong with it, line by line."""

from collections.abc import Iterator

from engine.errors import InvalidPipeline
from engine.graph import Pipeline
from engine.graph.placing import placed
from engine.graph.yaml_text import Written, read_yaml
from engine.service.building.pipelines import look_through
from engine.service.views import View
from engine.workspace import Workspace


class Remark(View):
    """Something about a text that its writer should know.

    Parameters
    ----------
    line, column
        Counted from 1.
    """

    line: int
    column: int
    severity: str
    message: str
    hint: str = ""
    node: str | None = None


class TextReview(View):
    """A text read.

    Parameters
    ----------
    pipeline
        What it describes, every node with its place; None where it is no pipeline.
    """

    pipeline: Pipeline | None
    remarks: tuple[Remark, ...]


def review_text(workspace: Workspace, text: str, before: Pipeline) -> TextReview:
    """Read a text that may become a pipeline, and look it through as if it had been drawn.

    Parameters
    ----------
    before
        What is drawn now: a node that the text gives no place keeps its own.
    """
    try:
        written = read_yaml(text)
        pipeline = placed(Pipeline.from_written(written), before.layout)
    except InvalidPipeline as error:
        return TextReview(pipeline=None, remarks=(_refusal(error),))
    remarks = [*_kept_outside(written, pipeline, before), *_problems(workspace, written, pipeline)]
    return TextReview(pipeline=pipeline, remarks=tuple(sorted(remarks, key=lambda it: (it.line, it.column))))


def _refusal(error: InvalidPipeline) -> Remark:
    line, column = error.detail.get("line", 1), error.detail.get("column", 1)
    return Remark(line=line, column=column, severity="error", message=error.message, hint=error.hint)


def _problems(workspace: Workspace, written: Written, pipeline: Pipeline) -> Iterator[Remark]:
    for problem in look_through(workspace, pipeline).problems:
        node = ("nodes", problem.node) if problem.node else ()
        place = written.place(*node, *(("params", problem.field) if problem.field else ()))
        yield Remark(
            line=place.line,
            column=place.column,
            severity=problem.severity,
            message=problem.message,
            hint=problem.hint,
            node=problem.node,
        )


def _kept_outside(written: Written, pipeline: Pipeline, before: Pipeline) -> Iterator[Remark]:
    """What a text may say, and a drawing cannot."""
    if pipeline.name != before.name and "name" in written.data:
        place, hint = written.place("name"), "Use Rename above the canvas."
        message = "The name stays as it is."
        yield Remark(line=place.line, column=place.column, severity="info", message=message, hint=hint)
