"""Which assessments count, by their dates: ``record.chronology`` on what a response table says."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from gepnet.record.chronology import (
    AFTER_DEATH,
    AFTER_NEW_THERAPY,
    BEFORE_REFERENCE,
    Disorder,
    Happening,
    disorders,
)
from gepnet.response.recist.model import Finding, Patient
from gepnet.response.recist.rules import Options
from gepnet.vocabulary import exact

#: Why an assessment does not count, in words; the first that applies is named.
NOT_COUNTED = {
    AFTER_DEATH: "after the death",
    BEFORE_REFERENCE: "before the reference date",
    AFTER_NEW_THERAPY: "after a new therapy",
}


def out_of_order(patient: Patient) -> list[Disorder]:
    """Return which of a patient's dates cannot stand beside each other."""
    return list(disorders(_happenings(patient)))


def _happenings(patient: Patient) -> Iterator[Happening]:
    head, dates = patient.head, patient.dates
    if patient.lesions:
        first, *dates = dates
        yield Happening("baseline", exact(first), "the baseline scan", first)
    for date in dates:
        yield Happening("assessment", exact(date), "the assessment", date)
    # Where neither is given time is counted from the first scan, and nothing is held against it.
    given = (head.reference, "the reference date")
    if head.reference is None and not patient.lesions:
        given = (head.baseline, "the baseline date")
    named = (
        ("reference", *given),
        ("new_therapy", head.new_therapy, "the new therapy"),
        ("death", head.death, "the death"),
    )
    for sort, day, says in named:
        if day is not None:
            yield Happening(sort, exact(day), says, None)
    for marker in head.markers:
        if marker.date is not None:
            yield Happening("marker", exact(marker.date), "the tumour marker", None)


def not_counted(found: Sequence[Disorder], options: Options) -> dict[datetime.date, str]:
    """Return the assessments that no best response may rest on, each with its reason."""
    return _beyond(found, bounds_of_response(options))


def is_observed(date: datetime.date, found: Sequence[Disorder], options: Options) -> bool:
    """Whether an assessment counts for the time to progression."""
    return date not in _beyond(found, bounds_of_survival(options))


def bounds_of_response(options: Options) -> tuple[str, ...]:
    """Return the bounds beyond which an assessment does not count for best response."""
    return _bounds(options.response_new_therapy != "ignore")


def bounds_of_survival(options: Options) -> tuple[str, ...]:
    """Return the bounds beyond which an assessment does not count for time to progression."""
    return _bounds(options.pfs_new_therapy != "ignore")


def _bounds(new_therapy_ends: bool) -> tuple[str, ...]:
    return tuple(name for name in NOT_COUNTED if new_therapy_ends or name != AFTER_NEW_THERAPY)


def _beyond(found: Sequence[Disorder], bounds: Sequence[str]) -> dict[datetime.date, str]:
    reasons: dict[datetime.date, str] = {}
    for name in bounds:
        for one in found:
            if one.bound.id == name and one.happening.sort == "assessment":
                date = one.happening.date.first
                reasons.setdefault(date, name)
    return reasons


def told(patient: Patient, found: Sequence[Disorder], options: Options) -> Iterator[Finding]:
    """Yield each pair of dates that cannot be, with what follows for the response."""
    left_out = not_counted(found, options)
    for one in found:
        date, is_scan = one.happening.date.first, one.happening.sort == "assessment"
        if left_out.get(date, one.bound.id) == one.bound.id or not is_scan:
            end = ": not counted" if is_scan and date in left_out else ""
            yield Finding(patient.id, date, "", f"{one.says}{end}")
