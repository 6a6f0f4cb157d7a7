"""The three files of a response assessment: lesions, responses already given, patients.

``lesions.csv``: patient_id, date, lesion_id, role, organ, nodal, diameter_mm (or diameter_cm),
status; optional method, kind, slice_mm, locally_treated, hu. ``responses.csv``: patient_id, date,
response. ``patients.csv``: patient_id, reference_date, baseline_date, markers; optional
death_date, new_therapy_date.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path

from gepnet.knowledge import InputError, Problem
from gepnet.response.recist.lineage import check_lineage
from gepnet.response.recist.model import LesionRow, Marker, Patient, PatientRow, Role, Status
from gepnet.response.recist.rules import Rules
from gepnet.response.recist.table import (
    Cells,
    Faults,
    day,
    hundredths,
    number,
    read_rows,
    truth,
)

LESION_COLUMNS = ("patient_id", "date", "lesion_id", "role", "status")
LESION_OPTIONAL = (
    "organ", "nodal", "diameter_mm", "diameter_cm", "method", "kind", "slice_mm",
    "locally_treated", "hu",
)  # fmt: skip
PATIENT_OPTIONAL = ("reference_date", "baseline_date", "markers", "death_date", "new_therapy_date")
GIVEN = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
ROLES = tuple(role.value for role in Role)
STATUSES = (*(s.value for s in Status if s not in (Status.SPLIT_FROM, Status.MERGED_INTO)),)
LINKS = (Status.SPLIT_FROM, Status.MERGED_INTO)
_DIAMETER = "a number of millimetres, at most two decimals"


def read_patients(
    rules: Rules,
    lesions: Path | None = None,
    responses: Path | None = None,
    patients: Path | None = None,
) -> list[Patient]:
    """Read what is to be assessed, one patient after another in the order of the files.

    Raises:
        InputError: with every problem of every file, each with file, line, column and expectation.
    """
    problems: list[Problem] = []
    heads: dict[str, PatientRow] = {}
    rows: dict[str, list[LesionRow]] = {}
    given: dict[str, list[tuple[datetime.date, str]]] = {}
    if patients is not None:
        heads = _heads(patients, problems)
    if lesions is not None:
        rows = _lesions(lesions, rules, heads, problems)
    if responses is not None:
        given = _responses(responses, rows, problems)
    if problems:
        raise InputError(problems)
    names = dict.fromkeys([*rows, *given, *heads])
    return [
        Patient(
            heads.get(name, PatientRow(name)),
            tuple(sorted(rows.get(name, ()), key=lambda r: (r.date, r.lesion))),
            tuple(sorted(given.get(name, ()))),
        )
        for name in names
    ]


def read_heads(path: Path) -> list[PatientRow]:
    """Read ``patients.csv``.

    Raises:
        InputError: with every problem of the file.
    """
    problems: list[Problem] = []
    heads = _heads(path, problems)
    if problems:
        raise InputError(problems)
    return list(heads.values())


def read_responses(path: Path, taken: Collection[str]) -> list[tuple[str, datetime.date, str]]:
    """Read ``responses.csv`` of patients who are not in ``taken`` (they have lesions).

    Raises:
        InputError: with every problem of the file.
    """
    problems: list[Problem] = []
    found = _responses(path, taken, problems)
    if problems:
        raise InputError(problems)
    return [(name, date, word) for name, rows in found.items() for date, word in rows]


def _heads(path: Path, problems: list[Problem]) -> dict[str, PatientRow]:
    faults = Faults(str(path))
    heads: dict[str, PatientRow] = {}
    for cells in read_rows(path, ("patient_id",), PATIENT_OPTIONAL, faults):
        name = cells.text("patient_id", required=True)
        if name in heads:
            cells.fault("patient_id", f"each patient once (first on line {heads[name].line})")
        heads.setdefault(
            name,
            PatientRow(
                name,
                cells.day("reference_date"),
                cells.day("baseline_date"),
                _markers(cells),
                cells.day("death_date"),
                cells.day("new_therapy_date"),
                cells.line,
            ),
        )
    problems.extend(faults.problems)
    return heads


def _markers(cells: Cells) -> tuple[Marker, ...]:
    """Read ``elevated``, ``normal``, or a course: ``elevated; 2024-06-01=normal``."""
    found: list[Marker] = []
    for part in cells.text("markers").split(";"):
        when, _, state = part.rpartition("=")
        date = day(when.strip()) if when.strip() else None
        state = state.strip()
        if not part.strip():
            continue
        if state not in ("elevated", "normal") or (when.strip() and date is None):
            expected = "normal or elevated, or a course such as elevated; 2024-06-01=normal"
            cells.fault("markers", expected)
            return ()
        found.append(Marker(date, state == "elevated"))
    return tuple(sorted(found, key=lambda marker: marker.date or datetime.date.min))


def _responses(
    path: Path, taken: Collection[str], problems: list[Problem]
) -> dict[str, list[tuple[datetime.date, str]]]:
    faults = Faults(str(path))
    found: dict[str, list[tuple[datetime.date, str]]] = {}
    seen: dict[tuple[str, datetime.date], int] = {}
    spellings = {word.casefold(): word for word in GIVEN}
    for cells in read_rows(path, ("patient_id", "date", "response"), (), faults):
        name = cells.text("patient_id", required=True)
        date = cells.day("date") if cells.text("date", required=True) else None
        word = spellings.get(cells.text("response", required=True).casefold())
        if word is None and "response" in cells.values:
            cells.fault("response", f"one of {', '.join(GIVEN)}")
        if name in taken:
            cells.fault("patient_id", "a patient without lesions in the other file")
        elif date is not None and word is not None:
            first = seen.setdefault((name, date), cells.line)
            if first != cells.line:
                cells.fault("date", f"each date of a patient once (first on line {first})")
            found.setdefault(name, []).append((date, word))
    problems.extend(faults.problems)
    return found


def _lesions(
    path: Path, rules: Rules, heads: dict[str, PatientRow], problems: list[Problem]
) -> dict[str, list[LesionRow]]:
    faults = Faults(str(path))
    found: dict[str, list[LesionRow]] = {}
    for cells in read_rows(path, LESION_COLUMNS, LESION_OPTIONAL, faults):
        row = lesion_row(cells, rules)
        if row is not None:
            found.setdefault(cells.values["patient_id"], []).append(row)
    # A patient with a faulty row has gaps that would be told as faults of their own.
    incomplete = {problem.entry for problem in faults.problems}
    for name, rows in found.items():
        if name not in incomplete:
            check_lineage(Patient(heads.get(name, PatientRow(name)), tuple(rows)), faults)
    problems.extend(faults.problems)
    return found


def lesion_row(cells: Cells, rules: Rules) -> LesionRow | None:
    """Return one row of ``lesions.csv``, or None with its faults noted."""
    before = len(cells.faults.problems)
    for column in LESION_COLUMNS:
        cells.text(column, required=True)
    if len(cells.faults.problems) > before:
        return None
    date = cells.day("date")
    role = cells.word("role", ROLES)
    status, other = _status(cells)
    nodal = cells.read("nodal", truth, "true or false")
    diameter = _diameter(cells)
    slice_ = cells.read("slice_mm", hundredths, _DIAMETER)
    treated = cells.read("locally_treated", truth, "true or false")
    hu = cells.read("hu", number, "a number of Hounsfield units")
    method = cells.word("method", (*rules.methods.accepted, *rules.methods.refused))
    kinds = (*rules.never_measurable.kinds, *rules.other_kinds)
    kind = cells.word("kind", kinds)
    if date is None or role is None or status is None or method is None or kind is None:
        return None
    has_size = diameter is not None or status is Status.TOO_SMALL
    if "nodal" not in cells.values and (role == Role.TARGET or has_size):
        cells.fault("nodal", "true or false: whether the size is that of a lymph node")
    _check_value(cells, Role(role), status, diameter, rules)
    if len(cells.faults.problems) > before:
        return None
    return LesionRow(
        cells.line, date, cells.values["lesion_id"], Role(role), cells.text("organ"),
        bool(nodal), diameter, status, other, method, kind, slice_, treated, hu,
    )  # fmt: skip


def _status(cells: Cells) -> tuple[Status | None, str]:
    text = cells.values["status"]
    head, colon, other = (part.strip() for part in text.partition(":"))
    if colon and head in LINKS and other:
        if other == cells.values["lesion_id"]:
            cells.fault("status", "another lesion than this one")
            return None, ""
        return Status(head), other
    if text in STATUSES:
        return Status(text), ""
    known = [*STATUSES, *(f"{link.value}:ID" for link in LINKS)]
    cells.word("status", known)
    return None, ""


def _diameter(cells: Cells) -> int | None:
    if "diameter_mm" in cells.values and "diameter_cm" in cells.values:
        cells.fault("diameter_cm", "one of diameter_mm and diameter_cm")
    if "diameter_cm" in cells.values:
        in_cm = "a number of centimetres, at most three decimals"
        return cells.read("diameter_cm", lambda text: hundredths(text, 1000), in_cm)
    return cells.read("diameter_mm", hundredths, _DIAMETER)


def _check_value(
    cells: Cells, role: Role, status: Status, diameter: int | None, rules: Rules
) -> None:
    """What a status says must go with its diameter and its role."""
    column = "diameter_cm" if "diameter_cm" in cells.values else "diameter_mm"
    given = column in cells.values
    if status in (Status.MEASURED, Status.SPLIT_FROM) and not given and role is Role.TARGET:
        cells.fault(column, f"a diameter, since the status is {status.value}")
    if status in (Status.MEASURED, Status.SPLIT_FROM) and diameter == 0:
        cells.fault(column, "more than 0, or the status absent")
    small = rules.limits.too_small_mm.hundredths
    allowed = {
        Status.ABSENT: (rules.limits.absent_mm.hundredths,),
        Status.TOO_SMALL: (small,),
        Status.NOT_EVALUATED: (),
        Status.MERGED_INTO: (),
    }.get(status)
    if given and diameter is not None and allowed is not None and diameter not in allowed:
        cells.fault(column, f"nothing, since the status is {status.value}")
    if role is Role.TARGET and status in (Status.PRESENT, Status.UNEQUIVOCAL_PROGRESSION):
        words = "measured, too_small, absent, not_evaluated, split_from:ID or merged_into:ID"
        cells.fault("status", f"a target's status: {words}")
    if status is Status.UNEQUIVOCAL_PROGRESSION and role is not Role.NON_TARGET:
        cells.fault("status", "this status only for a non-target")
