"""Results of many patients as columns, and an overview by region: no loop over patients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gepnet import tables
from gepnet.prrt.dosimetry.absorbed import NoDose
from gepnet.prrt.dosimetry.choose import Refusal
from gepnet.prrt.dosimetry.cumulative import finite
from gepnet.prrt.dosimetry.run import Dosimetry

Columns = dict[str, NDArray[Any]]


def statuses(result: Dosimetry) -> NDArray[np.object_]:
    """Return `fitted`, `estimated` (from one point) or `refused` for each curve."""
    found = np.where(result.chosen.refusal == Refusal.NO, "fitted", "refused").astype(object)
    found[result.estimated.given] = "estimated"
    return found


def result_columns(result: Dosimetry) -> Columns:
    """Return one row for each curve, units in the names; NaN is unknown, infinity no bound."""
    series, chosen = result.series, result.chosen
    status = statuses(result)
    names = np.array(["", *(form.id for form in chosen.forms)], dtype=object)
    model = names[chosen.form + 1]
    model[status == "estimated"] = result.single
    refusals = np.array(["" if r == 0 else r.name.lower() for r in Refusal], dtype=object)
    refusal = refusals[chosen.refusal]
    refusal[status == "estimated"] = ""
    withheld = result.estimated.rows & (status == "refused")
    refusal[withheld] = "single_time_point_withheld"
    no_dose = np.array(["" if n == 0 else n.name.lower() for n in NoDose], dtype=object)
    found: Columns = {
        "patient_id": series.patient,
        "cycle": series.cycle,
        "region": series.region,
        "status": status,
        "refusal": refusal,
        "model": model,
        "points": series.curves.points,
        "points_left_out": chosen.left_out.sum(axis=1),
        "mass_g": series.mass_g,
        "administered_gbq": series.administered_gbq,
        "tia_extrapolated": chosen.beyond,
    }
    for name, item in (
        ("effective_half_life_h", result.half_life),
        ("tia_mbq_h", result.tia),
        ("dose_gy", result.dose),
        ("bed_gy", result.bed),
    ):
        found |= {name: item.value, f"{name}_low": item.low, f"{name}_high": item.high}
    found["dose_per_activity_gy_per_gbq"] = result.dose.value / series.administered_gbq
    found["no_dose"] = no_dose[result.no_dose]
    return found


def as_csv(columns: Columns) -> str:
    """Return columns as CSV; what is unknown is an empty cell, no bound is `inf`."""
    cells = [
        np.where(np.isnan(column), "", np.char.mod("%.7g", column))
        if column.dtype.kind == "f"
        else column
        for column in columns.values()
    ]
    return tables.as_csv(columns, zip(*(cell.tolist() for cell in cells), strict=True))


def overview(result: Dosimetry) -> list[dict[str, Any]]:
    """Return, for each region, how many curves came to what, with medians and quartiles."""
    columns = result_columns(result)
    found = []
    for region in dict.fromkeys(columns["region"].tolist()):
        mine = columns["region"] == region
        found.append(
            {
                "region": region,
                "patients": len(set(columns["patient_id"][mine].tolist())),
                "curves": int(mine.sum()),
                "models": _counts(columns["model"][mine]),
                "refused": _counts(columns["refusal"][mine]),
                "no_dose": _counts(columns["no_dose"][mine]),
                "effective_half_life_h": _middle(columns["effective_half_life_h"][mine]),
                "dose_gy": _middle(columns["dose_gy"][mine]),
                "dose_per_activity_gy_per_gbq": _middle(
                    columns["dose_per_activity_gy_per_gbq"][mine]
                ),
            }
        )
    return found


def _counts(words: NDArray[np.object_]) -> dict[str, int]:
    names, counts = np.unique(words[words != ""].astype(str), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def _middle(values: NDArray[np.float64]) -> dict[str, float | None]:
    """Return median and quartiles of what is known."""
    known = values[np.isfinite(values)]
    ends = np.quantile(known, (0.25, 0.5, 0.75)) if len(known) else np.full(3, np.nan)
    return {
        name: finite(float(end))
        for name, end in zip(("quartile_1", "median", "quartile_3"), ends, strict=True)
    }
