"""Absorbed dose: time-integrated activity times S-value (MIRD), scaled to the patient's mass.

``D(target) = sum_sources TIA x S(target <- source)``. A region's dose from itself takes the
phantom's S-value times ``m_phantom / m_patient``; a lesion, and the marrow by blood, take all
electrons as absorbed where they start. Dose from other regions is added where its S-value is known
and the other region was measured; it is never scaled. (Bolch WE et al. J Nucl Med 2009;50:477-484,
doi 10.2967/jnumed.108.056036.)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gepnet.prrt.dosimetry.data import DosimetryData, Phantom, Region
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.marrow import red_marrow_to_blood_ratio
from gepnet.prrt.dosimetry.table import Series


class NoDose(IntEnum):
    """Why a time-integrated activity was not turned into a dose."""

    NO = 0
    NO_TIA = 1
    NO_MASS = 2
    NO_SEX = 3
    NO_S_VALUE = 4
    LIVER_LESIONS_UNSTATED = 5


@dataclass(frozen=True)
class Coefficients:
    """Dose per time-integrated activity, Gy/(MBq h), of c curves; NaN with the reason."""

    value: Array
    reason: NDArray[np.intp]


def self_coefficients(series: Series, data: DosimetryData) -> Coefficients:
    """Return the coefficient from each region to itself, at the patient's mass."""
    value = np.full(len(series), np.nan)
    reason = np.full(len(series), int(NoDose.NO_S_VALUE))
    for region, rows in series.by_region(data.physics):
        if region is None:
            continue
        reason[rows] = int(NoDose.NO)
        if region.kind == "organ":
            _organ(region, rows, series, data, value, reason)
        else:
            ratio = (
                red_marrow_to_blood_ratio(series.haematocrit[rows], data.physics.marrow)
                if region.kind == "blood"
                else np.ones(int(rows.sum()))
            )
            constant = data.physics.electron_dose_constant.value
            value[rows] = constant * ratio / series.mass_g[rows]
    no_mass = np.isnan(series.mass_g) & (reason == NoDose.NO)
    reason[no_mass] = int(NoDose.NO_MASS)
    value[reason != NoDose.NO] = np.nan
    return Coefficients(value, reason)


def _organ(
    region: Region,
    rows: NDArray[np.bool_],
    series: Series,
    data: DosimetryData,
    value: Array,
    reason: NDArray[np.intp],
) -> None:
    found = np.zeros_like(rows)
    for phantom in data.physics.phantoms:
        mine = rows & (series.sex == phantom.id)
        per_gram = gram_coefficient(phantom, region)
        if per_gram is not None:
            value[mine] = per_gram / series.mass_g[mine]
            found |= mine
    reason[rows & ~found] = int(NoDose.NO_S_VALUE)
    reason[rows & (series.sex == "")] = int(NoDose.NO_SEX)
    if region.group == "liver":
        reason[rows & (series.liver_lesions == "")] = int(NoDose.LIVER_LESIONS_UNSTATED)


def gram_coefficient(phantom: Phantom, region: Region) -> float | None:
    """Return S times mass of a region of a phantom in Gy g/(MBq h).

    A region of several parts takes the mean over their masses: the activity is taken to be spread
    evenly, so that each part gets its share by mass.
    """
    parts = [organ for organ in phantom.organs if organ.region in (region.parts or (region.id,))]
    if len(parts) != max(1, len(region.parts)):
        return None
    mass = sum(organ.mass_g for organ in parts)
    return sum(organ.gy_g_per_mbq_h * organ.mass_g for organ in parts) / mass


def cross_dose(series: Series, tia: Array, data: DosimetryData) -> Array:
    """Return the dose in Gy that each region gets from others measured in the same cycle."""
    course = same_cycle(series)
    dose = np.zeros(len(series))
    for phantom in data.physics.phantoms:
        for cross in phantom.cross:
            source = np.full(int(course.max()) + 1, np.nan)
            mine = (series.region == cross.source_region) & (series.sex == phantom.id)
            source[course[mine]] = tia[mine]
            target = (series.region == cross.target) & (series.sex == phantom.id)
            dose[target] += np.nan_to_num(source[course[target]] * cross.gy_per_mbq_h)
    return dose


def same_cycle(series: Series) -> NDArray[np.intp]:
    """Return a number for each curve, the same for the same patient and cycle."""
    return _same(series.patient.astype(str), series.cycle)


def same_region(series: Series) -> NDArray[np.intp]:
    """Return a number for each curve, the same for the same patient and region."""
    return _same(series.patient.astype(str), series.region.astype(str))


def _same(*columns: NDArray[Any]) -> NDArray[np.intp]:
    places = [np.unique(column, return_inverse=True)[1] for column in columns]
    _, found = np.unique(np.stack(places), axis=1, return_inverse=True)
    return np.asarray(found.reshape(-1), dtype=np.intp)


def why_no_dose(reason: int, region: str, data: DosimetryData) -> str:
    """Say why there is no dose."""
    known = [entry.id for entry in data.physics.regions]
    near = data.physics.nearest_region(region)
    hint = f"; did you mean '{near}'?" if near else ""
    return {
        NoDose.NO_TIA: "no time-integrated activity",
        NoDose.NO_MASS: "no mass (column mass_g)",
        NoDose.NO_SEX: "no sex, and S-values are those of a male or a female phantom "
        "(column sex, or --sex)",
        NoDose.NO_S_VALUE: f"no S-value for '{region}', known are {', '.join(known)}{hint}",
        NoDose.LIVER_LESIONS_UNSTATED: "not stated whether lesions were left out of the liver "
        "(column liver_lesions, or --liver-lesions excluded, included or none)",
    }[NoDose(reason)]
