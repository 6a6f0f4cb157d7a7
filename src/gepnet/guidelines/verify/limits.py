"""Numbers that criteria compare a fact with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gepnet.criteria import Compare, Node, Term, atoms
from gepnet.guidelines.verify.prover import Part
from gepnet.vocabulary import Vocabulary, plain

BELOW, ABOVE = frozenset({"<", "<="}), frozenset({">", ">="})


@dataclass(frozen=True)
class Limit:
    """A number that a criterion compares one fact alone with."""

    fact: str
    value: Decimal

    @property
    def equals(self) -> Part:
        """That a patient is exactly at the limit."""
        return Compare((Term(self.fact),), "=", self.value), True

    @property
    def name(self) -> str:
        """``fact=value``."""
        return f"{self.fact}={plain(self.value)}"

    def is_bound_in(self, nodes: Iterable[Node], operators: frozenset[str]) -> bool:
        """Whether it is a bound of a kind in some criterion."""
        return any(
            isinstance(atom, Compare)
            and [term.fact for term in atom.terms] == [self.fact]
            and atom.constant == self.value
            and atom.operator in operators
            for node in nodes
            for atom in atoms(node)
        )


def limits(nodes: Iterable[Node], vocabulary: Vocabulary) -> list[Limit]:
    """Return every number that one fact alone is compared with, each once.

    A number without values of the fact on both sides is no limit.
    """
    found: dict[Limit, None] = {}
    for node in nodes:
        for atom in atoms(node):
            if not isinstance(atom, Compare) or len(atom.terms) > 1 or atom.operator == "=":
                continue
            ends = vocabulary[atom.terms[0].fact].entry.range
            inside = ends is not None and ends[0] < atom.constant < ends[1]
            if inside and atom.terms[0].factor == 1:
                found[Limit(atom.terms[0].fact, atom.constant)] = None
    return list(found)
