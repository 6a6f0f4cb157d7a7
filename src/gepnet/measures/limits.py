"""Upper limits of normal that were not printed with a value: within what laboratories print."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import SourceId, Strict, Verification
from gepnet.measures.inputs import Measures, Values
from gepnet.vocabulary import Interval, PartialDate, Value


class Printed(Strict):
    """The upper limit that one laboratory or project prints, in the unit of the fact."""

    uln: Decimal = Field(gt=0)
    source: SourceId
    locator: str
    verification: Verification


class UpperLimits(MeasureFile):
    """By the fact that was measured, the upper limits that laboratories print of it in adults."""

    files = ("upper_limits",)
    limits: dict[str, tuple[Printed, ...]]

    def bounds(self, fact: str) -> tuple[Decimal, Decimal] | None:
        """Return the least and the greatest of the limits of a fact; None where none is known."""
        printed = [one.uln for one in self.limits.get(fact, ())]
        return (min(printed), max(printed)) if printed else None


def usual_upper_limit(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Bounds on the upper limit of normal of the first input, where that was measured.

    A laboratory that did not print its own has one of the others; the bounds are data
    (``knowledge/measures/upper_limits.yaml``).
    """
    (name,) = values
    bounds = UpperLimits.read(measures).bounds(name)
    return Interval(*bounds) if bounds and isinstance(values[name], Interval) else None
