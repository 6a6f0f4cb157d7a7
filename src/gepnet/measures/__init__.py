"""Pure functions that derive one value from others; their constants are knowledge, not code."""

from collections.abc import Callable, Mapping

from gepnet.measures.body import body_mass_index, body_surface_area
from gepnet.measures.elapsed import (
    MONTHS,
    age_carried_forward,
    age_from_birth_date,
    days_since,
    hours_since,
    months_since,
)
from gepnet.measures.grading import ki67_from_reported_grade
from gepnet.measures.inputs import Measure
from gepnet.measures.limits import usual_upper_limit
from gepnet.measures.renal import cockcroft_gault, times_uln
from gepnet.vocabulary import Interval, PartialDate

# The names that a fact's `function` may use.
FUNCTIONS: Mapping[str, Measure] = {
    function.__name__: function
    for function in (
        age_from_birth_date,
        body_mass_index,
        body_surface_area,
        cockcroft_gault,
        days_since,
        hours_since,
        ki67_from_reported_grade,
        months_since,
        times_uln,
        usual_upper_limit,
    )
}

# What a recorded value of a fact with this `function` has become since it was noted.
CARRIED_FORWARD: Mapping[str, Callable[[Interval, PartialDate, PartialDate], Interval]] = {
    "age_from_birth_date": age_carried_forward,
}

__all__ = [
    "CARRIED_FORWARD",
    "FUNCTIONS",
    "MONTHS",
    "cockcroft_gault",
]
