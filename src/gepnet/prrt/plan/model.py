"""What a plan is made of: cycles, steps, and every window that could not be kept."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from gepnet.knowledge.course_models import PlanProfile, Step
from gepnet.tables import Shown, also_shown, taken
from gepnet.vocabulary import Accepted

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

    @property
    def text(self) -> str:
        """The window in words."""
        if self.first is None:
            return f"until {self.last}"
        return f"from {self.first} on" if self.last is None else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Violation:
    """A window that does not hold: of what, of which kind, which window, and why."""

    subject: str
    kind: ViolationKind
    window: Window | None
    day: Annotated[datetime.date | None, Shown("date")]
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedCycle:
    """A cycle, given or planned; ``start`` is the local start of the infusion.

    ``window`` is what the profile allows around the interval, ``stretch`` the last day that it
    allows after a toxicity. ``moved`` counts the days from the target and says what for.
    """

    number: Annotated[int, Shown("cycle")]
    start: Annotated[datetime.datetime | None, Shown(hidden=True)]
    activity_gbq: Decimal
    given: bool
    target: datetime.date | None
    window: Window | None
    stretch: Annotated[datetime.date | None, Shown("stretch_until")]
    moved_days: int = 0
    moved_for: tuple[str, ...] = ()
    held: Annotated[bool, Shown(after="given")] = False

    @property
    @also_shown
    def day(self) -> Annotated[datetime.date | None, Shown("date", after="number")]:
        """The local day."""
        return None if self.start is None else self.start.date()

    @property
    @also_shown
    def time(self) -> Annotated[str | None, Shown(after="day")]:
        """The local time."""
        return None if self.start is None else f"{self.start:%H:%M}"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step on its date; ``start`` is None where its window holds no working day.

    ``timed`` steps have a local time, the others are a whole day. ``deadline`` marks a last
    permitted or first allowed moment instead of an appointment. ``key`` names the step for good:
    the same step of the same course keeps it when its date moves.
    """

    key: str
    step: Annotated[
        Step, Shown(take="topic amount choice source locator verification note", flat=True)
    ]
    profile: Annotated[PlanProfile, Shown(by=lambda profile: profile.id)]
    cycle: int
    start: Annotated[datetime.datetime | None, Shown(hidden=True)]
    minutes: int | None
    window: Window | None
    timed: Annotated[bool, Shown(hidden=True)]
    deadline: Annotated[bool, Shown(hidden=True)]
    moved_days: int = 0
    moved_for: tuple[str, ...] = ()
    ticked: Annotated[bool, Shown(hidden=True)] = True

    @property
    @also_shown
    def id(self) -> Annotated[str, Shown(after="key")]:
        """``profile/step``, as a choice is ticked."""
        return f"{self.profile.id}/{self.step.id}"

    @property
    @also_shown
    def day(self) -> Annotated[datetime.date | None, Shown("date", after="cycle")]:
        """The local day."""
        return None if self.start is None else self.start.date()

    @property
    @also_shown
    def time(self) -> Annotated[str | None, Shown(after="day")]:
        """The local time of what is no whole day."""
        return f"{self.start:%H:%M}" if self.start is not None and self.timed else None

    @property
    @also_shown
    def kind(self) -> str:
        """``on`` its date; a limit holds ``by`` or ``until`` it."""
        return self.step.holds if self.deadline else "on"

    @property
    @also_shown
    def window_text(self) -> Annotated[str, Shown(after="window")]:
        """The window in words."""
        return "" if self.window is None else self.window.text

    @property
    @also_shown
    def title(self) -> str:
        """What a calendar shows."""
        step = self.step
        label = " ".join(step.label.split())
        if self.deadline and step.holds == "until":
            label = f"Until here: {label}"
        after = "after cycle" if step.anchor == "last_cycle" else "cycle"
        return f"{label} ({after} {self.cycle})"

    @property
    @also_shown
    def place(self) -> str:
        """Source and locator."""
        step = self.step
        return step.source if step.locator is None else f"{step.source}, {step.locator}"


@dataclass(frozen=True, slots=True)
class AlsoSaid:
    """A step of a profile on a topic on which another profile is followed."""

    profile: Annotated[PlanProfile, Shown(by=lambda profile: profile.id)]
    step: Annotated[Step, Shown(take="id:step topic label source verification", flat=True)]


def _profile(profile: PlanProfile) -> dict[str, Any]:
    schedule = {
        name: taken(figure, "value source locator verification note")
        for name, figure in profile.schedule or ()
        if figure is not None
    }
    return {**taken(profile, "id title region edition note"), "schedule": schedule}


@dataclass(frozen=True)
class CoursePlan:
    """A course as planned on ``made_on``: its cycles, steps, choices and violations.

    ``held`` are cycles that a person holds: they have a date and wait for a release. ``accepted``
    is an unlikely start that somebody stands by.
    """

    patient: str
    profile: Annotated[PlanProfile, Shown(by=_profile)]
    made_on: datetime.date
    cycles: tuple[PlannedCycle, ...]
    steps: tuple[PlannedStep, ...]
    choices: tuple[PlannedStep, ...]
    also_said: tuple[AlsoSaid, ...]
    violations: tuple[Violation, ...]
    holidays: str | None
    slots: tuple[str, ...]
    timezone: str | None
    course: str = "1"
    held: Annotated[frozenset[int], Shown(hidden=True)] = frozenset()
    accepted: tuple[Accepted, ...] = ()

    @property
    @also_shown
    def total_gbq(self) -> Decimal:
        """Sum of the activity of all cycles, given and planned."""
        return sum((cycle.activity_gbq for cycle in self.cycles), Decimal(0))
