"""Checks of how targets were chosen and lesions recorded, as findings for a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from gepnet.response.recist.measurability import is_normal_node, not_measurable
from gepnet.response.recist.model import (
    Finding,
    LesionRow,
    Patient,
    Role,
    millimetres,
)
from gepnet.response.recist.new import is_sighting
from gepnet.response.recist.rules import Rules
from gepnet.response.recist.values import value_of


def findings(patient: Patient, rules: Rules) -> Iterator[Finding]:
    """Yield what is unusual in a patient's lesions; no result depends on it."""
    baseline = patient.baseline
    noted = partial(Finding, patient.id, baseline)
    first = [row for row in patient.lesions if row.date == baseline]
    targets = [row for row in first if row.role is Role.TARGET]
    most = int(rules.limits.targets_in_all.value)
    if len(targets) > most:
        yield noted("", f"{len(targets)} targets, at most {most}")
    organs = Counter(rules.organs.canonical(row.organ, row.nodal) for row in targets)
    most = int(rules.limits.targets_an_organ.value)
    for organ, count in sorted(organs.items()):
        if count > most:
            yield noted("", f"{count} targets in {organ}, at most {most} an organ")
    for row in targets:
        reason = not_measurable(row, rules)
        if reason is not None:
            yield noted(row.lesion, f"target not measurable: {reason}")
    for row in patient.lesions:
        if is_normal_node(row, rules) and (row.date == baseline or row.role is not Role.NON_TARGET):
            limit = f"below {rules.limits.pathological_node_mm.value} mm"
            told = f"a node {limit} is normal: not disease, not counted"
            yield Finding(patient.id, row.date, row.lesion, told)
    known = [row for row in first if row.role in (Role.TARGET, Role.NON_TARGET)]
    gone = {row.lesion for row in known if value_of(row, rules).gone}
    for row in patient.lesions:
        if row.lesion in gone and is_sighting(row, rules):
            yield Finding(patient.id, row.date, row.lesion, "not there at baseline: is it new?")
            gone.discard(row.lesion)
    yield from _moved(patient, rules)
    yield from _nodes_just_grown(patient, rules)
    if patient.lesions and not any(is_sighting(row, rules) for row in known):
        yield noted("", "no disease at baseline: nothing can respond")
    start = patient.head.reference
    if start is not None and baseline is not None:
        days = (start - baseline).days
        least = int(rules.limits.baseline_days.value)
        if days > least:
            yield noted("", f"baseline scan {days} days before the reference date, at most {least}")
        elif days < 0:
            yield noted("", f"baseline scan {-days} days after the reference date")


def _moved(patient: Patient, rules: Rules) -> Iterator[Finding]:
    """Yield lesions that are in another organ than when they were first seen."""
    homes: dict[str, LesionRow] = {}
    for row in sorted(patient.lesions, key=lambda row: row.date):
        if not row.organ:
            continue
        home = homes.setdefault(row.lesion, row)
        organ = rules.organs.canonical(home.organ, nodal=False)
        if rules.organs.canonical(row.organ, nodal=False) != organ:
            told = f"organ {row.organ}, but {home.organ} on {home.date}: is it the same lesion?"
            yield Finding(patient.id, row.date, row.lesion, told)


def _nodes_just_grown(patient: Patient, rules: Rules) -> Iterator[Finding]:
    """Yield nodes that became pathological by less growth than progression of a sum asks for.

    A change from 9 to 11 mm of short axis calls for caution (EORTC, new lesions).
    """
    limit = rules.limits.pathological_node_mm.thousandths
    before: dict[str, int] = {}
    for row in sorted(patient.lesions, key=lambda row: row.date):
        if not row.nodal or row.diameter is None:
            continue
        last = before.get(row.lesion, limit)
        before[row.lesion] = row.diameter
        grown = row.diameter - last
        if last < limit <= row.diameter and grown < rules.response.progression_mm.thousandths:
            sizes = f"{millimetres(last)} to {millimetres(row.diameter)} mm"
            least = millimetres(rules.response.progression_mm.thousandths)
            told = f"node from {sizes}: pathological by less than {least} mm of growth, be cautious"
            yield Finding(patient.id, row.date, row.lesion, told)
