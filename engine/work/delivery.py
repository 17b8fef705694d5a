"""What outputs ask for, done: datasets saved, files kept, models named. Once in every run, for each output."""

from collections.abc import Mapping
from typing import Any

from components.base import Output
from components.base.output import DrawChart, ExportFile, RegisterModel, SaveDataset, WriteDatabase, WriteReport
from engine.cache import Entry
from engine.plan import Plan, PlannedNode
from engine.work.assignment import Assignment
from engine.work.draw_chart import draw_chart
from engine.work.export_file import export_file
from engine.work.origin import Origin
from engine.work.save_dataset import save_dataset
from engine.work.write_database import write_database
from engine.work.write_report import write_report
from storage.schema import Run


class Delivery:
    """Does what the outputs of a run ask for.

    Parameters
    ----------
    models
        Node → the model version that it trained; filled while the run goes on.
    """

    def __init__(self, assignment: Assignment, run: Run, plan: Plan, models: Mapping[str, Mapping[str, Any]]) -> None:
        self._assignment = assignment
        self._run = run
        self._plan = plan
        self._drawn = plan.placement.pipeline
        self._models = models

    def __call__(self, node: PlannedNode, entry: Entry) -> dict[str, Any]:
        """Do what a node asks for with the rows that it wrote down.

        Returns
        -------
        dict
            ``kind``, a ``message`` for people, and what is needed to find it.

        Raises
        ------
        CanvasbackError, StorageError
        """
        assert isinstance(node.component, Output)  # noqa: S101  nothing else asks
        origin = Origin(self._run, self._drawn.name, node, self._drawn.by_id[node.id].label)
        match node.component.deed():
            case SaveDataset() as deed:
                return save_dataset(self._assignment, origin, deed, entry)
            case ExportFile() as deed:
                return export_file(self._assignment, origin, deed, entry)
            case WriteDatabase() as deed:
                return write_database(self._assignment, origin, deed, entry)
            case DrawChart() as deed:
                return draw_chart(self._assignment, origin, deed, entry)
            case WriteReport() as deed:
                return write_report(self._assignment, origin, deed, entry, self._plan)
            case RegisterModel():
                model = self._models[node.inputs[0].node]
                known = {name: model[name] for name in ("model", "version", "model_version_id")}
                return {"kind": "model", **known, "message": f"{model['model']} v{model['version']}"}


def names_asked(plan: Plan) -> dict[str, str]:
    """Node → the name that was asked for its model."""
    outputs = [(node, node.component.deed()) for node in plan.nodes if isinstance(node.component, Output)]
    return {node.inputs[0].node: deed.name for node, deed in outputs if isinstance(deed, RegisterModel)}
