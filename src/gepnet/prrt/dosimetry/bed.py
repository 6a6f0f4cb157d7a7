"""Biologically effective dose of the kidney, with repair of sublethal damage meanwhile.

``BED = sum_i [D_i + G_i D_i^2 / (alpha/beta)]`` over cycles that do not interfere, with the
Lea-Catcheside factor ``G`` of the dose rate. For a dose rate ``sum_j r_j e^(-k_j t)`` and repair at
``mu = ln 2 / T_rep``:

``G = 2 sum_ij r_i r_j / ((k_i + k_j)(k_i + mu)) / (sum_j r_j / k_j)^2``,

which is ``T_rep / (T_rep + T_eff)`` for one exponential. (Dale RG. Br J Radiol 1985;58:515-528,
doi 10.1259/0007-1285-58-690-515; the sum over exponentials is the double integral done by hand.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gepnet.prrt.dosimetry.decay import LN2, Array


def protraction_factor(amplitudes: Array, rates: Array, repair_half_life_h: float) -> Array:
    """Return the Lea-Catcheside factor G, between 0 and 1.

    Args:
        amplitudes: of the exponentials of the dose rate, (..., j), in any unit.
        rates: effective, 1/h, (..., j).
        repair_half_life_h: T_rep in hours; the rate of repair is ``ln 2 / T_rep``.
    """
    repair = LN2 / repair_half_life_h
    first, second = rates[..., :, None], rates[..., None, :]
    products = amplitudes[..., :, None] * amplitudes[..., None, :]
    double = 2 * (products / ((first + second) * (first + repair))).sum(axis=(-1, -2))
    return np.asarray(double / (amplitudes / rates).sum(axis=-1) ** 2)


def protraction_factor_mono(effective_half_life_h: Any, repair_half_life_h: float) -> Any:
    """Return G of one exponential: ``T_rep / (T_rep + T_eff)``."""
    return repair_half_life_h / (repair_half_life_h + effective_half_life_h)


def bed(dose_gy: Any, factor: Any, alpha_beta_gy: float) -> Any:
    """Return the BED in Gy of one cycle: ``D + G D^2 / (alpha/beta)``."""
    return dose_gy + factor * dose_gy**2 / alpha_beta_gy
