"""Write a record as a patient file that ``read_record`` gives back unchanged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml

from gepnet.record.accepted import with_accepted
from gepnet.record.model import FORMAT, UNWRITTEN, Answers, AnyEvent, Progression, Record
from gepnet.vocabulary import NOT_APPLICABLE, Interval, PartialDate, Several

#: The key of an event of kind ``answers`` that holds the facts, and a fact that cannot exist.
FACTS, NONE = "facts", "not applicable"


class _Dumper(yaml.SafeDumper):
    """Writes text with unusual line breaks in double quotes, where alone YAML keeps them."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if any(mark in text for mark in "\r\x85\u2028\u2029") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def record_to_yaml(record: Record) -> str:
    """Return the patient file of ``record``."""
    data = record_to_data(record)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def record_to_data(record: Record) -> dict[str, Any]:
    """Return the patient file of ``record`` as data that JSON can hold; ``record_of`` reads it."""
    data: dict[str, Any] = {"gepnet": FORMAT, "patient": record.patient}
    for key in ("title", "region", "source"):
        if getattr(record, key) is not None:
            data[key] = getattr(record, key)
    if record.as_of is not None:
        data["as_of"] = str(record.as_of)
    if record.complete:
        data["complete"] = {
            domain: None if day is None else str(day) for domain, day in record.complete.items()
        }
    data["events"] = [event_to_plain(event) for event in record.events]
    if record.losses:
        data["losses"] = list(record.losses)
    if record.readings:
        data["readings"] = list(record.readings)
    return data


def event_to_plain(event: AnyEvent) -> dict[str, Any]:
    """Return an event as it is written in a file: set keys only, facts flat."""
    plain: dict[str, Any] = {}
    fields = [name for name in type(event).model_fields if name not in UNWRITTEN]
    for name in fields:
        value = getattr(event, name)
        field = type(event).model_fields[name]
        if name == "types" and isinstance(event, Progression) and event.found_none:
            plain[name] = []  # said, and not left out
        if name not in {"id", "kind"} and (value is None or value == field.default):
            continue
        if name == "limits":
            value = {fact: (limits.lln, limits.uln) for fact, limits in value.items()}
            if not value:
                continue
        plain[name] = _plain(value)
    values = {name: _plain(value) for name, value in event.values.items()}
    plain.update({FACTS: values} if isinstance(event, Answers) else values)
    return with_accepted(plain, event.accepted)


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Interval):
        return _measured(value)
    if value is NOT_APPLICABLE:
        return NONE
    if isinstance(value, Several):
        return value.word or list(value.values)
    return _number(value) if isinstance(value, Decimal) else value


def _measured(value: Interval) -> Any:
    """Return a number as it was reported, with its unit where that is not the fact's own."""
    told = value.reported
    if told is None:
        return _number(value.low) if value.is_point else str(value)
    if told.unit is None:
        return told.text
    text: Any = told.text if told.low is None or told.low != told.high else _number(told.low)
    return {"value": text, "unit": told.unit}


def _number(number: Decimal) -> int | float | str:
    """Return a number that reads as it is; as a text where a binary fraction would not hold it."""
    if number == number.to_integral_value():
        return int(number)
    return float(number) if Decimal(format(float(number), ".15g")) == number else str(number)
