"""Checks of how targets were chosen and lesions recorded, as findings for a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gepnet.response.recist.measurability import is_normal_node, not_measurable
from gepnet.response.recist.model import Finding, Patient, Role
from gepnet.response.recist.rules import Rules


def findings(patient: Patient, rules: Rules) -> Iterator[Finding]:
    """Yield what is unusual in a patient's lesions; no result depends on it."""
    baseline = patient.baseline
    first = [row for row in patient.lesions if row.date == baseline]
    targets = [row for row in first if row.role is Role.TARGET]
    most = int(rules.limits.targets_in_all.value)
    if len(targets) > most:
        told = f"{len(targets)} targets, at most {most}"
        yield Finding(patient.id, baseline, "", told)
    organs = Counter(rules.organs.canonical(row.organ, row.nodal) for row in targets)
    most = int(rules.limits.targets_an_organ.value)
    for organ, count in sorted(organs.items()):
        if count > most:
            told = f"{count} targets in {organ}, at most {most} an organ"
            yield Finding(patient.id, baseline, "", told)
    for row in targets:
        reason = not_measurable(row, rules)
        if reason is not None:
            yield Finding(patient.id, baseline, row.lesion, f"target not measurable: {reason}")
    for row in patient.lesions:
        if is_normal_node(row, rules) and (row.date == baseline or row.role is not Role.NON_TARGET):
            limit = f"below {rules.limits.pathological_node_mm.value} mm"
            told = f"a node {limit} is normal: not disease, not counted"
            yield Finding(patient.id, row.date, row.lesion, told)
    unmeasured = [row for row in first if row.role is Role.NON_TARGET]
    if not targets and not unmeasured and patient.lesions:
        yield Finding(patient.id, baseline, "", "no lesion at baseline: nothing can respond")
    start = patient.head.reference
    if start is not None and baseline is not None:
        days = (start - baseline).days
        least = int(rules.limits.baseline_days.value)
        if days > least:
            told = f"baseline scan {days} days before the reference date, at most {least}"
            yield Finding(patient.id, baseline, "", told)
        elif days < 0:
            told = f"baseline scan {-days} days after the reference date"
            yield Finding(patient.id, baseline, "", told)
