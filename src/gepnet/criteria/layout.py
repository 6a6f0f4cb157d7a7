"""Operations on sets of rows, laid out once and carried out for every batch of a table.

A set of rows is a Python integer with one bit for each row, so that an ``and`` of a hundred
thousand rows is one machine loop. Here the sets are only numbered: what has to be done is found
out once, each operation once however many criteria need it, and then done batch by batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cached_property
from typing import Generic, TypeVar

from gepnet.criteria.algebra import Pair, PairLogic
from gepnet.criteria.ast import Atom

K = TypeVar("K", bound=Hashable)

# The number of a set; the first two are those that no batch is needed for.
SetNumber = int
Bits = int
_MEET, _JOIN, _OUTSIDE, _GIVE, _FORGET = range(5)


class Layout(PairLogic[SetNumber], Generic[K]):
    """What has to be done to find some sets of rows from the truths of atoms."""

    nowhere = 0
    everywhere = 1

    def __init__(self) -> None:
        """Start with nothing to do."""
        #: The sets where each atom is true and where it is false.
        self.atoms: dict[Atom, Pair[SetNumber]] = {}
        # What is done, with which sets, and the number of what comes of it.
        self._steps: list[tuple[int, SetNumber, SetNumber, SetNumber]] = []
        self._made: dict[tuple[int, SetNumber, SetNumber], SetNumber] = {}
        self._contrary = {self.nowhere: self.everywhere, self.everywhere: self.nowhere}
        self._sets = 2
        self._given: list[tuple[K, tuple[SetNumber, ...]]] = []

    def meet(self, parts: Iterable[SetNumber]) -> SetNumber:
        """Return the rows in all sets."""
        return self._together(_MEET, parts, self.everywhere, self.nowhere)

    def join(self, parts: Iterable[SetNumber]) -> SetNumber:
        """Return the rows in some set."""
        return self._together(_JOIN, parts, self.nowhere, self.everywhere)

    def outside(self, part: SetNumber) -> SetNumber:
        """Return the rows that are not in a set."""
        if part not in self._contrary:
            found = self._step(_OUTSIDE, part, part)
            self._contrary |= {part: found, found: part}
        return self._contrary[part]

    def is_empty(self, part: SetNumber) -> bool:
        """Whether no row of any batch is in a set."""
        return part == self.nowhere

    def atom(self, node: Atom) -> Pair[SetNumber]:
        """Return the sets that ``run`` is given for an atom."""
        if node not in self.atoms:
            self.atoms[node] = Pair(self._sets, self._sets + 1)
            self._sets += 2
        return self.atoms[node]

    def give(self, name: K, parts: Iterable[SetNumber]) -> None:
        """Let ``run`` yield some sets under a name, as soon as they are known."""
        self._steps.append((_GIVE, len(self._given), 0, 0))
        self._given.append((name, tuple(parts)))

    def _together(
        self, step: int, parts: Iterable[SetNumber], idle: SetNumber, decisive: SetNumber
    ) -> SetNumber:
        """Return what sets come to, by an operation of which two sets need not be carried out."""
        among = {part for part in parts if part != idle}
        if decisive in among or any(self._contrary.get(part) in among for part in among):
            return decisive
        if not among:
            return idle
        # In one order, so that what is done twice is seen.
        found, *others = sorted(among)
        for other in others:
            found = self._step(step, found, other)
        return found

    def _step(self, step: int, one: SetNumber, other: SetNumber) -> SetNumber:
        key = (step, one, other)
        if key not in self._made:
            self._made[key] = self._sets
            self._steps.append((*key, self._sets))
            self._sets += 1
        return self._made[key]

    def run(
        self, rows: int, given: Callable[[Atom], Pair[Bits]]
    ) -> Iterator[tuple[K, tuple[Bits, ...]]]:
        """Carry everything out for a batch, and yield each name with its sets.

        Nothing can be laid out any more from the first batch on.

        Args:
            rows: of the batch.
            given: where an atom is true and where it is false.
        """
        everywhere = (1 << rows) - 1
        known: list[Bits] = [0] * self._sets
        known[self.everywhere] = everywhere
        for node, numbers in self.atoms.items():
            for number, where in zip(numbers, given(node), strict=True):
                known[number] = where
        for step, one, other, found in self.plan:
            if step == _MEET:
                known[found] = known[one] & known[other]
            elif step == _JOIN:
                known[found] = known[one] | known[other]
            elif step == _FORGET:
                known[one] = 0
            elif step == _OUTSIDE:
                known[found] = known[one] ^ everywhere
            else:
                name, parts = self._given[one]
                yield name, tuple(known[part] for part in parts)

    @cached_property
    def plan(self) -> list[tuple[int, SetNumber, SetNumber, SetNumber]]:
        """The steps, and where a set is not asked for any more: its memory is used again."""
        last: dict[SetNumber, int] = {}
        for place, (step, one, other, found) in enumerate(self._steps):
            used = self._given[one][1] if step == _GIVE else (one, other, found)
            last.update(dict.fromkeys(used, place))
        forgotten: defaultdict[int, list[SetNumber]] = defaultdict(list)
        for number, place in last.items():
            if number not in (self.nowhere, self.everywhere):
                forgotten[place].append(number)
        plan = []
        for place, what in enumerate(self._steps):
            plan.append(what)
            plan += [(_FORGET, number, 0, 0) for number in forgotten[place]]
        return plan
