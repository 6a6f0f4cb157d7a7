"""Red marrow from blood samples.

``D_self = integral of the blood's concentration x RMBLR x delta``: the marrow is taken to hold the
concentration of the blood times the red-marrow-to-blood ratio (RMBLR), and every electron to be
absorbed there. Organs and tumours irradiate the marrow as well; that part is not computed and the
result says so.
"""

from __future__ import annotations

import numpy as np

from gepnet.prrt.dosimetry.data import MarrowData, Sex
from gepnet.prrt.dosimetry.decay import Array


def red_marrow_to_blood_ratio(haematocrit: Array, data: MarrowData) -> Array:
    """Return RMBLR: the published 1, or ``0.19 / (1 - haematocrit)`` where that is known."""
    alternative = data.haematocrit_numerator.value / (1 - haematocrit)
    return np.where(np.isnan(haematocrit), data.red_marrow_to_blood_ratio.value, alternative)


def marrow_mass_g(weight_kg: float, sex: Sex, data: MarrowData) -> float:
    """Return the red marrow's mass scaled with body weight: ``m_ref x W / W_ref`` (recalled)."""
    reference = data.reference_mass.male if sex == "male" else data.reference_mass.female
    return reference.marrow_g * weight_kg / reference.body_kg
