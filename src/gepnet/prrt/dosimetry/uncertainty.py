"""Intervals: by the covariance (delta method) and by simulated measurements (Monte Carlo)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gepnet.prrt.dosimetry.bed import protraction_factor
from gepnet.prrt.dosimetry.choose import Chosen, Request
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.fit import Curves, Fit, refit
from gepnet.prrt.dosimetry.forms import Form, integral, slowest_rate, values

Progress = Callable[[int, int], None]
_LARGEST = 100.0
_WHOLE = 1e-9  # weights add up to 1 but for their rounding
_BATCH = 200_000  # simulated curves in memory at once
_BLOCK = 20_000  # and fitted at once: arrays that stay near the processor are quicker by a third


@dataclass(frozen=True)
class Draws:
    """r simulated results of c curves; infinite where a simulated curve could not be integrated."""

    tia: Array  # (c, r) MBq h
    half_life: Array  # (c, r) h, of the last phase
    protraction: Array  # (c, r) Lea-Catcheside factor


def simulate(
    chosen: Chosen,
    request: Request,
    draws: int,
    seed: int,
    repair_half_life_h: float,
    progress: Progress | None = None,
) -> Draws:
    """Simulate measurements about every fitted curve and fit each of them again.

    The scatter is the one that was stated, or the estimated one, drawn itself from its distribution
    (``s sqrt(f / chi^2_f)``): with few points the error of the error is what matters. Each draw
    takes a form by the weights of the curve. The same seed gives the same draws.
    """
    random = np.random.default_rng(seed)
    shape = (len(chosen.form), draws)
    tia, half, factor = (np.full(shape, np.nan) for _ in range(3))
    fitted = chosen.form >= 0
    parts_of = np.where(fitted[:, None], chosen.weights, 0.0)
    place = random.random(shape)
    done, total = 0, int((parts_of > 0).sum())
    for index in sorted(chosen.fits):
        fit, rows = chosen.fits[index], chosen.rows[index]
        mine = np.flatnonzero((parts_of[rows, index] > 0) & (fit.freedom > 0))
        ends = parts_of[rows].cumsum(axis=1)[:, index]
        begins = ends - parts_of[rows, index]
        step = max(1, _BATCH // draws)
        for start in range(0, len(mine), step):
            part = mine[start : start + step]
            points = chosen.points_of(index, rows[part])
            drawn = place[rows[part]]
            falls = (drawn >= begins[part, None]) & (drawn < ends[part, None] + _WHOLE)
            found = _once(fit, part, points, request, falls, random, repair_half_life_h)
            curve, draw = np.nonzero(falls)
            for whole, values_ in zip((tia, half, factor), found, strict=True):
                whole[rows[part][curve], draw] = values_
            done += len(part)
            if progress is not None:
                progress(done, total)
    return Draws(tia, half, factor)


def _once(
    fit: Fit,
    part: NDArray[np.intp],
    points: Curves,
    request: Request,
    falls: NDArray[np.bool_],
    random: np.random.Generator,
    repair_half_life_h: float,
) -> Array:
    """Return integral, half-life and protraction factor (3, m) of the m simulated curves wanted.

    Noise is drawn for every curve and draw, so that what a seed gives does not hang on how the
    draws fall to the forms; only those for which ``falls`` (c, r) is true are fitted, in its order.
    """
    theta = fit.theta[part]
    curve = values(fit.form.components(theta), points.times)
    noise = random.standard_normal((*falls.shape, curve.shape[1]))
    freedom = fit.freedom[part]
    unknown = np.isfinite(freedom)
    chi = random.chisquare(np.where(unknown, freedom, 1.0)[:, None], falls.shape)
    wider = np.where(unknown[:, None], np.sqrt(np.where(unknown, freedom, 1.0)[:, None] / chi), 1.0)
    scale = fit.scale[part][:, None]
    if request.errors == "proportional":
        scale = np.where(np.isfinite(points.cv) & ~unknown[:, None], points.cv, scale)
    of = np.nonzero(falls)[0]
    away = noise[falls] * wider[falls][:, None] * scale[of]
    if request.errors == "proportional":
        # An error estimated from one degree of freedom has no bound; a floating point number has.
        away = np.clip(away, -_LARGEST, _LARGEST)
        activity = curve[of] * np.exp(away)
    else:
        activity = curve[of] + away
    simulated, start = replace(points.rows(of), activity=activity), theta[of]
    found = np.empty((3, len(of)))
    for begin in range(0, len(of), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        found[:, block] = _fitted(
            fit.form, simulated.rows(block), request, start[block], repair_half_life_h
        )
    return found


def _fitted(
    form: Form, curves: Curves, request: Request, start: Array, repair_half_life_h: float
) -> tuple[Array, ...]:
    """Fit simulated curves; return the three results of each, infinite where it was not sound."""
    theta, solved = refit(form, curves, request.errors, start)
    with np.errstate(all="ignore"):
        parts = form.components(theta)
        sound = solved & (slowest_rate(parts) > 0)
        results = (
            integral(parts),
            np.log(2) / slowest_rate(parts),
            protraction_factor(parts.a, parts.k, repair_half_life_h),
        )
    return tuple(np.where(sound, result, np.inf) for result in results)


def percentiles(draws: Array, confidence: float) -> tuple[Array, Array]:
    """Return the central interval of draws (c, r); the upper end is infinite where draws are."""
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.quantile(draws, tail, axis=1, method="lower")
        high = np.quantile(draws, 1 - tail, axis=1, method="higher")
    return low, high
