"""The sum of the targets, and the state of the non-targets, on each date."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from gepnet.response.recist.lineage import Lineage, lineage
from gepnet.response.recist.model import LesionRow, Patient, Role, Status, Sum, millimetres
from gepnet.response.recist.rules import Rules
from gepnet.response.recist.values import MERGED, NOT_EVALUATED, Value, value_of


@dataclass(frozen=True)
class Seen:
    """A patient's lesions by role, with each one's rows by date."""

    rows: dict[str, dict[datetime.date, LesionRow]]
    roles: dict[str, Role]
    lineage: Lineage

    def of(self, role: Role) -> list[str]:
        """Return the lesions of a role in order of their ids."""
        return sorted(lesion for lesion, own in self.roles.items() if own is role)


def see(patient: Patient) -> Seen:
    """Sort the rows from baseline on by lesion and date."""
    baseline = patient.baseline
    rows: dict[str, dict[datetime.date, LesionRow]] = {}
    roles: dict[str, Role] = {}
    known = tuple(row for row in patient.lesions if baseline is None or row.date >= baseline)
    for row in known:
        rows.setdefault(row.lesion, {})[row.date] = row
        if roles.get(row.lesion) is not Role.NEW:
            roles[row.lesion] = row.role
    return Seen(rows, roles, lineage(known))


def states(
    seen: Seen, role: Role, date: datetime.date, rules: Rules
) -> Iterator[tuple[str, LesionRow | None, Value]]:
    """Yield what each lesion of a role brings on ``date``; a lesion without a row is missing.

    Not expected are fragments before their split, a lesion after it has split, and nothing is
    missing of a lesion that has merged.
    """
    for lesion in seen.of(role):
        own = seen.rows[lesion]
        row = own.get(date)
        if row is not None:
            yield lesion, row, value_of(row, rules)
            continue
        past = [day for day in own if day < date]
        if not past:
            continue  # a fragment before its split
        if own[max(past)].status is Status.MERGED_INTO:
            yield lesion, None, MERGED
            continue
        superseded = seen.lineage.superseded.get(lesion)
        if superseded is None or date < superseded or max(past) > superseded:
            yield lesion, None, NOT_EVALUATED


def target_sum(seen: Seen, date: datetime.date, rules: Rules) -> Sum | None:
    """Return the sum of the targets on ``date``; None for a patient without targets."""
    if not seen.of(Role.TARGET):
        return None
    found = list(states(seen, Role.TARGET, date, rules))
    size = sum(value.size for _, _, value in found)
    missing = tuple(lesion for lesion, _, value in found if not value.evaluated)
    own = [value for _, _, value in found if value.counted]
    gone = not missing and bool(own) and all(value.gone for value in own)
    present = any(value.evaluated and not value.gone for value in own)
    parts = tuple(part for _, row, _ in found if row is not None for part in _said(row, rules))
    used = {_VALUE_RULES[row.status] for _, row, _ in found if row and row.status in _VALUE_RULES}
    used |= {"merged" for _, row, value in found if row is None and not value.counted}
    used |= {"split" for lesion, row, _ in found if row and lesion in seen.lineage.parents}
    small = (row for _, row, _ in found if row is not None and row.status is Status.TOO_SMALL)
    used |= {"too_small_node" for row in small if row.nodal}
    return Sum(size, missing, gone, parts, present, frozenset(used))


_VALUE_RULES = {Status.SPLIT_FROM: "split", Status.MERGED_INTO: "merged"}


def _said(row: LesionRow, rules: Rules) -> Iterator[str]:
    """What a reader cannot see from the sum."""
    if row.status is Status.TOO_SMALL:
        small = millimetres(rules.limits.too_small_mm.thousandths)
        yield f"{row.lesion} too small to measure, counted {small} mm"
    elif row.status is Status.SPLIT_FROM:
        yield f"{row.lesion} is a fragment of {row.other}"
    elif row.status is Status.MERGED_INTO:
        yield f"{row.lesion} merged into {row.other}"


@dataclass(frozen=True, slots=True)
class NonTargets:
    """The non-targets on one date; ``merged`` are those lost in a target."""

    progressed: tuple[str, ...]
    missing: tuple[str, ...]
    persistent: tuple[str, ...]
    merged: tuple[str, ...]


def non_targets(seen: Seen, date: datetime.date, rules: Rules) -> NonTargets | None:
    """Return the state of the non-targets on ``date``; None for a patient without any."""
    if not seen.of(Role.NON_TARGET):
        return None
    progressed, missing, persistent, merged = [], [], [], []
    for lesion, _, value in states(seen, Role.NON_TARGET, date, rules):
        if value.progressed:
            progressed.append(lesion)
        elif not value.counted:
            into = seen.rows[lesion][max(d for d in seen.rows[lesion] if d <= date)].other
            if seen.roles[into] is Role.TARGET:
                merged.append(lesion)
        elif not value.evaluated:
            missing.append(lesion)
        elif not value.gone:
            persistent.append(lesion)
    return NonTargets(tuple(progressed), tuple(missing), tuple(persistent), tuple(merged))
