"""How many changes two documents are from agreeing, at least: no search in vain is begun.

What fewer changes did not bring about takes one more, and criteria that rest on different facts add
up. Where that makes as many as are tried, there is none to spare for any other fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gepnet.criteria import And, Certain, Node, Not, Or, facts_of, walk
from gepnet.criteria.algebra import Evaluator, Pair
from gepnet.guidelines.compiled import FactSet, KnowledgeBase
from gepnet.guidelines.positions import DocumentPosition

#: Every fact.
ANY: FactSet = -1
# So many changes, at least, among some facts.
Need = tuple[int, FactSet]
# Positions of which every fact behind was changed; the truth of all variants, of which the last is
# the patient as is; the number of changes in each of the others, and of these.
Search = tuple[Iterable[DocumentPosition], Evaluator[Pair[int]], int, int]


class Distances:
    """Adds up, for one patient, what searches of few changes found out of each criterion."""

    def __init__(self, base: KnowledgeBase) -> None:
        """Start with nothing found out."""
        self._base = base
        self._searches: list[Search] = []
        # By identity, as in ``Evaluator``; the nodes are those of the base.
        self._least: dict[tuple[int, bool], int] = {}
        self._needs: dict[tuple[int, bool], list[Need]] = {}
        # For each recommendation of a kind what it needs to hold.
        self._ways: dict[tuple[DocumentPosition, str], list[list[Need]]] = {}

    def learn(self, search: Search) -> None:
        """Keep a search for when it is asked what more changes could do."""
        self._searches.append(search)

    def _take_in(self, search: Search) -> None:
        positions, truth, changes, size = search
        criteria = {id(node): node for one in positions for node in one.nodes}.values()
        # The parts of each come before it.
        parts = [part for node in criteria for part in walk(node)][::-1]
        for node in {id(part): part for part in parts}.values():
            for value, where in zip((True, False), truth(node), strict=True):
                key = id(node), value
                # What was not tried with fewer changes may be reached by those as well.
                if self._least.get(key, 1) >= changes:
                    reached = changes if where else changes + 1
                    self._least[key] = 0 if where >> size else reached
                self._needs[key] = self._needed(node, value)
        for one in positions:
            scope = self._needs[id(one.document.scope), True]
            for kind in one.kinds:
                held = (holding.recommendation.when for holding in one.of_kind(kind))
                self._ways[one, kind] = [scope + self._needs[id(node), True] for node in held]

    def _needed(self, node: Node, value: bool) -> list[Need]:
        """Return what has to change so that a criterion is true, or false."""
        least = self._least.get((id(node), value), 0)
        match node:
            case Not(operand):
                return self._needs[id(operand), not value]
            case Certain(operand) if value:
                return self._needs[id(operand), True]
            case And(operands) | Or(operands):
                parts = [self._needs[id(operand), value] for operand in operands]
                if isinstance(node, And) is value:
                    return [need for part in parts for need in part]
                least = max(least, min(_together(part)[0] for part in parts))
        return [(least, self._base.behind(facts_of(node)))] if least else []

    def within(self, question: Iterable[DocumentPosition], changes: int) -> FactSet:
        """Return the facts among which ``changes`` have to be to settle a question, if they can."""
        while changes > 1 and self._searches:
            self._take_in(self._searches.pop(0))
        first, second = question
        found = 0
        for kind in set(first.kinds).intersection(second.kinds):
            for one in self._ways.get((first, kind), [[]]):
                for other in self._ways.get((second, kind), [[]]):
                    least, facts = _together(one + other)
                    if least < changes:
                        return ANY
                    found |= facts if least == changes else 0
        return found


def _together(needs: Sequence[Need]) -> Need:
    """Return how many changes are needed for all, with the facts among which these are."""
    least, facts = 0, 0
    for one, among in sorted(needs, key=lambda need: (-need[0], need[1].bit_count())):
        if not facts & among:
            least, facts = least + one, facts | among
    return least, facts
