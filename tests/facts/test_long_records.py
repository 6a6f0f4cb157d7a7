"""A long record is looked through a few times, however much is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gepnet import api
from gepnet.facts import facts_of_record
from gepnet.record import Record, record_of

BASE = api.base()
THERAPIES = ("lanreotide", "lu177_dotatate", "everolimus", "sunitinib", "captem", "tae", "ebrt")


class Counted(tuple[Any, ...]):
    """Events that count how often they are gone through."""

    passes = 0

    def __iter__(self) -> Iterator[Any]:
        self.passes += 1
        return super().__iter__()


def passes(record: Record) -> int:
    events = Counted(record.events)
    counted = record.model_copy(update={"events": events})
    facts_of_record(counted, BASE.knowledge, BASE.criteria, wanted=BASE.facts_named)
    return events.passes


def record(*therapies: str, reports: int = 1) -> Record:
    given = [{"kind": "treatment", "option": one, "start": "2024-01-01"} for one in therapies]
    seen = [
        {"kind": "progression", "date": "2024-03-01", "types": ["radiological_recist"], "on": [one]}
        for one in therapies
    ]
    scans = [
        {"kind": kind, "date": f"2024-{month:02}-01", name: value}
        for month in range(1, reports + 1)
        for kind, name, value in (
            ("pathology", "ki67_percent", 4),
            ("sstr_imaging", "sstr_result", "positive"),
        )
    ]
    events = [*given, *seen, *scans]
    return record_of({"patient": "p", "as_of": "2025-01-01", "events": events}, BASE.vocabulary)


def test_events_are_gone_through_as_often_however_many_therapies_and_reports_there_are() -> None:
    few = passes(record(*THERAPIES[:2]))
    assert few == passes(record(*THERAPIES, reports=9)) > 0
