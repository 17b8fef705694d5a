"""A home as a file says it shall be: read it, plan what is to be made or changed, do it in an order that works."""

from engine.service.applying.doing import Done, apply_plan
from engine.service.applying.planning import Plan, Step, make_plan
from engine.service.applying.reading import Wishes, read_wishes

__all__ = ["Done", "Plan", "Step", "Wishes", "apply_plan", "make_plan", "read_wishes"]
