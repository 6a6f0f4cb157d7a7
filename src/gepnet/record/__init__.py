"""The patient record: typed dated events, read from and written to patient files."""

from gepnet.record.cycles import covering_courses, group_cycles
from gepnet.record.model import (
    EVENT_MODELS,
    RELEASING,
    AnyEvent,
    Cycle,
    Event,
    Limits,
    Observation,
    Progression,
    Record,
    Release,
    ReleaseDecision,
    Treatment,
)
from gepnet.record.read import parse_record, read_record, record_of
from gepnet.record.schema import patient_schema
from gepnet.record.write import event_to_plain, record_to_yaml

__all__ = [
    "EVENT_MODELS",
    "RELEASING",
    "AnyEvent",
    "Cycle",
    "Event",
    "Limits",
    "Observation",
    "Progression",
    "Record",
    "Release",
    "ReleaseDecision",
    "Treatment",
    "covering_courses",
    "event_to_plain",
    "group_cycles",
    "parse_record",
    "patient_schema",
    "read_record",
    "record_of",
    "record_to_yaml",
]
