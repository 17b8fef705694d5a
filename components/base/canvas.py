"""What stands on the canvas and nowhere else."""

from components.base.component import Component, P


class CanvasOnly(Component[P]):
    """Something to read beside the nodes: it has no ports, is in no plan, and never runs."""

    family = "canvas"
    is_lazy = False
