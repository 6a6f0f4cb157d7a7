"""One fact of the vocabulary and how a value of it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from gepnet.knowledge.phrases import ENGLISH, Phrases
from gepnet.knowledge.problems import nearest
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.vocabulary.dates import parse_date, with_offset
from gepnet.vocabulary.numerals import other_readings
from gepnet.vocabulary.units import UnitProblem, UnitReader
from gepnet.vocabulary.values import Interval, Reported, Several, Value, joined, plain

#: Between several values in one cell of a table or one word of a command.
SEPARATOR = ";"
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_BOUND = re.compile(rf"^(<=|=<|>=|=>|<|>|≤|≥)\s*({_NUMBER})$")
_SIGNS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
# What "<5" ends below 5, in steps of the fact: less than anything can be measured by.
_EXCLUDED = Decimal("1e-9")
# Of a step: what tables of many patients keep, far below what a limit can feel.
_FINE = Decimal("0.001")
# Of a fine step: what arithmetic may leave of a whole one.
_NOISE = Decimal("1e-12")
# Steps of which a number is a round one, as limits are: shown so only where it is exactly that.
_ROUND = 100
# Words of reports for a bound, and for a number of which the last digit is open.
_WORDS = {
    "up to": "<=", "at most": "<=", "no more than": "<=", "at least": ">=", "no less than": ">=",
    "less than": "<", "below": "<", "under": "<", "more than": ">", "above": ">", "over": ">",
}  # fmt: skip
_WORDED = re.compile(rf"^({'|'.join(_WORDS)})\s+({_NUMBER})$")
_AROUND = "~"
_ABOUT = re.compile(rf"^(?:~|\u2248|about|around|approximately)\s*({_NUMBER})$")
_RANGE = re.compile(rf"^({_NUMBER})\s*(?:-|\u2013|\.\.|to)\s*({_NUMBER})$")  # 2013: en dash


class ValueProblem(ValueError):
    """A value that a fact cannot have: what was expected, and the nearest spelling."""

    def __init__(self, value: object, expected: str, suggestion: str | None = None) -> None:
        """Keep the parts for a message that names the place as well."""
        super().__init__(f"expected {expected}, found {value!r}")
        self.value = value
        self.expected = expected
        self.suggestion = suggestion


@dataclass(frozen=True)
class Fact:
    """A named, typed property of a patient at a moment."""

    entry: FactEntry
    # Facts made from a family keep the therapy or site that they speak about.
    family: str | None = None
    subject: str | None = None
    #: Reads the units in which the fact is reported.
    units: UnitReader = field(default_factory=lambda: UnitReader({}), compare=False, repr=False)
    #: How several values, and what a value is not, are said.
    phrases: Phrases = field(default=ENGLISH, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The name used in criteria."""
        return self.entry.id

    @property
    def type(self) -> str:
        """number, boolean, enum or date."""
        return self.entry.type

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Allowed values of an enumerated fact."""
        return tuple(value.id for value in self.entry.values)

    @property
    def precision(self) -> Decimal:
        """The step in which values are shown; every limit in a criterion is a whole number of it.

        Values themselves are exact, as they were reported.
        """
        assert self.entry.precision is not None
        return self.entry.precision

    @property
    def fine(self) -> Decimal:
        """The step to which tables of many patients keep values."""
        return self.precision * _FINE

    @property
    def takes_range(self) -> bool:
        """Whether a value may be a range: laboratories report ``<5`` of anything."""
        return self.entry.interval or self.entry.event == "laboratory"

    @property
    def is_derived(self) -> bool:
        """Whether other facts determine it."""
        return bool(self.entry.derived or self.entry.function)

    @cached_property
    def spellings(self) -> dict[str, tuple[str, ...]]:
        """The words for several values, such as "duodenum" for its two parts."""
        unresolved = self.entry.unresolved
        return {name: found for name, found in unresolved.items() if len(found) > 1}

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The values that a patient can have: those listed, without the words for several."""
        return tuple(value for value in self.values if value not in self.spellings)

    @cached_property
    def meanings(self) -> frozenset[str]:
        """The members that are no other word for one of them, as 'moderate' is for 'well'."""
        return frozenset(value for value in self.members if value not in self.entry.unresolved)

    def candidates(self, value: str | Several) -> tuple[str, ...]:
        """Return what ``value`` can mean: itself, or the values that it leaves open."""
        if isinstance(value, Several):
            return value.values
        return self.entry.unresolved.get(value, (value,))

    def among(self, values: Iterable[str]) -> Value:
        """Return that the value of an enumerated fact is one of some: the value if it is one.

        Words for several values count as what they leave open. All that there are is unknown.
        """
        given = dict.fromkeys(values)
        if len(given) == 1 and (only := next(iter(given))) in self.members:
            return only
        meant = {one for value in given for one in self.candidates(value)}
        if not meant or meant >= self.meanings:
            return None
        found = tuple(value for value in self.members if value in meant)
        return found[0] if len(found) == 1 else Several(found, self._word(found))

    def _word(self, found: tuple[str, ...]) -> str:
        """Return how a set is told: by its own word, or as what it is not where that is shorter."""
        for name, candidates in self.spellings.items():
            if set(candidates) == set(found):
                return name
        rest = [value for value in self.members if value in self.meanings - set(found)]
        return f"not {rest[0]}" if len(rest) == 1 and len(found) > 2 else ""

    def label_of(self, value: str | Several) -> str:
        """Return the words for a value of an enumerated fact, "NET G1 or G2" for several."""
        labels = {choice.id: choice.label for choice in self.entry.values}
        if isinstance(value, str):
            return labels.get(value) or value.replace("_", " ")
        if value.told in self.spellings:
            return self.label_of(value.told)
        if value.told.startswith("not "):
            return self.phrases.not_word.format(self.label_of(value.told.removeprefix("not ")))
        return joined([self.label_of(one) for one in value.values], self.phrases.or_word)

    def reconciled(self, one: Value, other: Value) -> tuple[Value, bool]:
        """Return what two statements say together, and whether they contradict each other.

        What both leave possible; if that is nothing, all that either does (of numbers all that
        lies between them), so that neither wins in silence. What is unknown says nothing.
        """
        if one is None or other is None:
            return (other if one is None else one), False
        if isinstance(one, Interval) and isinstance(other, Interval):
            low, high = max(one.low, other.low), min(one.high, other.high)
            if low > high:
                ends = (one.low, other.low, one.high, other.high)
                return self.worked_out(Interval(min(ends), max(ends))), True
            both = Interval(low, high)
            same = (given for given in (one, other) if given == both)
            return next(same, self.worked_out(both)), False
        if isinstance(one, str | Several) and isinstance(other, str | Several):
            if self.type == "enum":
                return self._both_words(one, other)
            return _both_dates(str(one), str(other))
        return (one, False) if one == other else (None, True)

    def _both_words(self, one: str | Several, other: str | Several) -> tuple[Value, bool]:
        left, right = (set(self.candidates(given)) for given in (one, other))
        shared = left & right
        if not shared:
            return self.among(left | right), True
        for given in (one, other):  # 'moderate' beside 'well' stays as it was written
            if set(self.candidates(given)) == shared:
                return given, False
        return self.among(shared), False

    def round(self, number: Decimal) -> Decimal:
        """Round to the precision of the fact, half to even."""
        return (number / self.precision).to_integral_value(ROUND_HALF_EVEN) * self.precision

    def kept(self, number: Decimal) -> Decimal:
        """Return a number as tables keep it: on a fine step, on a whole one only if it is one.

        So no value reaches a limit, or leaves it, by being kept in a table.
        """
        steps = (number / self.fine).to_integral_value(ROUND_FLOOR)
        if steps * self.fine == number:
            return number
        whole = steps * self.fine % self.precision == 0
        return (steps + 1 if whole else steps) * self.fine

    def worked_out(self, value: Interval) -> Interval:
        """Return a number that was worked out, with what is shown of it.

        What arithmetic left beside a fine step by less than anything can be measured is that step:
        40 % of three numbers without an end is exactly 40 %.
        """
        low, high = (self._settled(end) for end in (value.low, value.high))
        return Interval(low, high, shown=(self._shown(low), self._shown(high)))

    def _settled(self, number: Decimal) -> Decimal:
        near = (number / self.fine).to_integral_value(ROUND_HALF_EVEN) * self.fine
        return near if abs(number - near) <= self.fine * _NOISE else number

    def _shown(self, number: Decimal) -> Decimal:
        """Return a number in the step of the fact; a round one, such as a limit, only if it is."""
        step = self.precision
        told = self.round(number)
        if told != number and abs(number - told) < step * _EXCLUDED * 10:
            return told - step if number < told else told + step  # the bound of "<5" is not in it
        while told != number and told % (_ROUND * self.precision) == 0 and step > self.fine:
            step /= 10
            told = (number / step).to_integral_value(ROUND_HALF_EVEN) * step
        return told

    def parse(self, raw: Any, unit: str | None = None) -> Value:
        """Return the value that ``raw`` stands for.

        Args:
            raw: a number, a text such as ``<3`` or ``2-5`` for intervals, a boolean, an enumerated
                value, or a mapping ``{value: …, unit: …}``.
            unit: UCUM unit of a number when it is not the fact's own.

        Raises:
            ValueProblem: naming what was expected.
        """
        if isinstance(raw, dict):
            unknown = set(raw) - {"value", "unit"}
            if unknown or "value" not in raw:
                raise ValueProblem(raw, "a value, or a mapping with 'value' and 'unit'")
            return self.parse(raw["value"], raw.get("unit"))
        if raw is None:
            return None
        if unit is not None and (self.type != "number" or not isinstance(unit, str)):
            expected = "a unit in UCUM" if self.type == "number" else "no unit (this fact has none)"
            raise ValueProblem(unit, expected)
        if self.type == "boolean":
            return self._boolean(raw)
        if self.type == "enum":
            return self._enumerated(raw)
        if self.type == "date":
            return self._date(raw)
        return self._number(raw, unit)

    def _boolean(self, raw: Any) -> bool:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.lower() in {"true", "false"}:
            return raw.lower() == "true"
        raise ValueProblem(raw, "true or false")

    def _enumerated(self, raw: Any) -> Value:
        if isinstance(raw, str) and raw in self.values:
            return self.among([raw])
        if isinstance(raw, list | tuple) and raw:
            for item in raw:
                self._enumerated(item)
            return self.among(raw)
        if isinstance(raw, str) and SEPARATOR in raw:
            return self._enumerated([part.strip() for part in raw.split(SEPARATOR)])
        raise ValueProblem(raw, f"one of {', '.join(self.values)}", nearest(str(raw), self.values))

    def _date(self, raw: Any) -> str:
        try:
            date = parse_date(str(raw))
        except ValueError as error:
            raise ValueProblem(raw, "a date such as 2024-05-17, 2024-05 or 2024") from error
        try:
            return str(with_offset(date))
        except ValueError as error:
            raise ValueProblem(raw, f"a date, or a date-time of one moment ({error})") from error

    def _number(self, raw: Any, unit: str | None) -> Interval:
        low, high, sign = self._bounds(raw)
        reading = None
        if unit is not None and unit != self.entry.unit:
            try:
                reading = self.units.read(unit, self.id, self.entry.unit)
            except UnitProblem as error:
                expected = f"a unit of {self.id}: {error}"
                raise ValueProblem(unit, expected, error.suggestion) from error
        reported = None
        factor = Decimal(1) if reading is None else reading.factor
        own = tuple(None if bound is None else bound * factor for bound in (low, high))
        if sign or reading is not None:
            ucum = self.entry.unit if reading is None else reading.ucum
            excluded = sign in {"<", ">"}
            told = _told(sign, *(end if sign or end is None else self._shown(end) for end in own))
            reported = Reported(str(raw).strip(), unit, ucum, low, high, excluded, told)
        return self._within(raw, own, sign, reported)

    def _within(
        self,
        raw: object,
        bounds: tuple[Decimal | None, ...],
        sign: str,
        reported: Reported | None,
    ) -> Interval:
        """Return what lies between two bounds, within what the fact can be."""
        least, greatest = self.entry.range or (Decimal("-Infinity"), Decimal("Infinity"))
        beside = self.precision * _EXCLUDED if sign in {"<", ">"} else Decimal(0)
        low = least if bounds[0] is None else bounds[0] + beside
        high = greatest if bounds[1] is None else bounds[1] - beside
        if sign == _AROUND and low <= greatest and high >= least:
            low, high = max(low, least), min(high, greatest)
        for bound in (low, high):
            if not least <= bound <= greatest:
                raise ValueProblem(
                    raw, f"a value from {least} to {greatest} {self.entry.unit or ''}".rstrip()
                )
        if low > high:
            raise ValueProblem(raw, "the lower bound first")
        if low != high and not self.takes_range:
            raise ValueProblem(raw, "one number (this fact takes no range)")
        return Interval(low, high, reported=reported)

    def _bounds(self, raw: Any) -> tuple[Decimal | None, Decimal | None, str]:
        """Return the bounds as written, None where there is none, and the sign before them."""
        if isinstance(raw, bool):
            raise ValueProblem(raw, "a number, not true or false")
        if isinstance(raw, int | float | Decimal):
            number = _finite(_noiseless(raw), raw)
            return number, number, ""
        text = str(raw).strip()
        if self.entry.unit == "%":
            text = text.removesuffix("%").strip()
        example = "a number, '2-5', '<3' or '>20'" if self.takes_range else "a number"
        try:
            return bounds_of(text, example)
        except ValueProblem as problem:
            raise ValueProblem(raw, problem.expected) from problem


def _both_dates(one: str, other: str) -> tuple[str, bool]:
    """Return the more exact of two dates that can be the same, else all that lies between them."""
    first, second = parse_date(one), parse_date(other)
    if first.first <= second.last and second.first <= first.last:
        narrower = min((first, second), key=lambda date: date.last - date.first)
        return narrower.text, False
    start, end = min(first.first, second.first), max(first.last, second.last)
    return f"{start.isoformat()}/{end.isoformat()}", True


def bounds_of(text: str, expected: str) -> tuple[Decimal | None, Decimal | None, str]:
    """Return the bounds of a number, a range or a value beyond a bound, as they are written.

    None stands where there is no bound; the text is the sign before a single one.

    Raises:
        ValueProblem: saying what was expected.
    """
    text = text.strip()
    worded, about = _WORDED.match(text.casefold()), _ABOUT.match(text.casefold())
    if about is not None:
        return (*_around(about[1]), _AROUND)
    if worded is not None:
        text = f"{_WORDS[worded[1]]}{worded[2]}"
    bound = _BOUND.match(text)
    if bound is not None:
        number, sign = Decimal(bound[2]), _SIGNS.get(bound[1], bound[1])
        return (None, number, sign) if sign.startswith("<") else (number, None, sign)
    span = _RANGE.match(text)
    if span is not None:
        return Decimal(span[1]), Decimal(span[2]), ""
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueProblem(text, expected + other_readings(text)) from error
    number = _finite(number, text)
    return number, number, ""


def _told(sign: str, low: Decimal | None, high: Decimal | None) -> str:
    """Return bounds as they are written."""
    if low is None or high is None:
        bound = high if low is None else low
        return f"{sign}{plain(bound)}" if bound is not None else ""
    return str(Interval(low, high)) if low <= high else ""


def _noiseless(number: float | Decimal) -> Decimal:
    """Return a number as its decimal; of a binary fraction the digits that it can hold."""
    return Decimal(format(number, ".15g")) if isinstance(number, float) else Decimal(number)


def _around(text: str) -> tuple[Decimal, Decimal]:
    """Return the numbers that "about 15" can mean: one of its last digit more or less.

    Zeros at the end of a whole number do not say how near it is: of 120 the 2 may be one more or
    less.
    """
    number = _finite(Decimal(text), text)
    exact = number if "." in text else number.normalize()
    step = Decimal(1).scaleb(int(exact.as_tuple().exponent))
    return number - step, number + step


def _finite(number: Decimal, raw: object) -> Decimal:
    # No measurement has a thousand digits; refused here, before arithmetic would overflow.
    if not number.is_finite() or number.adjusted() > 30:
        raise ValueProblem(raw, "a finite number")
    return number
