"""What a reader must know beside a number: each note with its source and badge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from gepnet.knowledge.shapes import Stated
from gepnet.prrt.dosimetry.data import DosimetryData, Region
from gepnet.prrt.dosimetry.run import Dosimetry
from gepnet.prrt.plausible import DOSE_PER_ACTIVITY, accepted, told
from gepnet.tables import Shown
from gepnet.vocabulary import Accepted, how_to_accept

HALF_LIFE = "effective_half_life_h"
#: Quantities of what comes out, which are asked about where a curve is told.
RESULTS = (HALF_LIFE, DOSE_PER_ACTIVITY)


@dataclass(frozen=True)
class Note:
    """What has to be said; without a source it is plain arithmetic."""

    id: str
    text: str
    cited: Annotated[Stated | None, Shown(take="source locator verification", flat=True)] = None


def notes(result: Dosimetry, row: int) -> list[Note]:
    """Return what has to be said about one curve."""
    region = result.data.physics.region(str(result.series.region[row]))
    found = [*_about_fit(result, row), *_about_estimate(result, row), *_accepted(result, row)]
    if np.isfinite(result.dose.value[row]) and region is not None:
        found += _about_dose(result, row, region)
        found += _about_plausibility(result, row, region)
    return found


def _accepted(result: Dosimetry, row: int) -> list[Note]:
    """Say what was accepted of a curve, and question what came out of it."""
    series = result.series
    region = result.data.physics.region(str(series.region[row]))
    found = [
        Note(
            "accepted",
            f"{one.quantity} {told(one.value)} {_by(one.accepted)}; usual: {one.usual}",
        )
        for one in series.breaches.get(row, [])
        if one.accepted is not None
    ]
    value = float(result.half_life.value[row])
    quantity = HALF_LIFE
    band = None if region is None else result.data.plausible.of(quantity, region.id)
    if band is None or not np.isfinite(value) or band.holds(value):
        return found
    text = f"effective half-life {value:.3g} h; usual: {band.doubt(value, str(series.region[row]))}"
    return [
        *found,
        Note("implausible-half-life", text + _confirmed(result, row, quantity, value), band),
    ]


def _confirmed(result: Dosimetry, row: int, quantity: str, value: float) -> str:
    """Return who accepts a result and why, or how to accept it."""
    series = result.series
    patient, region = str(series.patient[row]), str(series.region[row])
    who = accepted(series.accepting, quantity, value, patient, region)
    return how_to_accept(quantity, told(value)) if who is None else f"; {_by(who)}"


def _by(who: Accepted) -> str:
    return f"accepted by {who.accepted_by}: {who.reason}"


def _about_fit(result: Dosimetry, row: int) -> list[Note]:
    found, fit = [], result.data.checks.fit
    chosen = result.chosen
    left_out = int(chosen.left_out[row].sum())
    if left_out:
        found.append(
            Note(
                "uptake-left-out",
                f"{left_out} point(s) of the uptake left out; the curve is carried back to the "
                "injection, so that the integral is too high",
                fit.uptake_rise,
            )
        )
    beyond = chosen.beyond[row]
    if beyond > fit.extrapolation_warned.value and chosen.form[row] >= 0:
        text = f"{100 * beyond:.0f} % of the integral lies after the last point"
        found.append(Note("extrapolated", text, fit.extrapolation_warned))
    place = chosen.place(row)
    if place is None:
        return found
    others = {
        form.title: weight
        for form, weight in zip(chosen.forms, chosen.weights[row], strict=True)
        if 0 < weight < 1
    }
    if others:
        told = ", ".join(f"{name} {100 * weight:.0f} %" for name, weight in others.items())
        text = f"the points do not decide the form ({told}): the values are means by these weights"
        found.append(Note("forms-in-doubt", text, fit.prior_scatter))
    fitted, at = place
    freedom = float(fitted.freedom[at])
    if freedom == 0:
        text = (
            "as many points as parameters and no stated error: no interval "
            "(state one: activity_cv_percent or --cv)"
        )
        found.append(Note("no-interval", text))
    if chosen.curves.scale_known[row] and result.request.errors == "proportional":
        found += _misfit(result, row)
    elif result.request.errors == "proportional" and freedom > 0:
        scatter = 100 * float(fitted.scale[at])
        if scatter > fit.scatter_warned.value:
            text = (
                f"the points scatter by {scatter:.0f} % about the curve: check them, or state "
                "their error for a sharper choice of the form (--cv)"
            )
            found.append(Note("scatter", text, fit.scatter_warned))
    return found


def _misfit(result: Dosimetry, row: int) -> list[Note]:
    from scipy.special import chdtrc

    place = result.chosen.place(row)
    assert place is not None
    fitted, at = place
    free = int(result.chosen.curves.points[row]) - fitted.form.size
    warned = result.data.checks.fit.misfit_warned
    if free < 1:
        return []
    probability = float(chdtrc(free, float(fitted.squares[at])))
    if probability >= warned.value:
        return []
    text = (
        f"the points scatter more than the stated error allows (p = {probability:.1g}): the "
        "interval takes their scatter"
    )
    return [Note("misfit", text, warned)]


def _about_estimate(result: Dosimetry, row: int) -> list[Note]:
    estimated = result.estimated
    if not estimated.rows[row] or estimated.withheld[row]:
        return []
    checks = result.data.checks
    low, high = estimated.half_life.low[row], estimated.half_life.high[row]
    error = (
        f"{100 * estimated.error_low[row]:+.1f} to {100 * estimated.error_high[row]:+.1f} % "
        f"if the true half-life is {low:.0f} to {high:.0f} h; the range is this "
    )
    stated = not np.isnan(result.series.curves.cv[row, 0])
    error += "with the stated" if stated else "without the"
    error += " error of the measurement, no confidence interval"
    region = result.data.physics.region(str(result.series.region[row]))
    usual = None if region is None else checks.half_life(region.group)
    cited = None if result.single == "previous_cycle" else usual
    found = [Note("single-time-point", f"one scan ({result.single}): {error}", cited)]
    time = result.series.curves.times[row, 0]
    for seen in checks.single_time_point.seen_errors:
        if seen.method == result.single and region is not None and region.group == "kidney":
            text = f"seen in kidneys: {seen.value:g} % at {seen.time_h:g} h (this scan: {time:g} h)"
            found.append(Note("seen-error", text, seen))
    return found


def _about_dose(result: Dosimetry, row: int, region: Region) -> list[Note]:
    data, series = result.data, result.series
    found = []
    least = data.physics.lesion.least_mass
    if region.kind == "lesion" and series.mass_g[row] < least.value:
        text = f"below {least.value:g} g electrons leave the lesion: the dose is too high"
        found.append(Note("small-lesion", text, least))
    if region.group == "liver" and series.liver_lesions[row] == "included":
        text = "lesions are in the liver's outline: not the dose of healthy liver"
        found.append(Note("liver-with-lesions", text))
    if region.kind == "blood":
        ratio = data.physics.marrow.red_marrow_to_blood_ratio
        if np.isfinite(series.haematocrit[row]):
            ratio = data.physics.marrow.haematocrit_numerator
        text = "self-dose of the red marrow only: organs and tumours add to it"
        found.append(Note("marrow-self-dose", text, ratio))
    if region.kind == "organ":
        found += _about_cross(result, row)
    method = "single" if result.estimated.rows[row] else "fit"
    for known in data.checks.published_uncertainty:
        if known.group == region.group and known.method == method:
            span = (
                f"{known.low:g}" if known.low == known.high else f"{known.low:g} to {known.high:g}"
            )
            text = f"whole chain of measurement, published: about {span} % ({known.locator})"
            found.append(Note("published-uncertainty", text, known))
    return found


def _about_cross(result: Dosimetry, row: int) -> list[Note]:
    series = result.series
    phantom = result.data.physics.phantom(series.sex[row])
    known = [c.source_region for c in phantom.cross if c.target == series.region[row]]
    text = (
        f"from other regions: only {', '.join(known)} is on file, if measured"
        if known
        else "dose from other regions is not on file for this one"
    )
    return [Note("cross-dose", text, phantom)]


def _about_plausibility(result: Dosimetry, row: int, region: Region) -> list[Note]:
    given = result.series.administered_gbq[row]
    if not np.isfinite(given):
        return []
    if region.group == "liver" and result.series.liver_lesions[row] == "included":
        return []
    per_activity = float(result.dose.value[row] / given)
    how = _confirmed(result, row, DOSE_PER_ACTIVITY, per_activity)
    return [
        _implausible(per_activity, band, result.data, how)
        for band in result.data.checks.plausible_dose_per_activity
        if band.group == region.group and not band.holds(per_activity)
    ]


def _implausible(value: float, band: Any, data: DosimetryData, how: str) -> Note:
    text = f"{value:.3g} Gy/GBq is outside {band.low:g} to {band.high:g}"
    factor = data.checks.mbq_per_mci.value
    if band.holds(value * factor):
        text += "; activities in mCi instead of MBq would explain it"
    elif band.holds(value / factor):
        text += f"; it would fit if divided by {factor:g}"
    return Note("implausible", text + how, band)
