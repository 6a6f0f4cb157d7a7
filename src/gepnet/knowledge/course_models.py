"""The shapes of what documents say about giving a PRRT course and about the time after it.

A profile is one document's own account of a course. Profiles stand side by side and are never
mixed: a step of a plan always belongs to exactly one of them, and says to which.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from gepnet.knowledge.shapes import (
    Ageing,
    Checked,
    Entry,
    FactId,
    Id,
    Labelled,
    Names,
    RegionId,
    SourceId,
    Stated,
    Strict,
)

Analyte = Annotated[Id, Names(("facts",))]
Anchor = Literal["each_cycle", "first_cycle", "last_cycle"]
Unit = Literal["minutes", "hours", "days", "weeks", "months"]
Topic = Literal[
    "ssa_long_acting_stop",
    "ssa_short_acting_stop",
    "ssa_after_dose",
    "pregnancy",
    "laboratory_before",
    "visit_before",
    "imaging_before",
    "antiemetic",
    "amino_acids",
    "infusion",
    "observation",
    "crisis_watch",
    "laboratory_nadir",
    "imaging_midcourse",
    "imaging_after",
    "blood_after",
    "kidney_after",
    "contact",
    "travel_card",
    "breastfeeding",
    "contraception",
]


class Figure(Stated):
    """A number that a document states."""

    value: Decimal = Field(gt=0)


class Schedule(Strict):
    """How many cycles of which activity, and how far apart.

    ``window_days`` is the tolerance to both sides of the interval, None where the document gives
    none; ``stretch_days`` the longest interval after a toxicity, counted from the previous dose.
    """

    cycles: Figure
    activity_gbq: Figure
    interval_days: Figure
    window_days: Figure | None = None
    stretch_days: Figure | None = None


class Step(Stated, Checked):
    """Something that belongs to a course, in time from a cycle.

    Offsets are in ``unit`` from the start of the infusion of the cycle that ``anchor`` names (days
    and longer count from its day); negative ones lie before it. Without ``at`` the step is a limit:
    done by ``latest``, or by the next cycle where ``by_next_cycle`` is set; a rule that ``holds``
    until then is no such limit, it ends there. Repetitions end at ``until``, and
    ``months_from_first`` months after the first cycle. A ``choice`` is shown and not planned until
    a person ticks it.
    """

    id: Id
    topic: Topic
    label: str
    patient: str | None = None
    anchor: Anchor
    cycle: int | None = Field(default=None, ge=1)
    unit: Unit
    at: Decimal | None = None
    also_at: tuple[Decimal, ...] = ()
    earliest: Decimal | None = None
    latest: Decimal | None = None
    by_next_cycle: bool = False
    every: Decimal | None = Field(default=None, gt=0)
    until: Decimal | None = None
    months_from_first: Decimal | None = Field(default=None, gt=0)
    holds: Literal["by", "until"] = "by"
    minutes: int | None = Field(default=None, gt=0)
    amount: str | None = None
    appointment: bool = False
    prefer: Literal["earlier", "later"] = "later"
    choice: bool = False
    who: Literal["everyone", "female", "male"] = "everyone"

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        at, low, high = self.at, self.earliest, self.latest
        timeless = at is None and high is None and not self.by_next_cycle
        yield timeless, "a step needs 'at', 'latest' or 'by_next_cycle'"
        crossed = low is not None and high is not None and low > high
        yield crossed, "'earliest' may not lie after 'latest'"
        early = at is not None and low is not None and at < low
        late = at is not None and high is not None and at > high
        yield early or late, "'at' has to lie between 'earliest' and 'latest'"
        endless = at is None and (self.every is not None or bool(self.also_at))
        yield endless, "what is repeated needs 'at', its first time"
        unrepeated = self.until is not None and self.every is None
        yield unrepeated, "'until' ends a repetition: give 'every'"


class PlanProfile(Entry, Checked, Ageing):
    """One document's account of a PRRT course; ``beside`` names profiles for what it leaves out."""

    id: Id
    title: str
    short: str
    region: RegionId | None = None
    edition: str | None = None
    source: SourceId
    superseded: bool = False
    schedule: Schedule | None = None
    beside: tuple[Annotated[Id, Names(("plan_profiles",))], ...] = ()
    steps: tuple[Step, ...] = ()
    note: str | None = None

    @property
    def ages(self) -> bool:
        """Whether no later edition stands in its place."""
        return not self.superseded

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        twice = len({step.id for step in self.steps}) < len(self.steps)
        yield twice, "each step of a profile needs an id of its own"


class AdvisoryLimit(Labelled):
    """A total that some advise not to exceed; reaching it exactly is not exceeding it."""

    quantity: Literal["activity", "absorbed_dose", "bed"]
    region: Literal["kidneys", "bone_marrow"] | None = None
    value: Decimal = Field(gt=0)
    unit: Literal["GBq", "Gy"]
    profile: str


class KidneyReference(Labelled):
    """A published yearly fall of kidney function to see a patient's own against."""

    fall_percent_a_year: Decimal
    kind: Literal["mean", "never_exceeded"]


class MarrowSignal(Labelled, Checked):
    """A pattern in the blood counts that calls for a haematologist.

    ``any_low``: the latest value of any of ``analytes`` below its lower limit of normal.
    ``low_for_months``: one of them below it in every sample for longer than ``months``.
    ``rise_with_low``: ``rising`` above its first value and still rising, with one of them low.
    """

    kind: Literal["any_low", "low_for_months", "rise_with_low"]
    analytes: tuple[Analyte, ...]
    rising: Analyte | None = None
    months: Decimal | None = Field(default=None, gt=0)
    action: str

    def faults(self) -> Iterator[tuple[bool, str]]:
        """See ``Checked``."""
        for name, kind in (("months", "low_for_months"), ("rising", "rise_with_low")):
            differs = (getattr(self, name) is not None) != (self.kind == kind)
            yield differs, f"'{name}' belongs to the kind {kind}"


class MarrowRisk(Labelled):
    """Something that a text names as raising the risk of a myeloid neoplasm, without a number."""

    fact: FactId
    disputed: bool = False
