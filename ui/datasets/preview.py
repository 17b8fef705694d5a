"""The rows of a dataset, page by page."""

from engine.service import Workspace
from engine.service.data import datasets
from engine.service.views import DatasetView
from ui.grid import show_pages


def show_preview(home: Workspace, dataset: DatasetView) -> None:
    """All rows of a version, a page at a time."""
    name, version = dataset.name, dataset.version
    show_pages(
        lambda offset, limit: datasets.preview_dataset(home, name, version, offset, limit),
        key=f"rows_{dataset.id}_{version}",
        alt=f"Rows of {name} v{version}",
    )
