"""The three files of a response assessment: lesions, responses already given, patients.

``lesions.csv``: patient_id, date, lesion_id, role, organ, nodal, diameter_mm (or diameter_cm),
status; optional method, kind, slice_mm, locally_treated, hu. ``responses.csv``: patient_id, date,
response. ``patients.csv``: patient_id, reference_date, baseline_date, markers; optional
death_date, new_therapy_date.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from gepnet.knowledge import Problem, nearest, refuse_all
from gepnet.response.recist.doubts import doubts_of_lesions
from gepnet.response.recist.lineage import lineage_problems
from gepnet.response.recist.model import LesionRow, Marker, Patient, PatientRow, Role, Status
from gepnet.response.recist.rules import Rules
from gepnet.tables import (
    MOST,
    Cells,
    Column,
    Once,
    Table,
    coded,
    number,
    one_of,
    past_day,
    read_grid,
    text,
    truth,
)
from gepnet.vocabulary import Asking, ValueProblem

Row = TypeVar("Row")
Given = tuple[str, datetime.date, str]
GIVEN = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
LINKS = (Status.SPLIT_FROM, Status.MERGED_INTO)
STATUSES = {status.value: (status, "") for status in Status if status not in LINKS}
_LENGTH = re.compile(r"[0-9]{1,6}(\.[0-9]+)?|\.[0-9]+")
_MARKERS = "normal or elevated, or a course such as elevated; 2024-06-01=normal"


def read_patients(
    rules: Rules,
    lesions: Path | None = None,
    responses: Path | None = None,
    patients: Path | None = None,
    asking: Asking | None = None,
) -> list[Patient]:
    """Read what is to be assessed, one patient after another in the order of the files.

    With ``asking`` a size that is likely to be a slip is refused unless somebody accepts it.

    Raises:
        InputError: with every problem of every file, each with file, line, column and expectation.
    """
    problems: list[Problem] = []
    heads = {head.patient: head for head in _read(patients, HEADS, problems)}
    rows: dict[str, list[LesionRow]] = {}
    known = len(problems)
    for name, row in _read(lesions, lesion_table(rules), problems):
        rows.setdefault(name, []).append(row)
    # A patient with a faulty row has gaps that would be told as faults of their own.
    incomplete = {problem.entry for problem in problems[known:]}
    for name, found in rows.items():
        if name not in incomplete:
            whole = Patient(heads.get(name, PatientRow(name)), tuple(found))
            problems.extend(lineage_problems(whole, str(lesions)))
            if asking is not None:
                problems.extend(doubts_of_lesions(whole, asking, str(lesions), rules))
    given: dict[str, list[tuple[datetime.date, str]]] = {}
    for name, date, word in _read(responses, response_table(rows), problems):
        given.setdefault(name, []).append((date, word))
    refuse_all(problems[:MOST])
    return [
        Patient(
            heads.get(name, PatientRow(name)),
            tuple(sorted(rows.get(name, ()), key=lambda r: (r.date, r.lesion))),
            tuple(sorted(given.get(name, ()))),
        )
        for name in dict.fromkeys([*rows, *given, *heads])
    ]


def _read(path: Path | None, table: Table[Row], problems: list[Problem]) -> tuple[Row, ...]:
    """Return the rows without a fault, and note the faults of the others."""
    if path is None:
        return ()
    grid = read_grid(path)
    # Without its columns nothing of a file can be judged.
    wrong = [*grid.problems, *table.header_problems(grid)]
    reading = table.read(grid, "quarantine") if not wrong else None
    problems += reading.problems if reading else wrong
    return reading.rows if reading else ()


def _read_markers(cell: str) -> tuple[Marker, ...]:
    """Read ``elevated``, ``normal``, or a course: ``elevated; 2024-06-01=normal``."""
    found: list[Marker] = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        when, _, state = (item.strip() for item in part.rpartition("="))
        if state not in ("elevated", "normal"):
            raise ValueProblem(cell, _MARKERS)
        found.append(Marker(past_day(_MARKERS)(when) if when else None, state == "elevated"))
    return tuple(sorted(found, key=lambda marker: marker.date or datetime.date.min))


HEADS = Table(
    columns=(
        Column("patient_id", text(), field="patient"),
        Column("reference_date", past_day(), needed=False, field="reference"),
        Column("baseline_date", past_day(), needed=False, field="baseline"),
        Column("markers", _read_markers, needed=False, default=()),
        Column("death_date", past_day(), needed=False, field="death"),
        Column("new_therapy_date", past_day(), needed=False, field="new_therapy"),
    ),
    make=lambda cells: cells.into(PatientRow, line=cells.line),
    once=(Once(("patient_id",), "patient_id", "each patient once"),),
)


def response_table(taken: Collection[str]) -> Table[Given]:
    """Return the table of responses of patients who are not in ``taken`` (they have lesions)."""

    def check(cells: Cells) -> None:
        if cells["patient_id"] in taken:
            cells.fault("patient_id", "a patient without lesions in the other file")

    return Table(
        columns=(
            Column("patient_id", text()),
            Column("date", past_day()),
            Column("response", coded({word: word for word in GIVEN}, fold=True)),
        ),
        make=lambda cells: (cells["patient_id"], cells["date"], cells["response"]),
        checks=(check,),
        once=(Once(("patient_id", "date"), "date", "each date of a patient once"),),
    )


def lesion_table(rules: Rules) -> Table[tuple[str, LesionRow]]:
    """Return the table of lesions: patient and row."""
    in_mm = _thousandths("a number of millimetres, at most three decimals", 1000)
    in_cm = _thousandths("a number of centimetres, at most four decimals", 10_000)
    methods = (*rules.methods.accepted, *rules.methods.refused)
    kinds = (*rules.never_measurable.kinds, *rules.other_kinds)
    return Table(
        columns=(
            Column("patient_id", text()),
            Column("date", past_day()),
            Column("lesion_id", text()),
            Column("role", coded({role.value: role for role in Role})),
            Column("organ", text(), needed=False, default=""),
            Column("nodal", truth(), needed=False),
            Column("diameter_mm", in_mm, needed=False),
            Column("diameter_cm", in_cm, needed=False),
            Column("status", _read_status),
            Column("method", one_of(methods), needed=False, default=""),
            Column("kind", one_of(kinds), needed=False, default=""),
            Column("slice_mm", in_mm, needed=False),
            Column("locally_treated", truth(), needed=False),
            Column("hu", number("a number of Hounsfield units"), needed=False),
        ),
        make=lambda cells: (cells["patient_id"], _lesion(cells)),
        checks=(lambda cells: _check_lesion(cells, rules),),
    )


def _thousandths(expected: str, scale: int) -> Callable[[str], int]:
    """Read a length as whole thousandths of a millimetre; a finer one is refused."""

    def read(cell: str) -> int:
        value = Decimal(cell) * scale if _LENGTH.fullmatch(cell) else None
        if value is None or value != int(value):
            raise ValueProblem(cell, expected)
        return int(value)

    return read


def _read_status(cell: str) -> tuple[Status, str]:
    """Return a status, and the lesion that a split or a merge names."""
    head, _, other = (part.strip() for part in cell.partition(":"))
    if head in LINKS and other:
        return Status(head), other
    if cell not in STATUSES:
        known = [*STATUSES, *(f"{link.value}:ID" for link in LINKS)]
        raise ValueProblem(cell, f"one of {', '.join(known)}", nearest(cell, known))
    return STATUSES[cell]


def _diameter(cells: Cells) -> tuple[str, int | None]:
    """Return the column that gives the diameter, and the diameter."""
    column = "diameter_cm" if "diameter_cm" in cells.texts else "diameter_mm"
    return column, cells[column]


def _lesion(cells: Cells) -> LesionRow:
    status, other = cells["status"]
    return LesionRow(
        cells.line, cells["date"], cells["lesion_id"], cells["role"], cells["organ"],
        bool(cells["nodal"]), _diameter(cells)[1], status, other, cells["method"], cells["kind"],
        cells["slice_mm"], cells["locally_treated"], cells["hu"],
    )  # fmt: skip


def _check_lesion(cells: Cells, rules: Rules) -> None:
    """What a status says must go with its diameter and its role."""
    column, diameter = _diameter(cells)
    given = column in cells.texts
    if given and column == "diameter_cm" and "diameter_mm" in cells.texts:
        cells.fault(column, "one of diameter_mm and diameter_cm")
    role: Role | None = cells["role"]
    status, other = cells["status"] or (None, "")
    if other and other == cells["lesion_id"]:
        cells.fault("status", "another lesion than this one")
        return
    if role is None or status is None:
        return
    has_size = diameter is not None or status is Status.TOO_SMALL
    if "nodal" not in cells.texts and (role is Role.TARGET or has_size):
        cells.fault("nodal", "true or false: whether the size is that of a lymph node")
    if status in (Status.MEASURED, Status.SPLIT_FROM) and not given and role is Role.TARGET:
        cells.fault(column, f"a diameter, since the status is {status.value}")
    if status in (Status.MEASURED, Status.SPLIT_FROM) and diameter == 0:
        cells.fault(column, "more than 0, or the status absent")
    small = rules.limits.too_small_mm.thousandths
    allowed = {
        Status.ABSENT: (rules.limits.absent_mm.thousandths,),
        Status.TOO_SMALL: (small,),
        Status.NOT_EVALUATED: (),
        Status.MERGED_INTO: (),
    }.get(status)
    if diameter is not None and allowed is not None and diameter not in allowed:
        cells.fault(column, f"nothing, since the status is {status.value}")
    if role is Role.TARGET and status in (Status.PRESENT, Status.UNEQUIVOCAL_PROGRESSION):
        words = "measured, too_small, absent, not_evaluated, split_from:ID or merged_into:ID"
        cells.fault("status", f"a target's status: {words}")
    if status is Status.UNEQUIVOCAL_PROGRESSION and role is not Role.NON_TARGET:
        cells.fault("status", "this status only for a non-target")
