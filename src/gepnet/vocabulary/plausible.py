"""How large quantities are in patients, and which slip of a unit explains a value that is not.

The hard range of a fact says what can be written at all; the plausible range, in
``measures/plausibility.yaml``, what is believed without a question. A value outside it stands only
where somebody accepts it and says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Checked, Cited
from gepnet.vocabulary.units import UnitReader, unit_words
from gepnet.vocabulary.values import Interval, plain

Range = tuple[Decimal, Decimal]
#: Which limit of normal a number is.
LimitOfNormal = Literal["lln", "uln"]
_POWER = re.compile(r"^10\*(\d+)")


class Quantity(Cited, Checked):
    """What a fact, a family of facts or another number may be without a question.

    Attributes:
        of: the fact, the pattern of a family, or the name of another number.
        unit: of a number that is no fact.
        range: what is believed.
        own: what is believed of a value that is written in this unit, if that is less than of one
            converted from another: of 3.5 the unit may be wrong, of 0.2 mg/dL it is not.
        zero: whether 0 is believed besides.
        typical: where most values lie.
        slips: units that a value is written in by mistake; all of ``typical`` is then outside.
        untold: the slip that cannot be told, and why.
        from_date: the fact whose distance to the day of the record, in years, is this number.
    """

    of: str
    unit: str | None = None
    range: Range
    own: Range | None = None
    zero: bool = False
    typical: Range
    slips: tuple[str, ...] = ()
    untold: str | None = None
    from_date: str | None = None

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        yield from super().faults()
        for name in ("range", "own", "typical"):
            span = getattr(self, name) or (Decimal(0), Decimal(1))
            yield span[0] >= span[1], f"'{name}' needs its lower end first"
        (low, high), least = self.range, self.bounds()
        yield not low <= least[0] < least[1] <= high, "'own' has to lie within 'range'"
        inside = least[0] <= self.typical[0] and self.typical[1] <= least[1]
        yield not inside and not self.zero, "'typical' has to lie within the range"
        yield not self.slips and self.untold is None, "'slips', or 'untold' that says why not"

    def bounds(self, own: bool = True) -> Range:
        """Return what is believed of a value written in this unit, or converted from another."""
        return self.own if own and self.own is not None else self.range

    def holds(self, value: Interval, own: bool = True, step: Decimal = Decimal(0)) -> bool:
        """Return whether a value is believed; a bound such as ``<5`` is if it ends at the range."""
        low, high = self.bounds(own)
        ends = step if not value.is_point else 0
        return (self.zero and value.low == value.high == 0) or (
            value.high + ends >= low and value.low - ends <= high
        )


class Plausibility(MeasureFile):
    """The plausible range of every quantity."""

    files = ("plausibility",)
    optional = True
    quantities: tuple[Quantity, ...] = ()


class Plausible:
    """Asks about values, by the quantities of one knowledge."""

    def __init__(self, measures: Mapping[str, Any]) -> None:
        """Index the quantities; without the file nothing is asked."""
        found = Plausibility.read(measures).quantities
        self.units = UnitReader(measures)
        self._quantities = {quantity.of: quantity for quantity in found}
        self._dates = {one.from_date: one for one in found if one.from_date}

    def get(self, name: str) -> Quantity | None:
        """Return a quantity by its name."""
        return self._quantities.get(name)

    def from_date(self, fact: str) -> Quantity | None:
        """Return the quantity that a date stands for, as that of birth for the age."""
        return self._dates.get(fact)

    def doubt(
        self,
        name: str,
        value: Interval,
        written: object,
        unit: str | None = None,
        step: Decimal = Decimal(0),
        limit: LimitOfNormal | None = None,
    ) -> str | None:
        """Return what would be believed instead of a value, or None if it is believed.

        Args:
            name: of the quantity.
            value: in its unit.
            written: as it was given.
            unit: of the fact that the quantity is.
            step: the precision of the value.
            limit: which limit of normal it is, if it is one: of that no more is asked in its own
                unit, but that it is no slip of the unit.
        """
        quantity = self._quantities.get(name)
        if quantity is None:
            return None
        said = value.reported
        if limit is not None and not self._may_be(quantity, value.low, unit, limit):
            low, high = quantity.typical
            units = f" {unit_words(quantity.unit or unit)}".rstrip()
            side = "a lower" if limit == "lln" else "an upper"
            told = f"{side} limit of normal among usual values, {plain(low)} to {plain(high)}"
            return f"{told}{units}: is it in this unit?"
        as_own = limit is None and (said is None or said.ucum in (None, unit))
        if quantity.holds(value, as_own, step) and not (
            value.high == 0 and number_of(written)  # a fraction that a fact rounds to 0
        ):
            return None
        low, high = quantity.bounds(as_own)
        own = quantity.unit or unit
        words = f" {unit_words(own)}".rstrip()
        hint = self.slip(name, written, own)
        return f"a plausible value, from {plain(low)} to {plain(high)}{words}{hint}"

    def _may_be(
        self, quantity: Quantity, number: Decimal, unit: str | None, limit: LimitOfNormal
    ) -> bool:
        """Return whether a number may be a limit of normal in its unit.

        A lower limit above what most values are is in another unit: 1.7 to 2.4 mg/dL of magnesium
        is normal, and written as mmol/L it is a plausible value all the same. So is an upper limit
        that in another unit would be among them and is nearer to that, such as 40 ukat/L of ALT.
        Any other one beside them is of a method that this knowledge does not know.
        """
        low, high = quantity.typical
        if limit == "lln":
            return number <= high
        own = quantity.unit or unit
        if low <= number <= high or own is None:
            return True
        others = {*quantity.slips, *self.units.known(quantity.of, own)} - {own}
        sizes = [self.factor(other, own, quantity.of) for other in others]
        return not any(
            low <= number / size <= high and abs((number / high).ln()) > abs(size.ln()) / 2
            for size in (*sizes, *(1 / size for size in sizes))
        )

    def factor(self, unit: str, target: str, name: str) -> Decimal:
        """Return the size of a unit in that of a quantity.

        Raises:
            ValueError: if they do not measure the same thing.
        """
        return self.units.convert(Decimal(1), unit, target, name)

    def slip(self, name: str, written: object, unit: str | None) -> str:
        """Return the unit that would make a plausible value of a number, in words; "" if none."""
        quantity, number = self._quantities.get(name), number_of(written)
        if quantity is None or number is None:
            return ""
        own = quantity.unit or unit
        if own is None:
            return ""  # benefit of an option that has no fact of its own
        for other in (*quantity.slips, own):
            meant = number * (Decimal(1) if other == own else self.factor(other, own, name))
            if quantity.holds(Interval(meant, meant)):
                said = f"{plain(number)} {_said(other)}"
                if other == own:
                    return f" ({said} would be plausible)"
                return f" ({said} would be {_short(meant)} {unit_words(own)}".rstrip() + ")"
        return ""


def number_of(written: object) -> Decimal | None:
    """Return the number that a text holds, whatever sign of a bound stands before it."""
    try:
        number = Decimal(str(written).strip().lstrip("<>=≤≥ ").removesuffix("%").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() <= 30 else None


def _said(unit: str) -> str:
    if unit == "1":
        return "as a fraction"
    return _POWER.sub(r"x10^\1", unit_words(unit) or unit)


def _short(number: Decimal) -> str:
    """Return a number to three digits; more would pretend to know the value."""
    return plain(Decimal(f"{number:.3g}"))
