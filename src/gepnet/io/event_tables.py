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
from gepnet.record import AnyEvent, Observation, Progression, Record, Treatment, parse_record
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


def read_event_tables(
    folder: Path, vocabulary: Vocabulary, today: datetime.date | None = None
) -> list[Record]:
    """Read a folder of event tables, one record a patient, in the order they first appear.

    Raises:
        InputError: with every problem of every table, each with its file and line.
    """
    tables = _Tables()
    if not folder.is_dir():
        raise InputError([Problem(str(folder), None, "", "", "", "a folder with CSV tables")])
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise InputError([Problem(str(folder), None, "", "", "", "at least one CSV table")])
    kinds = dict.fromkeys(("treatment", "progression", *vocabulary.event_kinds()))
    for path in files:
        kind = path.stem
        if kind != PATIENTS and kind not in kinds:
            tables.problems.append(
                Problem(
                    str(path),
                    None,
                    "",
                    "",
                    "",
                    f"a table named {PATIENTS} or one of {', '.join(kinds)}",
                    nearest(kind, [PATIENTS, *kinds]),
                )
            )
            continue
        _read_table(path, kind, vocabulary, tables)
    records = list(_records(tables, vocabulary, today))
    if tables.problems:
        raise InputError(tables.problems)
    return records


def _read_table(path: Path, kind: str, vocabulary: Vocabulary, tables: _Tables) -> None:
    rows = list(_rows(path, _columns(kind, vocabulary), vocabulary, tables.problems))
    for row in rows:
        patient = row.cells.pop("patient", None)
        if patient is None:
            tables.problems.append(
                Problem(row.file, row.line, "", "patient", "", "the name of a patient")
            )
        elif kind != PATIENTS:
            tables.events.setdefault(patient, []).append((kind, row))
        elif patient in tables.heads:
            first = tables.heads[patient].line
            tables.problems.append(
                Problem(
                    row.file,
                    row.line,
                    patient,
                    "patient",
                    repr(patient),
                    f"each patient once (first on line {first})",
                )
            )
        else:
            tables.heads[patient] = row


def _columns(kind: str, vocabulary: Vocabulary) -> list[str]:
    if kind == PATIENTS:
        return list(_HEAD)
    models: dict[str, type[AnyEvent]] = {"treatment": Treatment, "progression": Progression}
    model: type[AnyEvent] = models.get(kind, Observation)
    own = [name for name in model.model_fields if name not in {"kind", "values"}]
    return ["patient", *own, *vocabulary.of_event(kind)]


def _rows(
    path: Path, columns: list[str], vocabulary: Vocabulary, problems: list[Problem]
) -> Iterator[_Row]:
    """Yield the rows with text; report unknown and repeated columns once, on the first line."""
    name = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            known = _header(header, columns, name, vocabulary, problems)
            for cells in reader:
                if len(cells) > len(header):
                    problems.append(
                        Problem(
                            name,
                            reader.line_num,
                            "",
                            "",
                            f"{len(cells)} cells",
                            f"at most {len(header)}, as in the header",
                        )
                    )
                found = {}
                for column, cell in zip(known, cells, strict=False):
                    if column is not None and cell.strip():
                        found[column[0]] = _cell(column, cell.strip())
                if any(cell.strip() for cell in cells):
                    yield _Row(name, reader.line_num, found)
    except OSError as error:
        problems.append(
            Problem(name, None, "", "", "", f"a readable file ({error.strerror or error})")
        )
    except UnicodeDecodeError:
        problems.append(Problem(name, None, "", "", "", "a text file in UTF-8"))
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, "", "", "", f"valid CSV ({error})"))


def _header(
    header: list[str],
    columns: list[str],
    file: str,
    vocabulary: Vocabulary,
    problems: list[Problem],
) -> list[tuple[str, str | None] | None]:
    """Return name and unit of each column, None for one that is left out."""
    found: list[tuple[str, str | None] | None] = []
    seen: set[str] = set()
    if "patient" not in header:
        problems.append(Problem(file, 1, "", "patient", "", "a column 'patient'"))
    for text in header:
        match = _COLUMN.match(text)
        name = "" if match is None else match["name"].strip()
        if match is None or name not in columns:
            fact = vocabulary.get(name)
            expected = "a column of this table"
            if fact is not None and fact.entry.event:
                expected = f"this fact in the table '{fact.entry.event}'"
            problems.append(
                Problem(
                    file,
                    1,
                    "",
                    text,
                    "",
                    expected,
                    None if fact is not None else nearest(name, columns),
                )
            )
            found.append(None)
        elif name in seen:
            problems.append(Problem(file, 1, "", text, "", "each column once"))
            found.append(None)
        else:
            found.append((name, match["unit"]))
        seen.add(name)
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
