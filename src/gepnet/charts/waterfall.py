"""Waterfall plot: the best change from baseline of each patient, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted, joined, signed
from gepnet.charts.drawing import (
    CORNER,
    FRAMED,
    beside,
    in_order,
    limit_line,
    response_fill,
    response_patches,
)
from gepnet.charts.sources import ChartRequest, results_in, unusable
from gepnet.charts.style import GRID, INK, response_look
from gepnet.guidelines import KnowledgeBase
from gepnet.response.recist import AnyResult, Rules
from gepnet.response.recist.rules import ResponseLimits


@dataclass(frozen=True, slots=True)
class WaterfallBar:
    """One patient: the best percent change of the sum and the best overall response.

    ``note`` is a short mark over the bar, such as a new lesion in spite of shrinking targets.
    """

    patient_id: str
    best_change_percent: float
    response: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class WaterfallData:
    """Patients, the limits of the criteria in percent, and who cannot be shown."""

    bars: tuple[WaterfallBar, ...]
    response_limit_percent: float
    progression_limit_percent: float
    unmeasured: tuple[str, ...] = ()
    confirmed: bool = False

    title: ClassVar[str] = "Best change from baseline"


def waterfall_of(
    results: Iterable[AnyResult], limits: ResponseLimits, confirmed: bool = False
) -> WaterfallData:
    """Return the best change up to progression of what counts, and the best overall response."""
    bars, unmeasured = [], []
    for result in results:
        end = result.progression
        counted = [point for point in result.timepoints if point.not_counted is None]
        points = [point for point in counted if end is None or point.date <= end]
        measured = [float(point.change) for point in points if point.change is not None]
        if not measured:
            unmeasured.append(result.patient)
            continue
        best = result.best_overall_confirmed if confirmed else result.best_overall
        # A new lesion makes progression of a bar that by its length would be none.
        new = best == "PD" and any(point.new_lesion for point in points)
        bars.append(WaterfallBar(result.patient, min(measured), best, "N" if new else None))
    rise, fall = map(float, limits.changes)
    return WaterfallData(tuple(bars), fall, rise, tuple(unmeasured), confirmed)


def ordered(data: WaterfallData) -> tuple[WaterfallBar, ...]:
    """Return the bars from the largest growth to the deepest shrinkage, then by name."""
    return tuple(sorted(data.bars, key=lambda bar: (-bar.best_change_percent, bar.patient_id)))


def waterfall(data: WaterfallData) -> Chart:
    """Return the waterfall plot of ``data``."""
    bars = ordered(data)
    rows = tuple((b.patient_id, b.best_change_percent, b.response, b.note) for b in bars)
    columns = ("patient", "best change from baseline (%)", "best response", "note")
    width = min(14.0, max(7.2, 1.6 + 0.3 * len(bars)))
    table = TableTwin(columns, rows)
    return chart_of("waterfall", data, _sentence(data), table, (width, 5.0), _draw)


def _sentence(data: WaterfallData) -> str:
    bars, total = data.bars, len(data.bars)
    shrunk = sum(b.best_change_percent <= data.response_limit_percent for b in bars)
    grown = sum(b.best_change_percent >= data.progression_limit_percent for b in bars)
    counts = Counter(b.response for b in bars)
    parts = [
        f"Waterfall plot of {counted(total, 'patient')}: {shrunk} with at least "
        f"{abs(data.response_limit_percent):g} % shrinkage, {grown} with at least "
        f"{data.progression_limit_percent:g} % growth at best."
    ]
    if counts:
        found = joined([f"{name} {counts[name]}" for name in in_order(counts)])
        kind = "confirmed " if data.confirmed else ""
        parts.append(f"Best {kind}overall response: {found}.")
    if data.unmeasured:
        parts.append(f"Not shown, without a measured change: {', '.join(data.unmeasured)}.")
    return " ".join(parts)


def _draw(figure: Figure, data: WaterfallData) -> None:
    axes = figure.add_subplot()
    bars = ordered(data)
    for place, bar in enumerate(bars):
        look = response_fill(bar.response)
        axes.bar(place, bar.best_change_percent, width=0.82, linewidth=0.8, zorder=2, **look)
        if bar.best_change_percent == 0:  # a bar without height would look like a missing patient
            axes.plot([place - 0.41, place + 0.41], [0, 0], color=INK, linewidth=3, zorder=3)
        if bar.note:
            up = bar.best_change_percent >= 0
            by, edge = ((0, 3), "bottom") if up else ((0, -3), "top")
            strong: dict[str, Any] = {"fontsize": 11, "fontweight": "bold"}
            beside(axes, bar.note, (place, bar.best_change_percent), by, va=edge, **strong)
    values = [bar.best_change_percent for bar in bars] or [0.0]
    low = max(min(*values, 1.5 * data.response_limit_percent) - 8, -110)
    high = max(*values, 1.5 * data.progression_limit_percent) + 8
    axes.set(xlim=(-0.8, max(len(bars) - 0.2, 1)), ylim=(low, high))
    axes.axhline(0, color=INK, linewidth=1)
    for limit in (data.response_limit_percent, data.progression_limit_percent):
        limit_line(axes, limit, f"{signed(limit)} %")
    axes.set_ylabel("Best change from baseline (%)")
    axes.set_xticks(range(len(bars)), [bar.patient_id for bar in bars])
    crowded = len(bars) > 12 or any(len(bar.patient_id) > 4 for bar in bars)
    if len(bars) > 45:
        axes.set_xticks([])
        axes.set_xlabel(f"{len(bars)} patients")
    elif crowded:
        axes.tick_params(axis="x", rotation=90)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", color=GRID)
    counts = Counter(bar.response for bar in bars)
    words = {
        name: f"{name}, {response_look(name).word} ({counts[name]})" for name in in_order(counts)
    }
    notes = sorted({bar.note for bar in bars if bar.note})
    title = "Best overall response" + (" (confirmed)" if data.confirmed else "")
    legend = axes.legend(
        handles=response_patches(words),
        title=title,
        loc="upper right",
        alignment="left",
        **FRAMED,
    )
    legend.set_zorder(5)
    legend.get_title().set_fontweight("bold")
    if notes:
        meaning = "; ".join(f"{note} new lesion" for note in notes)
        beside(axes, meaning, (0, 0), (6, 6), CORNER, fontsize=10)
    axes.set_title(f"{data.title}, each bar one patient")


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a CSV of lesions, or stored results."""
    limits = Rules.read(base.knowledge.measures).response
    data = waterfall_of(
        results_in(base, source, request.patients, accept=request.accept), limits, request.confirmed
    )
    if not data.bars:
        raise unusable(source, "at least one patient with a measured change from baseline")
    return waterfall(data)
