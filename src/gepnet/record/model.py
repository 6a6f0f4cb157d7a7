"""The patient record: dated events, each of a kind, as typed and frozen values.

A record says what was observed and when; what that means as of a date is worked out one floor up.
Nothing is computed, imputed or overwritten here: a wrong report is withdrawn, not deleted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gepnet.vocabulary import PartialDate, parse_date, with_offset

#: Of patient files.
FORMAT = 1
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
ReleaseDecision = Literal["proceed", "hold", "reduce", "step_up", "stop"]
#: Decisions that let a cycle be given, and so name its activity.
RELEASING: frozenset[str] = frozenset({"proceed", "reduce", "step_up"})
ProgressionType = Literal[
    "radiological_recist",
    "radiological_below_recist",
    "radiological",
    "new_lesion_on_sstr_pet_only",
    "clinical_observed",
    "hormone_symptoms_worse",
    "marker_rise",
    "uptake_rise",
]
#: Growth on imaging of which a report does not say by which measure, and the signs that say it.
UNMEASURED: ProgressionType = "radiological"
MEASURED: tuple[ProgressionType, ...] = ("radiological_recist", "radiological_below_recist")


def _date(value: Any) -> Any:
    return value if value is None or isinstance(value, PartialDate) else parse_date(str(value))


Date = Annotated[PartialDate, BeforeValidator(_date)]
#: A date of which the hours count.
Moment = Annotated[PartialDate, BeforeValidator(_date), AfterValidator(with_offset)]


#: The highest grade of CTCAE: death.
FATAL = 5


class Acceptance(BaseModel):
    """Who stands by a value that is outside its plausible range, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by: str
    reason: str


#: Fields of an event that a file does not write under their names.
UNWRITTEN = frozenset({"values", "accepted"})


class Event(BaseModel):
    """Something that was seen, done or said, on a date that may be partial or not stated.

    ``accepted`` are the values outside their plausible range, by where they stand in the event.
    """

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
    accepted: dict[str, Acceptance] = Field(default_factory=dict)


class Limits(BaseModel):
    """Lower and upper limit of normal of one laboratory value, in the unit of its fact."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lln: Decimal | None = None
    uln: Decimal | None = None


class Observation(Event):
    """Values of facts, read as one report: pathology, imaging, laboratory, an assertion.

    ``limits`` are the limits of normal of the laboratory that measured the values.
    """

    limits: dict[str, Limits] = Field(default_factory=dict)


class Progression(Event):
    """Signs of progression seen on one date and the therapies on which they arose.

    No sign was found where ``types`` is given and empty; an event that leaves signs out says
    nothing of them.
    """

    kind: Literal["progression"] = "progression"
    types: tuple[ProgressionType, ...] = ()
    excluded: tuple[ProgressionType, ...] = ()
    on: tuple[str, ...] = ()

    @property
    def found_none(self) -> bool:
        """Whether the event says that every sign was looked for and none found."""
        return "types" in self.model_fields_set and not self.types and not self.excluded

    @property
    def on_imaging(self) -> bool | None:
        """Whether there was growth on imaging, by whatever measure; None if it is not said."""
        if {UNMEASURED, *MEASURED} & set(self.types):
            return True
        ruled_out = set(MEASURED) <= set(self.excluded) or UNMEASURED in self.excluded
        return False if ruled_out or self.found_none else None


class Treatment(Event):
    """A course of one option, from start to stop.

    ``activity_gbq`` is the activity of one cycle of radioligand therapy; ``benefit_months`` the
    time with response or stable disease; ``last_dose`` the last administration of a course that is
    not known to have stopped.
    """

    kind: Literal["treatment"] = "treatment"
    option: str
    start: Date | None = None
    stop: Date | None = None
    last_dose: Date | None = None
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


class Cycle(Event):
    """One cycle of radioligand therapy that was given: when, of what and how much.

    ``date`` is a local day, or a date-time with its offset; of a cycle that a file gives without a
    date it is the time between its neighbours. ``activity_gbq`` is what was administered, in GBq,
    None where nobody knows it: sums are then open above. ``course`` tells the courses of one
    patient apart; cycles are numbered from 1 within a course. ``reaction_grade`` is the CTCAE grade
    of a reaction to the infusion, 0 if there was none.
    """

    kind: Literal["prrt_cycle"] = "prrt_cycle"
    date: Moment
    cycle: int = Field(ge=1, lt=100)
    option: str = "lu177_dotatate"
    activity_gbq: Decimal | None = Field(default=None, gt=0)
    course: str | None = None
    amino_acids: bool | None = None
    reaction_grade: int | None = Field(default=None, ge=0, le=FATAL)


class Release(Event):
    """What a named person decided about a cycle, the author being that person.

    ``activity_gbq`` is the activity that was released, in GBq; a decision to hold or stop has none.
    ``planned`` is the day for which the decision holds, by default its own.
    ``override`` says why the decision departs from what the review proposed, ``review`` is the
    digest of the review that it rests on.
    """

    kind: Literal["prrt_release"] = "prrt_release"
    date: Moment
    author: str = Field(min_length=1)
    cycle: int = Field(ge=1, lt=100)
    decision: ReleaseDecision
    planned: Moment | None = None
    activity_gbq: Decimal | None = Field(default=None, gt=0)
    course: str | None = None
    override: str | None = None
    review: str | None = None


class Death(Event):
    """The death of the patient; nothing that is done to a patient comes after it."""

    kind: Literal["death"] = "death"
    date: Date


class LastContact(Event):
    """The last day on which the patient is known to have been alive and followed."""

    kind: Literal["last_contact"] = "last_contact"
    date: Date


class AdverseEvent(Event):
    """An adverse event by its name, with its CTCAE grade where the report gives one.

    No rule reads it; a toxicity that a rule is to count is also given as what that rule asks for.
    ``on`` are the therapies that it is put down to, ``resolved`` the day on which it was over.
    """

    kind: Literal["adverse_event"] = "adverse_event"
    term: str = Field(min_length=1)
    grade: int | None = Field(default=None, ge=0, le=FATAL)
    on: tuple[str, ...] = ()
    resolved: Date | None = None

    @property
    def is_fatal(self) -> bool:
        """Whether the patient died of it."""
        return self.grade == FATAL


class Note(Event):
    """What has no place in the vocabulary, kept in words and shown wherever the record is.

    ``of`` is the kind of event that it was written as, where a reader made the note of one.
    """

    kind: Literal["note"] = "note"
    text: str = Field(min_length=1)
    of: str | None = None


class Answers(Event):
    """What was answered when somebody asked for facts one after the other.

    It may hold any fact, those included that are otherwise worked out from others or from the
    courses of treatment; ``values`` has them.
    """

    kind: Literal["answers"] = "answers"


AnyEvent = (
    Observation
    | Treatment
    | Progression
    | Cycle
    | Release
    | Death
    | LastContact
    | AdverseEvent
    | Note
    | Answers
)
#: Kinds of event with fields of their own; every other kind is an observation.
EVENT_MODELS: dict[str, type[AnyEvent]] = {
    model.model_fields["kind"].default: model
    for model in get_args(AnyEvent)
    if model is not Observation
}


class Record(BaseModel):
    """One patient: identity, region, what is declared complete, and the events.

    ``losses`` say what could not be carried over, ``readings`` which words were read as what.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    patient: str
    region: str | None = None
    as_of: Date | None = None
    title: str | None = None
    source: str | None = None
    complete: dict[str, Date | None] = Field(default_factory=dict)
    events: tuple[AnyEvent, ...] = ()
    losses: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()

    # By ``type``: ``isinstance`` of a pydantic class that an event is not takes longer than all
    # else that is done with most events of a long record.

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """Courses that stand, in file order."""
        return tuple(e for e in self.events if type(e) is Treatment and not e.withdrawn)

    @property
    def cycles(self) -> tuple[Cycle, ...]:
        """Cycles given that stand, by course in order of number."""
        found = [e for e in self.events if type(e) is Cycle and not e.withdrawn]
        courses: dict[str | None, int] = {}
        for event in found:
            courses.setdefault(event.course, len(courses))
        return tuple(sorted(found, key=lambda e: (courses[e.course], e.cycle)))

    @property
    def notes(self) -> tuple[Note | AdverseEvent, ...]:
        """What stands and no rule reads: notes and named adverse events, in file order."""
        return tuple(
            e
            for e in self.events
            if (type(e) is Note or type(e) is AdverseEvent) and not e.withdrawn
        )

    @property
    def releases(self) -> tuple[Release, ...]:
        """Decisions on cycles that stand, in file order."""
        return tuple(e for e in self.events if type(e) is Release and not e.withdrawn)
