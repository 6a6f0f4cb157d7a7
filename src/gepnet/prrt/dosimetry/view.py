"""Results as plain data: for the command line, for JSON, for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gepnet.prrt.dosimetry.absorbed import NoDose, why_no_dose
from gepnet.prrt.dosimetry.choose import Refusal, reason
from gepnet.prrt.dosimetry.columns import overview
from gepnet.prrt.dosimetry.cumulative import Interval, plain
from gepnet.prrt.dosimetry.data import Limit
from gepnet.prrt.dosimetry.decay import LN2, biological_half_life
from gepnet.prrt.dosimetry.forms import Components, values_and_jacobian
from gepnet.prrt.dosimetry.notes import notes
from gepnet.prrt.dosimetry.run import Dosimetry
from gepnet.prrt.dosimetry.trapezoid import model_free

View = dict[str, Any]
_SAMPLES = 80
_BEYOND = 1.25  # how far a drawn curve goes beyond the last point


def dosimetry_view(result: Dosimetry, curves: bool = True, detailed: bool = True) -> View:
    """Return everything as plain data, units in the names; None is unknown.

    Args:
        result: what was computed.
        curves: with samples of each curve and its band, for drawing.
        detailed: with every curve and every sum; without, only the overview.
    """
    view: View = {
        "settings": _settings(result),
        "constants": _constants(result),
        "overview": overview(result),
    }
    if not detailed:
        return view
    series = result.series
    free = model_free(series.curves, result.data.physics.decay_per_h)
    found = [_curve(result, row, curves) for row in range(len(series))]
    between = free.first + free.logarithmic
    for row, curve in enumerate(found):
        curve["model_free_tia_mbq_h"] = {
            "effective_tail": plain(between[row] + free.effective_tail[row]),
            "physical_tail": plain(between[row] + free.physical_tail[row]),
        }
    return view | {"curves": found, "cumulative": _sums(result)}


def _settings(result: Dosimetry) -> View:
    drawn = result.monte_carlo
    return {
        "radionuclide": result.data.physics.radionuclide,
        "model": result.request.model,
        "errors": result.request.errors,
        "uptake_rate_per_h": result.request.uptake_per_h,
        "single_time_point": result.single,
        "confidence": result.data.checks.fit.confidence.value,
        "interval": "covariance"
        if drawn is None
        else {"draws": drawn.draws, "seed": drawn.seed, "method": "simulated measurements"},
    }


def _constants(result: Dosimetry) -> list[View]:
    physics = result.data.physics
    named = {
        "half_life": physics.half_life,
        "electron_dose_constant": physics.electron_dose_constant,
        "kidney_alpha_beta": physics.kidney_bed.alpha_beta,
        "kidney_repair_half_life": physics.kidney_bed.repair_half_life,
    }
    scaling = physics.mass_scaling
    rule = scaling.model_dump(include={"rule", "source", "locator", "verification"})
    return [{"name": "mass_scaling", **rule}] + [
        {
            "name": name,
            **quantity.model_dump(include={"value", "unit", "source", "locator", "verification"}),
        }
        for name, quantity in named.items()
    ]


def _curve(result: Dosimetry, row: int, curves: bool) -> View:
    series, chosen = result.series, result.chosen
    place = chosen.place(row)
    given = series.administered_gbq[row]
    status, why = _status(result, row)
    dose = result.dose.at(row)
    no_dose = int(result.no_dose[row])
    found: View = {
        "patient_id": str(series.patient[row]),
        "cycle": int(series.cycle[row]),
        "region": str(series.region[row]),
        "dose_to": _dose_to(result, row),
        "line": int(series.line[row]),
        "status": status,
        "reason": why,
        "model": _model(result, row),
        "decay_corrected_input": bool(series.corrected[row]),
        "mass_g": plain(series.mass_g[row]),
        "administered_gbq": plain(given),
        "points": _points(result, row),
        "exponentials": [],
        "aicc": {
            form.id: plain(chosen.aicc[row, index])
            for index, form in enumerate(chosen.forms)
            if np.isfinite(chosen.aicc[row, index])
        },
        "effective_half_life_h": result.half_life.at(row),
        "biological_half_life_h": plain(
            float(
                biological_half_life(result.half_life.value[row], result.data.physics.half_life_h)
            )
        ),
        "tia_mbq_h": result.tia.at(row),
        "tia_extrapolated": plain(chosen.beyond[row]) if place else None,
        "dose_gy": dose,
        "dose_from_other_regions_gy": plain(result.cross_gy[row]),
        "no_dose": None
        if no_dose == NoDose.NO
        else why_no_dose(no_dose, str(series.region[row]), result.data),
        "dose_per_activity_gy_per_gbq": None
        if dose["value"] is None or not np.isfinite(given)
        else dose["value"] / float(given),
        "published_gy_per_gbq": _published(result, row),
        "protraction_factor": plain(result.protraction[row]),
        "bed_gy": result.bed.at(row),
        "notes": notes(result, row),
    }
    found["sentence"] = _sentence(result, found)
    if result.draws is not None and place:
        lost = float(np.mean(np.isinf(result.draws.tia[row])))
        found["draws_not_integrable"] = lost
    if place is not None:
        fit, at = place
        parts = fit.form.components(fit.theta[[at]])
        found["exponentials"] = [
            {
                "amplitude_mbq": float(parts.a[0, j]),
                "rate_per_h": float(parts.k[0, j]),
                "half_life_h": float(LN2 / parts.k[0, j]),
            }
            for j in range(parts.a.shape[1])
        ]
        found["scatter"] = plain(fit.scale[at])
    if curves:
        found["curve"] = None if place is None else _sampled(result, row)
    return found


def _published(result: Dosimetry, row: int) -> list[View]:
    """Return what was published for such a region, to hold beside a dose per activity."""
    region = result.data.physics.region(str(result.series.region[row]))
    return [
        known.model_dump(include={"value", "sd", "source", "locator", "verification"})
        for known in result.data.checks.published_dose_per_activity
        if region is not None and known.group == region.group
    ]


def _sentence(result: Dosimetry, curve: View) -> str:
    """Say in one line what came out: for a picture, or to be read aloud."""
    if curve["status"] == "refused":
        return f"refused: {curve['reason']}"
    titles = {form.id: form.title for form in result.chosen.forms}
    parts = [titles.get(curve["model"], f"one scan, {curve['model']}")]
    for key, name, unit in (
        ("effective_half_life_h", "effective half-life", "h"),
        ("tia_mbq_h", "time-integrated activity", "MBq h"),
        ("dose_gy", "dose", "Gy"),
    ):
        item = curve[key]
        if item["value"] is not None:
            high = "no bound" if item["high"] is None else f"{item['high']:.3g}"
            span = "" if item["low"] is None else f" ({item['low']:.3g} to {high})"
            parts.append(f"{name} {item['value']:.3g} {unit}{span}")
    return ", ".join(parts)


def _dose_to(result: Dosimetry, row: int) -> str:
    """Return what the dose is to: blood samples stand for the red marrow."""
    name = str(result.series.region[row])
    region = result.data.physics.region(name)
    return "red_marrow" if region is not None and region.kind == "blood" else name


def _status(result: Dosimetry, row: int) -> tuple[str, str | None]:
    refusal = int(result.chosen.refusal[row])
    if refusal == Refusal.NO:
        return "fitted", None
    if result.estimated.rows[row]:
        withheld = str(result.estimated.withheld[row])
        return ("refused", withheld) if withheld else ("estimated", None)
    return "refused", reason(result.chosen, row, result.request, result.data)


def _model(result: Dosimetry, row: int) -> str | None:
    status, _ = _status(result, row)
    if status == "fitted":
        return result.chosen.forms[int(result.chosen.form[row])].id
    return result.single if status == "estimated" else None


def _points(result: Dosimetry, row: int) -> list[View]:
    curves = result.series.curves
    return [
        {
            "time_h": float(curves.times[row, n]),
            "activity_mbq": float(curves.activity[row, n]),
            "measured_mbq": float(result.series.measured[row, n]),
            "cv": plain(curves.cv[row, n]),
            "used": not bool(result.chosen.left_out[row, n]),
        }
        for n in np.flatnonzero(curves.used[row])
    ]


def _sampled(result: Dosimetry, row: int) -> View:
    """Return the curve and the band of its mean, from the covariance, in MBq."""
    place = result.chosen.place(row)
    assert place is not None
    fit, at = place
    parts: Components = fit.form.components(fit.theta[[at]])
    curves = result.series.curves
    last = float(curves.times[row][curves.used[row]].max())
    times = np.linspace(0, _BEYOND * last, _SAMPLES)[None, :]
    activity, jacobian = values_and_jacobian(parts, times)
    found = {"time_h": times[0].tolist(), "activity_mbq": activity[0].tolist()}
    with np.errstate(all="ignore"):
        relative = jacobian / np.where(activity > 0, activity, np.nan)[:, :, None]
        variance = np.einsum("cnp,cpq,cnq->cn", relative, fit.covariance[[at]], relative)
        width = result.quantile[row] * np.sqrt(np.maximum(variance, 0))
        ends = Interval(activity[0], (activity * np.exp(-width))[0], (activity * np.exp(width))[0])
    # Nothing is there at the injection in a form with uptake, and that without any doubt.
    certain = activity[0] <= 0
    found["low_mbq"] = [0.0 if c else plain(x) for c, x in zip(certain, ends.low, strict=True)]
    found["high_mbq"] = [0.0 if c else plain(x) for c, x in zip(certain, ends.high, strict=True)]
    return found


def _sums(result: Dosimetry) -> list[View]:
    """Return one sum for each patient and region, with the cycles that are and are not in it."""
    series, group = result.series, result.sums.group
    known = np.isfinite(result.dose.value).tolist()
    seen: dict[str, set[int]] = {}
    summed: dict[int, list[tuple[int, float]]] = {}
    for row, (patient, cycle) in enumerate(zip(series.patient, series.cycle, strict=True)):
        seen.setdefault(str(patient), set()).add(int(cycle))
        if known[row]:
            given = float(series.administered_gbq[row])
            summed.setdefault(int(group[row]), []).append((int(cycle), given))
    return [
        _sum(result, row, seen[str(series.patient[lead])], sorted(summed.get(row, [])))
        for row, lead in enumerate(result.sums.lead)
    ]


def _sum(result: Dosimetry, group: int, seen: set[int], summed: list[tuple[int, float]]) -> View:
    sums, series = result.sums, result.series
    lead = int(sums.lead[group])
    region = str(series.region[lead])
    cycles = [cycle for cycle, _ in summed]
    dose, bed = sums.dose.at(group), sums.bed.at(group)
    return {
        "patient_id": str(series.patient[lead]),
        "region": region,
        "dose_to": _dose_to(result, lead),
        "cycles": cycles,
        "cycles_without_dose": sorted(seen - set(cycles)),
        "complete": set(cycles) == seen,
        "administered_gbq": plain(sum(given for _, given in summed)) if summed else None,
        "dose_gy": dose,
        "bed_gy": bed,
        "limits": _limits(result, region, dose, bed),
    }


def _limits(
    result: Dosimetry, region: str, dose: dict[str, float | None], bed: dict[str, float | None]
) -> list[View]:
    physics = result.data.physics
    entry = physics.region(region)
    limits: Sequence[Limit] = ()
    if entry is not None and entry.group == "kidney":
        limits = physics.kidney_bed.limits
    elif entry is not None and entry.group == "marrow":
        limits = physics.marrow.limits
    found = []
    for limit in limits:
        interval = bed if limit.quantity == "bed" else dose
        value, high = interval["value"], interval["high"]
        if value is None:
            continue
        reached = "reached" if value >= limit.value else "below"
        if reached == "below" and interval["low"] is None:
            reached = "below, without an interval"
        elif reached == "below" and (high is None or high >= limit.value):
            reached = "within the interval"
        found.append(
            {
                "id": limit.id,
                "quantity": limit.quantity,
                "limit": limit.value,
                "unit": limit.unit,
                "state": reached,
                "source": limit.source,
                "locator": limit.locator,
                "verification": limit.verification,
            }
        )
    return found
