"""What the knowledge says of radiation protection after Lu-177, typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Checked, Id, Stated, Strict
from gepnet.prrt.dosimetry.data import HOURS_PER_DAY, Quantity
from gepnet.prrt.plausible import Band


class UncertainQuantity(Band):
    """A number with its range."""

    value: float


class Group(Strict):
    """Whom a constraint protects."""

    id: Id
    label: str


class Constraint(Stated):
    """The most that a person of some groups may get."""

    groups: tuple[Id, ...]
    msv: float
    per: Literal["year", "cycle"]


class ConstraintSet(Strict):
    """Constraints that belong together."""

    id: Id
    title: str
    region: str | None
    constraints: tuple[Constraint, ...]

    def of(self, group: str) -> Constraint | None:
        """Return the constraint of a group; None where the set states none."""
        return next((one for one in self.constraints if group in one.groups), None)


class Contact(Checked):
    """A stretch of a day near the patient."""

    start_h: float
    hours: float
    distance_m: float

    def faults(self) -> Iterator[tuple[bool, str]]:
        """Yield what cannot be."""
        inside = self.start_h >= 0 and 0 < self.hours <= HOURS_PER_DAY - self.start_h
        yield not inside, "a stretch of one day, from hour 0 to 24"
        yield self.distance_m <= 0, "a distance above 0 m"


class Scenario(Stated):
    """A day of contact, the same every day, and what the patient is told to keep from it."""

    id: Id
    label: str
    group: Id
    patient: str
    contacts: tuple[Contact, ...]


class DischargeLimit(Stated):
    """What has to be met before a patient leaves."""

    id: Id
    label: str
    region: str | None
    quantity: Literal["dose_rate", "retained_activity", "dose"]
    limit: float
    unit: str
    distance_m: float = 1
    occupancy: float = 1


class Advice(Stated):
    """What every patient is told, and for how many days."""

    patient: str
    days: int


class RadiationProtection(MeasureFile):
    """``radiation_protection.yaml``."""

    files = ("radiation_protection",)
    distance: Quantity
    measured_distance_m: Band
    dose_rate_per_activity: UncertainQuantity
    shortest_half_life: Quantity
    terminal_phase_from: Quantity
    plausible_time_h: Band
    plausible_dose_rate: Band
    plausible_activity: Band
    cycles_a_year: Quantity
    groups: tuple[Group, ...]
    default_constraints: Id
    constraint_sets: tuple[ConstraintSet, ...]
    scenarios: tuple[Scenario, ...]
    discharge_limits: tuple[DischargeLimit, ...]
    advice: tuple[Advice, ...]

    def at(self, distance_m: float) -> float:
        """Return the dose rate at a distance, that at one metre being 1."""
        return float(distance_m**-self.distance.value)

    def set_of(self, name: str) -> ConstraintSet:
        """Return a set of constraints by its id."""
        return next(one for one in self.constraint_sets if one.id == name)
