"""Event tables (CSV) as patient records: one table for each kind of event.

A folder holds ``pathology.csv``, ``treatment.csv``, ``progression.csv`` and so on, named after the
event kinds of the patient file, and perhaps ``patients.csv``. A row is an event of the patient in
its column ``patient``; the other columns are the keys of a patient file. ``fact[unit]`` gives the
unit of a column. An empty cell says nothing.
"""

from __future__ import annotations

import csv
import datetime
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gepnet.knowledge import InputError, Problem, nearest
from gepnet.record import EVENT_MODELS, Observation, Record, parse_record
from gepnet.vocabulary import Vocabulary

PATIENTS = "patients"
_LISTS = ("types", "excluded", "on")
_HEAD = ("patient", "region", "as_of", "title", "source", "complete")
_COLUMN = re.compile(r"^(?P<name>[^\[\]]+?)\s*(?:\[(?P<unit>[^\]]+)\])?$")


@dataclass(frozen=True)
class _Row:
    """One row of one table, without its empty cells."""

    file: str
    line: int
    cells: dict[str, Any]


@dataclass
class _Tables:
    """Rows by patient, and the problems found on the way."""

    heads: dict[str, _Row] = field(default_factory=dict)
    events: dict[str, list[tuple[str, _Row]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def fault(
        self,
        file: str,
        line: int | None,
        expected: str,
        name: str = "",
        value: str = "",
        entry: str = "",
        suggestion: str | None = None,
    ) -> None:
        """Add one problem."""
        self.problems.append(Problem(file, line, entry, name, value, expected, suggestion))


def read_event_tables(
    folder: Path, vocabulary: Vocabulary, today: datetime.date | None = None
) -> list[Record]:
    """Read a folder of event tables, one record a patient, in the order they first appear.

    Raises:
        InputError: with every problem of every table, each with its file and line.
    """
    tables = _Tables()
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if not files:
        what = "at least one CSV table" if folder.is_dir() else "a folder with CSV tables"
        tables.fault(str(folder), None, what)
    kinds = dict.fromkeys((PATIENTS, *EVENT_MODELS, *vocabulary.event_kinds()))
    for path in files:
        if path.stem in kinds:
            _read_table(path, path.stem, vocabulary, tables)
        else:
            expected = f"a table named {', '.join(kinds)}"
            tables.fault(str(path), None, expected, suggestion=nearest(path.stem, kinds))
    records = list(_records(tables, vocabulary, today))
    if tables.problems:
        raise InputError(tables.problems)
    return records


def _read_table(path: Path, kind: str, vocabulary: Vocabulary, tables: _Tables) -> None:
    for row in _rows(path, _columns(kind, vocabulary), vocabulary, tables):
        patient = row.cells.pop("patient", None)
        if patient is None:
            tables.fault(row.file, row.line, "the name of a patient", "patient")
        elif kind != PATIENTS:
            tables.events.setdefault(patient, []).append((kind, row))
        elif patient in tables.heads:
            expected = f"each patient once (first on line {tables.heads[patient].line})"
            tables.fault(row.file, row.line, expected, "patient", repr(patient), patient)
        else:
            tables.heads[patient] = row


def _columns(kind: str, vocabulary: Vocabulary) -> list[str]:
    if kind == PATIENTS:
        return list(_HEAD)
    model = EVENT_MODELS.get(kind, Observation)
    own = [name for name in model.model_fields if name not in {"kind", "values"}]
    return ["patient", *own, *vocabulary.of_event(kind)]


def _rows(
    path: Path, columns: list[str], vocabulary: Vocabulary, tables: _Tables
) -> Iterator[_Row]:
    """Yield the rows that hold anything; what is wrong with a column is told once, on line 1."""
    name = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            known = _header(header, columns, name, vocabulary, tables)
            for cells in reader:
                if len(cells) > len(header):
                    expected = f"at most {len(header)}, as in the header"
                    tables.fault(name, reader.line_num, expected, value=f"{len(cells)} cells")
                found = {
                    column[0]: _cell(column, cell.strip())
                    for column, cell in zip(known, cells, strict=False)
                    if column is not None and cell.strip()
                }
                if any(cell.strip() for cell in cells):
                    yield _Row(name, reader.line_num, found)
    except OSError as error:
        tables.fault(name, None, f"a readable file ({error.strerror or error})")
    except UnicodeDecodeError:
        tables.fault(name, None, "a text file in UTF-8")
    except csv.Error as error:
        tables.fault(name, reader.line_num, f"valid CSV ({error})")


def _header(
    header: list[str], columns: list[str], file: str, vocabulary: Vocabulary, tables: _Tables
) -> list[tuple[str, str | None] | None]:
    """Return name and unit of each column, None for one that is left out."""
    found: list[tuple[str, str | None] | None] = []
    if "patient" not in header:
        tables.fault(file, 1, "a column 'patient'", "patient")
    for place, text in enumerate(header):
        match = _COLUMN.match(text)
        name = "" if match is None else match["name"].strip()
        unit = None if match is None else match["unit"]
        fact = vocabulary.get(name)
        expected, suggestion = None, None
        if name not in columns and fact is not None and fact.entry.event:
            expected = f"this fact in the table '{fact.entry.event}'"
        elif name not in columns:
            expected, suggestion = "a column of this table", nearest(name, columns)
        elif any(column is not None and column[0] == name for column in found[:place]):
            expected = "each column once"
        elif unit is not None and fact is None:
            expected = "no unit here: only facts are given in other units"
        if expected is not None:
            tables.fault(file, 1, expected, text, suggestion=suggestion)
        found.append((name, unit) if expected is None else None)
    return found


def _cell(column: tuple[str, str | None], text: str) -> Any:
    name, unit = column
    if name in _LISTS:
        return [part.strip() for part in text.split(";") if part.strip()]
    return text if unit is None else {"value": text, "unit": unit}


def _records(
    tables: _Tables, vocabulary: Vocabulary, today: datetime.date | None
) -> Iterable[Record]:
    for patient in dict.fromkeys([*tables.heads, *tables.events]):
        head = tables.heads.get(patient)
        rows = tables.events.get(patient, [])
        # One line for each thing that can be wrong, so that its line leads back to the row.
        lines = _head(patient, head)
        lines.append("events:" if rows else "events: []")
        first = head or rows[0][1]
        places = [first] * len(lines)
        for kind, row in rows:
            event = {"id": f"{kind}-{row.line}", **row.cells, "kind": kind}
            lines.append(f"- {_json(event)}")
            places.append(row)
        try:
            yield parse_record("\n".join(lines), patient, vocabulary, today)
        except InputError as error:
            for problem in error.problems:
                row = places[min(problem.line or 1, len(places)) - 1]
                entry = f"{patient} {problem.entry}".strip()
                tables.problems.append(replace(problem, file=row.file, line=row.line, entry=entry))


def _head(patient: str, row: _Row | None) -> list[str]:
    """Return the head of a patient file, one key a line."""
    cells = {} if row is None else dict(row.cells)
    complete: dict[str, str | None] = {}
    for item in str(cells.pop("complete", "")).split(";"):
        domain, _, day = (part.strip() for part in item.partition("="))
        if domain:
            complete[domain] = day or None
    head = {"gepnet": 1, "patient": patient, **cells}
    if complete:
        head["complete"] = complete
    return [f"{key}: {_json(value)}" for key, value in head.items()]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
