"""What several charts read: events beside a table, responses as JSON, one patient out of many."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.vocabulary import DAYS_PER_MONTH

COLUMNS = ("patient_id", "date", "event")
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


def read_events(path: Path | None) -> tuple[DatedEvent, ...]:
    """Read ``patient_id, date, event`` with the events cycle, death and last_contact.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    if path is None:
        return ()
    problems: list[Problem] = []
    found: list[DatedEvent] = []
    name = str(path)

    def fault(
        line: int | None, field: str, value: str, expected: str, near: str | None = None
    ) -> None:
        problems.append(Problem(name, line, "", field, value, expected, near))

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, skipinitialspace=True)
            header = [column.strip() for column in reader.fieldnames or ()]
            reader.fieldnames = header
            for column in COLUMNS:
                if column not in header:
                    fault(1, column, "", "this column", nearest(column, header))
            for row in reader if not problems else ():
                cells = {key: (row[key] or "").strip() for key in COLUMNS}
                line = reader.line_num
                if cells["event"] not in EVENTS:
                    near = nearest(cells["event"], EVENTS)
                    fault(line, "event", cells["event"], f"one of {', '.join(EVENTS)}", near)
                if not cells["patient_id"]:
                    fault(line, "patient_id", "", "the name of a patient")
                try:
                    day = datetime.date.fromisoformat(cells["date"])
                except ValueError:
                    fault(line, "date", cells["date"], "a full date such as 2024-05-17")
                    continue
                found.append(DatedEvent(cells["patient_id"], day, cells["event"]))
    except OSError as error:
        fault(None, "", "", f"a readable file ({error.strerror or error})")
    except (UnicodeDecodeError, csv.Error) as error:
        fault(None, "", "", f"a CSV file in UTF-8 ({error})")
    if problems:
        raise InputError(problems)
    return tuple(sorted(found, key=lambda item: (item.patient, item.day, item.event)))


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
