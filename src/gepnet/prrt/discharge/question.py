"""What is asked of the time after discharge, and the lowest and highest curve that follow."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, TypeVar

from gepnet.knowledge import InputError, Problem, asked
from gepnet.prrt.discharge.curve import Curve, through, two_phases
from gepnet.prrt.discharge.data import DischargeLimit, RadiationProtection
from gepnet.prrt.discharge.readings import UNITS, Quantity, Reading, Span
from gepnet.prrt.dosimetry.data import Physics
from gepnet.tables import Shown
from gepnet.vocabulary import Asking, Interval, UnitReader, bounds_of

T = TypeVar("T")
_MBQ_PER_GBQ = 1000


@dataclass(frozen=True)
class DischargeQuestion:
    """What is asked, as a command line gives it.

    Attributes:
        given: day and time of the treatment, ``2026-02-03 10:30``.
        patient: name or number on the sheet.
        half_life: effective half-life of what stays, in hours: one number or a range.
        two_phases: share of the fast phase and both half-lives in hours, ``0.44:7.4:95``.
        uncertainty_percent: of each reading; None takes them as exact.
        constraints: id of a set of constraints; by default that of the region.
        cycles_a_year: cycles among which a yearly constraint is shared.
        scenarios: ids of patterns of contact; by default all.
        own_limit: a limit of discharge of the place itself, ``10 uSv/h`` at 1 m or ``400 MBq``.
    """

    given: str = ""
    patient: str = "patient"
    half_life: str | None = None
    two_phases: str | None = None
    uncertainty_percent: float | None = None
    constraints: str | None = None
    cycles_a_year: int | None = None
    scenarios: tuple[str, ...] = ()
    own_limit: str | None = None


@dataclass(frozen=True)
class Asked:
    """A question that was read: values in place of texts."""

    given: datetime.datetime
    patient: str
    half_life_h: Span | None
    phases: tuple[float, float, float] | None
    uncertainty: float
    constraints: str | None
    cycles_a_year: float
    cycles_a_year_stated: bool
    scenarios: tuple[str, ...]
    own_limit: DischargeLimit | None

    @property
    def clock_h(self) -> float:
        """Hour of the day at the treatment."""
        return self.given.hour + self.given.minute / 60

    def at(self, hours: float) -> datetime.datetime:
        """Return the time on the clock some hours after the treatment."""
        return self.given + datetime.timedelta(hours=hours)


def read_question(
    question: DischargeQuestion, data: RadiationProtection, physics: Physics, asking: Asking
) -> Asked:
    """Return a question with its texts read.

    A stated half-life that is likely to be in days is refused unless ``asking`` knows who accepts
    it.

    Raises:
        InputError: with every fault of it.
    """
    problems: list[Problem] = list(_faults(question, data))
    longest = physics.half_life_h

    def read(field: str, text: str | None, parse: Callable[[str], T], expected: str) -> T | None:
        try:
            return None if text is None else parse(text)
        except ValueError:
            problems.append(asked(field, repr(text), expected))
            return None

    given = read("given", question.given, _moment, "day and time, such as '2026-02-03 10:30'")
    told = f"hours above 0, at most the physical half-life of {longest:.1f} h: 60, or 40-90"
    half_life = read("half-life", question.half_life, lambda t: _hours(t, longest), told)
    told = "share of the fast phase and two half-lives in hours, the shorter first: 0.44:7.4:95"
    phases = read("two-phases", question.two_phases, lambda t: _phases(t, longest), told)
    told = "a number with uSv/h (at 1 m) or MBq, such as '10 uSv/h'"
    own = read(
        "own-limit", question.own_limit, lambda t: _own_limit(t, asking.plausible.units), told
    )
    problems.extend(_doubts(question, half_life, phases, asking))
    if problems or given is None:
        raise InputError(problems)
    return Asked(
        given,
        question.patient,
        half_life,
        phases,
        (question.uncertainty_percent or 0.0) / 100,
        question.constraints,
        float(question.cycles_a_year or data.cycles_a_year.value),
        question.cycles_a_year is not None,
        question.scenarios,
        own,
    )


def _faults(question: DischargeQuestion, data: RadiationProtection) -> Iterator[Problem]:
    if question.half_life is not None and question.two_phases is not None:
        yield asked("two-phases", question.two_phases, "either this or --half-life")
    percent = question.uncertainty_percent
    if percent is not None and not 0 <= percent < 100:
        yield asked("uncertainty", percent, "a percentage from 0 and below 100")
    if question.cycles_a_year is not None and question.cycles_a_year < 1:
        yield asked("cycles-a-year", question.cycles_a_year, "a whole number from 1")
    sets = [one.id for one in data.constraint_sets]
    if question.constraints is not None and question.constraints not in sets:
        yield asked("constraints", question.constraints, f"one of {', '.join(sets)}", sets)
    known = [one.id for one in data.scenarios]
    for name in question.scenarios:
        if name not in known:
            yield asked("scenario", name, f"one of {', '.join(known)}", known)


def _doubts(
    question: DischargeQuestion,
    half_life: Span | None,
    phases: tuple[float, float, float] | None,
    asking: Asking,
) -> Iterator[Problem]:
    """Yield what is asked of a half-life that everything after the last reading rests on."""
    slow = None if phases is None else Span(phases[2], phases[2])
    last = (question.two_phases or "").rpartition(":")[2]
    for field, value, written in (
        ("half-life", half_life, question.half_life), ("two-phases", slow, last),
    ):  # fmt: skip
        if value is None:
            continue
        for end in dict.fromkeys((value.low, value.high)):
            number = Decimal(str(end))
            told = asking.doubt("remaining_half_life_h", Interval(number, number), written)
            if told is not None:
                yield asked(field, repr(written), told)
                break


def _moment(text: str) -> datetime.datetime:
    found = datetime.datetime.fromisoformat(text)
    if len(text) <= len("2026-02-03") or found.tzinfo is not None:
        raise ValueError(text)
    return found


def _hours(text: str, longest: float) -> Span:
    low, high, _ = bounds_of(text, "hours")
    if low is None or high is None or not 0 < low <= high <= longest:
        raise ValueError(text)
    return Span(float(low), float(high))


def _phases(text: str, longest: float) -> tuple[float, float, float]:
    share, fast, slow = (float(part) for part in text.split(":"))
    if not (0 <= share < 1 and 0 < fast <= slow <= longest):
        raise ValueError(text)
    return share, fast, slow


def _own_limit(text: str, units: UnitReader) -> DischargeLimit:
    value, _, unit = text.strip().partition(" ")
    _, limit, _ = bounds_of(value, "a number")
    if limit is None or limit <= 0:
        raise ValueError(text)
    for quantity, target in UNITS.items():
        try:
            found = units.convert(limit, unit, target)
        except ValueError:
            continue
        return DischargeLimit(
            id="own",
            label=f"At most {text.strip()}, as stated",
            region=None,
            quantity=quantity,
            limit=float(found),
            unit=target,
            source="gepnet-definition",
            locator="stated with --own-limit",
        )
    raise ValueError(text)


@dataclass(frozen=True, slots=True)
class Curves:
    """The lowest and the highest curve that the readings allow, and how the tail was found."""

    low: Curve
    high: Curve
    tail_half_life_h: Span
    how: Annotated[str, Shown("tail")]


def curves_of(
    readings: tuple[Reading, ...], asked_for: Asked, data: RadiationProtection, physics: Physics
) -> dict[Quantity, Curves]:
    """Return the curves of the dose rate at 1 m, and of the activity where that was measured.

    No reading gives no curve. Between readings the rate falls (or rises) exponentially; after the
    last one it falls by a half-life: the stated one, that of the last two readings once the fast
    phase is over, else anything between the shortest that was read of and the physical one.
    """
    if not readings:
        return {}
    own = _curves(readings, asked_for, data, physics.half_life_h)
    if readings[0].quantity == "dose_rate":
        return {"dose_rate": own}
    factor = data.dose_rate_per_activity
    rates = tuple(
        Reading(
            one.time_h,
            "dose_rate",
            Span(
                one.value.low * factor.low / _MBQ_PER_GBQ,
                one.value.high * factor.high / _MBQ_PER_GBQ,
            ),
        )
        for one in readings
    )
    tail = own.tail_half_life_h
    return {"retained_activity": own, "dose_rate": _with_tail(rates, asked_for, tail, own.how)}


def _curves(
    readings: tuple[Reading, ...], asked_for: Asked, data: RadiationProtection, longest: float
) -> Curves:
    off = asked_for.uncertainty
    spread = tuple(
        Reading(r.time_h, r.quantity, Span(r.value.low * (1 - off), r.value.high * (1 + off)))
        for r in readings
    )
    if asked_for.phases is not None:
        slow = asked_for.phases[2]
        return _with_tail(spread, asked_for, Span(slow, slow), "two phases as stated")
    if asked_for.half_life_h is not None:
        return _with_tail(spread, asked_for, asked_for.half_life_h, "half-life as stated")
    shortest = data.shortest_half_life.value
    if len(spread) == 1:
        told = "one reading: from the shortest half-life that was read of to the physical one"
        return _with_tail(spread, asked_for, Span(shortest, longest), told)
    before, last = spread[-2:]
    for one, other in pairwise(spread):
        if other.value.low > one.value.high:
            told = (
                f"the reading at {other.time_h:g} h is above that at {one.time_h:g} h, and no "
                "decay does that (distance, unit, time?): the physical half-life is taken"
            )
            return _with_tail(spread, asked_for, Span(longest, longest), told)
    left = before.value.high * 0.5 ** ((last.time_h - before.time_h) / longest)
    if last.value.low > left:
        told = (
            f"the readings at {before.time_h:g} and {last.time_h:g} h fall slower than by decay "
            "alone (distance, unit, time?): the physical half-life is taken"
        )
        return _with_tail(spread, asked_for, Span(longest, longest), told)
    fitted = Span(
        min(_half_life(before, last, before.value.high, last.value.low, longest), longest),
        _half_life(before, last, before.value.low, last.value.high, longest),
    )
    if before.time_h < data.terminal_phase_from.value:
        told = (
            "the last two readings still hold the fast phase: up to the physical half-life, "
            f"later readings than {data.terminal_phase_from.value:g} h would narrow it"
        )
        return _with_tail(spread, asked_for, Span(fitted.low, longest), told)
    return _with_tail(spread, asked_for, fitted, "half-life of the last two readings")


def _half_life(before: Reading, last: Reading, high: float, low: float, longest: float) -> float:
    """Return the half-life from one value to another; nothing falls slower than by decay."""
    if low <= 0:  # nothing is left by the lower end: any half-life will do
        return longest
    fallen = math.log2(high / low) if high > 0 else 0.0
    return longest if fallen <= 0 else min((last.time_h - before.time_h) / fallen, longest)


def _with_tail(readings: tuple[Reading, ...], asked_for: Asked, tail: Span, how: str) -> Curves:
    def curve(end: str, half_life: float) -> Curve:
        points = [(r.time_h, float(getattr(r.value, end))) for r in readings]
        if asked_for.phases is not None:
            # The shape is given: its height is that of the reading which puts it lowest or highest.
            found = [two_phases(t, y, *asked_for.phases) for t, y in points]
            pick = min if end == "low" else max
            return pick(found, key=lambda one: one.rate(0))
        return through(points, half_life)

    return Curves(curve("low", tail.low), curve("high", tail.high), tail, how)
