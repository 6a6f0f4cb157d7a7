"""Which lesions come from which: fragments of a split lesion, lesions that merged.

A fragment belongs to the lesion it was split from (its root); the value of the root is the sum of
its fragments. A merged lesion counts with the mass it merged into: its own value is 0, but it has
not disappeared.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from gepnet.knowledge import Problem, nearest
from gepnet.response.recist.model import LesionRow, Patient, Role, Status


@dataclass(frozen=True, slots=True)
class Lineage:
    """The parent of each fragment, and from when a parent no longer has to be seen itself."""

    parents: dict[str, str]
    first: dict[str, datetime.date]
    superseded: dict[str, datetime.date]

    def root(self, lesion: str) -> str:
        """Return the lesion of the baseline from which this one came."""
        while lesion in self.parents:
            lesion = self.parents[lesion]
        return lesion


def lineage(rows: tuple[LesionRow, ...]) -> Lineage:
    """Return the lineage of a patient's lesions (checked by :func:`lineage_problems`)."""
    parents: dict[str, str] = {}
    first: dict[str, datetime.date] = {}
    seen = {(row.lesion, row.date) for row in rows}
    superseded: dict[str, datetime.date] = {}
    for row in sorted(rows, key=lambda row: row.date):
        first.setdefault(row.lesion, row.date)
        if row.status is Status.SPLIT_FROM and row.lesion not in parents:
            parents[row.lesion] = row.other
            if (row.other, row.date) not in seen:
                superseded.setdefault(row.other, row.date)
    return Lineage(parents, first, superseded)


def lineage_problems(patient: Patient, file: str) -> Iterator[Problem]:
    """Yield what cannot be one patient's lesions: doubles, changed roles, broken lineage."""

    def fault(
        row: LesionRow, column: str, value: str, told: str, near: str | None = None
    ) -> Problem:
        return Problem(file, row.line, f"{patient.id} {row.lesion}", column, value, told, near)

    baseline = patient.baseline
    heads: dict[str, LesionRow] = {}
    seen: dict[tuple[str, datetime.date], int] = {}
    for row in patient.lesions:
        first_line = seen.setdefault((row.lesion, row.date), row.line)
        if first_line != row.line:
            told = f"each lesion once a date (first on line {first_line})"
            yield fault(row, "lesion_id", row.lesion, told)
        head = heads.setdefault(row.lesion, row)
        if _kind(head.role) != _kind(row.role):
            told = f"the role of line {head.line} ({head.role.value}): a lesion keeps its role"
            yield fault(row, "role", row.role.value, told)
        if head.nodal != row.nodal:
            told = f"the same as on line {head.line}: a lesion is a node or not"
            yield fault(row, "nodal", str(row.nodal).lower(), told)
    if patient.head.baseline is not None and patient.head.baseline not in patient.dates:
        line = min(row.line for row in patient.lesions)
        told = "a row on the baseline date of patients.csv"
        yield Problem(file, line, patient.id, "date", str(patient.head.baseline), told)
        return
    for row in (row for row in patient.lesions if row.other):
        value = f"{row.status.value}:{row.other}"
        if row.other not in heads:
            told = "the id of another lesion of this patient"
            near = nearest(row.other, [name for name in heads if name != row.lesion])
            yield Problem(file, row.line, patient.id, "status", value, told, near)
        elif not _may_join(row, heads[row.other]):
            yield fault(row, "status", value, f"a lesion of the same role ({row.role.value})")
        if _comes_back(row, patient):
            told = "a lineage that does not come back to this lesion"
            yield fault(row, "status", value, told)
    first: dict[str, LesionRow] = {}
    for row in sorted(patient.lesions, key=lambda row: row.date):
        if baseline is not None and row.date >= baseline:
            first.setdefault(row.lesion, row)
    for row in first.values():
        yield from (fault(row, *told) for told in _wrong_start(row, baseline))


def _wrong_start(row: LesionRow, baseline: datetime.date | None) -> Iterator[tuple[str, str, str]]:
    """A lesion begins at baseline, by a split, or as new."""
    is_new = row.role in (Role.NEW, Role.NEW_EQUIVOCAL)
    if is_new and row.date == baseline:
        told = f"target or non_target: {baseline} is the baseline of this patient"
        yield "role", row.role.value, told
    elif not is_new and row.date != baseline and row.status is not Status.SPLIT_FROM:
        told = f"a row of this lesion on the baseline date {baseline}, a split, or a new role"
        yield "lesion_id", row.lesion, told
    elif row.role is Role.TARGET and row.date == baseline and row.status not in _AT_BASELINE:
        told = "measured (or too_small) at baseline: a target is chosen by its size"
        yield "status", row.status.value, told
    elif row.role is Role.TARGET and not row.organ and row.status is not Status.SPLIT_FROM:
        yield "organ", "", "the organ of a target (there are limits for an organ)"


_AT_BASELINE = (Status.MEASURED, Status.TOO_SMALL)


def _kind(role: Role) -> str:
    return "new" if role in (Role.NEW, Role.NEW_EQUIVOCAL) else role.value


def _may_join(row: LesionRow, other: LesionRow) -> bool:
    """A non-target may be lost in a target; else like joins like."""
    if _kind(row.role) == _kind(other.role):
        return True
    return row.status is Status.MERGED_INTO and row.role is Role.NON_TARGET


def _comes_back(row: LesionRow, patient: Patient) -> bool:
    """Whether a lesion, by splits or by merges, comes back to itself."""
    links: dict[str, set[str]] = {}
    for other in patient.lesions:
        if other.status is row.status:
            links.setdefault(other.lesion, set()).add(other.other)
    return _reaches(row.other, row.lesion, links)


def _reaches(start: str, goal: str, links: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    stack = [start]
    while stack:
        lesion = stack.pop()
        if lesion == goal:
            return True
        if lesion not in seen:
            seen.add(lesion)
            stack.extend(links.get(lesion, ()))
    return False
