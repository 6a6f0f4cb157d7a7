"""What is said of a run: each curve, each sum over cycles, and an overview by region."""

from __future__ import annotations

from typing import Any

import numpy as np

from gepnet.prrt.dosimetry.absorbed import NoDose, why_no_dose
from gepnet.prrt.dosimetry.choose import Refusal
from gepnet.prrt.dosimetry.columns import overview, result_columns
from gepnet.prrt.dosimetry.cumulative import Estimate, finite
from gepnet.prrt.dosimetry.decay import LN2, biological_half_life
from gepnet.prrt.dosimetry.forms import values_and_jacobian
from gepnet.prrt.dosimetry.notes import notes
from gepnet.prrt.dosimetry.reasons import reason
from gepnet.prrt.dosimetry.run import Dosimetry
from gepnet.prrt.dosimetry.sums import dose_to, sums_of
from gepnet.prrt.dosimetry.trapezoid import model_free
from gepnet.prrt.dosimetry.view import (
    Curve,
    Drawn,
    Exponential,
    ModelFreeIntegral,
    Point,
    Report,
    Settings,
)
from gepnet.tables import taken

_SAMPLES = 80
_BEYOND = 1.25  # how far a drawn curve goes beyond the last point
_QUANTITY = "value unit source locator verification"


def report(result: Dosimetry, curves: bool = True, detailed: bool = True) -> Report:
    """Return what is said of a run.

    Args:
        result: what was computed.
        curves: with samples of each curve and its band, for drawing.
        detailed: with every curve and every sum; without, only the overview.
    """
    settings = Settings(
        result.data.physics.radionuclide,
        result.request.model,
        result.request.errors,
        result.request.uptake_per_h,
        result.single,
        result.data.checks.fit.confidence.value,
        result.monte_carlo or "covariance",
        result.series.accepting.used,
    )
    shown = (settings, _constants(result), overview(result))
    if not detailed:
        return Report(*shown, None, None)
    parts = model_free(result.series.curves, result.data.physics.decay_per_h)
    between = parts.first + parts.logarithmic
    tails = (between + parts.effective_tail, between + parts.physical_tail)
    integrals = map(ModelFreeIntegral, *(tail.tolist() for tail in tails))
    columns = result_columns(result)
    found = (_curve(result, columns, row, free, curves) for row, free in enumerate(integrals))
    return Report(*shown, tuple(found), tuple(sums_of(result)))


def _constants(result: Dosimetry) -> list[dict[str, Any]]:
    physics = result.data.physics
    named = {
        "half_life": physics.half_life,
        "electron_dose_constant": physics.electron_dose_constant,
        "kidney_alpha_beta": physics.kidney_bed.alpha_beta,
        "kidney_repair_half_life": physics.kidney_bed.repair_half_life,
    }
    rule = taken(physics.mass_scaling, "rule source locator verification")
    return [{"name": "mass_scaling", **rule}] + [
        {"name": name, **taken(quantity, _QUANTITY)} for name, quantity in named.items()
    ]


def _curve(
    result: Dosimetry, columns: dict[str, Any], row: int, free: ModelFreeIntegral, drawn: bool
) -> Curve:
    series, chosen = result.series, result.chosen
    place = chosen.place(row)
    fit, at = place or (None, 0)
    region, status = str(series.region[row]), str(columns["status"][row])
    model = str(columns["model"][row]) or None
    why = _reason(result, row) if status == "refused" else None
    half_life, tia, dose = result.half_life.at(row), result.tia.at(row), result.dose.at(row)
    no_dose = int(result.no_dose[row])
    physical = result.data.physics.half_life_h
    lost = None
    if result.draws is not None and place is not None:
        lost = float(np.mean(np.isinf(result.draws.tia[row])))
    return Curve(
        patient_id=str(series.patient[row]),
        cycle=int(series.cycle[row]),
        region=region,
        dose_to=dose_to(result, row),
        line=int(series.line[row]),
        status=status,
        reason=why,
        model=model,
        decay_corrected_input=bool(series.corrected[row]),
        mass_g=series.mass_g[row],
        administered_gbq=series.administered_gbq[row],
        points=_points(result, row),
        exponentials=_exponentials(result, row),
        weights=_weights(result, row),
        effective_half_life_h=half_life,
        biological_half_life_h=float(biological_half_life(result.half_life.value[row], physical)),
        tia_mbq_h=tia,
        tia_extrapolated=None if place is None else chosen.beyond[row],
        dose_gy=dose,
        dose_from_other_regions_gy=result.cross_gy[row],
        no_dose=None if no_dose == NoDose.NO else why_no_dose(no_dose, region, result.data),
        dose_per_activity_gy_per_gbq=columns["dose_per_activity_gy_per_gbq"][row],
        published_gy_per_gbq=_published(result, region),
        protraction_factor=result.protraction[row],
        bed_gy=result.bed.at(row),
        notes=notes(result, row),
        sentence=f"refused: {why}" if why else _sentence(result, model, half_life, tia, dose),
        draws_not_integrable=lost,
        scatter=None if fit is None else fit.scale[at],
        curve=_drawn(result, row) if drawn and place is not None else None,
        model_free_tia_mbq_h=free,
    )


def _weights(result: Dosimetry, row: int) -> dict[str, float]:
    """Return how far the points speak for each form; nothing where the curve is refused."""
    chosen = result.chosen
    if chosen.form[row] < 0:
        return {}
    named = zip(chosen.forms, chosen.weights[row].tolist(), strict=True)
    return {form.id: weight for form, weight in named if weight > 0}


def _reason(result: Dosimetry, row: int) -> str:
    """Say why a curve is refused: its points decide nothing, or an estimate is withheld."""
    if result.estimated.rows[row] and result.chosen.refusal[row] != Refusal.NO:
        return str(result.estimated.withheld[row])
    return reason(result.chosen, row, result.request, result.data)


def _published(result: Dosimetry, name: str) -> list[dict[str, Any]]:
    """Return what was published for such a region, to hold beside a dose per activity."""
    region = result.data.physics.region(name)
    return [
        taken(known, "value sd source locator verification")
        for known in result.data.checks.published_dose_per_activity
        if region is not None and known.group == region.group
    ]


def _sentence(
    result: Dosimetry, model: str | None, half_life: Estimate, tia: Estimate, dose: Estimate
) -> str:
    """Say in one line what came out: for a picture, or to be read aloud."""
    titles = {form.id: form.title for form in result.chosen.forms}
    parts = [titles.get(str(model), f"one scan, {model}")]
    for name, item, unit in (
        ("effective half-life", half_life, "h"),
        ("time-integrated activity", tia, "MBq h"),
        ("dose", dose, "Gy"),
    ):
        if item.value is not None:
            high = "no bound" if item.high is None else f"{item.high:.3g}"
            span = "" if item.low is None else f" ({item.low:.3g} to {high})"
            parts.append(f"{name} {item.value:.3g} {unit}{span}")
    return ", ".join(parts)


def _points(result: Dosimetry, row: int) -> tuple[Point, ...]:
    curves = result.series.curves
    used = np.flatnonzero(curves.used[row])
    columns = (curves.times, curves.activity, result.series.measured, curves.cv)
    measured = (column[row, used].tolist() for column in columns)
    kept = ~result.chosen.left_out[row, used]
    return tuple(map(Point, *measured, kept.tolist()))


def _exponentials(result: Dosimetry, row: int) -> tuple[Exponential, ...]:
    place = result.chosen.place(row)
    if place is None:
        return ()
    fit, at = place
    parts = fit.form.components(fit.theta[[at]])
    rates = parts.k[0]
    return tuple(map(Exponential, parts.a[0], rates, LN2 / rates))


def _drawn(result: Dosimetry, row: int) -> Drawn:
    """Return the curve and the band of its mean, from the covariance."""
    place = result.chosen.place(row)
    assert place is not None
    fit, at = place
    curves = result.series.curves
    last = float(curves.times[row][curves.used[row]].max())
    times = np.linspace(0, _BEYOND * last, _SAMPLES)[None, :]
    activity, jacobian = values_and_jacobian(fit.form.components(fit.theta[[at]]), times)
    with np.errstate(all="ignore"):
        relative = jacobian / np.where(activity > 0, activity, np.nan)[:, :, None]
        variance = np.einsum("cnp,cpq,cnq->cn", relative, fit.covariance[[at]], relative)
        width = result.quantile[row] * np.sqrt(np.maximum(variance, 0))
        low, high = (activity * np.exp(-width))[0], (activity * np.exp(width))[0]
    # Nothing is there at the injection in a form with uptake, and that without any doubt.
    certain = activity[0] <= 0
    band = ([0.0 if c else finite(x) for c, x in zip(certain, e, strict=True)] for e in (low, high))
    return Drawn(times[0].tolist(), activity[0].tolist(), *band)
