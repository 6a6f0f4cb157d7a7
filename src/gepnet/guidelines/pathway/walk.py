"""A patient on a pathway: which way is taken, and where facts that are not known leave it open.

What is known of a patient leaves some values of each variable. Answers that no possible patient
gives together, or that the map does not hold, lead nowhere: then the assessment alone speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gepnet.criteria import Node, interpret
from gepnet.guidelines.pathway.cut import Page
from gepnet.guidelines.pathway.diagrams import Diagram
from gepnet.guidelines.pathway.literals import criterion, criterion_of, either
from gepnet.guidelines.pathway.possible import connected, groups
from gepnet.guidelines.pathway.tree import Fork, Leaf, Line
from gepnet.guidelines.pathway.ways import Way
from gepnet.vocabulary import Truth, Value

Values = Mapping[str, Value]
#: For each variable that is narrowed, by level, the places of the values that are left.
Allowed = Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Walk:
    """A patient on a page.

    Attributes:
        allowed: what is known, as values that are left.
        enters: whether the patient has what everybody has of whom anything is said.
        open: for each fork on the way, by the way to it, the branches that are left.
        leaves: every end that is left, with the way to it.
    """

    allowed: Allowed
    enters: Truth
    open: Mapping[Way, tuple[int, ...]]
    leaves: tuple[tuple[Way, Leaf], ...]


class Walker:
    """Walks patients along one page; what does not depend on the patient is worked out once."""

    def __init__(self, page: Page) -> None:
        """Prepare the criteria of the page."""
        self.page = page
        self._at, space = page.asked.diagrams, page.asked.space
        self._space = space
        self._nodes: dict[int, list[Node]] = {}
        for name in space.asked:
            one = space.variables[name]
            places = range(len(one.values))
            self._nodes[one.level] = [criterion(space, one.level, (place,)) for place in places]
        self._gate = criterion_of(space, page.tree.gate)
        self._told: dict[tuple[Way, ...], Node] = {}

    def walk(self, values: Values) -> Walk | None:
        """Return the way of a patient; None if no possible patient of the question is like this."""
        allowed = self._allowed(values)
        given = None if allowed is None else self._narrowed(allowed)
        if allowed is None or given is None:
            return None
        forks: dict[Way, tuple[int, ...]] = {}
        leaves = tuple(self._ends(self.page.tree.root, (), given, allowed, forks))
        return Walk(allowed, interpret(self._gate, values), forks, leaves)

    def line(self, line: Line, values: Values) -> tuple[Truth, Truth]:
        """Return whether a position holds for a patient, and whether its text leaves it open."""
        return (
            interpret(self._criterion(line.holds), values),
            interpret(self._criterion(line.left_open), values),
        )

    def _criterion(self, ways: tuple[Way, ...]) -> Node:
        if ways not in self._told:
            self._told[ways] = either([criterion_of(self._space, way) for way in ways])
        return self._told[ways]

    def _allowed(self, values: Values) -> Allowed | None:
        found = {}
        for level, nodes in self._nodes.items():
            truths = [interpret(node, values) for node in nodes]
            sure = [place for place, truth in enumerate(truths) if truth is True]
            left = sure or [place for place, truth in enumerate(truths) if truth is None]
            if not left:
                return None
            if len(left) < len(nodes):
                found[level] = frozenset(left)
        return found

    def _narrowed(self, allowed: Allowed) -> list[Diagram] | None:
        """Return what is left of the conditions on possible patients; None if nothing is."""
        at = self._at
        fixed = {level: next(iter(left)) for level, left in allowed.items() if len(left) == 1}
        found = [at.given(one, fixed) for one in self.page.asked.possible]
        found += [at.among(level, left) for level, left in allowed.items() if len(left) > 1]
        kept = [one for one in dict.fromkeys(found) if one != at.true]
        if at.false in kept:
            return None
        open_ = [level for level, left in allowed.items() if len(left) > 1]
        together = groups(at, kept) if open_ else []
        hopeless = (at.all_of(connected(together, {level})) == at.false for level in open_)
        return None if any(hopeless) else kept

    def _ends(
        self,
        node: Fork | Leaf,
        way: Way,
        given: list[Diagram],
        allowed: Allowed,
        forks: dict[Way, tuple[int, ...]],
    ) -> Iterator[tuple[Way, Leaf]]:
        if isinstance(node, Leaf):
            yield way, node
            return
        at = self._at
        around = at.all_of(connected(groups(at, given), {node.level}))
        known = allowed.get(node.level, frozenset(range(at.sizes[node.level])))
        left = [
            index
            for index, (places, _) in enumerate(node.branches)
            if places & known and at.both(around, at.among(node.level, places)) != at.false
        ]
        forks[way] = tuple(left)
        for index in left:
            places, child = node.branches[index]
            now = given if len(left) == 1 else [*given, at.among(node.level, places)]
            yield from self._ends(child, (*way, (node.level, places)), now, allowed, forks)
