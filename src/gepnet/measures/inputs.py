"""What every measure works on: values that may be unknown, and intervals of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import SourceId, Strict, Verification
from gepnet.vocabulary import Absent, Interval, PartialDate, Value

#: The inputs by name.
Values = Mapping[str, Value]
#: The files of constants with their sources, by stem.
Measures = Mapping[str, Any]
#: Numbers to work with, or why there are none.
Numbers = list[Interval] | Absent | None
# Of the inputs, the constants and the date of the question.
Measure = Callable[[Values, Measures, PartialDate], Value]


def over_bounds(function: Callable[..., Decimal], intervals: Numbers) -> Value:
    """Apply a function that is monotone in each argument to every combination of bounds.

    Where there are no ``numbers`` to apply it to, the result is why not.
    """
    if not isinstance(intervals, list):
        return intervals
    ends = [(i.low,) if i.is_point else (i.low, i.high) for i in intervals]
    results = [function(*combination) for combination in product(*ends)]
    return Interval(min(results), max(results))


def numbers(values: Values, *names: str) -> Numbers:
    """Return the named numbers, ``NOT_APPLICABLE`` if one is, or None if one is unknown."""
    found: list[Interval] = []
    for name in names:
        value = values.get(name)
        if isinstance(value, Absent):
            return value
        if not isinstance(value, Interval):
            return None
        found.append(value)
    return found


class Formula(Strict):
    """A published formula: where it was published, and its constants by name."""

    title: str
    reference: str
    doi: str
    source: SourceId | None = None
    verification: Verification | None = None
    constants: dict[str, Decimal]


class Formulas(MeasureFile):
    """The formulas that functions of this room work out."""

    files = ("formulas",)
    cockcroft_gault: Formula
    body_surface_mosteller: Formula
    ckd_epi_2021: Formula
    mdrd: Formula
    schwartz_bedside: Formula


def constant(measures: Measures, formula: str, name: str) -> Decimal:
    """Return a constant of a published formula from ``knowledge/measures/formulas.yaml``.

    Raises:
        KeyError: if the file does not give it.
    """
    return constants(measures, formula)[name]


def constants(measures: Measures, formula: str) -> Mapping[str, Decimal]:
    """Return all constants of a published formula by name.

    Raises:
        AttributeError: if there is no such formula.
    """
    chosen: Formula = getattr(Formulas.read(measures), formula)
    return chosen.constants
