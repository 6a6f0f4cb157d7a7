"""Whether tables of many patients decide a comparison as it is decided on the values as reported.

Facts are exact; a table keeps each to a fine step (``Fact.kept``). A single fact stays on its side
of every whole step, so that a limit that is a whole number of steps is felt exactly. A sum may be
off by the fine steps of its parts, which has to be far less than the sum can change by.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm

from gepnet.criteria.ast import Compare, Node, atoms
from gepnet.vocabulary import Vocabulary, plain

#: How many times coarser a step of a sum has to be than what its parts are kept to.
_COARSER = 100


def felt_inexactly(node: Compare, vocabulary: Vocabulary) -> str | None:
    """Say why a table might decide a comparison otherwise than the values do; None if it cannot."""
    facts = [vocabulary[term.fact] for term in node.terms]
    if len(facts) == 1:
        limit = node.constant / node.terms[0].factor
        if limit % facts[0].precision or facts[0].kept(limit) != limit:
            return f"a whole number of steps of {plain(facts[0].precision)} ({facts[0].id})"
        return None
    parts = [(abs(term.factor), fact) for term, fact in zip(node.terms, facts, strict=True)]
    off = sum((factor * fact.fine for factor, fact in parts), Decimal(0))
    steps = [Fraction(factor * fact.precision) for factor, fact in parts]
    least = _common([*steps, *([Fraction(abs(node.constant))] if node.constant else [])])
    if Fraction(off) * _COARSER > least:
        return f"a sum in steps of at least {plain(off * _COARSER)}"
    return None


def inexact(node: Node, vocabulary: Vocabulary) -> Iterator[tuple[Compare, str]]:
    """Yield each comparison of a criterion that a table might decide otherwise, and why."""
    for atom in atoms(node):
        told = felt_inexactly(atom, vocabulary) if isinstance(atom, Compare) else None
        if isinstance(atom, Compare) and told is not None:
            yield atom, told


def _common(numbers: list[Fraction]) -> Fraction:
    """Return the greatest step of which all numbers are whole multiples."""
    below = lcm(*(number.denominator for number in numbers))
    return Fraction(gcd(*(int(number * below) for number in numbers)), below)
