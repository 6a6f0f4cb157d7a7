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

# Given what holds and what is tried, the model of such a patient; or none, and the places of those
# parts of what was tried that a proof of that needs, None where the search was not finished.
Look = Callable[
    [Sequence[Formula], Sequence[Formula]], tuple[z3.ModelRef | None, Sequence[int] | None]
]


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
    impossible: list[list[Formula]] = []
    while left:
        # What is already as simple as can be needs no question.
        ready = next((i for i, (_, one) in enumerate(left) if not is_true(model, one)), len(left))
        taken += [one for _, one in left[:ready]]
        left = left[ready:]
        # The longest beginning that is possible as it is: below ``good`` it is, at ``bad`` not.
        tried = [one for _, one in left]
        good, bad = 0, _first_impossible(tried, impossible)
        while bad - good > 1:
            better, blamed = look(taken, tried[: bad - 1])
            if better is not None:
                model, good = better, bad - 1
            elif blamed is None:
                bad -= 1
            else:
                # The solver's proof ends at its last part; the beginning up to there fails too.
                impossible.append([tried[place] for place in blamed])
                bad = max(blamed, default=0) + 1
        taken += tried[:good]
        left = left[good:]
        if left:
            choice, one = left[0]
            model, settled = _least(look, choice, taken, model)
            taken += settled
            left = left[1:]
            # Proofs that do not rest on what was given up hold further on.
            impossible = [proof for proof in impossible if not any(part is one for part in proof)]
    return model


def _first_impossible(tried: Sequence[Formula], impossible: Iterable[Sequence[Formula]]) -> int:
    """Return how many of the first of what is tried are known not to be possible together."""
    places = {id(one): place for place, one in enumerate(tried, 1)}
    ends = (max((places.get(id(part), 0) for part in proof), default=0) for proof in impossible)
    return min((end for end in ends if end), default=len(tried) + 1)


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
    halve = False
    while low < high:
        # The solver likes values at the end of what is possible: they need one question.
        middle = (low + high) // 2 if halve else high - 1
        halve = not halve
        better, _ = look([*taken, *settled], [term >= bound, term <= middle])
        if better is None:
            low = middle + 1
        else:
            model, high = better, integer(better, term)
    return model, [*settled, term == high]


def needed(unsound: Callable[[list[int]], list[int] | None], count: int) -> list[int] | None:
    """Return places whose parts exclude something together, none of them for nothing.

    The later ones are given up first: the result depends on the order and on whether each beginning
    leaves somebody, not on which proof of that was found. It is the preferred explanation of
    Junker, "QuickXplain", AAAI 2004.

    Args:
        unsound: some of the places given that leave nobody; None where all of them leave somebody.
        count: of parts.
    """
    blamed = unsound(list(range(count)))
    if blamed is None:
        return None
    # What follows the last part of a proof is given up, and so is that part itself unless those
    # before it, with what is needed already, leave somebody.
    kept: list[int] = []
    while left := [place for place in blamed if place not in kept]:
        last = max(left)
        found = unsound([*range(last), *kept])
        if found is None:
            kept.append(last)
        else:
            blamed = [place for place in found if place < last or place in kept]
    return sorted(kept)
