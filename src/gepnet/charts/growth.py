"""Growth of a tumour: its sum of diameters over time, and growth rates over intervals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from gepnet.charts.base import (
    Cell,
    Chart,
    TableTwin,
    chart_of,
    counted,
    months_between,
    number,
    signed,
    spread,
)
from gepnet.charts.drawing import beside, draw_mark, headline, limit_line
from gepnet.charts.sources import ChartRequest, patient_in
from gepnet.charts.style import GRID, INK, SOFT
from gepnet.guidelines import KnowledgeBase
from gepnet.response.growth import GrowthRules, growth_of
from gepnet.response.recist import Patient, Rules
from gepnet.response.recist.rules import THOUSANDTHS
from gepnet.response.recist.sums import see, target_sum


@dataclass(frozen=True, slots=True)
class GrowthInterval:
    """The growth rate in percent of volume a month between two assessments, in months."""

    from_months: float
    to_months: float
    percent_a_month: float
    doubling_months: float | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class GrowthData:
    """Sums in mm by month, the rates between them, and the cut-offs that a source names."""

    subject: str
    sums: tuple[tuple[float, float], ...]
    intervals: tuple[GrowthInterval, ...]
    cutoffs: tuple[tuple[str, float], ...] = ()

    @property
    def title(self) -> str:
        """What it is and of whom."""
        return f"Growth: {self.subject}"


def growth_of_patient(patient: Patient, rules: Rules, constants: GrowthRules) -> GrowthData:
    """Return the sum of a patient's targets and its growth rates, with the published cut-offs."""
    start = patient.baseline
    assert start is not None
    rates = list(growth_of(patient, rules, constants))
    seen = see(patient)
    before = [
        (months_between(start, r.start), r.sum_start / THOUSANDTHS)
        for r in rates
        if r.start < start
    ]
    sums = [
        (months_between(start, day), total.value / THOUSANDTHS)
        for day in patient.dates
        if (total := target_sum(seen, day, rules)) is not None and total.complete
    ]
    month = float(constants.month_days.value)
    intervals = tuple(
        GrowthInterval(
            months_between(start, rate.start),
            months_between(start, rate.end),
            float(rate.rate),
            None if rate.doubling_days is None else float(rate.doubling_days) / month,
            ", ".join(rate.names),
        )
        for rate in rates
        if rate.rate is not None
    )
    cut_offs = {
        float(bound): f"{cut.name}, {cut.source}"
        for cut in constants.cut_offs
        if (bound := cut.above if cut.at_least is None else cut.at_least) is not None
    }
    shown = tuple((name, value) for value, name in sorted(cut_offs.items()))
    return GrowthData(f"patient {patient.id}", (*before, *sums), intervals, shown)


def growth(data: GrowthData) -> Chart:
    """Return the growth chart of ``data``."""
    rows: list[tuple[Cell, ...]] = [("sum (mm)", m, None, mm, None, "") for m, mm in data.sums]
    rows += [
        (
            "growth rate (% a month)",
            i.from_months,
            i.to_months,
            i.percent_a_month,
            i.doubling_months,
            i.category,
        )
        for i in data.intervals
    ]
    columns = ("what", "months", "to months", "value", "doubling time (months)", "category")
    table = TableTwin(columns, tuple(rows))
    return chart_of("growth", data, _sentence(data), table, (7.6, 5.4), _draw)


def _sentence(data: GrowthData) -> str:
    parts = [f"Growth of {data.subject} over {counted(len(data.intervals), 'interval')}."]
    for i in data.intervals:
        doubling = (
            ""
            if i.doubling_months is None
            else f", doubling time {number(round(i.doubling_months, 1))} months"
        )
        parts.append(
            f"Month {number(round(i.from_months, 1))} to {number(round(i.to_months, 1))}: "
            f"{signed(i.percent_a_month, 1)} % of volume a month{doubling}."
        )
    return " ".join(parts)


def _draw(figure: Figure, data: GrowthData) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.1))
    months = [m for m, _ in data.sums]
    sums = [mm for _, mm in data.sums]
    upper.plot(months, sums, color=INK, marker="o", markersize=7, linewidth=2)
    for when, value in data.sums:
        beside(upper, number(value), (when, value), (0, 8), fontsize=10)
    upper.set(ylim=(0, max(sums, default=1) * 1.25), ylabel="Sum of diameters (mm)")
    upper.grid(axis="y", color=GRID)
    rates = [i.percent_a_month for i in data.intervals]
    cutoffs = [value for _, value in data.cutoffs]
    for i in data.intervals:
        grows = i.percent_a_month >= 0
        # The interval as a bar on its rate, its end as a lollipop: later scans share the baseline.
        lower.plot([i.from_months, i.to_months], [i.percent_a_month] * 2, color=SOFT, linewidth=1.2)
        lower.plot([i.to_months] * 2, [0, i.percent_a_month], color=INK, linewidth=2.4)
        tip = (i.to_months, i.percent_a_month)
        marker, colour = ("^", "#d1622b") if grows else ("v", "#9fc3e0")
        draw_mark(lower, *tip, marker, 9, colour, zorder=4)
        words = signed(i.percent_a_month, 1)
        if i.doubling_months is not None:
            words += f"\ndoubles in {number(round(i.doubling_months, 1))}"
        above, edge = (7, "bottom") if grows else (-7, "top")
        beside(lower, words, tip, (0, above), va=edge)
    low, high = min([0.0, *rates]), max([0.0, *rates, *cutoffs])
    room = (high - low or 1) * 0.35
    lower.set_ylim(low - (room if low < 0 else 0), high + room)
    lower.axhline(0, color=INK, linewidth=1)
    bottom, top = lower.get_ylim()
    places = spread(cutoffs, (top - bottom) / 13, bottom, top)
    for (name, value), place in zip(data.cutoffs, places, strict=True):
        words = f"{name}\N{NO-BREAK SPACE}{signed(value, 1).replace('.0', '')} %"
        limit_line(lower, value, words, place)
    lower.set(xlabel="Months from baseline", ylabel="Growth rate\n(% of volume a month)")
    lower.grid(axis="y", color=GRID)
    headline(figure, data.title)


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a CSV of lesions of one patient."""
    measures = base.knowledge.measures
    patient = patient_in(base, source, request)
    return growth(growth_of_patient(patient, Rules.read(measures), GrowthRules.read(measures)))
