"""The patient record: dated events, each of a kind, as typed and frozen values.

A record says what was observed and when; what that means as of a date is worked out one floor up.
Nothing is computed, imputed or overwritten here: a wrong report is withdrawn, not deleted.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gepnet.vocabulary import PartialDate, parse_date

BestResponse = Literal[
    "CR",
    "PR",
    "SD",
    "PD",
    "mixed",
    "NED",
    "not_evaluable",
    "symptomatic_response",
    "symptoms_not_controlled",
]
StopReason = Literal[
    "progression",
    "toxicity",
    "completed",
    "recurrence",
    "symptoms_not_controlled",
    "patient_choice",
    "complication",
    "other",
]
ProgressionType = Literal[
    "radiological_recist",
    "radiological_below_recist",
    "new_lesion_on_sstr_pet_only",
    "clinical_observed",
    "hormone_symptoms_worse",
    "marker_rise",
    "uptake_rise",
]


def _date(value: Any) -> Any:
    return value if value is None or isinstance(value, PartialDate) else parse_date(str(value))


Date = Annotated[PartialDate, BeforeValidator(_date)]


class Event(BaseModel):
    """Something that was seen, done or said, on a date that may be partial or not stated."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )
    id: str
    kind: str
    date: Date | None = None
    author: str | None = None
    source: str | None = None
    note: str | None = None
    withdrawn: bool = False
    values: dict[str, Any] = Field(default_factory=dict)


class Observation(Event):
    """Values of facts, read as one report: pathology, imaging, laboratory, an assertion."""


class Progression(Event):
    """Signs of progression seen on one date and the therapies on which they arose."""

    kind: Literal["progression"] = "progression"
    types: tuple[ProgressionType, ...] = ()
    excluded: tuple[ProgressionType, ...] = ()
    on: tuple[str, ...] = ()


class Treatment(Event):
    """A course of one option, from start to stop.

    ``activity_gbq`` is the activity of one cycle of radioligand therapy; ``benefit_months`` the
    time with response or stable disease.
    """

    kind: Literal["treatment"] = "treatment"
    option: str
    start: Date | None = None
    stop: Date | None = None
    ongoing: bool | None = None
    dose_mg: float | None = Field(default=None, gt=0)
    interval_days: float | None = Field(default=None, gt=0)
    cycles: int | None = Field(default=None, ge=0, lt=1000)
    activity_gbq: float | None = Field(default=None, gt=0)
    cumulative_activity_gbq: float | None = Field(default=None, ge=0)
    best_response: BestResponse | None = None
    benefit_months: float | None = Field(default=None, ge=0)
    benefit_from_last_dose_months: float | None = Field(default=None, ge=0)
    duration_months: float | None = Field(default=None, ge=0)
    stop_reason: StopReason | None = None
    intent: str | None = None


AnyEvent = Observation | Progression | Treatment


class Record(BaseModel):
    """One patient: identity, region, what is declared complete, and the events."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    patient: str
    region: str | None = None
    as_of: Date | None = None
    title: str | None = None
    source: str | None = None
    complete: dict[str, Date | None] = Field(default_factory=dict)
    events: tuple[Observation | Progression | Treatment, ...] = ()
    losses: tuple[str, ...] = ()

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """Courses that stand, in file order."""
        return tuple(e for e in self.events if isinstance(e, Treatment) and not e.withdrawn)
