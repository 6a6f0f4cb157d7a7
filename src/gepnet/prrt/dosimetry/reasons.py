"""Why a curve was refused, in words, with the numbers that decided."""

from __future__ import annotations

import numpy as np

from gepnet.numbers import quantile
from gepnet.prrt.dosimetry.choose import Chosen, Refusal, Request
from gepnet.prrt.dosimetry.data import DosimetryData
from gepnet.prrt.dosimetry.decay import LN2


def reason(outcome: Chosen, curve: int, request: Request, data: DosimetryData) -> str:
    """Say why a curve was refused, with the numbers that decided."""
    points = int(outcome.curves.points[curve])
    physical = data.physics.half_life_h
    half_life = _effective(outcome, curve, data)
    texts = {
        Refusal.ONE_POINT: "one time point only: no curve follows from it; a single-time-point "
        "method can be asked for",
        Refusal.ONLY_UPTAKE: "the activity is highest at the last point: only the uptake was "
        "measured, and nothing says how fast the activity leaves",
        Refusal.TOO_FEW: f"{points} points: {_needed(outcome, request)}",
        Refusal.NOT_FALLING: "the activity does not fall: the fitted rate is zero or negative",
        Refusal.SLOWER_THAN_DECAY: f"the effective half-life{half_life} is longer than the "
        f"physical one ({physical:.1f} h): check calibration, outlining, and whether the "
        "activities were decay-corrected",
        Refusal.UNSOLVED: "the fit did not come to an end",
        Refusal.UNSETTLED: "the points do not settle all parameters of the curve",
        Refusal.TOO_FAR: f"{100 * outcome.beyond[curve]:.0f} % of the integral lies after the last "
        f"point, more than {100 * data.checks.fit.extrapolation_refused.value:.0f} %",
        Refusal.UPTAKE_NOT_FIRST: "a fitted rate is faster than the given rate of uptake",
    }
    return texts[Refusal(int(outcome.refusal[curve]))]


def _needed(outcome: Chosen, request: Request) -> str:
    more = request.model in {"bi", "tri"}
    needs = [f"{form.id} needs {form.size + more}" for form in outcome.forms]
    return ", ".join(needs[:1] if request.model == "auto" else needs)


def _effective(outcome: Chosen, curve: int, data: DosimetryData) -> str:
    """Return the half-life that was fitted, with its interval."""
    for index, rows in outcome.rows.items():
        at = int(np.searchsorted(rows, curve))
        if at == len(rows) or rows[at] != curve:
            continue
        fit = outcome.fits[index]
        rate, error = (float(part[at]) for part in fit.rate())
        if rate <= 0:
            return ""
        width = quantile(fit.freedom[[at]], data.checks.fit.confidence.value)[0] * error
        if not width > 0:
            return f" ({LN2 / rate:.1f} h)"
        slowest = rate - width
        most = f"{LN2 / slowest:.1f}" if slowest > 0 else "no bound"
        return f" ({LN2 / rate:.1f} h, interval {LN2 / (rate + width):.1f} to {most})"
    return ""
