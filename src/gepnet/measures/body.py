"""Body size."""

from __future__ import annotations

from decimal import Decimal

from gepnet.measures.inputs import Measures, Values, constant, numbers, over_bounds
from gepnet.vocabulary import PartialDate, Value


def body_mass_index(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Body mass index in kg/m2 from ``weight_kg`` and ``height_cm``."""
    per_metre = Decimal(100)
    found = numbers(values, "weight_kg", "height_cm")
    return over_bounds(lambda kg, cm: kg / (cm / per_metre) ** 2, found)


def body_surface_area(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Body surface area in m2 from ``weight_kg`` and ``height_cm``.

    Mosteller RD. N Engl J Med 1987;317:1098, doi 10.1056/NEJM198710223171717.
    """
    divisor = constant(measures, "body_surface_mosteller", "divisor")
    found = numbers(values, "weight_kg", "height_cm")
    return over_bounds(lambda kg, cm: (kg * cm / divisor).sqrt(), found)
