"""What is assessed and what comes out: rows of lesions, assessments, results.

Lengths are integers of 0.001 mm, so that 20 % of 50.1 mm is not a question of floating point.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from gepnet.tables import Shown, also_shown

Thousandths = int
HUNDREDTH = Decimal("0.01")


def length(value: Thousandths | None) -> int | float | None:
    """Return a length in mm as a JSON number."""
    if value is None:
        return None
    whole, rest = divmod(value, 1000)
    return float(Decimal(value) / 1000) if rest else whole


def _number(change: Fraction | None) -> int | float | None:
    if change is None:
        return None
    return int(change) if change.denominator == 1 else round(float(change), 4)


class Role(StrEnum):
    """What a lesion is in the assessment."""

    TARGET = "target"
    NON_TARGET = "non_target"
    NEW = "new"
    NEW_EQUIVOCAL = "new_equivocal"


class Status(StrEnum):
    """What was seen of a lesion on one date."""

    MEASURED = "measured"
    TOO_SMALL = "too_small"
    ABSENT = "absent"
    NOT_EVALUATED = "not_evaluated"
    PRESENT = "present"
    UNEQUIVOCAL_PROGRESSION = "unequivocal_progression"
    SPLIT_FROM = "split_from"
    MERGED_INTO = "merged_into"


@dataclass(frozen=True, slots=True)
class LesionRow:
    """One lesion on one date."""

    line: int
    date: datetime.date
    lesion: str
    role: Role
    organ: str
    nodal: bool
    diameter: Thousandths | None
    status: Status
    other: str = ""  # the lesion it was split from or merged into
    method: str = ""
    kind: str = ""
    slice: Thousandths | None = None
    locally_treated: bool | None = None
    hu: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """Whether the tumour markers were above normal on a date."""

    date: datetime.date | None  # None: at baseline
    elevated: bool


@dataclass(frozen=True, slots=True)
class PatientRow:
    """What is known of a patient beside the lesions."""

    patient: str
    reference: datetime.date | None = None
    baseline: datetime.date | None = None
    markers: tuple[Marker, ...] = ()
    death: datetime.date | None = None
    new_therapy: datetime.date | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient to assess: lesions, or responses already given for each date."""

    head: PatientRow
    lesions: tuple[LesionRow, ...] = ()
    responses: tuple[tuple[datetime.date, str], ...] = ()

    @property
    def id(self) -> str:
        """The patient's name in the files."""
        return self.head.patient

    @property
    def dates(self) -> list[datetime.date]:
        """Dates of assessment from baseline on, in order."""
        days = sorted({row.date for row in self.lesions} | {day for day, _ in self.responses})
        start = self.head.baseline
        return days if start is None or not self.lesions else [d for d in days if d >= start]

    @property
    def baseline(self) -> datetime.date | None:
        """The date of the baseline scan; None without any."""
        if not self.lesions:
            return self.head.baseline
        return self.head.baseline or min(row.date for row in self.lesions)

    @property
    def reference(self) -> datetime.date | None:
        """The date from which time is counted: given, else baseline, else the first assessment."""
        return self.head.reference or self.baseline or next(iter(self.dates), None)


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of the targets on one date.

    ``value`` is the sum of the targets that were assessed; with any of them missing it is a lower
    bound. ``missing`` names them. ``gone``: every target was assessed and none is left.
    """

    value: Thousandths
    missing: tuple[str, ...]
    gone: bool
    parts: tuple[str, ...] = ()  # what has to be said of splits, merges and default values
    present: bool = False  # at least one target was seen that is still disease
    rules: frozenset[str] = frozenset()  # value rules that were used

    @property
    def complete(self) -> bool:
        """Whether every target was assessed."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class TimePoint:
    """One assessment with its reason.

    ``sum`` is a lower bound where a target was not assessed: ``sum_mm`` is None then.
    ``new_lesion`` is None while a finding is equivocal. ``literal`` is the overall response with
    each time point judged alone; it differs from ``overall`` where a PR is carried forward.
    ``not_counted`` says why best response does not rest on it, by its date.
    """

    date: datetime.date
    sum: Annotated[Thousandths | None, Shown(hidden=True)]
    nadir: Annotated[Thousandths | None, Shown("nadir_mm", by=length)]
    baseline: Annotated[Thousandths | None, Shown(hidden=True)]
    target: str | None
    non_target: str | None
    new_lesion: bool | None
    overall: str
    literal: Annotated[str, Shown("overall_literal", detail=True, after="reason")]
    reason: str
    complete: Annotated[bool, Shown(hidden=True)] = True
    not_counted: str | None = None

    @property
    @also_shown
    def sum_mm(self) -> Annotated[int | float | None, Shown(after="date")]:
        """The sum in mm; None where it is a lower bound."""
        return length(self.sum) if self.complete else None

    @property
    @also_shown
    def change(
        self,
    ) -> Annotated[int | float | None, Shown("change_from_baseline_pct", after="nadir")]:
        """The change of the sum from baseline in percent as a number to show."""
        return _number(self.from_baseline)

    @property
    def from_baseline(self) -> Fraction | None:
        """Change of the sum from baseline in percent, exactly; None where it cannot be said."""
        return self._change(self.baseline)

    @property
    @also_shown
    def from_nadir(
        self,
    ) -> Annotated[Fraction | None, Shown("change_from_nadir_pct", by=_number, after="change")]:
        """Change of the sum from the smallest earlier sum in percent, exactly."""
        return self._change(self.nadir)

    def _change(self, base: Thousandths | None) -> Fraction | None:
        if self.sum is None or not self.complete or not base:
            return None
        return Fraction(100 * (self.sum - base), base)


@dataclass(frozen=True, slots=True)
class BestResponse:
    """A best overall response, when it was reached and why."""

    response: str
    date: datetime.date | None
    reason: Annotated[str, Shown(after="confirmed_on")]
    confirmed_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Survival:
    """Progression-free survival: days from the reference date, an event or not, and the rule."""

    days: int | None
    event: bool
    date: datetime.date | None
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the data that a reader should look at; no result depends on it."""

    patient: Annotated[str, Shown(hidden=True)]
    date: datetime.date | None
    lesion: Annotated[str, Shown(by=lambda name: name or None)]
    says: str

    def __str__(self) -> str:
        """One line."""
        place = " ".join(str(p) for p in (self.patient, self.date, self.lesion) if p)
        return f"{place}: {self.says}"


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that is said of one patient.

    ``progression`` is the first PD; durations of response run from the first CR or PR and are None
    without one.
    """

    patient: Annotated[str, Shown("patient_id")]
    timepoints: tuple[TimePoint, ...]
    progression: Annotated[datetime.date | None, Shown("progression_date")]
    reference: Annotated[datetime.date | None, Shown("reference_date", detail=True)]
    baseline: Annotated[datetime.date | None, Shown("baseline_date", detail=True)]
    baseline_sum: Annotated[Thousandths | None, Shown("baseline_sum_mm", by=length, detail=True)]
    best: Annotated[BestResponse, Shown("best_overall_detail", detail=True)]
    best_confirmed: Annotated[BestResponse, Shown("best_overall_confirmed_detail", detail=True)]
    pfs: Annotated[Survival, Shown(detail=True)]
    duration_of_response: Annotated[Survival | None, Shown(detail=True)]
    duration_of_confirmed_response: Annotated[Survival | None, Shown(detail=True)]
    duration_of_stable_disease: Annotated[Survival | None, Shown(detail=True)]
    findings: Annotated[Sequence[Finding], Shown(detail=True)] = field(default=())
    death: Annotated[datetime.date | None, Shown(hidden=True)] = None

    @property
    @also_shown
    def best_overall(self) -> Annotated[str, Shown(after="timepoints")]:
        """The best overall response."""
        return self.best.response

    @property
    @also_shown
    def best_overall_confirmed(self) -> Annotated[str, Shown(after="best_overall")]:
        """The best overall response where a CR or PR has to be confirmed."""
        return self.best_confirmed.response


def millimetres(value: Thousandths) -> str:
    """Return a length for people: 62, 60.125."""
    text = f"{Decimal(value) / 1000:.3f}"
    return text.rstrip("0").rstrip(".")


def percent(change: Fraction, limits: Sequence[Decimal] = ()) -> str:
    """Return a change for people: rounded to two decimals, half to even, never across a limit.

    ``limits`` are changes in percent, falls negative, and exactly at one counts as reached. Where
    rounding would show one as reached that was not, the change is cut instead: 19.998 % over a
    nadir reads 19.99 %.
    """
    shown = rounded(
        Decimal(change.numerator) / Decimal(change.denominator),
        lambda value: [value >= limit if limit > 0 else value <= limit for limit in limits],
        [change >= limit if limit > 0 else change <= limit for limit in map(Fraction, limits)],
    )
    text = f"{abs(shown):.2f}".rstrip("0").rstrip(".")
    sign = "+" if change > 0 else "-" if change < 0 else ""
    return f"{sign}{text} %"


def rounded(
    value: Decimal,
    reached: Callable[[Decimal], list[bool]],
    truly: list[bool],
    places: Decimal = HUNDREDTH,
) -> Decimal:
    """Return ``value`` half to even; or down or up, where only that reaches the same limits.

    ``reached`` says which limits a number reaches, ``truly`` which the exact value does.
    """
    ways = (ROUND_HALF_EVEN, ROUND_FLOOR, ROUND_CEILING)
    found = [value.quantize(places, rounding=way) for way in ways]
    return next((shown for shown in found if reached(shown) == truly), found[0])
