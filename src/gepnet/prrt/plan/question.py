"""What is asked of a plan as a person writes it, and what a record answers of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from gepnet.facts import Facts
from gepnet.knowledge import Problem, asked, refuse, refuse_all
from gepnet.prrt.given import CourseGiven, GivenCycle
from gepnet.prrt.plan.settings import UsualStart
from gepnet.vocabulary import Accepted, Accepting, how_to_accept, parse_date

T = TypeVar("T")
START = "start"


@dataclass(frozen=True)
class Request:
    """What a plan is asked for.

    ``beside`` replaces the profiles that the chosen one names; ``ticked`` are choices by
    ``profile/step``; ``last_long_acting_ssa`` the last injection so far; ``released_gbq`` the
    activity released for a cycle; ``stopped`` says that a person ended the course, ``held`` which
    cycles a person holds.
    """

    profile: str
    made_on: datetime.date
    patient: str = "patient"
    start: datetime.date | None = None
    given: tuple[GivenCycle, ...] = ()
    not_before: datetime.date | None = None
    beside: tuple[str, ...] | None = None
    ticked: tuple[str, ...] = ()
    country: str | None = None
    slots: tuple[str, ...] = ()
    closed: frozenset[datetime.date] = field(default_factory=frozenset)
    time: datetime.time | None = None
    timezone: str | None = None
    sex: str | None = None
    last_long_acting_ssa: datetime.date | None = None
    course: str = "1"
    released_gbq: Mapping[int, Decimal] = field(default_factory=dict)
    stopped: bool = False
    held: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PlanQuestion:
    """What is asked of a plan, as a command line gives it; dates are ``YYYY-MM-DD``.

    Without a profile it is that of the patient's region, else the product's default.
    """

    profile: str | None = None
    start: str | None = None
    not_before: str | None = None
    beside: tuple[str, ...] | None = None
    ticked: tuple[str, ...] = ()
    holidays: str | None = None
    slots: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    time: str | None = None
    timezone: str | None = None
    course: str | None = None
    accept: tuple[str, ...] = ()

    def request(self, profile: str, made_on: datetime.date) -> Request:
        """Return the question with its dates read.

        Args:
            profile: whose schedule, where the question names none.
            made_on: the day of the plan.

        Raises:
            InputError: with every text that is no date or time.
        """
        problems: list[Problem] = []

        def read(field: str, text: str | None, parse: Callable[[str], T], words: str) -> T | None:
            try:
                return None if text is None else parse(text)
            except ValueError:
                problems.append(asked(field, repr(text), words))
                return None

        def day(field: str, text: str | None) -> datetime.date | None:
            return read(field, text, datetime.date.fromisoformat, "a day such as 2026-02-02")

        request = Request(
            profile=self.profile or profile,
            made_on=made_on,
            start=day("start", self.start),
            not_before=day("not-before", self.not_before),
            beside=self.beside,
            ticked=self.ticked,
            country=self.holidays,
            slots=self.slots,
            closed=frozenset(found for one in self.closed if (found := day("closed", one))),
            time=read("time", self.time, _time, "a local time such as 09:30"),
            timezone=self.timezone,
        )
        refuse_all(problems)
        return request


def check_start(request: Request, usual: UsualStart, accept: Sequence[str]) -> list[Accepted]:
    """Question a start that lies so far from the day of the plan that the year may be wrong.

    Args:
        request: what a plan is asked for.
        usual: how far the start may lie from the day of the plan.
        accept: ``start=DAY by WHO: WHY``, where it is right.

    Returns:
        What was accepted.

    Raises:
        InputError: if the start is further away and was not accepted, or if nothing else is.
    """
    accepting = Accepting.read(accept, (START,))
    days = 0 if request.start is None else (request.start - request.made_on).days
    if -usual.days_before <= days <= usual.days_ahead or accepting.find(
        START, request.start, patient=request.patient
    ):
        accepting.refuse_unused()
        return accepting.used
    expected = (
        f"a day from {usual.days_before} days before the day of the plan ({request.made_on}; --at) "
        f"to {usual.days_ahead} after it, and this is {abs(days)} days "
        f"{'before' if days < 0 else 'after'}: is the year right?"
        f"{how_to_accept(START, request.start)}"
    )
    raise refuse("start", request.start, expected)


def _time(text: str) -> datetime.time:
    return datetime.datetime.strptime(text, "%H:%M").time()


def for_patient(request: Request, patient: str, given: CourseGiven, facts: Facts) -> Request:
    """Return a request with what the record knows: cycles, releases, sex, the last analogue.

    Raises:
        InputError: if a start is asked for a course that has begun.
    """
    if given.cycles and request.start is not None:
        expected = f"no start: the record has cycle 1 on {given.cycles[0].day}"
        raise refuse("start", request.start, expected)
    injected, sex = facts["last_long_acting_ssa_date"].value, facts["sex"].value
    latest = given.decided
    return replace(
        request,
        patient=patient,
        given=given.cycles,
        course=given.name,
        sex=sex if isinstance(sex, str) else None,
        last_long_acting_ssa=parse_date(injected).last if isinstance(injected, str) else None,
        released_gbq={
            number: event.activity_gbq
            for number, event in latest.items()
            if event.activity_gbq is not None
        },
        stopped=any(event.decision == "stop" for event in latest.values()),
        held=frozenset(
            number
            for number, event in latest.items()
            if event.decision == "hold" and number > len(given.cycles)
        ),
    )
