"""The patient record: typed dated events, read from and written to patient files."""

from gepnet.record.model import (
    AnyEvent,
    Event,
    Observation,
    Progression,
    Record,
    Treatment,
)
from gepnet.record.read import parse_record, read_record
from gepnet.record.schema import patient_schema
from gepnet.record.write import event_to_plain, record_to_yaml

__all__ = [
    "AnyEvent",
    "Event",
    "Observation",
    "Progression",
    "Record",
    "Treatment",
    "event_to_plain",
    "parse_record",
    "patient_schema",
    "read_record",
    "record_to_yaml",
]
