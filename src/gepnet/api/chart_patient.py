"""The chart of kidney function of one patient."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from pathlib import Path

from gepnet.api.assessing import read_patient
from gepnet.api.monitoring import monitoring_view
from gepnet.charts import Chart, KidneyData, KidneyPoint, KidneySlope, kidney
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.vocabulary import Question

DAYS_A_YEAR = 365.25


def kidney_chart(
    base: KnowledgeBase, source: Path, question: Question | None = None, more: Path | None = None
) -> Chart:
    """Return the clearances of a patient file with their yearly change.

    The slope and its interval are those of ``gepnet prrt monitoring``; the line is drawn through
    the mean of the logarithms, as a least-squares line runs, and the band is what the interval of
    the slope leaves open around it.

    Raises:
        InputError: with every problem of the files, or if there is no clearance.
    """
    record = read_patient(source, base)
    view = monitoring_view(record, base, question, labs=more)["kidney"]
    values = [(datetime.date.fromisoformat(c["date"]), c["ml_min"]) for c in view["clearances"]]
    if not values:
        reasons = "; ".join(sorted({item["reason"] for item in view["left_out"]}))
        expected = f"at least one clearance{f' ({reasons})' if reasons else ''}"
        raise InputError([Problem(str(source), None, "", "creatinine", "", expected)])
    start = values[0][0]
    points = tuple(KidneyPoint((day - start).days / DAYS_A_YEAR, value) for day, value in values)
    found = view["slope"]
    slope = None
    if found is not None:
        curve = _curve(points, found["percent_a_year"], found["low"], found["high"])
        slope = KidneySlope(
            found["percent_a_year"], found["low"], found["high"], found["confidence"], curve
        )
    cycles = [(c.date.first - start).days / DAYS_A_YEAR for c in record.cycles]
    data = KidneyData(
        record.patient,
        base.vocabulary["creatinine_clearance_ml_min"].entry.label,
        "mL/min",
        points,
        slope,
        view["refused"],
        tuple(cycles),
    )
    return kidney(data)


def _curve(
    points: Sequence[KidneyPoint], percent: float, low: float, high: float
) -> tuple[tuple[float, float, float | None, float | None], ...]:
    mean_time = math.fsum(p.years for p in points) / len(points)
    mean_log = math.fsum(math.log(p.value) for p in points) / len(points)
    first, last = points[0].years, points[-1].years

    def at(years: float, change: float) -> float:
        return math.exp(mean_log + math.log1p(change / 100) * (years - mean_time))

    steps = 40
    curve = []
    for n in range(steps + 1):
        years = first + (last - first) * n / steps
        ends = sorted((at(years, low), at(years, high)))
        curve.append((years, at(years, percent), ends[0], ends[1]))
    return tuple(curve)
