"""The plan of a course: the steps of one profile, and of others only where it is silent.

A step always belongs to one document. Where the chosen profile says nothing on a topic, the first
profile beside it that does is followed and named; what the others say on a topic that is already
covered is listed (``also_said``) and never planned.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from gepnet.knowledge import asked, refuse, refuse_all
from gepnet.knowledge.course_models import PlanProfile, Step
from gepnet.prrt.plan.cycles import Wish, place_cycles
from gepnet.prrt.plan.days import WorkingDays
from gepnet.prrt.plan.model import (
    AlsoSaid,
    CoursePlan,
    PlannedCycle,
    PlannedStep,
    Violation,
    Window,
)
from gepnet.prrt.plan.question import Request
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.plan.steps import Timetable, add_months, place_step


def plan_course(
    request: Request, profiles: Sequence[PlanProfile], settings: Settings
) -> CoursePlan:
    """Return the plan.

    Raises:
        InputError: for an unknown profile or choice, a profile without a schedule, no start.
    """
    known = {profile.id: profile for profile in profiles}
    profile = _profile(request.profile, known, "profile")
    beside = profile.beside if request.beside is None else request.beside
    others = [_profile(name, known, "beside") for name in beside]
    if profile.schedule is None:
        able = ", ".join(p.id for p in profiles if p.schedule is not None)
        expected = f"a profile that states a schedule ({able}); this one can stand beside it"
        raise refuse("profile", profile.id, expected)
    if request.start is None and not request.given:
        expected = "the wished day of cycle 1, since no cycle was given yet"
        raise refuse("start", "", expected)
    _check_timezone(request.timezone)
    working = settings.working_days
    appointments = WorkingDays(working, request.slots or working, request.country, request.closed)
    # A slot on a Saturday makes the cycle possible, not the laboratory.
    days = replace(appointments, working=(*working, *request.slots))
    time = request.time or settings.infusion_time
    asked_of = replace(request, not_before=_not_before(request))
    wish = Wish(asked_of, profile.schedule, days, time, settings.first_cycle_search_days)
    cycles, violations = place_cycles(wish)
    followed, also_said = _followed(profile, others, request.sex)
    choices = {f"{p.id}/{s.id}" for p, s in followed if s.choice}
    _check_ticks(request.ticked, choices)
    horizon = add_months(_end(cycles, request), settings.horizon_months)
    search = settings.appointment_search_days
    table = Timetable(cycles, appointments, search, horizon, request.made_on)
    steps: list[PlannedStep] = []
    offered: list[PlannedStep] = []
    for owner, step in followed:
        ticked = not step.choice or f"{owner.id}/{step.id}" in request.ticked
        found, faults = place_step(owner, step, table, ticked)
        steps.extend(one for one in found if one.ticked)
        offered.extend(one for one in found if not one.ticked)
        violations.extend(faults)
    violations.extend(_ssa(request, cycles, followed))
    return CoursePlan(
        request.patient,
        profile,
        request.made_on,
        tuple(replace(cycle, held=cycle.number in request.held) for cycle in cycles),
        tuple(sorted(steps, key=_when)),
        tuple(sorted(offered, key=_when)),
        tuple(also_said),
        tuple(violations),
        request.country,
        days.slots,
        request.timezone,
        request.course,
        request.held,
    )


def _profile(name: str, known: Mapping[str, PlanProfile], field_: str) -> PlanProfile:
    if name not in known:
        raise refuse(field_, repr(name), f"one of {', '.join(known)}", known)
    return known[name]


def _not_before(request: Request) -> datetime.date | None:
    """The next cycle of a course that has begun is not planned into the past."""
    if not request.given:
        return request.not_before
    return max(request.not_before or request.made_on, request.made_on)


def _check_timezone(name: str | None) -> None:
    if name is None:
        return
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        expected = "a time zone such as Europe/Oslo or America/Chicago"
        raise refuse("timezone", repr(name), expected) from error


def _check_ticks(ticked: Iterable[str], choices: Collection[str]) -> None:
    expected = f"a choice of this plan: {', '.join(sorted(choices)) or 'there is none'}"
    wrong = (name for name in ticked if name not in choices)
    refuse_all(asked("tick", repr(name), expected, choices) for name in wrong)


def _followed(
    profile: PlanProfile, others: Sequence[PlanProfile], sex: str | None
) -> tuple[list[tuple[PlanProfile, Step]], list[AlsoSaid]]:
    """Return the steps to plan, and those on topics on which another profile is followed.

    Choices never silence anyone: all of them are offered.
    """
    followed: list[tuple[PlanProfile, Step]] = []
    also_said: list[AlsoSaid] = []
    owner: dict[str, str] = {}
    for one in (profile, *others):
        for step in one.steps:
            if step.who != "everyone" and sex is not None and step.who != sex:
                continue
            if step.choice or owner.setdefault(step.topic, one.id) == one.id:
                followed.append((one, step))
            else:
                also_said.append(AlsoSaid(one, step))
    return followed, also_said


def _end(cycles: Sequence[PlannedCycle], request: Request) -> datetime.date:
    days = (cycle.day for cycle in cycles if cycle.day is not None)
    return max(days, default=request.start or request.made_on)


def _ssa(
    request: Request,
    cycles: Sequence[PlannedCycle],
    followed: Iterable[tuple[PlanProfile, Step]],
) -> Iterator[Violation]:
    """Yield the next cycle if the last long-acting analogue lies too near to it."""
    injected = request.last_long_acting_ssa
    following = next((c for c in cycles if not c.given and c.day is not None), None)
    if injected is None or following is None or following.day is None:
        return
    for _, step in followed:
        if step.topic != "ssa_long_acting_stop" or step.latest is None:
            continue
        needed = -int(step.latest)
        first = injected + datetime.timedelta(days=needed)
        if following.day < first:
            reason = (
                f"long-acting somatostatin analogue on {injected}, "
                f"{(following.day - injected).days} days before; {needed} are needed, "
                f"so not before {first}"
            )
            subject, window = f"cycle {following.number}", Window(first, None)
            yield Violation(subject, "ssa_too_late", window, following.day, reason)


def _when(step: PlannedStep) -> tuple[datetime.datetime, bool, str]:
    """Whole days before the timed steps of the same day; what has only a window by its end."""
    if step.start is not None:
        return (step.start, step.timed, step.key)
    last = step.window.last if step.window is not None else None
    return (datetime.datetime.combine(last or datetime.date.max, datetime.time()), True, step.key)
