"""Decision diagrams: a function of facts as one shared graph of questions.

A diagram is the number of a node. A node asks one variable and has a child for each of its values;
a terminal holds a value of any kind: a truth, a value of a fact, a status. Equal diagrams are the
same number, since each node is made once, so that what was worked out of one is found again.
``ANY`` at an end says that no possible patient gets there, so that it may be read as anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Final

from gepnet.vocabulary import Truth

#: The number of a node.
Diagram = int

_END = 1 << 30  # the level of terminals, below every variable


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()


class Diagrams:
    """All diagrams over some variables, which are asked in the order of their levels."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """Start without nodes; ``sizes`` says how many values each variable has."""
        self.sizes = tuple(sizes)
        self._level: list[int] = []
        self._kids: list[tuple[Diagram, ...]] = []
        self._values: dict[Diagram, Hashable] = {}
        self._unique: dict[Hashable, Diagram] = {}
        self._cased: dict[tuple[Diagram, ...], Diagram] = {}
        self._supports: dict[Diagram, frozenset[int]] = {}
        self._merged: dict[tuple[Diagram, Diagram], Diagram | None] = {}
        self._ends: dict[Diagram, Diagram | None] = {}
        self._answers: dict[Diagram, tuple[dict[int, set[int]], int]] = {}
        self.true, self.false, self.unknown = (self.end(v) for v in (True, False, None))
        self.any = self.end(ANY)

    # --- nodes -----------------------------------------------------------------------------------

    def end(self, value: Hashable) -> Diagram:
        """Return the terminal with a value."""
        key = (_END, type(value), value)  # with its type: 1 and True are equal in Python
        found = self._unique.get(key)
        if found is None:
            found = self._unique[key] = self._new(_END, ())
            self._values[found] = value
        return found

    def node(self, level: int, kids: Sequence[Diagram]) -> Diagram:
        """Return the diagram that asks one variable; none is made where its answer is idle."""
        if kids.count(kids[0]) == len(kids):
            return kids[0]
        key = (level, *kids)
        found = self._unique.get(key)
        if found is None:
            found = self._unique[key] = self._new(level, tuple(kids))
        return found

    def _new(self, level: int, kids: tuple[Diagram, ...]) -> Diagram:
        self._level.append(level)
        self._kids.append(kids)
        return len(self._level) - 1

    def variable(self, level: int, values: Iterable[Hashable]) -> Diagram:
        """Return the diagram that ends in one of ``values`` for each value of a variable."""
        return self.node(level, [self.end(value) for value in values])

    def among(self, level: int, places: Collection[int]) -> Diagram:
        """Return where a variable has one of some of its values."""
        return self.variable(level, (place in places for place in range(self.sizes[level])))

    def is_end(self, diagram: Diagram) -> bool:
        """Whether nothing is asked any more."""
        return self._level[diagram] == _END

    def value(self, end: Diagram) -> Hashable:
        """Return the value of a terminal."""
        return self._values[end]

    def level(self, diagram: Diagram) -> int:
        """Return the variable that is asked first."""
        return self._level[diagram]

    def kids(self, diagram: Diagram) -> tuple[Diagram, ...]:
        """Return what follows for each value of the variable that is asked first."""
        return self._kids[diagram]

    def at(self, diagram: Diagram, level: int) -> Sequence[Diagram]:
        """Return what follows for each value of a variable that is not below the first."""
        if self._level[diagram] == level:
            return self._kids[diagram]
        return [diagram] * self.sizes[level]

    def support(self, diagram: Diagram) -> frozenset[int]:
        """Return the variables that a diagram depends on."""
        found = self._supports.get(diagram)
        if found is None:
            below = (self.support(kid) for kid in set(self._kids[diagram]))
            own = () if self.is_end(diagram) else (self._level[diagram],)
            found = self._supports[diagram] = frozenset(own).union(*below)
        return found

    def nodes(self, diagram: Diagram) -> list[Diagram]:
        """Return every node of a diagram, each once, from the top."""
        found: dict[Diagram, None] = {diagram: None}
        left = [diagram]
        while left:
            for kid in self._kids[left.pop()]:
                if kid not in found:
                    found[kid] = None
                    left.append(kid)
        return list(found)

    def ends(self, diagram: Diagram) -> list[Hashable]:
        """Return the values in which a diagram can end, without ``ANY``."""
        ends = (node for node in self.nodes(diagram) if self.is_end(node))
        return [self._values[end] for end in ends if end != self.any]

    # --- operations ------------------------------------------------------------------------------

    def case(self, truth: Diagram, true: Diagram, false: Diagram, unknown: Diagram) -> Diagram:
        """Return one of three diagrams, by a truth; what is ``ANY`` stays so."""
        if true == false == unknown:
            return true
        if self._level[truth] == _END:
            value = self._values[truth]
            return (
                truth if value is ANY else true if value is True else false if value is False
                else unknown
            )  # fmt: skip
        key = (truth, true, false, unknown)
        found = self._cased.get(key)
        if found is None:
            level = min(self._level[part] for part in key)
            parts = zip(*(self.at(part, level) for part in key), strict=True)
            found = self._cased[key] = self.node(level, [self.case(*part) for part in parts])
        return found

    def both(self, first: Diagram, second: Diagram) -> Diagram:
        """Return where two conditions hold that are true or false."""
        if second in (first, self.true):
            return first
        if first == self.true:
            return second
        if self.false in (first, second):
            return self.false
        # The smaller number first, so that both orders are found again.
        one, other = (first, second) if first < second else (second, first)
        return self.case(one, other, self.false, self.false)

    def some(self, first: Diagram, second: Diagram) -> Diagram:
        """Return where one of two conditions holds that are true or false."""
        if second in (first, self.false):
            return first
        if first == self.false:
            return second
        if self.true in (first, second):
            return self.true
        one, other = (first, second) if first < second else (second, first)
        return self.case(one, self.true, other, other)

    def all_of(self, conditions: Iterable[Diagram]) -> Diagram:
        """Return where all conditions hold, the small ones joined first."""
        found = self.true
        for condition in sorted(conditions, key=lambda one: (len(self.nodes(one)), one)):
            found = self.both(found, condition)
        return found

    def any_of(self, conditions: Iterable[Diagram]) -> Diagram:
        """Return where any of some conditions holds."""
        return reduce(self.some, conditions, self.false)

    def within(self, condition: Diagram, diagram: Diagram) -> Diagram:
        """Return a diagram where a condition holds, and ``ANY`` elsewhere."""
        return self.case(condition, diagram, self.any, self.any)

    def map(self, function: Callable[[Hashable], Hashable], diagram: Diagram) -> Diagram:
        """Return a diagram with another value at each end, ``ANY`` included."""
        return self.joined(lambda values: function(values[0]), (diagram,))

    def joined(
        self, function: Callable[[tuple[Hashable, ...]], Hashable], parts: Sequence[Diagram]
    ) -> Diagram:
        """Return the diagram whose ends are worked out from the ends of some others."""
        known: dict[tuple[Diagram, ...], Diagram] = {}
        # Gone through millions of times: what is known already costs no call.
        levels, kids_of, seen = self._level, self._kids, known.get

        def go(at: tuple[Diagram, ...]) -> Diagram:
            level = min([levels[part] for part in at])
            if level == _END:
                found = self.end(function(tuple([self._values[part] for part in at])))
            else:
                idle = self.sizes[level]
                rows = [kids_of[p] if levels[p] == level else (p,) * idle for p in at]
                kids = [go(kid) if (end := seen(kid)) is None else end for kid in zip(*rows)]  # noqa: B905 - as many as the variable has values
                found = self.node(level, kids)
            known[at] = found
            return found

        return go(tuple(parts))

    def exists(self, condition: Diagram, levels: Collection[int]) -> Diagram:
        """Return where some values of some variables make a condition true."""
        known: dict[Diagram, Diagram] = {}
        seen = known.get

        def go(diagram: Diagram) -> Diagram:
            if self.support(diagram).isdisjoint(levels):
                found = diagram
            else:
                kids_of = self._kids[diagram]
                kids = [go(kid) if (end := seen(kid)) is None else end for kid in kids_of]
                if self._level[diagram] in levels:
                    found = self.any_of(kids)
                else:
                    found = self.node(self._level[diagram], kids)
            known[diagram] = found
            return found

        return go(condition)

    def answers(self, condition: Diagram, level: int) -> frozenset[int]:
        """Return the places of the values of one variable with which a condition can be true."""
        if condition not in self._answers:
            self._answers[condition] = self._projected(condition)
        asked, idle = self._answers[condition]
        return frozenset(range(self.sizes[level]) if idle >> level & 1 else asked.get(level, ()))

    def _projected(self, condition: Diagram) -> tuple[dict[int, set[int]], int]:
        """Return for each variable the places on ways to true, and which some way does not ask.

        From each node but false there is a way to true; the variables not asked are bits.
        """
        asked: dict[int, set[int]] = {}
        idle = 0 if condition == self.false else self._between(-1, condition)
        for node in self.nodes(condition):
            if self.is_end(node):
                continue
            level = self._level[node]
            for place, kid in enumerate(self._kids[node]):
                if kid != self.false:
                    asked.setdefault(level, set()).add(place)
                    idle |= self._between(level, kid)
        return asked, idle

    def _between(self, level: int, below: Diagram) -> int:
        """Return the variables between one and what is asked next, as bits."""
        return (1 << min(self._level[below], len(self.sizes))) - (1 << level + 1)

    def given(self, diagram: Diagram, fixed: Mapping[int, int]) -> Diagram:
        """Return a diagram with the value of some variables given by its place."""
        known: dict[Diagram, Diagram] = {}

        kids_of, seen = self._kids, known.get

        def go(at: Diagram) -> Diagram:
            if self.support(at).isdisjoint(fixed):
                found = at
            elif (level := self._level[at]) in fixed:
                found = go(kids_of[at][fixed[level]])
            else:
                kids = [go(kid) if (end := seen(kid)) is None else end for kid in kids_of[at]]
                found = self.node(level, kids)
            known[at] = found
            return found

        return go(diagram)

    # --- what no patient has ---------------------------------------------------------------------

    def only_end(self, diagram: Diagram) -> Diagram | None:
        """Return the one terminal that a diagram can end in, ``ANY`` aside; None for several."""
        if self.is_end(diagram):
            return diagram
        if diagram not in self._ends:
            kids = {self.only_end(kid) for kid in self._kids[diagram]} - {self.any}
            self._ends[diagram] = kids.pop() if len(kids) == 1 else None if kids else self.any
        return self._ends[diagram]

    def agreed(self, first: Diagram, second: Diagram) -> Diagram | None:
        """Return a diagram like both wherever they are not ``ANY``; None if they differ."""
        if second in (first, self.any):
            return first
        if first == self.any:
            return second
        key = (first, second) if first < second else (second, first)
        if key not in self._merged:
            self._merged[key] = self._agreed(*key)
        return self._merged[key]

    def _agreed(self, first: Diagram, second: Diagram) -> Diagram | None:
        level = min(self._level[first], self._level[second])
        if level == _END:
            return None
        kids = []
        for one, other in zip(self.at(first, level), self.at(second, level), strict=True):
            kid = self.agreed(one, other)
            if kid is None:
                return None
            kids.append(kid)
        return self.node(level, kids)

    def shortest(self, diagram: Diagram) -> Diagram:
        """Return a diagram that asks nothing whose answers end alike for possible patients."""
        known: dict[Diagram, Diagram] = {}

        def go(at: Diagram) -> Diagram:
            if self.is_end(at):
                return at
            found = known.get(at)
            if found is None:
                found = known[at] = self._shortened(at, go)
            return found

        return go(diagram)

    def _shortened(self, at: Diagram, go: Callable[[Diagram], Diagram]) -> Diagram:
        kids = [kid for kid in dict.fromkeys(self._kids[at]) if kid != self.any]
        one: Diagram | None = kids[0] if kids else self.any
        for kid in kids[1:]:
            one = None if one is None else self.agreed(one, kid)
        if one is not None:
            return go(one)
        # Branches are made alike only if they end alike: no other merging would read well.
        to = {kid: self.only_end(kid) for kid in kids}
        final = {kid: go(kid if end is None else end) for kid, end in to.items()}
        final[self.any] = self.any
        kept = [final[kid] for kid in self._kids[at]]
        real = set(kept) - {self.any}
        return real.pop() if len(real) == 1 else self.node(self._level[at], kept)


class DiagramLogic:
    """Kleene's logic, choices and the table of statuses over diagrams; atoms are left to others."""

    diagrams: Diagrams

    def literal(self, value: Truth) -> Diagram:
        """Return a truth that is the same for everybody."""
        return self.diagrams.end(value)

    def negate(self, truth: Diagram) -> Diagram:
        """Return Kleene's not."""
        at = self.diagrams
        return at.case(truth, at.false, at.true, at.unknown)

    def certainly(self, truth: Diagram) -> Diagram:
        """Return where a truth is true; elsewhere it is false."""
        at = self.diagrams
        return at.case(truth, at.true, at.false, at.false)

    def every(self, truths: Sequence[Diagram]) -> Diagram:
        """Return Kleene's and."""
        at, found = self.diagrams, self.diagrams.true
        for truth in truths:
            open_ = at.case(truth, at.unknown, at.false, at.unknown)
            found = at.case(found, truth, at.false, open_)
        return found

    def either(self, truths: Sequence[Diagram]) -> Diagram:
        """Return Kleene's or."""
        at, found = self.diagrams, self.diagrams.false
        for truth in truths:
            open_ = at.case(truth, at.true, at.unknown, at.unknown)
            found = at.case(found, at.true, truth, open_)
        return found

    def choose(self, branches: Sequence[tuple[Diagram, Diagram]], otherwise: Diagram) -> Diagram:
        """Return what belongs to the first branch whose condition is true."""
        for condition, value in reversed(branches):
            otherwise = self.diagrams.case(condition, value, otherwise, otherwise)
        return otherwise

    def by(
        self,
        truth: Diagram,
        true: Callable[[], Diagram],
        false: Callable[[], Diagram],
        unknown: Callable[[], Diagram],
    ) -> Diagram:
        """Return the value of one of three cases."""
        return self.diagrams.case(truth, true(), false(), unknown())
