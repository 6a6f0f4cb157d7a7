"""What is said of a run, as it is shown: settings, curves, sums and the whole report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.dosimetry.cumulative import Estimate
from gepnet.prrt.dosimetry.notes import Note
from gepnet.prrt.dosimetry.run import MonteCarlo
from gepnet.tables import Shown
from gepnet.vocabulary import Accepted


@dataclass(frozen=True)
class Settings:
    """How the curves were fitted; ``interval`` is ``covariance`` or the simulated draws."""

    radionuclide: str
    model: str
    errors: str
    uptake_rate_per_h: float | None
    single_time_point: str | None
    confidence: float
    interval: MonteCarlo | str
    accepted: list[Accepted]


@dataclass(frozen=True)
class Point:
    """One measurement: corrected for decay, and as the file gave it."""

    time_h: float
    activity_mbq: float
    measured_mbq: float
    cv: float
    used: bool


@dataclass(frozen=True)
class Exponential:
    """One term of a fitted curve."""

    amplitude_mbq: float
    rate_per_h: float
    half_life_h: float


@dataclass(frozen=True)
class Drawn:
    """Samples of a fitted curve and of the band of its mean, from the covariance."""

    time_h: list[float]
    activity_mbq: list[float]
    low_mbq: list[float | None]
    high_mbq: list[float | None]


@dataclass(frozen=True)
class ModelFreeIntegral:
    """The integral of the points without a model, by what follows the last one, in MBq h."""

    effective_tail: float
    physical_tail: float


@dataclass(frozen=True)
class Curve:
    """Everything of one patient, cycle and region; units in the names, NaN or None: unknown."""

    patient_id: str
    cycle: int
    region: str
    dose_to: str
    line: int
    status: str
    reason: str | None
    model: str | None
    decay_corrected_input: bool
    mass_g: float
    administered_gbq: float
    points: tuple[Point, ...]
    exponentials: tuple[Exponential, ...]
    weights: dict[str, float]
    effective_half_life_h: Estimate
    biological_half_life_h: float
    tia_mbq_h: Estimate
    tia_extrapolated: float | None
    dose_gy: Estimate
    dose_from_other_regions_gy: float
    no_dose: str | None
    dose_per_activity_gy_per_gbq: float
    published_gy_per_gbq: list[dict[str, Any]]
    protraction_factor: float
    bed_gy: Estimate
    notes: list[Note]
    sentence: str
    draws_not_integrable: Annotated[float | None, Shown(optional=True)]
    scatter: Annotated[float | None, Shown(optional=True)]
    curve: Annotated[Drawn | None, Shown(detail=True)]
    model_free_tia_mbq_h: ModelFreeIntegral


@dataclass(frozen=True)
class AgainstLimit:
    """A sum beside an advisory limit."""

    limit: Annotated[
        AdvisoryLimit,
        Shown(take="id label quantity value:limit unit source locator verification", flat=True),
    ]
    state: str


@dataclass(frozen=True)
class Sum:
    """One sum over the cycles of a patient and region, with the cycles that are not in it."""

    patient_id: str
    region: str
    dose_to: str
    cycles: list[int]
    cycles_without_dose: list[int]
    complete: bool
    administered_gbq: float | None
    dose_gy: Estimate
    bed_gy: Estimate
    limits: list[AgainstLimit]


@dataclass(frozen=True)
class Report:
    """Everything that is said of a run; curves and sums None where only the overview was asked."""

    settings: Settings
    constants: list[dict[str, Any]]
    overview: list[dict[str, Any]]
    curves: Annotated[tuple[Curve, ...] | None, Shown(optional=True)]
    cumulative: Annotated[tuple[Sum, ...] | None, Shown(optional=True)]
