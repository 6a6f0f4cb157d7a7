"""Charts of fits: time-activity curves, and a fitted model of response."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gepnet.api.charting import _only as only
from gepnet.api.dosimetry import dosimetry_view
from gepnet.charts import (
    ActivityCurve,
    Chart,
    DosimetryData,
    dosimetry,
)
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.prrt.dosimetry.forms import BI_UPTAKE, BI_WASHOUT, MONO


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
