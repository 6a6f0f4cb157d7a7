"""Event tables as patient records: one table for each kind of event.

A folder holds ``pathology.csv``, ``treatment.csv``, ``progression.csv`` and so on, named after the
event kinds of the patient file, and perhaps ``patients.csv``. A row is an event of the patient in
its column ``patient``; the other columns are the keys of a patient file. ``fact[unit]`` gives the
unit of a column. An empty cell says nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gepnet.knowledge import Document, InputError, Problem, nearest, refuse_all, unusable
from gepnet.record import EVENT_MODELS, UNWRITTEN, Observation, Record, record_of
from gepnet.tables import Cells, Column, Once, Table, text
from gepnet.vocabulary import Accepting, Vocabulary

PATIENTS = "patients"
_HEAD = ("region", "as_of", "title", "source", "complete")
_ENDINGS = (".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class _Row:
    """One row of one table: the patient, and the cells that say something."""

    kind: str
    patient: str
    file: str
    line: int
    cells: dict[str, Any]


def read_event_tables(
    folder: Path,
    vocabulary: Vocabulary,
    today: datetime.date | None = None,
    accepting: Accepting | None = None,
) -> list[Record]:
    """Read a folder of event tables, one record a patient, in the order they first appear.

    A value outside its plausible range is refused unless it is in ``accepting``; the record then
    keeps who accepts it and why.

    Raises:
        InputError: with every problem of every table, each with its file and line.
    """
    rows, problems, _ = _rows(folder, vocabulary)
    records = list(_records(rows, problems, vocabulary, today, accepting or Accepting()))
    refuse_all(problems)
    return records


def _table(kind: str, vocabulary: Vocabulary) -> Table[_Row]:
    """Return the table of a kind of event, or of the patients."""
    fields = EVENT_MODELS.get(kind, Observation).model_fields
    own = _HEAD if kind == PATIENTS else [key for key in fields if key not in {"kind", *UNWRITTEN}]
    facts = () if kind == PATIENTS else vocabulary.of_event(kind)
    columns = [
        Column("patient", text("the name of a patient"), absent="a column 'patient'"),
        *(Column(key, _READ.get(key, str), needed=False) for key in own),
        *(Column(fact, str, needed=False, in_unit=_measured) for fact in facts),
    ]
    known = {column.name for column in columns}
    return Table(
        columns=tuple(columns),
        make=lambda cells: _row(kind, cells),
        once=(Once(("patient",), "patient", "each patient once"),) if kind == PATIENTS else (),
        elsewhere={
            fact.id: f"this fact in the table '{fact.entry.event}'"
            for fact in vocabulary.values()
            if fact.entry.event and fact.id not in known
        },
        naming="{patient}" if kind == PATIENTS else "",
        shown=lambda cell: repr(cell) if cell else "",
    )


def _row(kind: str, cells: Cells) -> _Row:
    said = {name: cells[name] for name in cells.values if name in cells.texts}
    return _Row(kind, said.pop("patient"), cells.file, cells.line, said)


def _read_list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _read_complete(cell: str) -> dict[str, str | None]:
    """Read domains, perhaps each with its date: ``treatments=2024-05-01; metastases``."""
    pairs = (part.partition("=") for part in _read_list(cell))
    return {domain.strip(): day.strip() or None for domain, _, day in pairs if domain.strip()}


def _measured(unit: str, cell: str) -> dict[str, str]:
    return {"value": cell, "unit": unit}


#: Columns that hold more than one word.
_READ = {"types": _read_list, "excluded": _read_list, "on": _read_list, "complete": _read_complete}


def _records(
    rows: list[_Row],
    problems: list[Problem],
    vocabulary: Vocabulary,
    today: datetime.date | None,
    accepting: Accepting,
) -> Iterable[Record]:
    for patient, mine in _by_patient(rows).items():
        try:
            yield record_of(_document(patient, mine), vocabulary, today, accepting)
        except InputError as error:
            problems.extend(_of_patient(patient, error))


def _by_patient(rows: list[_Row]) -> dict[str, list[_Row]]:
    """Return the rows of each patient, those with a row of their own first."""
    found: dict[str, list[_Row]] = {row.patient: [] for row in rows if row.kind == PATIENTS}
    for row in rows:
        found.setdefault(row.patient, []).append(row)
    return found


def _document(patient: str, rows: list[_Row]) -> Document:
    """Return the rows of a patient as the data of a patient file, each with its place."""
    head = next((row for row in rows if row.kind == PATIENTS), None)
    mine = [row for row in rows if row.kind != PATIENTS]
    places: dict[tuple[str | int, ...], _Row] = {(): head or mine[0]}
    places |= {("events", at): row for at, row in enumerate(mine)}
    data = {
        "patient": patient,
        **(head.cells if head else {}),
        "events": [{"id": f"{row.kind}-{row.line}", **row.cells, "kind": row.kind} for row in mine],
    }
    lines = {path: row.line for path, row in places.items()}
    files = {path: row.file for path, row in places.items()}
    return Document(patient, data, lines, files)


def _of_patient(patient: str, error: InputError) -> list[Problem]:
    return [
        replace(problem, entry=f"{patient} {problem.entry}".strip()) for problem in error.problems
    ]


@dataclass(frozen=True)
class UsableTables:
    """Event tables read row by row: the records of what can be used, and what cannot with why."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    rows: int
    rows_aside: int


def read_usable_tables(
    folder: Path,
    vocabulary: Vocabulary,
    today: datetime.date | None = None,
    accepting: Accepting | None = None,
) -> UsableTables:
    """Read a folder of event tables as ``read_event_tables`` does, row by row.

    A row that cannot be used is set aside with what was expected, and the rest of its patient is
    read without it; only where that does not help is the patient set aside whole.

    Raises:
        InputError: if there is no table at all.
    """
    rows, problems, count = _rows(folder, vocabulary)
    aside = count - len(rows)
    records = []
    for patient, mine in _by_patient(rows).items():
        while mine:
            try:
                document = _document(patient, mine)
                records.append(record_of(document, vocabulary, today, accepting or Accepting()))
                break
            except InputError as error:
                problems += _of_patient(patient, error)
                bad = {(problem.file, problem.line) for problem in error.problems}
                left = [row for row in mine if (row.file, row.line) not in bad]
                if len(left) == len(mine):
                    left = []
                aside += len(mine) - len(left)
                mine = left
    return UsableTables(tuple(records), tuple(problems), count, aside)


def _rows(folder: Path, vocabulary: Vocabulary) -> tuple[list[_Row], list[Problem], int]:
    """Return the rows of all tables that can be read by themselves, the faults, and all rows."""
    kinds = dict.fromkeys((PATIENTS, *EVENT_MODELS, *vocabulary.event_kinds()))
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    files = [path for path in there if path.suffix in _ENDINGS]
    problems: list[Problem] = []
    rows: list[_Row] = []
    count = 0
    if not files:
        what = "at least one CSV table" if folder.is_dir() else "a folder with CSV tables"
        raise unusable(folder, what)
    for path in files:
        if path.stem in kinds:
            reading = _table(path.stem, vocabulary).read(path, faults="quarantine")
            rows += reading.rows
            problems += reading.problems
            bad = {problem.line for problem in reading.problems if problem.line is not None}
            count += len(reading.rows) + len(bad)
        else:
            told = f"a table named {', '.join(kinds)}"
            near = nearest(path.stem, kinds)
            problems.append(Problem(str(path), None, "", "", "", told, near))
    return rows, problems, count
