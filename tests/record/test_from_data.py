"""A record from plain events: the same as from a file, with every problem at its place."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest

from gepnet.knowledge import Document, InputError
from gepnet.record import parse_record, record_of
from gepnet.vocabulary import load_vocabulary

TODAY = datetime.date(2024, 6, 1)
VOCABULARY = load_vocabulary()
DATA: dict[str, Any] = {
    "patient": "p",
    "region": "EU",
    "as_of": datetime.date(2024, 5, 1),
    "complete": {"treatments": None},
    "events": [
        {"kind": "pathology", "date": "2019-05", "ki67_percent": 7.4, "differentiation": "well"},
        {"kind": "laboratory", "date": "2024-04-20", "haemoglobin_g_l": {"value": Decimal("9.9"),
         "unit": "g/dL"}},
        {"kind": "treatment", "option": "everolimus", "start": "2021-02", "ongoing": True,
         "dose_mg": 10},
    ],
}  # fmt: skip


def test_data_make_the_record_that_their_file_makes() -> None:
    file = json.dumps({"gepnet": 1, **DATA}, default=str)
    record = record_of(DATA, VOCABULARY, TODAY)
    assert record == parse_record(file, "p", VOCABULARY, TODAY)
    assert str(record.events[0].values["ki67_percent"]) == "7.4"


def test_events_of_a_record_are_taken_as_they_are() -> None:
    record = record_of(DATA, VOCABULARY, TODAY)
    again = record_of({**DATA, "events": record.events}, VOCABULARY, TODAY)
    assert again == record


def test_problems_name_where_the_data_come_from() -> None:
    events = [{"kind": "pathology", "ki67_percent": 130}, {"kind": "body", "weight": 70}]
    data = {"patient": "p", "events": events}
    lines = {(): 1, ("events", 1): 4}
    document = Document("form", data, lines, {("events", 1): "body.csv"})
    with pytest.raises(InputError) as caught:
        record_of(document, VOCABULARY, TODAY)
    told = [(p.file, p.line, p.entry, p.field) for p in caught.value.problems]
    assert told == [("body.csv", 4, "e2", "weight"), ("form", 1, "e1", "ki67_percent")]
    with pytest.raises(InputError, match=r"p: error, in e1, field ki67_percent, value 130: exp"):
        record_of({"patient": "p", "events": events}, VOCABULARY, TODAY)


@pytest.mark.parametrize("events", [None, "x", [1]])
def test_data_without_events_are_refused(events: Any) -> None:
    with pytest.raises(InputError):
        record_of({"patient": "p", "events": events}, VOCABULARY, TODAY)
