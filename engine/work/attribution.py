"""Split the difference that several factors make together into their parts, so that the parts add up to all of it.

Source: Shapley, *A value for n-person games* (1953). Each factor gets its mean contribution over every order in which
the factors could have been changed one after the other; what two of them only do together is shared between them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from math import factorial

Chosen = frozenset[str]
"""The factors that are as they were in the second run; the others are as in the first."""
Block = frozenset[str]
"""Factors that cannot be told apart: they change together."""

MOST_FACTORS = 4
"""With so many, there are at most 16 mixtures to run and 15 ways to take factors together."""


def mixtures(blocks: Sequence[Block]) -> tuple[Chosen, ...]:
    """Every choice of blocks, from none of them to all.

    >>> [sorted(chosen) for chosen in mixtures([frozenset({"data"}), frozenset({"seed"})])]
    [[], ['data'], ['seed'], ['data', 'seed']]
    """
    sizes = range(len(blocks) + 1)
    return tuple(frozenset[str]().union(*some) for size in sizes for some in combinations(blocks, size))


def finest(factors: Sequence[str], is_possible: Callable[[Chosen], bool]) -> tuple[Block, ...]:
    """The most blocks that the factors can be told apart in, when some mixtures cannot be made.

    Both ends are always possible: they are the two runs.
    """
    ends = (frozenset[str](), frozenset(factors))
    ways = sorted(_partitions(list(factors)), key=lambda blocks: -len(blocks))
    return next(
        blocks
        for blocks in ways
        if len(blocks) <= 1 or all(chosen in ends or is_possible(chosen) for chosen in mixtures(blocks))
    )


def shares(blocks: Sequence[Block], value: Callable[[Chosen], float]) -> dict[Block, float]:
    """What each block contributes to the difference between none and all of them.

    Returns
    -------
    dict
        Block → its part; the parts add up to ``value(all) - value(none)``.
    """
    return {block: sum(_weighted(block, blocks, value)) for block in blocks}


def _weighted(block: Block, blocks: Sequence[Block], value: Callable[[Chosen], float]) -> Iterator[float]:
    others = [other for other in blocks if other != block]
    n = len(blocks)
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(n - size - 1) / factorial(n)
        for some in combinations(others, size):
            before: Chosen = frozenset[str]().union(*some)
            yield weight * (value(before | block) - value(before))


def _partitions(items: list[str]) -> Iterable[tuple[Block, ...]]:
    if not items:
        yield ()
        return
    first, rest = items[0], items[1:]
    for blocks in _partitions(rest):
        yield (frozenset({first}), *blocks)
        for place, block in enumerate(blocks):
            yield (*blocks[:place], block | {first}, *blocks[place + 1 :])
