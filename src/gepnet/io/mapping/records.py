"""Patients as records, from events as tables: what cannot be is left out, the rest goes on."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.io.mapping.cells import UNIT
from gepnet.io.mapping.found import FILE, LINE, PATIENT_COLUMN, Unused
from gepnet.io.mapping.model import PATIENTS
from gepnet.knowledge import Document, InputError, Problem
from gepnet.record import Record, record_of
from gepnet.vocabulary import Accepting, Vocabulary

_LISTS = ("types", "excluded", "on")
_MOST_TURNS = 40
Events = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Event:
    """An event as the keys of a patient file, with where it comes from.

    ``cell`` is the only value of it that is left out, where the others stand.
    """

    kind: str
    file: str
    line: int
    keys: dict[str, Any]
    cell: str = ""


def events_of(events: Events, patients: Iterable[str] | None = None) -> dict[str, list[Event]]:
    """Return the events of patients, by patient, in the order of their files; with the head."""
    wanted = None if patients is None else pl.Series(sorted(patients), dtype=pl.String).implode()
    found: dict[str, list[Event]] = {}
    for kind, made in events.items():
        rows = made if wanted is None else made.filter(pl.col(PATIENT_COLUMN).is_in(wanted))
        for row in rows.iter_rows(named=True):
            keys = {
                name: _keyed(name, cell)
                for name, cell in row.items()
                if cell is not None and name not in (PATIENT_COLUMN, FILE, LINE)
            }
            event = Event(kind, row[FILE], row[LINE], keys)
            found.setdefault(row[PATIENT_COLUMN], []).append(event)
    return found


def records(
    events: Events,
    vocabulary: Vocabulary,
    today: datetime.date,
    accepting: Accepting,
    left_out: list[tuple[str, Event, Unused]],
    patients: Iterable[str] | None = None,
) -> Iterator[Record]:
    """Yield the record of each patient; events that cannot stand in it go to ``left_out``."""
    for patient, mine in events_of(events, patients).items():
        record = _record(patient, mine, vocabulary, today, accepting, left_out)
        if record is not None:
            yield record


def _record(
    patient: str,
    mine: list[Event],
    vocabulary: Vocabulary,
    today: datetime.date,
    accepting: Accepting,
    left_out: list[tuple[str, Event, Unused]],
) -> Record | None:
    head = next((event for event in mine if event.kind == PATIENTS), None)
    events = [event for event in mine if event.kind != PATIENTS]
    for _ in range(_MOST_TURNS):
        named = {f"{event.kind}-{n}": event for n, event in enumerate(events, start=1)}
        listed = [
            {
                "id": name,
                **event.keys,
                "kind": event.kind,
                "source": f"{Path(event.file).name}:{event.line}",
            }
            for name, event in named.items()
        ]
        data = {"patient": patient, **(head.keys if head else {}), "events": listed}
        try:
            return record_of(Document(patient, data), vocabulary, today, accepting)
        except InputError as error:
            wrong = {problem.entry: problem for problem in error.problems}
            faulty = [name for name in named if name in wrong]
            for name in faulty:
                event, problem = named[name], wrong[name]
                told = _unused(event, patient, replace(problem, value=problem.value.strip("'")))
                cell = _cell(event, problem.field, vocabulary)
                left_out.append((patient, replace(event, cell=cell), told))
                named[name] = replace(event, keys=_without(event.keys, cell)) if cell else event
                if cell:
                    del wrong[name]
            if not faulty:
                for event in mine:
                    told = replace(_unused(event, patient, error.problems[0]), scope="row")
                    left_out.append((patient, event, told))
                return None
            events = [event for name, event in named.items() if name not in wrong]
    return None


def _unused(event: Event, patient: str, fault: Problem) -> Unused:
    place = (event.file, event.line, patient)
    told = f"expected {fault.expected}"
    return Unused(*place, fault.field, fault.value, told, fault.nearest or "")


def _cell(event: Event, field: str, vocabulary: Vocabulary) -> str:
    """Return the value of an event that a fault is of, if it is not the only one; else ''."""
    name = field.partition(".")[0]
    values = {key for key in event.keys if key in vocabulary}
    return name if name in values and len(values) > 1 else ""


def _without(keys: dict[str, Any], cell: str) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if name != cell}


def _keyed(name: str, cell: str) -> Any:
    if name in _LISTS:
        return [part for part in cell.split(";") if part]
    if name == "complete":
        pairs = (part.partition("=") for part in cell.split(";") if part)
        return {domain: day or None for domain, _, day in pairs}
    number, mark, unit = cell.partition(UNIT)
    return {"value": number, "unit": unit} if mark else cell


def at_risk(events: Events) -> set[str]:
    """Return the patients whose events have to be looked at together, as only a record does.

    Those with cycles of a course, with progression near the start of a treatment, and with an
    opinion on a primary that was removed.
    """
    found: set[str] = set()
    for kind in ("prrt_cycle", "prrt_release"):
        if kind in events:
            found |= set(events[kind][PATIENT_COLUMN])
    treated = events.get("treatment")
    if treated is None:
        return found
    seen = events.get("progression")
    if seen is not None and "on" in seen.columns and "start" in treated.columns:
        late = treated.group_by(PATIENT_COLUMN).agg(pl.col("start").max().alias("__late"))
        near = seen.filter(pl.col("on").is_not_null()).join(late, on=PATIENT_COLUMN)
        if "date" in near.columns:
            found |= set(near.filter(pl.col("date") < pl.col("__late"))[PATIENT_COLUMN])
    for kind, name in (("diagnosis", "primary_in_place"), ("stage", "resectability_primary")):
        made = events.get(kind)
        if made is not None and name in made.columns:
            said = made.filter(pl.col(name).is_not_null())
            found |= set(said[PATIENT_COLUMN]) & set(treated[PATIENT_COLUMN])
    return found
