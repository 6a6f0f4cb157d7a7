"""The one patient by which an answer of the solver is shown, whatever was asked before.

Which of many patients a solver returns, and which assumptions it names in a proof, depends on all
that it was asked before. Whether there is one does not. So patients and proofs are made here of
verdicts alone: the first facts in the order of the vocabulary take their simplest values that are
possible (false, the first of a list, the least number), and a proof keeps the parts that a fixed
order of leaving out leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Any

import z3

from gepnet.criteria.smt import Formula, Symbol, conj, formula, integer, is_true, neg
from gepnet.vocabulary import Fact

# Given what holds and what is tried, the model of such a patient; or none, and the place of the
# last part of what was tried that a proof of that needs.
Look = Callable[[Sequence[Formula], Sequence[Formula]], tuple[z3.ModelRef | None, int]]


@dataclass(frozen=True)
class Choice:
    """A fact that is to take its simplest value."""

    fact: Fact
    symbol: Symbol

    @property
    def term(self) -> Any:
        """The variable of its value."""
        return self.symbol.low if self.fact.type == "number" else self.symbol.value

    @property
    def least(self) -> int | None:
        """The least value in steps; None where the range is open."""
        if self.fact.type == "enum":
            return 0
        if self.fact.entry.range is None:
            return None
        return ceil(Fraction(self.fact.entry.range[0]) / Fraction(self.fact.precision))

    @cached_property
    def simplest(self) -> Formula:
        """That the fact is known, exists and has the simplest value."""
        there = [self.symbol.known, neg(self.symbol.absent)]
        return formula(conj([*there, self._is_simplest()]))

    def _is_simplest(self) -> Formula:
        if isinstance(self.term, bool | int):
            return True
        if self.fact.type in {"number", "enum"}:
            return self.term == (self.least or 0)
        return neg(self.term)


def simplest(look: Look, choices: Iterable[Choice], fixed: Sequence[Formula]) -> z3.ModelRef | None:
    """Return the model in which fact by fact the simplest possible value is taken.

    Args:
        look: asks the solver.
        choices: the facts in the order in which they choose.
        fixed: what holds of the patient in any case.
    """
    model, _ = look(fixed, [])
    if model is None:
        return None
    taken = list(fixed)
    left = [(one, one.simplest) for one in choices]
    while left:
        # What is already as simple as can be needs no question.
        ready = next((i for i, (_, one) in enumerate(left) if not is_true(model, one)), len(left))
        taken += [one for _, one in left[:ready]]
        left = left[ready:]
        # The longest beginning that is possible as it is: below ``good`` it is, at ``bad`` not.
        good, bad = 0, len(left) + 1
        size = len(left)
        while bad - good > 1:
            better, last = look(taken, [one for _, one in left[:size]])
            if better is not None:
                model, good = better, size
            else:
                # The solver's proof ends at its last part; the beginning up to there fails too.
                bad = last + 1
            size = bad - 1 if bad - 1 > good else good
        taken += [one for _, one in left[:good]]
        left = left[good:]
        if left:
            model, settled = _least(look, left[0][0], taken, model)
            taken += settled
            left = left[1:]
    return model


def _least(
    look: Look, choice: Choice, taken: Sequence[Formula], model: z3.ModelRef
) -> tuple[z3.ModelRef, list[Formula]]:
    """Return the least value of one fact that cannot have its simplest."""
    settled: list[Formula] = []
    for flag in (choice.symbol.known, neg(choice.symbol.absent)):
        if isinstance(flag, bool):
            continue
        if not is_true(model, flag):
            better, _ = look([*taken, *settled], [flag])
            if better is None:
                # Unknown, or not applicable: there is no value to choose.
                return model, [*settled, neg(flag)]
            model = better
        settled.append(flag)
    term = choice.term
    if isinstance(term, bool | int):
        return model, settled
    if choice.fact.type not in {"number", "enum"}:
        return model, [*settled, term if is_true(model, term) else neg(term)]
    bound = choice.least
    if bound is None:
        better, _ = look([*taken, *settled], [term >= 0])
        if better is None:
            return _bisected(look, term, [*taken], settled, model, None)
        model, bound = better, 0
    return _bisected(look, term, taken, settled, model, bound)


def _bisected(
    look: Look,
    term: Any,
    taken: Sequence[Formula],
    settled: list[Formula],
    model: z3.ModelRef,
    bound: int | None,
) -> tuple[z3.ModelRef, list[Formula]]:
    """Halve the interval between a bound and the value of a model until one is left."""
    if bound is None:
        # Only negative values are possible: the one nearest to nothing.
        term, bound = -term, 1
    low, high = bound, integer(model, term)
    while low < high:
        middle = (low + high) // 2
        better, _ = look([*taken, *settled], [term >= bound, term <= middle])
        if better is None:
            low = middle + 1
        else:
            model, high = better, integer(better, term)
    return model, [*settled, term == high]


def needed(unsound: Callable[[list[int]], bool], count: int) -> list[int] | None:
    """Return places whose parts exclude something together, none of them for nothing.

    Args:
        unsound: whether the parts at some places leave nobody.
        count: of parts. The later ones are given up first.

    Junker, "QuickXplain", AAAI 2004: the result depends on the answers and the order alone.
    """
    everything = list(range(count))
    if not unsound(everything):
        return None

    def explain(base: list[int], added: bool, places: list[int]) -> list[int]:
        if added and unsound(base):
            return []
        if len(places) == 1:
            return places
        half = len(places) // 2
        first, second = places[:half], places[half:]
        later = explain([*base, *first], bool(first), second)
        return [*explain([*base, *later], bool(later), first), *later]

    return sorted(explain([], True, everything)) if everything else []
