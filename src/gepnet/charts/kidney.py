"""Kidney function over time with its fitted yearly change and the interval of it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from gepnet.charts.base import Cell, Chart, TableTwin, chart_of, number, signed
from gepnet.charts.drawing import EDGE, FRAMED, TOP, band, beside, draw_mark
from gepnet.charts.sources import ChartRequest, facts_on, record_in, unusable
from gepnet.charts.style import GRID, INK, REFERENCE, SOFT
from gepnet.guidelines import KnowledgeBase
from gepnet.io.laboratory import samples_with
from gepnet.prrt.after.kidney import Kidney
from gepnet.prrt.after.monitoring import kidney_of as kidney_function
from gepnet.vocabulary import Accepting

DAYS_A_YEAR = 365.25
_STEPS = 40


@dataclass(frozen=True, slots=True)
class KidneyPoint:
    """One value, years from the first sample."""

    years: float
    value: float


@dataclass(frozen=True, slots=True)
class KidneySlope:
    """A fitted yearly change in percent with its interval, and the fitted curve with its band.

    ``curve`` holds (years, fitted value, low, high); the model is that of the monitoring room.
    """

    percent_a_year: float
    low_percent: float
    high_percent: float
    level: float
    curve: tuple[tuple[float, float, float | None, float | None], ...]


@dataclass(frozen=True, slots=True)
class KidneyData:
    """The values of one patient, the fit if the data support one, else the reason why not.

    ``limits`` are values with a name, such as the clearance below which a profile says no.
    """

    patient_id: str
    measure: str
    unit: str
    points: tuple[KidneyPoint, ...]
    slope: KidneySlope | None = None
    refused: str | None = None
    cycle_years: tuple[float, ...] = ()
    limits: tuple[tuple[str, float], ...] = ()

    @property
    def title(self) -> str:
        """What it is and of whom."""
        return f"{self.measure} of {self.patient_id}"


def kidney_of(
    patient: str, found: Kidney, measure: str, cycles: Iterable[datetime.date] = ()
) -> KidneyData:
    """Return clearances over time with their yearly change, in the figures that are printed.

    The line is drawn through the mean of the logarithms, as a least-squares line runs, and the band
    is what the interval of the slope leaves open around it.

    Args:
        patient: name of the patient.
        found: at least one clearance, and the slope if there is one.
        measure: what is shown.
        cycles: days of the cycles.
    """
    start = found.clearances[0].day

    def years(day: datetime.date) -> float:
        return (day - start).days / DAYS_A_YEAR

    points = tuple(KidneyPoint(years(c.day), round(float(c.value), 1)) for c in found.clearances)
    slope = None
    if found.slope is not None:
        told = found.slope
        rate, low, high = (round(rate, 2) for rate in (told.percent_a_year, told.low, told.high))
        curve = _curve(points, rate, low, high)
        slope = KidneySlope(rate, low, high, told.confidence, curve)
    shown = tuple(map(years, cycles))
    return KidneyData(patient, measure, "mL/min", points, slope, found.refused, shown)


def _curve(
    points: Sequence[KidneyPoint], percent: float, low: float, high: float
) -> tuple[tuple[float, float, float | None, float | None], ...]:
    mean_time = math.fsum(p.years for p in points) / len(points)
    mean_log = math.fsum(math.log(p.value) for p in points) / len(points)
    first, last = points[0].years, points[-1].years

    def at(years: float, change: float) -> float:
        return math.exp(mean_log + math.log1p(change / 100) * (years - mean_time))

    curve = []
    for n in range(_STEPS + 1):
        years = first + (last - first) * n / _STEPS
        ends = sorted((at(years, low), at(years, high)))
        curve.append((years, at(years, percent), ends[0], ends[1]))
    return tuple(curve)


def kidney(data: KidneyData) -> Chart:
    """Return the chart of kidney function of ``data``."""
    rows: list[tuple[Cell, ...]] = [("measured", p.years, p.value, None, None) for p in data.points]
    if data.slope is not None:
        rows += [("fitted", *point) for point in data.slope.curve]
    columns = ("kind", "years from first value", f"{data.measure} ({data.unit})", "low", "high")
    table = TableTwin(columns, tuple(rows))
    return chart_of("kidney", data, _sentence(data), table, (7.6, 4.6), _draw)


def slope_words(slope: KidneySlope) -> str:
    """Return the yearly change in percent with its interval in words."""
    return (
        f"{signed(slope.percent_a_year, 1)} % a year ({slope.level * 100:g} % interval "
        f"{signed(slope.low_percent, 1)} to {signed(slope.high_percent, 1)})"
    )


def _sentence(data: KidneyData) -> str:
    parts = [f"{data.measure} of {data.patient_id}, {len(data.points)} values."]
    if data.points:
        first, last = data.points[0], data.points[-1]
        parts.append(
            f"First {number(first.value)}, last {number(last.value)} {data.unit} after "
            f"{number(round(last.years - first.years, 1))} years."
        )
    if data.slope is not None:
        parts.append(f"Fitted change {slope_words(data.slope)}.")
    elif data.refused:
        parts.append(f"No slope: {data.refused}.")
    return " ".join(parts)


def _draw(figure: Figure, data: KidneyData) -> None:
    axes = figure.add_subplot()
    years = [p.years for p in data.points]
    values = [p.value for p in data.points]
    if data.slope is not None:
        curve = data.slope.curve
        level = f"{data.slope.level * 100:g} % interval of the slope"
        band(axes, curve, "#d0e1f0", zorder=1, label=level)
        times, fitted = [c[0] for c in curve], [c[1] for c in curve]
        axes.plot(times, fitted, color=REFERENCE, lw=2, label="fitted")
    draw_mark(axes, years, values, "o", 7, markeredgewidth=1.5, label="measured", zorder=4)
    low = min([*values, *(v for _, v in data.limits)], default=0.0)
    high = max(values, default=1.0)
    axes.set_ylim(max(0.0, low - (high - low) * 0.25 - 3), high * 1.12)
    reach = [0.0, *years, *data.cycle_years]
    margin = 0.04 * (max(reach) - min(reach) or 1.0)
    axes.set_xlim(min(reach) - margin, max(reach) + margin)
    for name, value in data.limits:
        axes.axhline(value, color=SOFT, linewidth=1.1, linestyle=(0, (4, 3)))
        beside(axes, f"{name} {number(value)}", (1, value), (-4, 3), EDGE, color=SOFT)
    for index, when in enumerate(data.cycle_years, 1):
        axes.axvline(when, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
        beside(axes, f"C{index}", (when, 1), (2, -2), TOP)
    text = f"No slope: {data.refused}" if data.slope is None and data.refused else ""
    if data.slope is not None:
        text = slope_words(data.slope)
    axes.set_title(f"{data.title}\n{text}".rstrip())
    axes.set(xlabel="Years from the first value", ylabel=f"{data.measure} ({data.unit})")
    axes.grid(axis="y", color=GRID)
    axes.legend(loc="lower left", ncols=3, **FRAMED)


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a patient file; the figures are those of ``gepnet prrt monitoring``."""
    record, facts = record_in(base, source, request.at)
    samples = samples_with(
        record, facts.at.last, request.labs, base.vocabulary, Accepting.of(request.accept)
    )
    found = kidney_function(facts, samples, base, lambda day: facts_on(base, record, day))
    if not found.clearances:
        reasons = "; ".join(sorted({item.reason for item in found.left_out}))
        expected = f"at least one clearance{f' ({reasons})' if reasons else ''}"
        raise unusable(source, expected, "creatinine", "")
    measure = base.vocabulary["creatinine_clearance_ml_min"].entry.label
    cycles = (cycle.date.first for cycle in record.cycles)
    return kidney(kidney_of(record.patient, found, measure, cycles))
