"""Rows of event tables as the record of one patient, and a record as such rows."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from gepnet.criteria.columns import absent_column, high_column, low_column
from gepnet.facts.events.schema import (
    DATES,
    HEAD,
    OTHERS,
    PATIENT,
    PATIENTS,
    TEXT,
    own_columns,
)
from gepnet.record import AnyEvent, Record, record_of
from gepnet.record.write import event_to_plain
from gepnet.vocabulary import NOT_APPLICABLE, Accepting, Fact, Interval, Several, Vocabulary

Row = Mapping[str, Any]


def record_of_rows(
    patient: str,
    rows: Mapping[str, Iterable[Row]],
    vocabulary: Vocabulary,
    today: datetime.date,
    accepting: Accepting | None = None,
) -> Record:
    """Return the record that the rows of one patient make up; see ``record_of``.

    Raises:
        InputError: with every problem of the rows.
    """
    head: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    for kind, found in rows.items():
        for number, row in enumerate(found, 1):
            if kind == PATIENTS:
                head = {key: row[key] for key in HEAD if row.get(key) is not None}
            else:
                name = f"{kind}-{number}"
                events.append({"id": name, **_event(kind, row, vocabulary), "kind": kind})
    if "complete" in head:
        head["complete"] = read_complete(head["complete"])
    data = {"patient": patient, **head, "events": events}
    return record_of(data, vocabulary, today, accepting)


def read_complete(text: str) -> dict[str, str | None]:
    """Read domains, perhaps each with its date: ``treatments=2024-05-01; metastases``."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {domain.strip(): day.strip() or None for domain, _, day in pairs}


def _event(kind: str, row: Row, vocabulary: Vocabulary) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key in own_columns(kind):
        value = row.get(key)
        if value is None or key == PATIENT:
            continue
        if key.endswith(TEXT) and key.removesuffix(TEXT) in DATES:
            said[key.removesuffix(TEXT)] = value
        elif key == "limits":
            said[key] = {name: tuple(ends) for name, ends in json.loads(value).items()}
        elif key == "accepted":
            said[key] = json.loads(value)
        elif key == OTHERS:
            said |= json.loads(value)
        else:
            said[key] = value.isoformat() if isinstance(value, datetime.date) else value
    for name, fact in vocabulary.of_event(kind).items():
        value = _value(fact, row)
        if value is not None:
            said[name] = value
    return said


def _value(fact: Fact, row: Row) -> Any:
    absent = absent_column(fact)
    if absent is not None and row.get(absent):
        return "not applicable"
    low, high = row.get(low_column(fact)), row.get(high_column(fact))
    if fact.type != "number" or low is None or high is None:
        one = low if low is not None else high
        return f"{one:.12g}" if fact.type == "number" and one is not None else one
    low, high = f"{low:.12g}", f"{high:.12g}"
    return low if low == high else f"{low}-{high}"


def rows_of_record(record: Record) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the rows of a record, each with the kind of its table."""
    complete = "; ".join(
        domain if day is None else f"{domain}={day}" for domain, day in record.complete.items()
    )
    head = {key: getattr(record, key) for key in ("region", "title", "source")}
    as_of = None if record.as_of is None else str(record.as_of)
    yield PATIENTS, {PATIENT: record.patient, **head, "as_of": as_of, "complete": complete or None}
    for event in record.events:
        yield event.kind, {PATIENT: record.patient, **_row(event)}


def _row(event: AnyEvent) -> dict[str, Any]:
    plain = event_to_plain(event)
    row: dict[str, Any] = {}
    for key, value in plain.items():
        if key == "kind" or key in event.values:
            continue
        if key in DATES:
            text = str(value)
            whole = len(text) == 10 and text[4] == text[7] == "-"
            row[key] = datetime.date.fromisoformat(text) if whole else None
            row[key + TEXT] = None if whole else text
        elif key in ("limits", "accepted"):
            row[key] = json.dumps(value, sort_keys=True, default=str)
        else:
            row[key] = float(value) if key == "activity_gbq" else value
    return row


def value_cells(fact: Fact, value: Any) -> dict[str, Any]:
    """Return a value of a fact as the cells of its columns."""
    absent = absent_column(fact)
    if value is NOT_APPLICABLE:
        return {} if absent is None else {absent: True}
    if isinstance(value, Interval):
        low, high = (float(fact.kept(end)) for end in (value.low, value.high))
        return {low_column(fact): low, high_column(fact): high}
    if isinstance(value, Several):
        return {fact.id: ";".join(value.values)}
    return {fact.id: value}


def fact_cells(event: AnyEvent, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the values of an event as the cells of their columns."""
    found: dict[str, Any] = {}
    others: dict[str, str] = {}
    for name, value in event.values.items():
        fact = vocabulary[name]
        if isinstance(value, Interval) and not (value.is_point or fact.entry.interval):
            others[name] = str(value)
        elif value is not None:
            found |= value_cells(fact, value)
    return {**found, OTHERS: json.dumps(others)} if others else found
