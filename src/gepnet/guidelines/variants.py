"""Many variants of one patient at once: a criterion over all of them in a few operations.

Each variant is one bit. What is true of a set of variants is a Python integer, so that an ``and``
of a hundred thousand of them is one machine loop. A fact is a partition of the variants by its
value, a criterion the pair (where true, where false); elsewhere it is unknown. Derived facts are
worked out anew from the changed ones, by the same rules as in ``gepnet.facts.derive``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import comb

from gepnet.criteria import And, Node, Not, Or, facts_of, interpret
from gepnet.facts import Facts, derive, is_given
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.measures import FUNCTIONS
from gepnet.vocabulary import Fact, Value

# Where a criterion is true, where it is false.
Masks = tuple[int, int]
Partition = dict[Value, int]


class Variants:
    """Variants of one patient; ``changes`` says for each changed fact where it has which value."""

    def __init__(
        self,
        base: KnowledgeBase,
        facts: Facts,
        size: int,
        changes: Mapping[str, Sequence[tuple[Value, int]]],
    ) -> None:
        """Keep the changes; everything else is worked out when first asked for."""
        self.everywhere = (1 << size) - 1
        self._base = base
        self._facts = facts
        self._changes = changes
        self._partitions: dict[str, Partition] = {}
        self._masks: dict[int, Masks] = {}

    def truth(self, node: Node) -> Masks:
        """Return where a criterion is true and where it is false."""
        found = self._masks.get(id(node))
        if found is None:
            found = self._masks[id(node)] = self._truth(node)
        return found

    def _truth(self, node: Node) -> Masks:
        match node:
            case Not(operand):
                true, false = self.truth(operand)
                return false, true
            case And(operands):
                return all_of((self.truth(part) for part in operands), self.everywhere)
            case Or(operands):
                return any_of((self.truth(part) for part in operands), self.everywhere)
        true = false = 0
        for given, where in self._combinations(facts_of(node), self.everywhere):
            truth = interpret(node, given)
            if truth is True:
                true |= where
            elif truth is False:
                false |= where
        return true, false

    def _combinations(
        self, names: Sequence[str], within: int
    ) -> Iterator[tuple[dict[str, Value], int]]:
        """Yield each combination of values that occurs, with the variants where it does."""
        whole = within == self.everywhere
        if whole and len(names) == 1:
            for value, where in self.values(names[0]).items():
                yield {names[0]: value}, where
            return
        for parts in product(*(self.values(name).items() for name in names)):
            masks = [mask for _, mask in parts]
            where = masks.pop() if whole and masks else within
            for mask in masks:
                where &= mask
            if where:
                yield {name: part[0] for name, part in zip(names, parts, strict=True)}, where

    def values(self, name: str) -> Partition:
        """Return the values of a fact, each with the variants where the fact has it."""
        found = self._partitions.get(name)
        if found is None:
            found = self._partitions[name] = self._values(name)
        return found

    def _values(self, name: str) -> Partition:
        found: Partition = {}
        changed = 0
        for value, where in self._changes.get(name, ()):
            _put(found, value, where)
            changed |= where
        rest = self.everywhere ^ changed
        if rest:
            for value, where in self._unchanged(name, rest).items():
                _put(found, value, where)
        return found

    def _unchanged(self, name: str, rest: int) -> Partition:
        """Return the values of a fact where it was not itself changed."""
        fact = self._base.vocabulary[name]
        if is_given(self._facts, name, self._base.vocabulary):
            return {self._facts.values.get(name): rest}
        if fact.entry.bound is not None:
            bound = fact.entry.bound
            return self._computed(bound.function, bound.inputs, rest)
        if not fact.is_derived:
            return {None: rest}
        found = self._by_rules(fact, rest) if fact.entry.derived else self._by_function(fact, rest)
        absence = self._facts.absences.get(name)
        if absence is not None and None in found:
            _put(found, absence.value, found.pop(None))
        return found

    def _by_rules(self, fact: Fact, rest: int) -> Partition:
        found: Partition = {}
        for rule in fact.entry.derived:
            if not rest:
                break
            true, false = (rest & mask for mask in self.truth(self._base.criteria(rule.when)))
            _put(found, fact.parse(rule.value), true)
            _put(found, None, rest ^ true ^ false)
            rest = false
        _put(found, None, rest)
        return found

    def _by_function(self, fact: Fact, rest: int) -> Partition:
        if fact.entry.function not in FUNCTIONS:
            return {None: rest}
        found: Partition = {}
        base, names = self._base, fact.entry.inputs
        for given, where in self._combinations(names, rest):
            measures = base.knowledge.measures
            _put(found, derive(fact, given, base.criteria, measures, self._facts.at).value, where)
        return found

    def _computed(self, function: str, names: Sequence[str], rest: int) -> Partition:
        found: Partition = {}
        for given, where in self._combinations(names, rest):
            value = FUNCTIONS[function](given, self._base.knowledge.measures, self._facts.at)
            _put(found, value, where)
        return found


def _put(partition: Partition, value: Value, where: int) -> None:
    if where:
        before = partition.get(value)
        partition[value] = where if before is None else before | where


def all_of(parts: Iterable[Masks], everywhere: int) -> Masks:
    """Return where a conjunction is true and where it is false."""
    true, false = everywhere, 0
    for part in parts:
        true &= part[0]
        false |= part[1]
    return true, false


def any_of(parts: Iterable[Masks], everywhere: int) -> Masks:
    """Return where a disjunction is true and where it is false."""
    true, false = 0, everywhere
    for part in parts:
        true |= part[0]
        false &= part[1]
    return true, false


class Choices:
    """All ways to choose a few of some things, one bit each, in an order that only ever grows.

    The ways to choose from the first ``m`` things come first (colexicographic order), so that what
    was worked out for more things serves for fewer.
    """

    def __init__(self, count: int) -> None:
        """Prepare the choices of ``count`` things."""
        self.count = count
        self._fewer = None if count == 1 else Choices(count - 1)
        self._containing: list[int] = []

    def size(self, things: int) -> int:
        """Return in how many ways one can choose."""
        return comb(things, self.count)

    def containing(self, things: int) -> list[int]:
        """Return, for each thing, the bits of the choices that contain it."""
        for new in range(len(self._containing), things):
            at = comb(new, self.count)
            width = comb(new, self.count - 1)
            if self._fewer is not None:
                for old, mask in enumerate(self._fewer.containing(new)):
                    self._containing[old] |= mask << at
            self._containing.append(((1 << width) - 1) << at)
        cut = (1 << self.size(things)) - 1
        return [mask & cut for mask in self._containing[:things]]

    def members(self, bit: int) -> tuple[int, ...]:
        """Return the things that the choice at a bit is made of, in rising order."""
        found = []
        for count in range(self.count, 0, -1):
            thing = count - 1
            while comb(thing + 1, count) <= bit:
                thing += 1
            bit -= comb(thing, count)
            found.append(thing)
        return tuple(reversed(found))


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits that are set."""
    text = bin(mask)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)
