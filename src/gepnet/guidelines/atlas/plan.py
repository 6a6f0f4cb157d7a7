"""What the atlas shows, as the knowledge says it (``knowledge/measures/atlas.yaml``)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import InputError, MeasureFile, Problem
from gepnet.knowledge.shapes import FactId, OptionId, Strict

FILE = "measures/atlas.yaml"
Event = dict[str, Any]


class SamplePlan(Strict):
    """The made-up sample on which distance is measured."""

    name: str
    rows: int = Field(gt=0)
    seed: int
    least_patients: int = Field(gt=0)
    note: str


class Step(Strict):
    """One value of an axis or one setting: values to set in events, and events to add."""

    label: str
    set: dict[str, dict[str, Any]] = Field(default_factory=dict)
    add: tuple[Event, ...] = ()


class Axis(Strict):
    """An axis: steps, or the numeric fact of an event with every limit that criteria name."""

    label: str
    steps: tuple[Step, ...] = ()
    event: str | None = None
    limits: str | None = None
    also: tuple[float, ...] = ()


class MapPlan(Strict):
    """One map over two facts, in each of some settings."""

    id: str
    title: str
    settings: tuple[Step, ...]
    across: Axis
    down: Axis


class AtlasPlan(MeasureFile):
    """Sample, patient, options and maps; ``lines`` and ``sites`` are there to be repeated."""

    files = ("atlas",)
    sample: SamplePlan
    patient: dict[str, Any]
    options: tuple[OptionId, ...]
    intent: str
    maps: tuple[MapPlan, ...]
    lines: Axis | None = None
    sites: tuple[Step, ...] = ()


class NamedPatient(Strict):
    """A made-up patient by name, with the values of all facts that matter."""

    id: str
    label: str
    facts: dict[FactId, Any]


class NamedPatients(MeasureFile):
    """Patients of whom it is shown how documents differ."""

    files = ("named_patients",)
    optional = True
    patients: tuple[NamedPatient, ...] = ()


def atlas_plan(base: KnowledgeBase) -> AtlasPlan:
    """Return the plan of the atlas.

    Raises:
        InputError: naming each key that is missing or wrong.
    """
    plan = AtlasPlan.read(base.knowledge.measures)
    faults = [
        Problem(FILE, None, "", "options", option, "an option of the tree")
        for option in plan.options
        if option not in base.options
    ]
    for item in plan.maps:
        for axis in (item.across, item.down):
            if bool(axis.steps) == bool(axis.limits) or bool(axis.limits) != bool(axis.event):
                expected = "either steps, or limits of a fact and its event"
                faults.append(Problem(FILE, None, item.id, axis.label, "", expected))
            elif axis.limits and axis.limits not in base.vocabulary:
                faults.append(Problem(FILE, None, item.id, "limits", axis.limits, "a known fact"))
    if faults:
        raise InputError(faults)
    return plan
