"""The patient record: typed dated events, read from and written to patient files."""

from gepnet.record.cycles import (
    activity_of,
    covering_courses,
    first_dose,
    group_cycles,
    number_of,
)
from gepnet.record.laboratory import Measured, measured
from gepnet.record.model import (
    EVENT_MODELS,
    RELEASING,
    UNWRITTEN,
    Acceptance,
    AdverseEvent,
    Answers,
    AnyEvent,
    Cycle,
    Death,
    Event,
    LastContact,
    Note,
    Observation,
    Progression,
    Record,
    Release,
    Treatment,
)
from gepnet.record.read import parse_record, read_record, record_of
from gepnet.record.schema import patient_schema
from gepnet.record.spelling import Speller
from gepnet.record.story import in_words, told
from gepnet.record.write import record_to_data, record_to_yaml

__all__ = [
    "EVENT_MODELS",
    "RELEASING",
    "UNWRITTEN",
    "Acceptance",
    "AdverseEvent",
    "Answers",
    "AnyEvent",
    "Cycle",
    "Death",
    "Event",
    "LastContact",
    "Measured",
    "Note",
    "Observation",
    "Progression",
    "Record",
    "Release",
    "Speller",
    "Treatment",
    "activity_of",
    "covering_courses",
    "first_dose",
    "group_cycles",
    "in_words",
    "measured",
    "number_of",
    "parse_record",
    "patient_schema",
    "read_record",
    "record_of",
    "record_to_data",
    "record_to_yaml",
    "told",
]
