"""Queries of people, translated into Ibis.

As with expressions (docs/decisions/0001), nothing that is typed is ever executed. A query is parsed, and every node,
part and function is held against a list (`grammar`); then it is translated clause by clause (`query`). Only the inputs
of the node and the names of its own WITH are tables. What is on no list does not exist, and is refused by its name.
"""

from components.sql.grammar import parse
from components.sql.query import translate

__all__ = ["parse", "translate"]
