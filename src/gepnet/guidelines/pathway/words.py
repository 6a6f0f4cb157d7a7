"""The words of a pathway: questions, answers and conditions as a clinician says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from gepnet.criteria import prose
from gepnet.criteria.prose import listed, value_label
from gepnet.guidelines.pathway.literals import runs
from gepnet.guidelines.pathway.space import Variable
from gepnet.guidelines.pathway.wording import Group, Wordings, capital, low
from gepnet.knowledge.phrases import Phrases
from gepnet.vocabulary import NOT_APPLICABLE, Interval, plain, unit_words

_MANY = 3  # values of an enumeration beyond which the rest is called "any other"


class Words(Wordings):
    """Words for the facts of a knowledge base, their answers and bands."""

    # --- one variable ----------------------------------------------------------------------------

    def question(self, variable: Variable) -> str:
        """Return what is asked."""
        if variable.fact is None:
            assert variable.atom is not None
            return capital(f"{prose(variable.atom, self._vocabulary)}?")
        found = self.wording(variable.fact)
        return found.ask if found is not None else f"{variable.fact.entry.label}?"

    def answer(
        self, variable: Variable, places: Iterable[int], others: Sequence[Iterable[int]] = ()
    ) -> str:
        """Return an answer to the question; ``others`` are the places of the other branches."""
        chosen, phrases = sorted(places), self.phrases
        values = [variable.values[place] for place in chosen]
        said: list[str]
        if variable.fact is None or variable.fact.type == "boolean":
            found = None if variable.fact is None else self.wording(variable.fact)
            turned = found is not None and found.turned
            said = [phrases.truth(value is not turned) for value in values if _is_truth(value)]
        elif variable.fact.type == "enum":
            rest = max((len(list(other)) for other in others), default=0)
            named = sum(1 for value in values if isinstance(value, str))
            if others and named > max(rest, _MANY) and not self._called(variable, values):
                said = [phrases.any_other]
            else:
                said = self._names(variable, values)
        else:
            said = _numbers(variable, chosen, phrases)
        return listed([*said, *_special(values, phrases)], phrases.or_word)

    def condition(self, variable: Variable, places: Iterable[int]) -> str:
        """Return an answer as a condition that stands by itself."""
        chosen, phrases = sorted(places), self.phrases
        values = [variable.values[place] for place in chosen]
        if variable.fact is None:
            assert variable.atom is not None
            told = prose(variable.atom, self._vocabulary)
            return told if values[0] is True else phrases.condition_not.format(told)
        fact, found = variable.fact, self.wording(variable.fact)
        special = [f"{low(fact.entry.label)} {one}" for one in _special(values, phrases)]
        says = found.says if found is not None else f"{low(fact.entry.label)} {{}}"
        if fact.type == "boolean":
            yes = (found.yes if found else None) or f"{low(fact.entry.label)}: {phrases.yes}"
            no = (found.no if found else None) or f"{low(fact.entry.label)}: {phrases.no}"
            said = [yes if value else no for value in values if _is_truth(value)]
        elif fact.type == "enum":
            said = self._members(variable, values, says, (found and found.says_not) or says)
        else:
            numbers = _numbers(variable, chosen, phrases)
            said = [says.replace("{}", f" {phrases.or_word} ".join(numbers))]
            if not any(isinstance(value, Interval) for value in values):
                said = []
        return f", {phrases.or_word} ".join([*said, *special])

    def _members(
        self, variable: Variable, values: Sequence[object], says: str, says_not: str
    ) -> list[str]:
        given = [value for value in values if isinstance(value, str)]
        rest = [v for v in variable.values if isinstance(v, str) and v not in given]
        if not given:
            return []
        if self._called(variable, list(given)) or len(given) <= max(len(rest), _MANY):
            return [
                says.replace("{}", listed(self._names(variable, list(given)), self.phrases.or_word))
            ]
        told = listed(self._names(variable, list(rest)), self.phrases.or_word)
        told = told if says_not != says else self.phrases.not_word.format(told)
        return [says_not.replace("{}", told)]

    def _called(self, variable: Variable, values: Sequence[object]) -> bool:
        """Whether groups alone, at most two, name all values."""
        named: set[str] = set()
        groups = self._fitting(variable, set(values))
        for group in groups:
            named.update(group.values)
        return bool(groups) and len(groups) < _MANY and named == {v for v in values if v}

    def _fitting(self, variable: Variable, values: set[object]) -> list[Group]:
        assert variable.fact is not None
        fact = variable.fact.id
        return [g for g in self._groups if g.fact == fact and values.issuperset(g.values)]

    def _names(self, variable: Variable, values: Sequence[object]) -> list[str]:
        """Return the values in words, those that have a name together by that."""
        assert variable.fact is not None
        groups = self._fitting(variable, set(values))
        taken = {value for group in groups for value in group.values}
        single = [v for v in values if isinstance(v, str) and v not in taken]
        return [
            *(group.called for group in groups),
            *(low(value_label(variable.fact, value)) for value in single),
        ]


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _special(values: Sequence[object], phrases: Phrases) -> list[str]:
    """Return the words for an answer that is none."""
    found = [phrases.not_applicable] if NOT_APPLICABLE in values else []
    return [*found, phrases.not_stated] if None in values else found


def _numbers(variable: Variable, places: Sequence[int], phrases: Phrases) -> list[str]:
    """Return the bands of a number in words, neighbours joined, their limits as they are told."""
    fact = variable.fact
    assert fact is not None
    bands = [place for place, value in enumerate(variable.values) if isinstance(value, Interval)]
    told = runs([place for place in places if place in bands])
    unit = unit_words(fact.entry.unit, phrases.units)
    joined = "\N{NARROW NO-BREAK SPACE}" if unit else ""
    return [f"{_band(variable, run, bands, phrases)}{joined}{unit}" for run in told]


def _band(variable: Variable, run: list[int], bands: list[int], phrases: Phrases) -> str:
    fact, first, last = variable.fact, variable.values[run[0]], variable.values[run[-1]]
    assert fact is not None and isinstance(first, Interval) and isinstance(last, Interval)
    step, low, high = fact.precision, first.low, last.high
    is_first, is_last = run[0] == bands[0], run[-1] == bands[-1]
    if is_first and is_last:
        return phrases.any_number
    if (step == 1 and fact.entry.unit in (None, "1")) or (fact.entry.unit or "").startswith("{"):
        if low == high:
            return plain(low)
        if is_last:
            return phrases.or_more.format(plain(low))
        if is_first:
            return phrases.at_most.format(plain(high))
        return phrases.low_to_high.format(low=plain(low), high=plain(high))
    if low == high:
        return phrases.exactly.format(phrases.number(plain(low)))

    def number(one: Decimal) -> str:
        return phrases.number(plain(one))

    # 9.9 is told as below 10 and 10.1 as above 10: the limit is the rounder of two neighbours.
    left = f"\N{GREATER-THAN OR EQUAL TO} {number(low)}"
    if _is_rounder(low - step, low):
        left = f"> {number(low - step)}"
    right = f"\N{LESS-THAN OR EQUAL TO} {number(high)}"
    if _is_rounder(high + step, high):
        right = f"< {number(high + step)}"
    if is_first:
        return right
    return left if is_last else f"{left} {phrases.and_word} {right}"


def _is_rounder(one: object, other: object) -> bool:
    def digits(number: object) -> int:
        return len(plain(number).replace(".", "").strip("0") or "0")  # type: ignore[arg-type]

    def places(number: object) -> int:
        text = plain(number)  # type: ignore[arg-type]
        return len(text.split(".")[1]) if "." in text else 0

    return (places(one), digits(one)) < (places(other), digits(other))
