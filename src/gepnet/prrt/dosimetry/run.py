"""From time-activity data to doses: fit, single time points, dose, BED, sums over cycles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gepnet.numbers import quantile
from gepnet.prrt.dosimetry import average
from gepnet.prrt.dosimetry import single_time_point as stp
from gepnet.prrt.dosimetry.absorbed import (
    Coefficients,
    NoDose,
    cross_dose,
    same_region,
    self_coefficients,
)
from gepnet.prrt.dosimetry.bed import bed, protraction_factor, protraction_factor_mono
from gepnet.prrt.dosimetry.choose import Chosen, Refusal, Request, choose
from gepnet.prrt.dosimetry.cumulative import Cumulative, Interval, cumulative
from gepnet.prrt.dosimetry.data import DosimetryData
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.fit import Fit
from gepnet.prrt.dosimetry.table import Series
from gepnet.prrt.dosimetry.uncertainty import (
    Draws,
    Progress,
    percentiles,
    simulate,
)
from gepnet.prrt.dosimetry.words import Method
from gepnet.tables import also_shown


@dataclass(frozen=True)
class MonteCarlo:
    """How many draws, from which seed."""

    draws: int
    seed: int

    @property
    @also_shown
    def method(self) -> str:
        """What is drawn."""
        return "simulated measurements"


@dataclass(frozen=True)
class Estimated:
    """Curves of one point, estimated with a half-life; rows that are not are NaN.

    ``half_life`` has the half-life and the range over which the error was looked at; ``error_low``
    and ``error_high`` are relative; ``withheld`` says why an estimate is not given.
    """

    rows: NDArray[np.bool_]
    half_life: Interval
    error_low: Array
    error_high: Array
    withheld: NDArray[np.object_]

    @property
    def given(self) -> NDArray[np.bool_]:
        """Which curves have an estimate that is not withheld."""
        return np.asarray(self.rows & (self.withheld == ""))


@dataclass(frozen=True)
class Dosimetry:
    """Everything that was computed, as columns over the curves of ``series``."""

    series: Series
    data: DosimetryData
    request: Request
    single: Method | None
    monte_carlo: MonteCarlo | None
    chosen: Chosen
    estimated: Estimated
    quantile: Array
    half_life: Interval  # h
    tia: Interval  # MBq h
    coefficients: Coefficients
    cross_gy: Array
    dose: Interval  # Gy
    no_dose: NDArray[np.intp]
    protraction: Array
    bed: Interval  # Gy
    draws: Draws | None
    sums: Cumulative


def run(
    series: Series,
    data: DosimetryData,
    request: Request | None = None,
    single: Method | None = None,
    monte_carlo: MonteCarlo | None = None,
    progress: Progress | None = None,
) -> Dosimetry:
    """Compute time-integrated activities and doses of every curve.

    Args:
        series: the measurements.
        data: the knowledge.
        request: which form, and how errors go with activity.
        single: how a curve of one point is estimated; None refuses it.
        monte_carlo: intervals by simulated measurements instead of the covariance.
        progress: called with the number of curves whose measurements were simulated, and of all.
    """
    request = request or Request()
    confidence = data.checks.fit.confidence.value
    chosen = choose(series.curves, request, data)
    (freedom,) = chosen.gather("freedom", 1)
    half_life = average.half_life(chosen, confidence)
    tia_interval = average.tia(chosen, confidence)
    repair = data.physics.kidney_bed.repair_half_life.value
    draws = None
    if monte_carlo is not None:
        draws = simulate(chosen, request, monte_carlo.draws, monte_carlo.seed, repair, progress)
        tia_interval = _by_draws(tia_interval, draws.tia, confidence)
        half_life = _by_draws(half_life, draws.half_life, confidence)
    estimated = _estimate(series, data, chosen, single, half_life)
    normal = quantile(np.full(len(series), np.inf), confidence)
    spread = data.checks.single_time_point.between_cycles.value / 100
    tia_interval, half_life = _with_estimates(
        series, tia_interval, half_life, estimated, single, normal, spread
    )
    coefficients = self_coefficients(series, data)
    dose, cross, no_dose, dose_draws = _dose(
        series, data, tia_interval, coefficients, draws, monte_carlo
    )
    protraction = _protraction(chosen, estimated, single, repair)
    kidney = _in_group(series, data, "kidney")
    beds, bed_draws = _bed(data, dose, dose_draws, np.where(kidney, protraction, np.nan), draws)
    sums = cumulative(series, dose, beds, dose_draws, bed_draws, confidence)
    return Dosimetry(
        series,
        data,
        request,
        single,
        monte_carlo,
        chosen,
        estimated,
        quantile(freedom, confidence),
        half_life,
        tia_interval,
        coefficients,
        cross,
        dose,
        no_dose,
        protraction,
        beds,
        draws,
        sums,
    )


def _by_draws(interval: Interval, draws: Array, confidence: float) -> Interval:
    there = ~np.isnan(draws).any(axis=1)
    low, high = interval.low.copy(), interval.high.copy()
    if there.any():
        low[there], high[there] = percentiles(draws[there], confidence)
    return Interval(interval.value, low, high)


def _in_group(series: Series, data: DosimetryData, group: str) -> NDArray[np.bool_]:
    found = np.zeros(len(series), dtype=bool)
    for region, rows in series.by_region(data.physics):
        found |= rows & (region is not None and region.group == group)
    return found


def _estimate(
    series: Series,
    data: DosimetryData,
    chosen: Chosen,
    single: Method | None,
    fitted: Interval,
) -> Estimated:
    size = len(series)
    rows = np.asarray(chosen.refusal == Refusal.ONE_POINT)
    withheld = np.full(size, "", dtype=object)
    nothing = np.full(size, np.nan)
    if single is None or not rows.any():
        empty = Interval(nothing, nothing, nothing)
        return Estimated(np.zeros(size, bool), empty, nothing, nothing, withheld)
    half = _earlier(series, fitted) if single == "previous_cycle" else _usual(series, data)
    half = Interval(*(np.where(rows, part, np.nan) for part in half.parts))
    what = "earlier cycle of this patient with a fitted curve and its interval"
    if single != "previous_cycle":
        what = "effective half-life on file for this region"
    withheld[rows & ~np.isfinite(half.low + half.high)] = f"no {what}"
    time = series.curves.times[:, 0]
    with np.errstate(all="ignore"):
        if single == "haenscheid_2018":
            error = partial(stp.haenscheid_2018_error, time)
            window = data.checks.single_time_point.window
            outside = (time / half.high < window.low) | (time / half.low > window.high)
            text = f"{window.low:g} to {window.high:g} effective half-lives after injection"
            withheld[rows & outside] = f"the scan is not at {text} for every usual half-life"
        else:
            error = partial(stp.known_half_life_error, time, half.value)
        low, high = stp.error_range(error, time, half.low, half.high)
    largest = data.checks.single_time_point.largest_error
    far = rows & (np.maximum(np.abs(low), np.abs(high)) * 100 > largest.value)
    withheld[far & (withheld == "")] = (
        f"the error can exceed {largest.value:g} % over the usual half-lives"
    )
    return Estimated(rows, half, low, high, withheld)


def _usual(series: Series, data: DosimetryData) -> Interval:
    found = np.full((len(series), 3), np.nan)
    for region, rows in series.by_region(data.physics):
        usual = None if region is None else data.checks.half_life(region.group)
        if usual is not None:
            found[rows] = usual.value, usual.low, usual.high
    return Interval(*found.T)


def _earlier(series: Series, fitted: Interval) -> Interval:
    """Return the half-life of the latest earlier cycle of the same patient and region."""
    group = same_region(series)
    order = np.lexsort((series.cycle, group))
    sound = np.isfinite(fitted.value)[order]
    last = np.maximum.accumulate(np.where(sound, np.arange(len(order)), -1))
    usable = (last >= 0) & (group[order][last] == group[order])
    source = np.where(usable, order[last], 0)
    found = []
    for part in fitted.parts:
        values = np.full(len(order), np.nan)
        values[order] = np.where(usable, part[source], np.nan)
        found.append(values)
    return Interval(*found)


def _with_estimates(
    series: Series,
    tia: Interval,
    half_life: Interval,
    estimated: Estimated,
    single: Method | None,
    normal: Array,
    spread_between_cycles: float,
) -> tuple[Interval, Interval]:
    given = estimated.given
    if not given.any():
        return tia, half_life
    time, activity = series.curves.times[:, 0], series.curves.activity[:, 0]
    with np.errstate(all="ignore"):
        if single == "haenscheid_2018":
            value = stp.haenscheid_2018(activity, time)
        else:
            value = stp.known_half_life(activity, time, estimated.half_life.value)
        # A stated error of the one measurement is independent of the half-life's.
        stated = normal * np.nan_to_num(series.curves.cv[:, 0])
        if single == "previous_cycle":  # a half-life is not quite the same the next time
            stated = np.hypot(stated, normal * spread_between_cycles)
        below = np.hypot(np.log1p(estimated.error_high).clip(min=0), stated)
        above = np.hypot(np.log1p(estimated.error_low).clip(max=0), stated)
        low, high = value * np.exp(-below), value * np.exp(above)

    def merged(old: Interval, *new: Array) -> Interval:
        return Interval(*(np.where(given, n, o) for n, o in zip(new, old.parts, strict=True)))

    if single == "haenscheid_2018":  # it has none
        return merged(tia, value, low, high), half_life
    return merged(tia, value, low, high), merged(half_life, *estimated.half_life.parts)


def _dose(
    series: Series,
    data: DosimetryData,
    tia: Interval,
    coefficients: Coefficients,
    draws: Draws | None,
    monte_carlo: MonteCarlo | None,
) -> tuple[Interval, Array, NDArray[np.intp], Array | None]:
    confidence = data.checks.fit.confidence.value
    no_dose = coefficients.reason.copy()
    no_dose[(no_dose == NoDose.NO) & np.isnan(tia.value)] = int(NoDose.NO_TIA)
    cross = cross_dose(series, tia.value, data)
    cross = np.where(no_dose == NoDose.NO, cross, np.nan)
    factor = coefficients.value
    normal = quantile(np.full(len(series), np.inf), confidence)
    mass = normal * np.nan_to_num(series.mass_cv)
    with np.errstate(all="ignore"):
        below, above = np.log(tia.value / tia.low), np.log(tia.high / tia.value)
        own = tia.value * factor
        low = own * np.exp(-np.sqrt(below**2 + mass**2)) + cross
        high = own * np.exp(np.sqrt(above**2 + mass**2)) + cross
    dose = Interval(own + cross, low, high)
    if draws is None or monte_carlo is None:
        return dose, cross, no_dose, None
    random = np.random.default_rng((monte_carlo.seed, 1))
    spread = np.nan_to_num(series.mass_cv)[:, None] * random.standard_normal(draws.tia.shape)
    drawn = draws.tia * factor[:, None] * np.exp(spread) + cross[:, None]
    return _by_draws(dose, drawn, confidence), cross, no_dose, drawn


def _protraction(
    chosen: Chosen, estimated: Estimated, single: Method | None, repair_h: float
) -> Array:
    def read(fit: Fit) -> Array:
        with np.errstate(all="ignore"):
            return protraction_factor(fit.parts.a, fit.parts.k, repair_h)

    found = average.share(chosen, read)
    if single not in {None, "haenscheid_2018"}:
        factor = protraction_factor_mono(estimated.half_life.value, repair_h)
        found = np.where(estimated.given, factor, found)
    return found


def _bed(
    data: DosimetryData,
    dose: Interval,
    dose_draws: Array | None,
    protraction: Array,
    draws: Draws | None,
) -> tuple[Interval, Array | None]:
    ratio = data.physics.kidney_bed.alpha_beta.value
    with np.errstate(all="ignore"):
        found = Interval(*(bed(part, protraction, ratio) for part in dose.parts))
        if dose_draws is None or draws is None:
            return found, None
        drawn = bed(dose_draws, draws.protraction, ratio)
        drawn = np.where(np.isinf(dose_draws), np.inf, drawn)
    drawn[np.isnan(protraction)] = np.nan
    return _by_draws(found, drawn, data.checks.fit.confidence.value), drawn
