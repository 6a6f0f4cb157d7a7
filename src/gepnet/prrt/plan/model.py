"""What a plan is made of: cycles, steps, and every window that could not be kept."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gepnet.knowledge.course_models import PlanProfile, Step

ViolationKind = Literal[
    "no_day_in_window",
    "no_window_stated",
    "not_before",
    "beyond_stretch",
    "given_outside_window",
    "ssa_too_late",
    "already_past",
    "no_day_for_step",
]


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which something may take place; an open end is None."""

    first: datetime.date | None
    last: datetime.date | None

    def __contains__(self, day: datetime.date) -> bool:
        """Whether a day lies in the window, its ends included."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)

    def __str__(self) -> str:
        """``2026-01-05 to 2026-01-19``, with ``any`` for an open end."""
        return f"{self.first or 'any day'} to {self.last or 'any day'}"


@dataclass(frozen=True, slots=True)
class Violation:
    """A window that does not hold: of what, of which kind, which window, and why."""

    subject: str
    kind: ViolationKind
    window: Window | None
    day: datetime.date | None
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedCycle:
    """A cycle, given or planned; ``start`` is the local start of the infusion.

    ``window`` is what the profile allows around the interval, ``stretch`` the last day that it
    allows after a toxicity. ``moved`` counts the days from the target and says what for.
    """

    number: int
    start: datetime.datetime | None
    activity_gbq: Decimal
    given: bool
    target: datetime.date | None
    window: Window | None
    stretch: datetime.date | None
    moved_days: int = 0
    moved_for: tuple[str, ...] = ()

    @property
    def day(self) -> datetime.date | None:
        """The local day."""
        return None if self.start is None else self.start.date()


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step on its date; ``start`` is None where its window holds no working day.

    ``timed`` steps have a local time, the others are a whole day. ``deadline`` marks a last
    permitted or first allowed moment instead of an appointment. ``key`` names the step for good:
    the same step of the same course keeps it when its date moves.
    """

    key: str
    step: Step
    profile: PlanProfile
    cycle: int
    start: datetime.datetime | None
    minutes: int | None
    window: Window | None
    timed: bool
    deadline: bool
    moved_days: int = 0
    moved_for: tuple[str, ...] = ()
    ticked: bool = True

    @property
    def day(self) -> datetime.date | None:
        """The local day."""
        return None if self.start is None else self.start.date()


@dataclass(frozen=True)
class CoursePlan:
    """A course as planned on ``made_on``: its cycles, steps, choices and violations.

    ``held`` are cycles that a person holds: they have a date and wait for a release.
    """

    patient: str
    profile: PlanProfile
    made_on: datetime.date
    cycles: tuple[PlannedCycle, ...]
    steps: tuple[PlannedStep, ...]
    choices: tuple[PlannedStep, ...]
    also_said: tuple[tuple[PlanProfile, Step], ...]
    violations: tuple[Violation, ...]
    holidays: str | None
    slots: tuple[str, ...]
    timezone: str | None
    course: str = "1"
    held: frozenset[int] = frozenset()

    @property
    def total_gbq(self) -> Decimal:
        """Sum of the activity of all cycles, given and planned."""
        return sum((cycle.activity_gbq for cycle in self.cycles), Decimal(0))
