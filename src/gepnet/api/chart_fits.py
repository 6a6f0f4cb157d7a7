"""Charts of fits: time-activity curves, and a fitted model of response."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gepnet.api.chart_inputs import only
from gepnet.api.dosimetry import dosimetry_view
from gepnet.charts import (
    ActivityCurve,
    CalibrationData,
    CalibrationGroup,
    Chart,
    DosimetryData,
    ForestData,
    ForestRow,
    calibration,
    dosimetry,
    forest,
)
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.prrt.dosimetry.forms import BI_UPTAKE, BI_WASHOUT, MONO
from gepnet.response.fit import StoredModel, read_model


def dosimetry_chart(
    base: KnowledgeBase,
    source: Path,
    patient: str | None = None,
    cycle: int | None = None,
    logarithmic: bool = True,
) -> Chart:
    """Return the curves of one cycle of a patient, one panel a region.

    Raises:
        InputError: with every problem of the file, or if a patient or cycle has to be chosen.
    """
    view = dosimetry_view(base, source, curves=True)
    name = only(source, (c["patient_id"] for c in view["curves"]), patient)
    mine = [c for c in view["curves"] if c["patient_id"] == name]
    cycles = sorted({c["cycle"] for c in mine})
    chosen = cycles[0] if cycle is None and len(cycles) == 1 else cycle
    if chosen not in cycles:
        expected = f"one cycle, by --cycle ({', '.join(map(str, cycles))})"
        told = "" if cycle is None else str(cycle)
        raise InputError([Problem(str(source), None, name, "cycle", told, expected)])
    level = view["settings"]["confidence"]
    curves = tuple(_activity(c, level) for c in mine if c["cycle"] == chosen)
    return dosimetry(DosimetryData(f"{name}, cycle {chosen}", curves, logarithmic))


def _activity(curve: Mapping[str, Any], level: float) -> ActivityCurve:
    points = tuple((p["time_h"], p["activity_mbq"]) for p in curve["points"])
    region = str(curve["region"]).replace("_", " ")
    drawn = curve["curve"]
    if drawn is None:
        return ActivityCurve(region, points, refused=curve["reason"])
    samples = tuple(
        zip(
            drawn["time_h"],
            drawn["activity_mbq"],
            drawn["low_mbq"],
            drawn["high_mbq"],
            strict=True,
        )
    )
    return ActivityCurve(region, points, samples, _words(curve), level=level)


def _words(curve: Mapping[str, Any]) -> str:
    forms = {form.id: form.title.replace(",", " with") for form in (MONO, BI_UPTAKE, BI_WASHOUT)}
    parts = [forms.get(curve["model"], str(curve["model"]).replace("_", " "))]
    half_life = curve["effective_half_life_h"]["value"]
    if half_life is not None:
        parts.append(f"half-life {half_life:.0f} h")
    dose = curve["dose_gy"]
    if dose["value"] is not None:
        text = f"{dose['value']:.2g} Gy"
        if dose.get("low") is not None and dose.get("high") is not None:
            text += f" ({dose['low']:.2g} to {dose['high']:.2g})"
        parts.append(text)
    return ", ".join(parts)


def forest_chart(source: Path) -> Chart:
    """Return the odds ratios of a fitted model, as ``gepnet response fit -o`` stored it.

    Raises:
        InputError: if the file is no stored model.
    """
    model = read_model(source)
    rows = tuple(
        ForestRow(
            f"{item.predictor}: {item.level}".replace("_", " "),
            item.odds_ratio,
            0.0 if item.low is None else item.low,
            math.inf if item.high is None else item.high,
            f"against {item.reference}, {item.patients} patients, {item.events} events".replace(
                "_", " "
            ),
        )
        for item in model.coefficients
    )
    outcome = model.outcome[0].lower() + model.outcome[1:].replace("_", " ")
    title = f"Odds ratios: {outcome}"
    return forest(ForestData(title, rows, level=model.confidence, about=_about(model)))


def calibration_chart(source: Path) -> Chart:
    """Return the calibration of a fitted model on its own data, figures corrected for optimism.

    Raises:
        InputError: if the file is no stored model.
    """
    model = read_model(source)
    groups = tuple(
        CalibrationGroup(g.predicted, g.observed, g.patients, g.low, g.high)
        for g in model.calibration
    )
    corrected = {item.measure: item.corrected for item in model.performance}
    data = CalibrationData(
        "Calibration, corrected for optimism",
        groups,
        corrected.get("slope"),
        corrected.get("in_the_large"),
        corrected.get("auc"),
        about=_about(model),
    )
    return calibration(data)


def _about(model: StoredModel) -> str:
    return (
        f"{model.data.complete} patients, {model.data.events} events: "
        f"{model.events_per_parameter:.1f} events a parameter"
    )
