"""The criteria language: text, tree, and one small module for each thing done with it.

The Polars and SQL targets are imported from their modules (``gepnet.criteria.polars`` and
``gepnet.criteria.sql``) because their libraries load slowly.
"""

from gepnet.criteria.ast import (
    Always,
    And,
    Certain,
    Compare,
    Holds,
    IsKnown,
    Node,
    Not,
    OneOf,
    Or,
    Term,
    atoms,
    facts_of,
    walk,
)
from gepnet.criteria.compiled import Criteria, CriterionError, Fault
from gepnet.criteria.explain import Explanation, Lasts, Memo, explain
from gepnet.criteria.interpret import conjunction, disjunction, interpret
from gepnet.criteria.prose import prose

__all__ = [
    "Always",
    "And",
    "Certain",
    "Compare",
    "Criteria",
    "CriterionError",
    "Explanation",
    "Fault",
    "Holds",
    "IsKnown",
    "Lasts",
    "Memo",
    "Node",
    "Not",
    "OneOf",
    "Or",
    "Term",
    "atoms",
    "conjunction",
    "disjunction",
    "explain",
    "facts_of",
    "interpret",
    "prose",
    "walk",
]
