"""Pathology of a published case: the reports that were known at a decision point."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from gepnet.io.case_file import DecisionPoint, Tumour, table
from gepnet.io.findings import RESERVED, Findings
from gepnet.io.ki67 import Ki67Text, Ki67Value, read_ki67
from gepnet.record import Observation

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def pathology_reports(
    tumour: Tumour, points: Sequence[DecisionPoint], findings: Findings
) -> Iterator[Observation]:
    """Yield one event for each report known at the last of ``points``.

    Args:
        tumour: what the whole case says, values of later reports included.
        points: the decision points up to now, in time order.
        findings: reads the values, and takes the losses.
    """
    text = read_ki67(tumour.ki67_text or "unknown", table("words")["ki67_specimen"])
    stated, extra = _stated(text, points)
    date = points[-1].date
    known = text.known(stated, None if date is None else date.last.year)
    if len(known) < len(text.values):
        reason = "a value whose report may be later than this decision, left out"
        findings.lose("ki67_text", None, reason)
    for loss in text.losses:
        findings.lose("ki67_text", None, f"not used, {loss}")
    rest = _rest(tumour, findings, len(text.values) + len(extra), len(known) < len(text.values))
    reports = [*known, *extra]
    for place, report in enumerate(reports, 1):
        values: dict[str, Any] = {"ki67_percent": report.value}
        if report.site is not None:
            values["ki67_specimen_site"] = report.site
        if any(other.revises for other in reports[place:]):
            values["pathology_superseded"] = True
        field = "ki67_pct_at_decision" if report in extra else "tumour.ki67_text"
        last = rest if place == len(reports) else {}
        yield _event(place, {**values, **last}, field, findings)
    if rest and not reports:
        yield _event(1, rest, "tumour", findings)


def _event(place: int, values: dict[str, Any], field: str, findings: Findings) -> Observation:
    parsed = {name: findings.value(name, raw, field) for name, raw in values.items()}
    return Observation(
        id=f"report-{place}",
        kind="pathology",
        note="date of the report not stated",
        values={name: value for name, value in parsed.items() if value is not None},
    )


def _stated(text: Ki67Text, points: Sequence[DecisionPoint]) -> tuple[set[int], list[Ki67Value]]:
    """Return which values decision points so far state, and stated ones not in the text."""
    stated: set[int] = set()
    extra: dict[str, Ki67Value] = {}
    for point in points:
        number = point.ki67_pct_at_decision
        if number is None:
            continue
        place = text.index_of(Decimal(number)) if _NUMBER.fullmatch(number) else None
        if place is not None:
            stated.add(place)
        else:
            extra[number] = Ki67Value(number, "start")
    return stated, list(extra.values())


def _rest(tumour: Tumour, findings: Findings, reports: int, some_open: bool) -> dict[str, Any]:
    """Return what else the pathology says, unless it may be of a later report.

    Several reports share one grade and one differentiation in the case file. These are used once
    every report is known; the grade only if there is a single report that it can belong to.
    """
    values: dict[str, Any] = {}
    grades = findings.vocabulary.words.of("grade_reported")
    if tumour.grade_who is not None:
        if reports > 1 or some_open:
            findings.lose("grade_who", None, "which report it belongs to is not stated")
        elif (grade := grades.read(tumour.grade_who)) is None:
            findings.lose("grade_who", tumour.grade_who, "no grade of the vocabulary")
        else:
            values["grade_reported"] = grade
            values["grade_reported_edition"] = "unknown"
    if tumour.differentiation is not None:
        entry = findings.read("differentiation", tumour.differentiation)
        if some_open:
            reason = "may be of a report later than this decision"
            findings.lose("differentiation", None, reason)
        elif entry is None:
            findings.lose("differentiation", tumour.differentiation, "no value of the vocabulary")
        else:
            values.update({name: raw for name, raw in entry.items() if name not in RESERVED})
    if tumour.mitoses is not None:
        shown = None if some_open else tumour.mitoses
        findings.lose("mitoses", shown, "field area unknown, no count per 2 mm2")
    if tumour.pathology_notes is not None:
        findings.lose("pathology_notes", None, "free text, time not stated")
    return values
