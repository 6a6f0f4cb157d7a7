"""What the atlas shows, as the knowledge says it (``knowledge/measures/atlas.yaml``)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import InputError, Problem

FILE = "measures/atlas.yaml"
Event = dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SamplePlan(_Strict):
    """The made-up sample on which distance is measured."""

    name: str
    rows: int = Field(gt=0)
    seed: int
    least_patients: int = Field(gt=0)
    note: str


class Step(_Strict):
    """One value of an axis or one setting: values to set in events, and events to add."""

    label: str
    set: dict[str, dict[str, Any]] = Field(default_factory=dict)
    add: tuple[Event, ...] = ()


class Axis(_Strict):
    """An axis: steps, or the numeric fact of an event with every limit that criteria name."""

    label: str
    steps: tuple[Step, ...] = ()
    event: str | None = None
    limits: str | None = None
    also: tuple[float, ...] = ()


class MapPlan(_Strict):
    """One map over two facts, in each of some settings."""

    id: str
    title: str
    settings: tuple[Step, ...]
    across: Axis
    down: Axis


class AtlasPlan(_Strict):
    """Sample, patient, options and maps."""

    sample: SamplePlan
    patient: dict[str, Any]
    options: tuple[str, ...]
    intent: str
    maps: tuple[MapPlan, ...]


def atlas_plan(base: KnowledgeBase) -> AtlasPlan:
    """Return the plan of the atlas.

    Raises:
        InputError: naming each key that is missing or wrong.
    """
    data = dict(base.knowledge.measures["atlas"])
    about = ("source", "locator", "verification", "note", "lines", "sites")
    try:
        plan = AtlasPlan.model_validate({k: v for k, v in data.items() if k not in about})
    except ValidationError as error:
        raise InputError(
            Problem(FILE, None, "", ".".join(map(str, e["loc"])), repr(e.get("input")), e["msg"])
            for e in error.errors()
        ) from error
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
