"""Many variants of one patient at once: a criterion over all of them in a few operations.

Each variant is one bit. What is true of a set of variants is a Python integer, so that an ``and``
of a hundred thousand of them is one machine loop. A fact is a partition of the variants by its
value, a criterion the pair (where true, where false); elsewhere it is unknown. Derived facts are
worked out anew from the changed ones, by the same rules as in ``gepnet.facts.derive``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from math import comb
from operator import and_, or_

from gepnet.criteria import facts_of, interpret
from gepnet.criteria.algebra import Evaluator, Pair, PairLogic, Parts
from gepnet.criteria.ast import Atom
from gepnet.facts import Facts, derive, is_given
from gepnet.facts.algebra import value_of
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.measures import FUNCTIONS
from gepnet.vocabulary import Fact, Truth, Value

Mask = int
Partition = Parts[Value, Mask]


class Counted(Partition):
    """A partition of which it is known where it has no value: finding that out again costs most."""

    def __init__(self, parts: Partition, rest: Mask) -> None:
        """Take the parts, and where none of them is."""
        super().__init__(parts)
        self.rest = rest


class Truths:
    """What atoms are of combinations of values; searches of one patient ask the same again."""

    def __init__(self) -> None:
        """Start with none asked."""
        # By identity, as in ``Evaluator``.
        self._asked: dict[int, tuple[Atom, tuple[str, ...], dict[tuple[Value, ...], Truth]]] = {}

    def of(self, node: Atom) -> tuple[tuple[str, ...], dict[tuple[Value, ...], Truth]]:
        """Return the facts of an atom, and its truths as far as they were asked."""
        found = self._asked.get(id(node))
        if found is None:
            found = self._asked[id(node)] = (node, facts_of(node), {})
        return found[1], found[2]


class Variants(PairLogic[Mask]):
    """Variants of one patient; ``changes`` says for each changed fact where it has which value."""

    nowhere = 0

    def __init__(
        self,
        base: KnowledgeBase,
        facts: Facts,
        size: int,
        changes: Mapping[str, Sequence[tuple[Value, Mask]]],
        truths: Truths | None = None,
    ) -> None:
        """Keep the changes; everything else is worked out when first asked for.

        What was worked out of atoms before is found in ``truths``, and added there.
        """
        self.everywhere = (1 << size) - 1
        self.truth = Evaluator(self)
        self._base = base
        self._facts = facts
        self._changes = changes
        self._partitions: dict[str, Partition] = {}
        self._truths = truths or Truths()

    # Most sets are all or nothing, and an operation on sets of a hundred thousand takes its time.

    def meet(self, parts: Iterable[Mask]) -> Mask:
        """Return the variants in all sets."""
        given = [part for part in parts if part is not self.everywhere]
        return (reduce(and_, given) if all(given) else self.nowhere) if given else self.everywhere

    def join(self, parts: Iterable[Mask]) -> Mask:
        """Return the variants in some set."""
        given = [part for part in parts if part]
        return reduce(or_, given) if given else self.nowhere

    def outside(self, part: Mask) -> Mask:
        """Return the variants that are not in a set."""
        return self.everywhere ^ part if part else self.everywhere

    def is_empty(self, part: Mask) -> bool:
        """Whether no variant is in a set."""
        return not part

    def atom(self, node: Atom) -> Pair[Mask]:
        """Return where an atom is true and where it is false."""
        names, known = self._truths.of(node)
        places: dict[Truth, list[Mask]] = {True: [], False: [], None: []}
        for values, where in self._combinations(names):
            if values not in known:
                known[values] = interpret(node, dict(zip(names, values, strict=True)))
            places[known[values]].append(where)
        # Every variant has some combination: the truth with the most of them is where the others
        # are not, unless it is one part as it stands.
        most = max(places, key=lambda truth: len(places[truth]))
        several = places.pop(most) if len(places[most]) > 1 else ()
        found = {truth: self.join(parts) for truth, parts in places.items()}
        if several:
            found[most] = self.everywhere ^ self.join(found.values())
        return Pair(found[True], found[False])

    def _combinations(self, names: Sequence[str]) -> list[tuple[tuple[Value, ...], Mask]]:
        """Return each combination of values that occurs, with the variants where it does."""
        first, *others = names
        found: list[tuple[tuple[Value, ...], Mask]]
        found = [((value,), where) for value, where in self.values(first).items()]
        for name in others:
            found = [
                ((*values, value), both)
                for values, where in found
                for value, part in self.values(name).items()
                if (both := where & part)
            ]
        return found

    def values(self, name: str) -> Partition:
        """Return the values of a fact, None included, each with the variants where it has it."""
        found = self._partitions.get(name)
        if found is None:
            fact = self._base.vocabulary[name]
            found = value_of(fact, self, self.truth, self._base.criteria)
            self.put(found, None, self._rest(found))
            self._partitions[name] = found
        return found

    def _rest(self, known: Partition) -> Mask:
        if isinstance(known, Counted):
            return known.rest
        return self.everywhere ^ self.join(known.values())

    # --- one fact, see ``gepnet.facts.algebra`` --------------------------------------------------

    @property
    def logic(self) -> Variants:
        """How truths are put together."""
        return self

    def unknown(self, fact: Fact) -> Partition:
        """Return no value anywhere."""
        return {}

    def recorded(self, fact: Fact) -> Partition:
        """Return the values that are changed, and what is given elsewhere."""
        found: Partition = {}
        for value, where in self._changes.get(fact.id, ()):
            self.put(found, value, where)
        if is_given(self._facts, fact.id, self._base.vocabulary):
            self.put(found, self._facts.values.get(fact.id), self._rest(found))
            return Counted(found, self.nowhere)
        return found

    def computed(self, fact: Fact, function: str, inputs: Sequence[str]) -> Partition | None:
        """Return what a named function gives for each combination of its inputs."""
        if function not in FUNCTIONS:
            return None  # a function of the whole record
        base, at, found = self._base, self._facts.at, Partition()
        measures = base.knowledge.measures
        for values, where in self._combinations(inputs):
            given = dict(zip(inputs, values, strict=True))
            if fact.entry.bound is not None:
                value = FUNCTIONS[function](given, measures, at)
            else:
                value = derive(fact, given, base.criteria, measures, at).value
            if value is not None:
                self.put(found, value, where)
        return found

    def boolean(self, fact: Fact, truth: Pair[Mask]) -> Partition:
        """Return where a truth is true and where it is false."""
        cases: tuple[tuple[Value, Mask], ...] = ((True, truth.true), (False, truth.false))
        return {value: where for value, where in cases if where}

    def by_rules(
        self,
        fact: Fact,
        rules: Sequence[tuple[Pair[Mask], Sequence[str]]],
        narrowed: Sequence[tuple[Pair[Mask], Sequence[str]]],
    ) -> Partition:
        """Return what two decision lists leave possible."""
        first = self._sets(fact, self.possible(rules, fact.members))
        if not narrowed:
            return first
        return self._both(fact, first, self._sets(fact, self.possible(narrowed, fact.members)))

    def _sets(self, fact: Fact, possible: Mapping[str, Mask]) -> Partition:
        """Return where which values are possible; all of them are no value."""
        parts: dict[tuple[str, ...], Mask] = {(): self.everywhere}
        for member, where in possible.items():
            split: dict[tuple[str, ...], Mask] = {}
            for values, part in parts.items():
                inside = part & where
                for left, here in (((*values, member), inside), (values, part ^ inside)):
                    if here:
                        split[left] = here
            parts = split
        found: Partition = {}
        for values, where in parts.items():
            value = fact.among(values)
            if value is not None:
                self.put(found, value, where)
        return found

    def _both(self, fact: Fact, one: Partition, other: Partition) -> Partition:
        """Return what two statements leave together, as ``Fact.reconciled`` says."""
        found: Partition = {}
        wholes = [{**part, None: self._rest(part)} for part in (one, other)]
        for left, here in wholes[0].items():
            for right, there in wholes[1].items():
                both = fact.reconciled(left, right)[0] if here & there else None
                if both is not None:
                    self.put(found, both, here & there)
        return found

    def reconciled(self, fact: Fact, recorded: Partition, derived: Partition) -> Partition:
        """Return what a recorded word and the derived one leave; a change stands by itself."""
        found: Partition = {}
        for value, where in self._changes.get(fact.id, ()):
            self.put(found, value, where)
        rest = self._rest(found)
        for value, where in self._both(fact, recorded, derived).items():
            self.put(found, value, where & rest)
        return found

    def silence(self, fact: Fact) -> Partition | None:
        """Return what it means that a complete record says nothing."""
        absence = self._facts.absences.get(fact.id)
        return None if absence is None else {absence.value: self.everywhere}

    def first_known(
        self, fact: Fact, first: Partition, then: Callable[[], Partition | None]
    ) -> Partition:
        """Return the second where the first is not known."""
        rest = self._rest(first)
        second = (rest and then()) or Counted({}, self.everywhere)
        for value, where in second.items():
            self.put(first, value, where & rest)
        return Counted(first, rest & second.rest) if isinstance(second, Counted) else first


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
            things = range(count - 1, len(self._containing))
            thing = things[bisect_right(things, bit, key=lambda m: comb(m, count)) - 1]
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
