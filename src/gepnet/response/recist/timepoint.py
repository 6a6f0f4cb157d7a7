"""The response at each assessment: targets, non-targets, new lesions, overall.

This is the reference: written to be read, one patient at a time. ``columns`` does the same for many
patients and is held to it by tests.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from gepnet.record.chronology import BEFORE_REFERENCE
from gepnet.response.recist.model import Patient, Sum, Thousandths, TimePoint
from gepnet.response.recist.new import NewLesions, new_lesions
from gepnet.response.recist.order import NOT_COUNTED
from gepnet.response.recist.rules import PERCENT, THOUSANDTHS, Options, Rules
from gepnet.response.recist.sums import NonTargets, non_targets, see, target_sum
from gepnet.response.recist.words import Words

CR, PR, SD, PD, NE = "CR", "PR", "SD", "PD", "NE"
NON_CR_NON_PD = "NON-CR/NON-PD"


@dataclass
class _Course:
    """What earlier assessments mean for the next."""

    baseline: Thousandths | None
    nadir: Thousandths | None
    targets_were_disease: bool
    others_were_disease: bool
    had_response: bool = False
    complete_since: datetime.date | None = None
    progression: datetime.date | None = None


def is_progression(current: Thousandths, nadir: Thousandths, rules: Rules) -> bool:
    """Whether a sum has grown enough over the smallest earlier sum: relatively and absolutely.

    Eisenhauer 2009 (doi 10.1016/j.ejca.2008.10.026): both conditions, in whole thousandths of a
    millimetre. Over a sum of zero any growth meets the relative one.
    """
    rise = current - nadir
    limits = rules.response
    enough = PERCENT * THOUSANDTHS * rise >= limits.progression_percent.thousandths * nadir
    return rise >= limits.progression_mm.thousandths and enough


def is_partial_response(current: Thousandths, baseline: Thousandths, rules: Rules) -> bool:
    """Whether a sum has fallen enough from baseline (Eisenhauer 2009)."""
    least = rules.response.partial_response_percent.thousandths * baseline
    return PERCENT * THOUSANDTHS * (baseline - current) >= least


def target_response(
    current: Sum | None, baseline: Thousandths, nadir: Thousandths, rules: Rules, options: Options
) -> str | None:
    """Return the response of the targets, judged alone; None for a patient without targets."""
    if current is None:
        return None
    if current.gone:
        return CR
    may_prove = current.complete or options.missing_targets == "lower_bound"
    if may_prove and is_progression(current.value, nadir, rules):
        return PD
    if not current.complete:
        return NE
    return PR if is_partial_response(current.value, baseline, rules) else SD


def non_target_response(
    found: NonTargets | None, targets: Sum | None, marker_elevated: bool
) -> str | None:
    """Return the response of the non-targets; None without any, unless a marker is still raised.

    A marker above normal forbids CR and never makes progression.
    """
    if found is None:
        return NON_CR_NON_PD if marker_elevated else None
    if found.progressed:
        return PD
    if found.missing or (found.merged and targets is not None and targets.missing):
        return NE
    lost = bool(found.merged) and not (targets is not None and targets.gone)
    return NON_CR_NON_PD if found.persistent or lost or marker_elevated else CR


def overall_response(
    target: str | None, non_target: str | None, new: bool | None, rules: Rules
) -> str:
    """Look the overall response up in the table of the rules."""
    return rules.row(target, non_target, new).overall


def marker_elevated(patient: Patient, date: datetime.date) -> bool:
    """Whether markers that were raised are not known to be normal again on ``date``."""
    known = [m for m in patient.head.markers if m.date is None or m.date <= date]
    return bool(known) and known[-1].elevated


def time_points(
    patient: Patient,
    rules: Rules,
    options: Options,
    left_out: Mapping[datetime.date, str] | None = None,
) -> tuple[Thousandths | None, list[TimePoint]]:
    """Return the baseline sum and every assessment after baseline.

    ``left_out``: why some of them do not count. What lies before the reference date leaves no trace
    on what is judged later.
    """
    left_out = left_out or {}
    if not patient.lesions:
        given = patient.responses
        return None, [_given(date, response, left_out.get(date)) for date, response in given]
    seen = see(patient)
    news = new_lesions(seen, rules, options)
    first, *later = patient.dates
    start = target_sum(seen, first, rules)
    size = None if start is None else start.value
    were = start is not None and start.present, _is_disease(None, non_targets(seen, first, rules))
    course = _Course(size, size, *were)
    points = []
    for date in later:
        targets = target_sum(seen, date, rules)
        others = non_targets(seen, date, rules)
        point = _assess(
            patient, date, targets, others, news, course, rules, options, left_out.get(date)
        )
        points.append(point)
    return course.baseline, points


def _given(date: datetime.date, response: str, left_out: str | None) -> TimePoint:
    reason = "; ".join([f"{response}: as given", *_why_not(left_out)])
    nothing = (None,) * 6
    return TimePoint(date, *nothing, response, response, reason, not_counted=left_out)


def _why_not(left_out: str | None) -> list[str]:
    """Say that an assessment does not count, and why."""
    return [] if left_out is None else [f"{NOT_COUNTED[left_out]}: not counted"]


def _assess(
    patient: Patient,
    date: datetime.date,
    targets: Sum | None,
    others: NonTargets | None,
    news: NewLesions,
    course: _Course,
    rules: Rules,
    options: Options,
    left_out: str | None,
) -> TimePoint:
    """Assess one date and let the course know."""
    words = Words(rules, course.baseline or 0, course.nadir or 0)
    literal = target_response(targets, course.baseline or 0, course.nadir or 0, rules, options)
    # All of no disease is gone: that is no response of it.
    if literal == CR and not course.targets_were_disease:
        literal = None
    is_carried = (
        options.pr_carry_forward == "carried"
        and literal == SD
        and course.had_response
        and course.progression is None
    )
    target = PR if is_carried else literal
    raised = marker_elevated(patient, date)
    non_target = non_target_response(others, targets, raised)
    if non_target == CR and not course.others_were_disease:
        non_target = None
    real, doubtful = news.real_on(date), news.doubtful_on(date)
    new = True if real else None if doubtful else False
    overall = overall_response(target, non_target, new, rules)
    alone = overall_response(literal, non_target, new, rules)
    is_back = (
        options.reappearance_after_cr == "progression"
        and course.complete_since is not None
        and _is_disease(targets, others)
    )
    told = []
    if is_back:
        told.append(f"disease seen again after the CR of {course.complete_since}")
        overall = alone = PD
    if not (course.targets_were_disease or course.others_were_disease):
        told.append("no disease at baseline: nothing can respond")
        overall, alone = (PD if response == PD else NE for response in (overall, alone))
    told += words.new(real, doubtful, news, date)
    told += words.non_target(others, non_target, raised)
    told_target = words.target(targets, literal, is_carried)
    # What decides comes first: for progression by other than the sum, the sum comes last.
    is_by_sum = overall != PD or literal == PD
    told = [*told_target, *told] if is_by_sum else [*told, *told_target]
    used: set[str] = set()
    if targets is not None:  # with what cannot be seen from the sum
        told += targets.parts
        used |= targets.rules
    if targets is not None and not targets.complete and literal == PD:
        used.add("missing_targets")
    if any(news.real[lesion] != news.confirmed[lesion] for lesion in real):
        used.add("equivocal_new_confirmed")
    told += words.unverified(used, target, non_target, new, is_back)
    told += _why_not(left_out)
    if course.progression is not None:
        told.append(f"after progression on {course.progression}, not counted for best response")
    point = TimePoint(
        date,
        None if targets is None else targets.value,
        course.nadir,
        course.baseline,
        target,
        non_target,
        new,
        overall,
        alone,
        f"{overall}: {'; '.join(told)}",
        targets is None or targets.complete,
        left_out,
    )
    if left_out != BEFORE_REFERENCE:
        _remember(course, point, literal, targets)
    return point


def _is_disease(targets: Sum | None, others: NonTargets | None) -> bool:
    """Whether a target or non-target was seen that is disease."""
    seen = others is not None and bool(others.persistent or others.progressed)
    return seen or (targets is not None and targets.present)


def _remember(course: _Course, point: TimePoint, literal: str | None, targets: Sum | None) -> None:
    if targets is not None and targets.complete and course.nadir is not None:
        course.nadir = min(course.nadir, targets.value)
    course.had_response |= literal in (CR, PR)
    if point.overall == CR and course.complete_since is None:
        course.complete_since = point.date
    if point.overall == PD and course.progression is None:
        course.progression = point.date
