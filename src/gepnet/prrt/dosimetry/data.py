"""What the knowledge says about dosimetry, typed: physics, S-values, limits, how far to believe.

The numbers are in ``knowledge/measures/dosimetry.yaml`` and ``dosimetry_checks.yaml``; this module
gives them names and refuses a file that lacks one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from gepnet.knowledge import MeasureFile, nearest
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.knowledge.shapes import Stated, Strict
from gepnet.prrt.plausible import Band, Plausible
from gepnet.tables import text

Sex = Literal["male", "female"]
Kind = Literal["organ", "blood", "lesion"]
HOURS_PER_DAY = 24
SECONDS_PER_HOUR = 3600
MGY_PER_GY = 1000


class Quantity(Stated):
    """One number with unit and source."""

    value: float
    unit: str


class HalfLife(Band):
    """A population's effective half-life: the usual value and its range."""

    group: str
    value: float


class GroupBand(Band):
    """A range for one group of regions."""

    group: str
    method: str | None = None


class Published(Quantity):
    """A published mean for one group of regions."""

    group: str
    sd: float | None = None


class SeenError(Quantity):
    """A published deviation of a single-time-point method at one time."""

    method: str
    time_h: float


class Organ(Strict):
    """Self-irradiation of an organ of a phantom: mGy/(MBq s) and grams."""

    region: str
    s_mgy_per_mbq_s: float
    mass_g: float

    @property
    def gy_g_per_mbq_h(self) -> float:
        """The S-value for one gram: what mass scaling divides by the patient's mass."""
        return self.s_mgy_per_mbq_s * SECONDS_PER_HOUR / MGY_PER_GY * self.mass_g


class Cross(Strict):
    """Irradiation of one organ from another: mGy/(MBq s)."""

    target: str
    source_region: str
    s_mgy_per_mbq_s: float

    @property
    def gy_per_mbq_h(self) -> float:
        """The same in Gy/(MBq h)."""
        return self.s_mgy_per_mbq_s * SECONDS_PER_HOUR / MGY_PER_GY


class Phantom(Stated):
    """The S-values of one phantom."""

    id: Sex
    title: str
    organs: tuple[Organ, ...]
    cross: tuple[Cross, ...]


class Rule(Stated):
    """A rule in words."""

    rule: str


class Region(Strict):
    """A name that a region may have, or begin with; ``also`` are other spellings of it."""

    id: str
    also: tuple[str, ...] = ()
    title: str
    kind: Kind
    group: str
    parts: tuple[str, ...] = ()
    prefix: bool = False

    def names(self, region: str) -> bool:
        """Whether ``region`` is this one: `lesion`, `lesion_2`, `lesion 2`."""
        rest = region.removeprefix(self.id)
        return region == self.id or (self.prefix and rest != region and rest[0] in "_- 0123456789")


class Masses(Strict):
    """Red marrow (g) and body (kg) of a reference adult."""

    marrow_g: float
    body_kg: float


class ReferenceMasses(Stated):
    """Red marrow and body of both reference adults."""

    male: Masses
    female: Masses


class LesionData(Strict):
    """Lesions as spheres."""

    least_mass: Quantity


class MarrowData(Strict):
    """From blood to marrow."""

    red_marrow_to_blood_ratio: Quantity
    haematocrit_numerator: Quantity
    haematocrit_range: Band
    reference_mass: ReferenceMasses


class BedData(Strict):
    """Radiobiology of the kidney."""

    alpha_beta: Quantity
    repair_half_life: Quantity


class Physics(MeasureFile):
    """``dosimetry.yaml``."""

    files = ("dosimetry",)
    radionuclide: str
    half_life: Quantity
    electron_dose_constant: Quantity
    phantoms: tuple[Phantom, ...]
    mass_scaling: Rule
    regions: tuple[Region, ...]
    lesion: LesionData
    marrow: MarrowData
    kidney_bed: BedData

    @property
    def half_life_h(self) -> float:
        """Physical half-life in hours."""
        return self.half_life.value * HOURS_PER_DAY

    @property
    def decay_per_h(self) -> float:
        """Physical decay constant in 1/h."""
        return math.log(2) / self.half_life_h

    def region(self, name: str) -> Region | None:
        """Return what the knowledge has for a region's name."""
        return next((region for region in self.regions if region.names(name)), None)

    def region_reader(self) -> Callable[[str], str]:
        """Return a reader of the names of regions, any spelling of one becoming that one.

        A name that is not known stays: a region of the hospital's own has a curve, if no dose.
        """
        ids = {spelling: region.id for region in self.regions for spelling in region.also}
        plain = text("a region")

        def read(cell: str) -> str:
            name = "_".join(plain(cell).lower().replace("-", " ").replace("_", " ").split())
            return ids.get(name, name)

        return read

    def nearest_region(self, name: str) -> str | None:
        """Return the known name spelled most like ``name``, of no side that it does not say."""
        sides = [side for side in ("left", "right") if side not in name]
        known = [r.id for r in self.regions if not any(side in r.id for side in sides)]
        return nearest(name, known)

    def phantom(self, sex: Sex) -> Phantom:
        """Return the phantom of a sex."""
        return next(phantom for phantom in self.phantoms if phantom.id == sex)


class SingleTimePointData(Strict):
    """How far one scan is believed."""

    window: Band
    between_cycles: Quantity
    largest_error: Quantity
    seen_errors: tuple[SeenError, ...]


class Spread(Quantity):
    """A spread on logarithms in percent."""

    @property
    def share(self) -> float:
        """The spread as a fraction."""
        return self.value / 100


class Scatter(Spread):
    """A spread as it is expected beforehand; ``weight`` in degrees of freedom."""

    weight: float


class FitData(Strict):
    """How far a fit is believed."""

    prior_scatter: Scatter
    least_weight: Quantity

    confidence: Quantity
    uptake_rise: Quantity
    extrapolation_warned: Quantity
    extrapolation_refused: Quantity
    misfit_warned: Quantity
    scatter_warned: Quantity
    published_uptake_rate: Quantity


class PlausibleInput(Strict):
    """Ranges outside of which a number in the input is taken for a mistake."""

    activity_mbq: Band
    time_h: Band
    mass_g: Band
    administered_gbq: Band
    cv_percent: Band


class Checks(MeasureFile):
    """``dosimetry_checks.yaml``."""

    files = ("dosimetry_checks",)
    kinetics: tuple[HalfLife, ...]
    plausible_dose_per_activity: tuple[GroupBand, ...]
    published_dose_per_activity: tuple[Published, ...]
    published_uncertainty: tuple[GroupBand, ...]
    single_time_point: SingleTimePointData
    fit: FitData
    plausible_input: PlausibleInput
    mbq_per_mci: Quantity

    def half_life(self, group: str) -> HalfLife | None:
        """Return a population's effective half-life."""
        return next((entry for entry in self.kinetics if entry.group == group), None)


class DosimetryData(Strict):
    """Everything the knowledge says about dosimetry."""

    physics: Physics
    checks: Checks
    plausible: Plausible
    limits: tuple[AdvisoryLimit, ...]


def dosimetry_data(
    measures: Mapping[str, Any], limits: Iterable[AdvisoryLimit] = ()
) -> DosimetryData:
    """Read the three files from ``knowledge.measures``.

    Args:
        measures: the files of the knowledge.
        limits: its advisory limits, which sums over cycles are held beside.

    Raises:
        InputError: a file or a key is missing or of the wrong shape, with file and key.
    """
    doses = tuple(limit for limit in limits if limit.quantity != "activity")
    return DosimetryData(
        physics=Physics.read(measures),
        checks=Checks.read(measures),
        plausible=Plausible.read(measures),
        limits=doses,
    )
