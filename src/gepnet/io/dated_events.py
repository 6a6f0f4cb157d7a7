"""Events beside a table of responses or laboratory values: cycles, deaths, last contacts."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from gepnet.tables import Column, Table, day, one_of, text

#: What may happen in a file of events.
EVENTS = ("cycle", "death", "last_contact")


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """One event of a patient."""

    patient: str
    day: datetime.date
    event: str


_EVENTS = Table(
    columns=(
        Column("patient_id", text("the name of a patient"), field="patient"),
        Column("date", day("a full date such as 2024-05-17"), field="day"),
        Column("event", one_of(EVENTS)),
    ),
    make=lambda cells: cells.into(DatedEvent),
    naming="",
)


def read_dated_events(path: Path | None) -> tuple[DatedEvent, ...]:
    """Read ``patient_id, date, event`` with the events cycle, death and last_contact.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    rows = () if path is None else _EVENTS.read(path).rows
    return tuple(sorted(rows, key=lambda item: (item.patient, item.day, item.event)))
