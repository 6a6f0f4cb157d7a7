"""Patients in a few lines: events as mappings, read as a file is and turned into facts."""

import datetime
from functools import cache
from typing import Any

import yaml

from gepnet.criteria import Criteria
from gepnet.facts import Facts, facts_of_record, facts_of_values, show
from gepnet.knowledge import load_knowledge
from gepnet.record import Record, parse_record
from gepnet.vocabulary import Question, load_vocabulary, parse_date

TODAY = datetime.date(2026, 6, 1)
Event = dict[str, Any]


@cache
def criteria() -> Criteria:
    return Criteria(load_vocabulary(load_knowledge()))


def patient(*events: Event, **head: Any) -> Record:
    """Return the record of ``events``; ``head`` holds as_of, region and complete."""
    data = {"gepnet": 1, "patient": "p", **head, "events": list(events)}
    return parse_record(yaml.safe_dump(data), "p.yaml", criteria().vocabulary, TODAY)


def facts_at(record: Record, at: str | None = None, region: str | None = None) -> Facts:
    """Return every fact of ``record``, families included, as of ``at``."""
    when = None if at is None else parse_date(at)
    return facts_of_record(
        record,
        load_knowledge(),
        criteria(),
        Question(at=when, region=region),
        wanted=criteria().vocabulary,
    )


def facts(*events: Event, at: str | None = "2026-01-15", **head: Any) -> Facts:
    """Return the facts of a patient with these events."""
    return facts_at(patient(*events, **head), at)


def values_of(**given: Any) -> Facts:
    """Return the facts of a patient described by plain values."""
    return facts_of_values(given, load_knowledge(), criteria(), at=parse_date("2026-01-15"))


def shown(found: Facts, *names: str) -> list[str]:
    """Return the named facts as a screen shows them."""
    return [show(found[name].value) for name in names]


def course(option: str, start: str | None = None, stop: str | None = None, **more: Any) -> Event:
    """Return a treatment."""
    dates = {"start": start, "stop": stop}
    known = {name: day for name, day in dates.items() if day is not None}
    return {"kind": "treatment", "option": option, **known, **more}


def progression(date: str | None, *types: str, on: list[str] | None = None, **more: Any) -> Event:
    """Return a progression with its signs."""
    event: Event = {"kind": "progression", "types": list(types), "on": on or [], **more}
    return event if date is None else {**event, "date": date}
