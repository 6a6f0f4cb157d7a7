"""What several charts read: events beside a table, responses as JSON, one patient out of many."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.tables import Column, Table, day, one_of, text
from gepnet.vocabulary import DAYS_PER_MONTH

#: What may happen in a file of events.
EVENTS = ("cycle", "death", "last_contact")


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """One event of a patient."""

    patient: str
    day: datetime.date
    event: str


def months_between(start: datetime.date, end: datetime.date) -> float:
    """Return the mean months from one day to another."""
    return (end - start).days / float(DAYS_PER_MONTH)


_EVENTS = Table(
    columns=(
        Column("patient_id", text("the name of a patient"), field="patient"),
        Column("date", day("a full date such as 2024-05-17"), field="day"),
        Column("event", one_of(EVENTS)),
    ),
    make=lambda cells: cells.into(DatedEvent),
    naming="",
)


def read_events(path: Path | None) -> tuple[DatedEvent, ...]:
    """Read ``patient_id, date, event`` with the events cycle, death and last_contact.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    rows = () if path is None else _EVENTS.read(path).rows
    return tuple(sorted(rows, key=lambda item: (item.patient, item.day, item.event)))


def read_json(path: Path, expected: str) -> Any:
    """Read a JSON file.

    Raises:
        InputError: if it is not there or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = f"a readable file ({error.strerror or error})"
        raise InputError([Problem(str(path), None, "", "", "", reason)]) from error
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise InputError([Problem(str(path), line, "", "", "", expected)]) from error


def only(path: Path, names: Iterable[str], wanted: str | None) -> str:
    """Return the patient to draw: the one asked for, or the only one there is.

    Raises:
        InputError: if nobody is there, or several and none was chosen.
    """
    known: Sequence[str] = list(dict.fromkeys(names))
    if wanted is not None and wanted in known:
        return wanted
    if wanted is not None:
        near = nearest(wanted, known)
        expected = f"a patient of {path.name}"
        raise InputError([Problem("command line", None, "", "patient", wanted, expected, near)])
    if len(known) == 1:
        return known[0]
    shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    expected = f"one patient, by --patient ({shown})" if known else "at least one patient"
    raise InputError([Problem(str(path), None, "", "patient", f"{len(known)} patients", expected)])


def refused(path: Path, expected: str) -> InputError:
    """Return that a file is not what a chart is drawn from."""
    return InputError([Problem(str(path), None, "", "file", path.name, expected)])
