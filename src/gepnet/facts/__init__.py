"""From a record to the facts of a patient as of a date."""

from gepnet.facts.change import facts_with, is_given
from gepnet.facts.derive import derive, inputs_of, may_turn, needed_for
from gepnet.facts.gather import facts_of_record, facts_of_values
from gepnet.facts.model import Facts, FactValue, Observed, show
from gepnet.facts.treatments import Story, prrt_activity_known

__all__ = [
    "FactValue",
    "Facts",
    "Observed",
    "Story",
    "derive",
    "facts_of_record",
    "facts_of_values",
    "facts_with",
    "inputs_of",
    "is_given",
    "may_turn",
    "needed_for",
    "prrt_activity_known",
    "show",
]
