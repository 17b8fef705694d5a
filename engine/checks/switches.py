"""What a node that is switched off takes along: told once, at the switch, and not at each node behind it."""

from collections.abc import Iterator
from dataclasses import replace

from components.base import Component
from engine.checks.problems import Fix, Problem
from engine.checks.words import listed
from engine.graph import InEffect, Node, component_of, passes
from engine.leakage import is_a


def switch_problems(effect: InEffect) -> Iterator[Problem]:
    """One finding for each node without which others are left out; where nothing is left to run, that alone."""
    is_drawn = any(not node.is_only_drawn for node in effect.drawn.nodes)
    if is_drawn and all(node.is_only_drawn for node in effect.pipeline.nodes):
        yield _nothing_left(next(n for n in effect.drawn.nodes if n.disabled and not n.is_only_drawn))
        return
    for node in effect.drawn.by_id.values():
        needing = [effect.drawn.by_id[other].label for other in effect.needing(node.id)]
        if node.disabled and needing:
            verb = "needs it and is" if len(needing) == 1 else "need it and are"
            message = f"{node.label} {_state(node)}: {listed(needing)} {verb} left out of runs."
            hint = "Switch it on again, or feed what comes after it from elsewhere."
            yield Problem("switched_off", message, "info", node.id, hint=hint, fix=_fix(node))


def _nothing_left(first: Node) -> Problem:
    message = "Nothing is left to run: every node is switched off, or needs one that is."
    return Problem("all_switched_off", message, node=first.id, hint="Switch a node on.", fix=_fix(first))


def as_drawn(effect: InEffect, problem: Problem) -> Problem:
    """The same, with a fix that cuts the wire which a person sees."""
    cut = problem.fix.cut if problem.fix else None
    if problem.fix is None or cut is None or cut in effect.drawn.edges:
        return problem
    return replace(problem, fix=replace(problem.fix, cut=effect.drawn_wire(cut)))


def _state(node: Node) -> str:
    can_pass = is_a(node, Component) and passes(component_of(node))
    return "is bypassed, but nothing arrives that could pass through it" if can_pass else "is switched off"


def _fix(node: Node) -> Fix:
    return Fix("switch_on", f"Switch {node.label} on", node.id, switch_on=True)
