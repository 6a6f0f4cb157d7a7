"""One fact of the vocabulary and how a value of it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from gepnet.knowledge.models import FactEntry
from gepnet.knowledge.problems import nearest
from gepnet.vocabulary.dates import parse_date
from gepnet.vocabulary.units import convert, known_units
from gepnet.vocabulary.values import Interval, Value

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_BOUND = re.compile(rf"^(<=|>=|<|>|≤|≥)\s*({_NUMBER})$")
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
        """The step to which every value is rounded."""
        assert self.entry.precision is not None
        return self.entry.precision

    @property
    def is_derived(self) -> bool:
        """Whether other facts determine it."""
        return bool(self.entry.derived or self.entry.function)

    def candidates(self, value: str) -> tuple[str, ...]:
        """Return what ``value`` can mean: itself, or the values that it leaves open."""
        return self.entry.unresolved.get(value, (value,))

    def round(self, number: Decimal) -> Decimal:
        """Round to the precision of the fact, half to even."""
        return (number / self.precision).to_integral_value(ROUND_HALF_EVEN) * self.precision

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

    def _enumerated(self, raw: Any) -> str:
        if isinstance(raw, str) and raw in self.values:
            return raw
        raise ValueProblem(raw, f"one of {', '.join(self.values)}", nearest(str(raw), self.values))

    def _date(self, raw: Any) -> str:
        try:
            return str(parse_date(str(raw)))
        except ValueError as error:
            raise ValueProblem(raw, "a date such as 2024-05-17, 2024-05 or 2024") from error

    def _number(self, raw: Any, unit: str | None) -> Interval:
        low, high, strict = self._bounds(raw)
        if unit is not None and unit != self.entry.unit:
            try:
                low, high = (
                    None if bound is None else convert(bound, unit, self.entry.unit, self.id)
                    for bound in (low, high)
                )
            except ValueError as error:
                known = known_units(self.id, self.entry.unit)
                expected = f"a unit of {self.id}: {error}"
                raise ValueProblem(unit, expected, nearest(unit, known)) from error
        least, greatest = self.entry.range or (Decimal("-Infinity"), Decimal("Infinity"))
        low = least if low is None else self._step_above(low) if strict else self.round(low)
        high = greatest if high is None else self._step_below(high) if strict else self.round(high)
        for bound in (low, high):
            if not least <= bound <= greatest:
                raise ValueProblem(
                    raw, f"a value from {least} to {greatest} {self.entry.unit or ''}".rstrip()
                )
        if low > high:
            raise ValueProblem(raw, "the lower bound first")
        if low != high and not self.entry.interval:
            raise ValueProblem(raw, "one number (this fact takes no range)")
        return Interval(low, high)

    def _step_below(self, bound: Decimal) -> Decimal:
        """Return the greatest value below ``bound``: "<3" ends one step of the precision below 3.

        The criterion ``x < 3`` must hold on the whole of it.
        """
        return ((bound / self.precision).to_integral_value(ROUND_CEILING) - 1) * self.precision

    def _step_above(self, bound: Decimal) -> Decimal:
        return ((bound / self.precision).to_integral_value(ROUND_FLOOR) + 1) * self.precision

    def _bounds(self, raw: Any) -> tuple[Decimal | None, Decimal | None, bool]:
        """Return the bounds as written, None where there is none, and whether they are excluded."""
        if isinstance(raw, bool):
            raise ValueProblem(raw, "a number, not true or false")
        if isinstance(raw, int | float | Decimal):
            number = _finite(Decimal(str(raw)), raw)
            return number, number, False
        text = str(raw).strip()
        if self.entry.unit == "%":
            text = text.removesuffix("%").strip()
        example = "a number, '2-5', '<3' or '>20'" if self.entry.interval else "a number"
        try:
            return bounds_of(text, example)
        except ValueProblem as problem:
            raise ValueProblem(raw, problem.expected) from problem


def bounds_of(text: str, expected: str) -> tuple[Decimal | None, Decimal | None, bool]:
    """Return the bounds of a number, a range or a value beyond a bound, as they are written.

    None stands where there is no bound; the truth says whether the bounds are excluded.

    Raises:
        ValueProblem: saying what was expected.
    """
    text = text.strip()
    bound = _BOUND.match(text)
    if bound is not None:
        number = Decimal(bound[2])
        strict = bound[1] in {"<", ">"}
        return (None, number, strict) if bound[1] in "<=≤" else (number, None, strict)
    span = _RANGE.match(text)
    if span is not None:
        return Decimal(span[1]), Decimal(span[2]), False
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueProblem(text, expected) from error
    number = _finite(number, text)
    return number, number, False


def _finite(number: Decimal, raw: object) -> Decimal:
    # No measurement has a thousand digits; refused here, before arithmetic would overflow.
    if not number.is_finite() or number.adjusted() > 30:
        raise ValueProblem(raw, "a finite number")
    return number
