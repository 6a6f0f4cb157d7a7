"""How the made-up registry is drawn, and what was published that it is held beside."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import OptionId, SourceId, Strict, Verification

Figure = Literal[
    "grade_1_percent",
    "grade_2_percent",
    "grade_3_percent",
    "pancreas_percent",
    "small_intestine_percent",
    "ki67_median_percent",
    "pfs_median_months",
    "pfs_24_months_percent",
    "os_median_months",
    "response_percent",
    "all_cycles_percent",
]


class Bounded(Strict):
    """A normal distribution, cut off."""

    mean: float
    sd: float
    least: float
    most: float


class Patients(Strict):
    """Who enters the registry, where and when."""

    centres: int = Field(ge=1)
    centre_spread: float
    regions: dict[str, float]
    women: float
    age: Bounded
    entered: tuple[datetime.date, datetime.date]
    locked: datetime.date
    lost_per_year: float


class Site(Strict):
    """A primary, its share, and what goes with it."""

    site: str
    share: float
    ki67: float
    spread: float
    uptake: float
    syndrome: str
    functioning: float
    metastatic: float
    poor: float


class Burden(Strict):
    """Percent of the liver: a beta distribution, and a point more for so much Ki-67."""

    beta: tuple[float, float]
    ki67_per_point: float
    most: float
    bulky_above: float


class LessUptake(Strict):
    """How much rarer uptake is in poor differentiation and with more Ki-67 in G3."""

    poor: float
    ki67_per_unit: float
    most: float


class Ecog(Strict):
    """Performance: a Poisson distribution whose mean grows with the burden, and worse by line."""

    mean: float
    burden_per_unit: float
    most: int
    worse_per_line: float


class Days(Strict):
    """Spans of days, both ends included, and limits."""

    followed_at_least: int
    first_therapy: tuple[int, int]
    toxicity: tuple[int, int]
    board_soon: tuple[int, int]
    board_late: tuple[int, int]
    progression_is_best: int
    progression_is_not_best: int
    response_told_after: int
    scan_holds: int
    scan_after_cycle: int
    rapid_below: int
    moderate_below: int


class Value(Strict):
    """A laboratory value: a normal distribution, rounded to places and never below the least."""

    mean: float
    sd: float
    places: int
    least: float


class Beyond(Strict):
    """What a patient is like beyond the site, and what is written of one."""

    ki67: tuple[float, float]
    g2_from: float
    g3_above: float
    burden: Burden
    less_uptake: LessUptake
    ecog: Ecog
    days: Days
    shares: dict[str, float]
    comorbidity: dict[str, float]
    largest_lesion_mm: Bounded
    weight_kg: Bounded
    laboratory: dict[str, Value]


class Choice(Strict):
    """The weights of the therapies of a line for those whom the other keys describe."""

    line: int
    poor: bool = False
    pancreas: bool | None = None
    ki67: tuple[float, float] | None = None
    weights: dict[OptionId, float]


class Progression(Strict):
    """The hazard of progression: logarithms of hazard ratios around a reference."""

    median_months: float
    ki67_reference: float
    ki67_doubling: float
    burden_per_10: float
    pancreas: float
    line: tuple[float, ...]
    therapies: dict[OptionId, float]


class Dying(Strict):
    """The hazard of death, likewise."""

    median_months: float
    ki67_doubling: float
    burden_per_10: float
    age_per_10: float
    line: tuple[float, ...]
    after_last: float


class Cycles(Strict):
    """Cycles of radioligand therapy."""

    planned: int
    all_given: float
    weeks: tuple[float, float]
    activity_gbq: tuple[float, float]
    small_activity_gbq: float
    small: float


class Monitoring(Strict):
    """How often a patient is seen, and how often a visit falls out."""

    imaging_months: float
    laboratory_months: float
    missed: float


class Board(Strict):
    """How soon a patient is discussed by a tumour board."""

    within_28_days: float
    never: float
    centre_spread: float


class Likened(Strict):
    """The treatments of a registry that a published series is most like."""

    label: str
    options: tuple[OptionId, ...]
    line: int | None = None
    where: str | None = None


class Published(Strict):
    """A published figure with its interval, and the treatments that it is held beside."""

    id: str
    of: str
    what: Figure
    value: Decimal
    interval: tuple[Decimal | None, Decimal | None] | None = None
    source: SourceId
    verification: Verification
    note: str | None = None


class SyntheticRegistry(MeasureFile):
    """The recipe of a made-up registry."""

    files = ("registry_synthetic",)
    patients: Patients
    sites: tuple[Site, ...]
    beyond: Beyond
    lines: tuple[Choice, ...]
    most_lines: int
    goes_on: tuple[float, ...]
    weeks_between_lines: tuple[float, float]
    uptake_needed: OptionId
    instead_of_it: OptionId
    progression: Progression
    death: Dying
    responses: dict[str, dict[str, float]]
    early_responders: float
    cycles: Cycles
    toxicity_stop: float
    monitoring: Monitoring
    board: Board
    missing: dict[str, float]
    groups: dict[str, Likened]
    published: tuple[Published, ...]

    @model_validator(mode="after")
    def _groups_are_there(self) -> Self:
        unknown = {one.of for one in self.published} - set(self.groups)
        if unknown:
            raise ValueError(f"published: no such group: {', '.join(sorted(unknown))}")
        return self
