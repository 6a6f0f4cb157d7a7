"""Discharge limits and times of contact of one patient, with what they rest on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from gepnet.knowledge.shapes import Stated
from gepnet.prrt.discharge.contact import Stretch, dose_from, taken_up
from gepnet.prrt.discharge.curve import Curve
from gepnet.prrt.discharge.data import (
    Constraint,
    ConstraintSet,
    DischargeLimit,
    RadiationProtection,
    Scenario,
)
from gepnet.prrt.discharge.question import Asked, Curves, curves_of
from gepnet.prrt.discharge.readings import Quantity, Reading, Span
from gepnet.prrt.dosimetry.data import HOURS_PER_DAY, Physics
from gepnet.tables import Shown
from gepnet.vocabulary import Accepted

CANNOT = "cannot be said"
RELEASES = "A proposal: a named person releases the patient and signs the sheet."
_MINUTE = datetime.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Moments:
    """Between which two times on the clock something happens."""

    earliest: datetime.datetime
    latest: datetime.datetime


@dataclass(frozen=True, slots=True)
class Discharge:
    """A limit of discharge: met at the last reading or not, and from when on it will be."""

    limit: Annotated[
        DischargeLimit,
        Shown(take="id label region quantity limit unit source locator verification", flat=True),
    ]
    value: Span | None
    state: str
    met_from: Moments | None
    reason: str


@dataclass(frozen=True, slots=True)
class ContactTime:
    """A pattern of contact: what it would give from the first reading on, and when it may begin."""

    scenario: Annotated[Scenario, Shown(take="id label group locator:pattern_locator", flat=True)]
    pattern_source: str
    pattern_verification: str
    constraint: Annotated[
        Constraint | None, Shown(take="msv per source locator verification", flat=True)
    ]
    for_a_cycle_msv: Annotated[float | None, Shown(digits=4)]
    unrestricted_msv: Span | None
    state: str
    after_h: Span | None
    until: Moments | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tail:
    """How the dose rate falls after the last reading."""

    half_life_h: Span
    how: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A number of the knowledge that the results rest on besides constraints and patterns."""

    label: str
    number: Annotated[Stated, Shown(take="value unit source locator verification", flat=True)]


@dataclass(frozen=True, slots=True)
class DischargeReport:
    """What is proposed for the time after a treatment."""

    patient: str
    given: datetime.datetime
    readings: tuple[Reading, ...]
    tail: Tail | None
    constraints: Annotated[ConstraintSet, Shown(take="id title region")]
    cycles_a_year: float
    discharge: list[Discharge]
    contacts: list[ContactTime]
    rests_on: list[Basis]
    notices: list[str]
    data: Annotated[RadiationProtection, Shown(hidden=True)]
    accepted: tuple[Accepted, ...] = ()


def report(
    asked_for: Asked,
    readings: tuple[Reading, ...],
    constraints: ConstraintSet,
    data: RadiationProtection,
    physics: Physics,
    regions: Sequence[str],
) -> DischargeReport:
    """Return what the readings allow to say; what they do not is said to be open.

    Args:
        asked_for: the question.
        readings: measurements in the order of their times; there may be none.
        constraints: the set that holds.
        data: the knowledge of radiation protection.
        physics: the knowledge of the nuclide.
        regions: whose limits of discharge are shown; none shows all.
    """
    curves = curves_of(readings, asked_for, data, physics)
    rate = curves.get("dose_rate")
    limits = [one for one in data.discharge_limits if not regions or one.region in regions]
    if asked_for.own_limit is not None:
        limits.append(asked_for.own_limit)
    scenarios = [
        one for one in data.scenarios if not asked_for.scenarios or one.id in asked_for.scenarios
    ]
    return DischargeReport(
        asked_for.patient,
        asked_for.given,
        readings,
        None if rate is None else Tail(rate.tail_half_life_h, rate.how),
        constraints,
        asked_for.cycles_a_year,
        [_discharge(one, curves, readings, asked_for, data) for one in limits],
        [_contact(one, constraints, rate, asked_for, data) for one in scenarios],
        list(_basis(asked_for, readings, data, physics)),
        list(_notices(asked_for, readings, limits, regions)),
        data,
    )


def _discharge(
    limit: DischargeLimit,
    curves: Mapping[Quantity, Curves],
    readings: tuple[Reading, ...],
    asked_for: Asked,
    data: RadiationProtection,
) -> Discharge:
    needed: Quantity = "retained_activity" if limit.quantity == "retained_activity" else "dose_rate"
    found = curves.get(needed)
    if found is None:
        return Discharge(limit, None, CANNOT, None, f"no {needed.replace('_', ' ')} was measured")
    # What is compared, for a curve: the value at the last reading, and when it falls to the limit.
    factor = 1.0 if limit.distance_m == 1 or needed != "dose_rate" else data.at(limit.distance_m)
    last = readings[-1].time_h
    if limit.quantity == "dose":
        day = (Stretch(0, HOURS_PER_DAY, limit.occupancy * factor),)
        value = Span(*(dose_from(c, day, asked_for.clock_h, last) for c in _ends(found)))
        when = [taken_up(c, day, asked_for.clock_h, limit.limit) for c in _ends(found)]
        times = [found.low.start if one is None else one for one in when]
    else:
        value = Span(*(c.rate(last) * factor for c in _ends(found)))
        times = [c.below_from(limit.limit / factor) for c in _ends(found)]
    state = "met" if value.high <= limit.limit else "not met" if value.low > limit.limit else CANNOT
    reason = "" if state != CANNOT else "the readings allow both"
    return Discharge(limit, value, state, _moments(times, asked_for), reason)


def _contact(
    scenario: Scenario,
    constraints: ConstraintSet,
    curves: Curves | None,
    asked_for: Asked,
    data: RadiationProtection,
) -> ContactTime:
    constraint = constraints.of(scenario.group)
    msv = None
    if constraint is not None:
        shared = asked_for.cycles_a_year if constraint.per == "year" else 1
        msv = constraint.msv / shared

    def result(
        state: str,
        reason: str = "",
        dose: Span | None = None,
        after: Span | None = None,
        until: Moments | None = None,
    ) -> ContactTime:
        pattern = (scenario.source, scenario.verification)
        return ContactTime(scenario, *pattern, constraint, msv, dose, state, after, until, reason)

    if curves is None:
        return result(CANNOT, "no dose rate and no activity was measured")
    day = tuple(Stretch(c.start_h, c.hours, data.at(c.distance_m)) for c in scenario.contacts)
    clock = asked_for.clock_h
    dose = Span(*(dose_from(c, day, clock, c.start) for c in _ends(curves)))
    if msv is None:
        group = next(one.label for one in data.groups if one.id == scenario.group)
        return result(CANNOT, f"{constraints.id} states no constraint for a {group}", dose)
    times = [taken_up(c, day, clock, msv) for c in _ends(curves)]
    low, high = times
    if high is None:
        return result("no restriction", "", dose)
    after = Span(curves.low.start if low is None else low, high)
    state = "restricted" if low is not None else "restricted, perhaps"
    return result(state, "", dose, after, _moments([after.low, after.high], asked_for))


def _ends(curves: Curves) -> tuple[Curve, Curve]:
    return curves.low, curves.high


def _moments(hours: list[float], asked_for: Asked) -> Moments:
    """Return times on the clock, to the next full minute: never earlier than they are."""
    low, high = (_ceiling(asked_for.at(one)) for one in sorted(hours))
    return Moments(low, high)


def _ceiling(moment: datetime.datetime) -> datetime.datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + _MINUTE


def _basis(
    asked_for: Asked,
    readings: tuple[Reading, ...],
    data: RadiationProtection,
    physics: Physics,
) -> Iterator[Basis]:
    """Yield the numbers that were used for these readings and this question."""
    yield Basis("dose rate falls with distance to the power of", data.distance)
    if not asked_for.cycles_a_year_stated:
        yield Basis("cycles that share a yearly constraint", data.cycles_a_year)
    if not readings:
        return
    if readings[0].quantity == "retained_activity":
        yield Basis("dose rate of an activity in the body", data.dose_rate_per_activity)
    if asked_for.half_life_h is None and asked_for.phases is None:
        yield Basis("no half-life is longer than the physical one", physics.half_life)
        if len(readings) == 1:
            yield Basis("shortest half-life", data.shortest_half_life)
        else:
            yield Basis("readings tell the last half-life from", data.terminal_phase_from)


def _notices(
    asked_for: Asked,
    readings: tuple[Reading, ...],
    limits: list[DischargeLimit],
    regions: Sequence[str],
) -> Iterator[str]:
    yield RELEASES
    if not readings:
        yield "Nothing was measured: nothing is said of discharge or contact."
        return
    if asked_for.phases is None:
        yield f"Nothing is said of the time before the first reading ({readings[0].time_h:g} h)."
    yield "Contact under a restriction counts as none; contamination is not in these doses."
    if asked_for.uncertainty == 0:
        yield "No uncertainty of the meter was stated (--uncertainty): readings count as exact."
    if not limits:
        yield f"No limit of discharge was read for {regions[0]}: state your own (--own-limit)."
