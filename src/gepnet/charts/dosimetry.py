"""Time-activity curves: measured points, the fit of each region and its band."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gepnet.charts.base import Cell, Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import CORNER, band, beside, draw_mark, headline, plain_numbers
from gepnet.charts.sources import ChartRequest, only
from gepnet.charts.style import ALARM, GRID, INK, line_look
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, need
from gepnet.prrt.dosimetry.data import dosimetry_data
from gepnet.prrt.dosimetry.question import DosimetryQuestion, fit_file

if TYPE_CHECKING:
    from gepnet.prrt.dosimetry.view import Curve


@dataclass(frozen=True, slots=True)
class ActivityCurve:
    """One region in one cycle: points in hours and MBq, and the fitted curve if there is one.

    ``curve`` holds (hours, MBq, low, high); ``words`` says model, half-life and dose in one line;
    ``refused`` is the reason why no fit is given.
    """

    region: str
    points: tuple[tuple[float, float], ...]
    curve: tuple[tuple[float, float, float | None, float | None], ...] = ()
    words: str = ""
    refused: str | None = None
    level: float | None = None


@dataclass(frozen=True, slots=True)
class DosimetryData:
    """The regions of one cycle of one patient."""

    subject: str
    curves: tuple[ActivityCurve, ...]
    logarithmic: bool = True

    @property
    def title(self) -> str:
        """What it is and of whom."""
        return f"Activity over time: {self.subject}"

    @property
    def across(self) -> int:
        """How many panels stand beside each other."""
        return min(3, max(len(self.curves), 1))

    @property
    def rows(self) -> int:
        """How many rows of panels there are."""
        return max(math.ceil(len(self.curves) / 3), 1)


def dosimetry_of(
    subject: str, curves: Iterable[Curve], level: float, logarithmic: bool = True
) -> DosimetryData:
    """Return the curves of one cycle of a patient, one panel a region.

    Args:
        subject: patient and cycle.
        curves: as reported, with what is drawn of each.
        level: of the intervals.
        logarithmic: axis of activity.
    """
    return DosimetryData(subject, tuple(_curve_of(c, level) for c in curves), logarithmic)


def _curve_of(curve: Curve, level: float) -> ActivityCurve:
    points = tuple((point.time_h, point.activity_mbq) for point in curve.points)
    region, drawn = curve.region.replace("_", " "), curve.curve
    if drawn is None:
        return ActivityCurve(region, points, refused=curve.reason)
    ends = (drawn.time_h, drawn.activity_mbq, drawn.low_mbq, drawn.high_mbq)
    return ActivityCurve(region, points, tuple(zip(*ends, strict=True)), _told(curve), level=level)


def _told(curve: Curve) -> str:
    from gepnet.prrt.dosimetry.forms import BI_UPTAKE, BI_WASHOUT, MONO

    forms = {form.id: form.title.replace(",", " with") for form in (MONO, BI_UPTAKE, BI_WASHOUT)}
    model = str(curve.model)
    parts = [forms.get(model, model.replace("_", " "))]
    if curve.effective_half_life_h.value is not None:
        parts.append(f"half-life {curve.effective_half_life_h.value:.0f} h")
    dose = curve.dose_gy
    if dose.value is not None:
        known = dose.low is not None and dose.high is not None
        span = f" ({dose.low:.2g} to {dose.high:.2g})" if known else ""
        parts.append(f"{dose.value:.2g} Gy{span}")
    return ", ".join(parts)


def dosimetry(data: DosimetryData) -> Chart:
    """Return the time-activity chart of ``data``, one panel a region."""
    rows: list[tuple[Cell, ...]] = []
    for curve in data.curves:
        rows += [(curve.region, "measured", *point, None, None) for point in curve.points]
        rows += [(curve.region, "fitted", *point) for point in curve.curve]
    columns = ("region", "kind", "time (h)", "activity (MBq)", "low", "high")
    size = (max(5.6, 3.9 * data.across), 0.8 + 3.1 * data.rows)
    table = TableTwin(columns, tuple(rows))
    return chart_of("dosimetry", data, _sentence(data), table, size, _draw)


def _sentence(data: DosimetryData) -> str:
    parts = [
        f"Activity over time in {counted(len(data.curves), 'region')} of {data.subject}, "
        f"{'logarithmic' if data.logarithmic else 'linear'} scale."
    ]
    for curve in data.curves:
        if curve.refused:
            parts.append(f"{curve.region}: no fit, {curve.refused}.")
        else:
            parts.append(f"{curve.region}: {curve.words or 'fitted'}.")
    return " ".join(parts)


def _draw(figure: Figure, data: DosimetryData) -> None:
    grid = figure.subplots(data.rows, data.across, squeeze=False)
    panels = [axes for row in grid for axes in row]
    for place, curve in enumerate(data.curves):
        _panel(panels[place], curve, place, data.logarithmic)
    for axes in panels[len(data.curves) :]:
        axes.set_axis_off()
    headline(figure, data.title)


def _panel(axes: Axes, curve: ActivityCurve, place: int, logarithmic: bool) -> None:
    look = line_look(place)
    if logarithmic and all(activity > 0 for _, activity in curve.points):
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    band(axes, curve.curve, look.colour, alpha=0.18)
    axes.plot([c[0] for c in curve.curve], [c[1] for c in curve.curve], color=look.colour, lw=2)
    hours, measured = [p[0] for p in curve.points], [p[1] for p in curve.points]
    draw_mark(axes, hours, measured, look.marker, 7, markeredgewidth=1.4, zorder=4)
    activities = measured + [c[1] for c in curve.curve if c[0] > 0]
    if activities and axes.get_yscale() == "log":
        axes.set_ylim(min(activities) / 1.6, max(activities) * (8 if curve.refused else 2.2))
    elif activities:
        axes.set_ylim(0, max(activities) * 1.25)
    axes.set_xlim(left=0)
    axes.set_title(curve.region, fontsize=10.5)
    note = f"no fit: {curve.refused}" if curve.refused else curve.words
    if note:
        words = "\n".join(fill(part, 34, break_on_hyphens=False) for part in note.split(", "))
        colour = ALARM if curve.refused else INK
        beside(axes, words, (1, 1), (-3, -3), CORNER, ground=(0.15, 0.85), color=colour)
    axes.set(xlabel="Hours after administration", ylabel="Activity (MBq)")
    axes.grid(color=GRID)


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw the curves of one cycle of a patient of a time-activity CSV."""
    need("numpy", "scipy")
    from gepnet.prrt.dosimetry.report import report

    data = dosimetry_data(base.knowledge.measures, base.knowledge.advisory_limits)
    found = report(fit_file(data, source, DosimetryQuestion(accept=request.accept)))
    name = only(source, (curve.patient_id for curve in found.curves or ()), request.patient)
    own = [curve for curve in found.curves or () if curve.patient_id == name]
    cycles = sorted({curve.cycle for curve in own})
    cycle = cycles[0] if request.cycle is None and len(cycles) == 1 else request.cycle
    if cycle not in cycles:
        expected = f"one cycle, by --cycle ({', '.join(map(str, cycles))})"
        told = "" if cycle is None else str(cycle)
        raise InputError([Problem(str(source), None, name, "cycle", told, expected)])
    curves = (curve for curve in own if curve.cycle == cycle)
    level = found.settings.confidence
    return dosimetry(dosimetry_of(f"{name}, cycle {cycle}", curves, level, not request.linear))
