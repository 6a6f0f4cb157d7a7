"""A patient's response after the second cycle, from the record, and which findings speak of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from gepnet.facts import Facts
from gepnet.record import Cycle, Observation, Record
from gepnet.response.fit.stored import PatientPrediction, word_of
from gepnet.response.midtreatment.model import Evidence, Finding
from gepnet.tables import Shown, plain
from gepnet.vocabulary import TRUTH_WORDS, PartialDate, Truth

KIND = "response_assessment"
CT, PET = "response_ct", "response_sstr_pet"


def _with_words(findings: tuple[tuple[Finding, Truth], ...]) -> list[dict[str, Any]]:
    return [{**plain(finding), "applies": TRUTH_WORDS[truth]} for finding, truth in findings]


@dataclass(frozen=True)
class Reading:
    """The category by one kind of scan, or why there is none.

    ``days`` are least and most days from the reference cycle to the scan, as precise as the dates.
    """

    category: str | None
    date: str | None
    event: str | None
    days: tuple[int, int] | None
    reason: str | None


@dataclass(frozen=True)
class MidTreatment:
    """One patient at mid-treatment.

    ``category`` is what CT and SSTR-PET agree on, or CT says alone; None where it is missing or
    the two disagree, with the reason. ``cycles`` are those given by the date of the question.
    ``prediction`` is None unless a registry's own model was asked.
    """

    patient: str
    at: str
    course: str | None
    cycles: int
    cycle_date: str | None
    next_cycle_date: str | None
    ct: Reading
    pet: Reading
    category: str | None
    reason: str
    site: str | None
    grade: str | None
    notes: tuple[str, ...]
    findings: Annotated[tuple[tuple[Finding, Truth], ...], Shown(by=_with_words)]
    evidence: Annotated[
        Evidence,
        Shown(take="source locator verification aim after_cycle limits never positions", flat=True),
    ]
    prediction: PatientPrediction | None = None


@dataclass(frozen=True)
class CourseReading:
    """The response of one course at mid-treatment, before anything is said of it."""

    cycles: tuple[Cycle, ...]
    reference: Cycle | None
    following: Cycle | None
    ct: Reading
    pet: Reading
    category: str | None
    reason: str


def read_course(record: Record, at: PartialDate, evidence: Evidence) -> CourseReading:
    """Return the response at mid-treatment of the course that was begun last.

    A scan counts if it surely lies after the reference cycle and not after the next one. Of
    several of a kind the latest counts. Where a scan is missing, the answer says so.
    """
    given = [cycle for cycle in _course(record, at) if cycle.date.first <= at.last]
    reference = next((c for c in given if c.cycle == evidence.after_cycle), None)
    following = next((c for c in given if c.cycle == evidence.after_cycle + 1), None)
    if reference is None:
        reason = _no_cycle(given, evidence.after_cycle)
        ct = pet = Reading(None, None, None, None, reason)
    else:
        # A scan up to the day of the next cycle, or without one up to the date of the question.
        end = (
            (at.last, at.last) if following is None else (following.date.first, following.date.last)
        )
        scans = [e for e in record.events if isinstance(e, Observation) and e.kind == KIND]
        scans = [scan for scan in scans if not scan.withdrawn]
        ct = _reading(scans, CT, reference.date, end, evidence)
        pet = _reading(scans, PET, reference.date, end, evidence)
    return CourseReading(tuple(given), reference, following, ct, pet, *_together(ct, pet))


def assess_midtreatment(record: Record, facts: Facts, evidence: Evidence) -> MidTreatment:
    """Return the mid-treatment assessment of a patient as of the date of ``facts``."""
    at = facts.at
    course = _course(record, at)
    read = read_course(record, at, evidence)
    site, grade = word_of(facts, "primary_site"), word_of(facts, "grade")
    return MidTreatment(
        patient=record.patient,
        at=str(at),
        course=None if not course else course[0].course,
        cycles=len(read.cycles),
        cycle_date=None if read.reference is None else str(read.reference.date),
        next_cycle_date=None if read.following is None else str(read.following.date),
        ct=read.ct,
        pet=read.pet,
        category=read.category,
        reason=read.reason,
        site=site,
        grade=grade,
        notes=tuple(_notes(read.ct, read.pet, read.category, len(read.cycles), evidence)),
        findings=tuple((f, _applies(f, read.category, site)) for f in evidence.findings),
        evidence=evidence,
    )


def _course(record: Record, at: PartialDate) -> list[Cycle]:
    """Return the cycles of the course that was begun last by the date of the question."""
    groups: dict[str | None, list[Cycle]] = {}
    for cycle in record.cycles:
        groups.setdefault(cycle.course, []).append(cycle)
    begun = [g for g in groups.values() if min(c.date.first for c in g) <= at.last]
    return max(begun, key=lambda group: min(c.date.first for c in group), default=[])


def _no_cycle(given: list[Cycle], number: int) -> str:
    if not given:
        return "no cycle of radioligand therapy is recorded"
    if max(cycle.cycle for cycle in given) < number:
        return f"cycle {number} has not been given by this date"
    return f"cycle {number} is not recorded"


def _reading(
    scans: list[Observation],
    fact: str,
    start: PartialDate,
    end: tuple[date, date],
    evidence: Evidence,
) -> Reading:
    """Return the latest scan after ``start`` and by ``end``, given as its first and last day."""
    dated: list[tuple[PartialDate, Observation]] = []
    unsure: list[str] = []
    for scan in scans:
        if scan.values.get(fact) is None:
            continue
        when = scan.date
        if when is None:
            unsure.append(scan.id)
        elif when.last <= start.first or when.first > end[1]:
            continue
        elif when.first > start.last and when.last <= end[0]:
            dated.append((when, scan))
        else:
            unsure.append(scan.id)
    if not dated:
        doubt = f" (the date of {', '.join(unsure)} does not tell)" if unsure else ""
        return Reading(None, None, None, None, f"is missing{doubt}")
    when, latest = max(dated, key=lambda item: item[0].last)
    days = ((when.first - start.last).days, (when.last - start.first).days)
    value = str(latest.values[fact])
    if value == evidence.not_evaluable:
        return Reading(None, str(when), latest.id, days, "was not evaluable")
    return Reading(value, str(when), latest.id, days, None)


def _together(ct: Reading, pet: Reading) -> tuple[str | None, str]:
    if ct.category is None and pet.category is None:
        if ct.reason == pet.reason and not str(ct.reason).startswith(("is ", "was ")):
            return None, str(ct.reason)
        return None, f"CT or MRI {ct.reason}; SSTR-PET {pet.reason}"
    if ct.category is None:
        return None, f"SSTR-PET says {pet.category}, but CT or MRI {ct.reason}"
    if pet.category is None:
        return ct.category, f"{ct.category} by CT or MRI; SSTR-PET {pet.reason}"
    if ct.category == pet.category:
        return ct.category, f"{ct.category} by CT or MRI and by SSTR-PET"
    return None, f"CT or MRI says {ct.category}, SSTR-PET {pet.category}: they disagree"


def _notes(
    ct: Reading, pet: Reading, category: str | None, cycles: int, evidence: Evidence
) -> list[str]:
    notes = []
    if pet.category == evidence.progressive and ct.category != evidence.progressive:
        notes.append("progression on SSTR-PET alone is never progressive disease")
    if category is not None and category not in evidence.reported:
        notes.append(f"the series reports no patient with {category} at mid-treatment")
    if cycles < evidence.source_cycles:
        notes.append(
            f"{cycles} cycles so far; the patients of the series had {evidence.source_cycles} or "
            "more, so it is open whether they were like this one"
        )
    return notes


def _applies(finding: Finding, category: str | None, site: str | None) -> Truth:
    response: Truth = None if category is None else category in finding.responses
    place: Truth = True
    if finding.sites:
        place = None if site in (None, "unknown") else site in finding.sites
    if response is False or place is False:
        return False
    return None if response is None or place is None else True
