"""Laboratory chart: each analyte in its own panel, grade bands behind it, cycles marked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gepnet.charts.base import Cell, Chart, TableTwin, chart_of, counted, number
from gepnet.charts.drawing import EDGE, TOP, beside, draw_mark, headline
from gepnet.charts.files import ChartChoices
from gepnet.charts.sources import PATIENT_FILES, ChartRequest, only
from gepnet.charts.style import GRADES, GRID, INK, REFERENCE, SOFT, on
from gepnet.charts.timeline import show_months
from gepnet.guidelines import KnowledgeBase
from gepnet.io.dated_events import read_dated_events
from gepnet.io.laboratory import LabRow, read_laboratory, recorded_values
from gepnet.io.laboratory_grades import names_baselines, samples
from gepnet.knowledge import InputError, asked
from gepnet.measures.ctcae import Edition, Sample, bands, edition, grade
from gepnet.record import read_record
from gepnet.vocabulary import Accepting, Interval, Vocabulary, in_order, unit_words


@dataclass(frozen=True, slots=True)
class LabPoint:
    """One value on one day, in the unit of its panel, with its grade where one was given.

    ``sign`` says that only a bound is known: ``<`` of ``<5``; ``value`` is then the bound.
    """

    day: datetime.date
    value: float
    grade: int | None = None
    baseline: bool = False
    sign: str = ""

    @property
    def cell(self) -> float | str:
        """The value as a number, or as ``<5`` where only a bound is known."""
        return f"{self.sign}{number(self.value)}" if self.sign else self.value

    @property
    def words(self) -> str:
        """The value as a text."""
        return f"{self.sign}{number(self.value)}"


@dataclass(frozen=True, slots=True)
class GradeBand:
    """The values of one grade, from ``low`` to ``high`` in the unit of the panel; None is open."""

    grade: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class LabPanel:
    """One analyte. ``falls`` says that low values are the bad ones; its nadir is marked."""

    analyte: str
    unit: str
    points: tuple[LabPoint, ...]
    bands: tuple[GradeBand, ...] = ()
    lln: float | None = None
    uln: float | None = None
    falls: bool = True
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class LabData:
    """The panels of one patient and the days of the cycles; ``edition`` names the grading."""

    patient_id: str
    panels: tuple[LabPanel, ...]
    cycles: tuple[datetime.date, ...] = ()
    edition: str = ""

    @property
    def title(self) -> str:
        """What it is and of whom."""
        return f"Laboratory values of {self.patient_id}"


def labs_of(
    patient: str,
    samples: Iterable[tuple[LabRow, Sample]],
    analytes: Sequence[str],
    edition: Edition,
    vocabulary: Vocabulary,
    cycles: Iterable[datetime.date] = (),
) -> LabData:
    """Return the values of one patient with the grades and grade bands of an edition of CTCAE.

    Args:
        patient: name of the patient.
        samples: the values of the patient.
        analytes: which to show, a panel each; every one has a value.
        edition: of CTCAE.
        vocabulary: the facts, for labels and units.
        cycles: days of the cycles.
    """
    own: dict[str, list[tuple[LabRow, Sample]]] = {name: [] for name in analytes}
    for row, sample in samples:
        own.get(row.analyte, []).append((row, sample))
    own = {name: in_order([(one[0].date, one) for one in pairs]) for name, pairs in own.items()}
    panels = (_panel_of(vocabulary, name, rows, edition) for name, rows in own.items())
    return LabData(patient, tuple(panels), tuple(cycles), f"CTCAE {edition.edition}")


def _panel_of(
    vocabulary: Vocabulary, analyte: str, rows: Sequence[tuple[LabRow, Sample]], edition: Edition
) -> LabPanel:

    fact = vocabulary[analyte].entry
    terms = [term for term in edition.of(analyte) if term.grades]
    points = []
    for row, sample in rows:
        grades = [grade(term, sample, edition.edition) for term in terms]
        least = max((found.at_least or 0 for found in grades), default=None)
        most = max((found.at_most or 0 for found in grades), default=None)
        worst = least if least == most else None
        value, sign = _bound(row.value)
        points.append(LabPoint(row.date.first, value, worst, sample.before_treatment, sign))
    last = rows[-1][0]
    found = [band for term in terms for band in bands(term, last.lln, last.uln)]
    return LabPanel(
        fact.label,
        unit_words(fact.unit),
        tuple(points),
        tuple(GradeBand(band.grade, _float(band.low), _float(band.high)) for band in found),
        _float(last.lln),
        _float(last.uln),
        falls=any(term.direction == "low" for term in terms),
    )


def _bound(value: Interval) -> tuple[float, str]:
    """Return the number of a value and the sign before it; of a range its lower end."""
    told = value.reported
    if value.is_point or told is None or told.own[:1] not in "<>":
        return float(value.low), "" if value.is_point else ">="
    sign = told.own.rstrip("0123456789.-+")
    return float(told.own.removeprefix(sign)), sign


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def labs(data: LabData) -> Chart:
    """Return the laboratory chart of ``data``."""
    rows: list[tuple[Cell, ...]] = [
        (panel.analyte, p.day.isoformat(), p.cell, panel.unit, p.grade, p.baseline)
        for panel in data.panels
        for p in panel.points
    ]
    columns = ("analyte", "date", "value", "unit", "grade", "baseline")
    table = TableTwin(columns, tuple(rows))
    size = (8.6, 1.0 + 1.9 * max(len(data.panels), 1))
    return chart_of("labs", data, _sentence(data), table, size, _draw)


def worst(panel: LabPanel) -> LabPoint | None:
    """Return the nadir, or the peak of an analyte whose high values are the bad ones."""
    if not panel.points:
        return None
    pick = min if panel.falls else max
    return pick(panel.points, key=lambda point: (point.value, _SIGNS.index(point.sign)))


#: Of one number, from what is below it to what is above: >10 is higher than 10.
_SIGNS = ("<", "<=", "", ">=", ">")


def _sentence(data: LabData) -> str:
    head = f"Laboratory chart of {data.patient_id}"
    parts = [f"{head} with {data.edition} grades." if data.edition else f"{head}."]
    for panel in data.panels:
        extreme = worst(panel)
        if extreme is None:
            parts.append(f"{panel.analyte}: no value.")
            continue
        grade = "" if extreme.grade is None else f", grade {extreme.grade}"
        last = panel.points[-1]
        parts.append(
            f"{panel.analyte}: {'lowest' if panel.falls else 'highest'} {extreme.words} "
            f"{panel.unit} on {extreme.day.isoformat()}{grade}; last {last.words} on "
            f"{last.day.isoformat()}."
        )
    if data.cycles:
        days = ", ".join(day.isoformat() for day in data.cycles)
        parts.append(f"{counted(len(data.cycles), 'cycle')}: {days}.")
    return " ".join(parts)


def _draw(figure: Figure, data: LabData) -> None:

    panels = data.panels
    grid = figure.subplots(max(len(panels), 1), 1, sharex=True, squeeze=False)
    days = [p.day for panel in panels for p in panel.points] + list(data.cycles)
    first, last = min(days, default=None), max(days, default=None)
    for place, panel in enumerate(panels):
        axes = grid[place][0]
        _panel(axes, panel)
        for index, day in enumerate(data.cycles, 1):
            axes.axvline(day.toordinal(), color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=2)
            if place == 0:
                beside(axes, f"cycle {index}", (day.toordinal(), 1), (0, 2), TOP)
        axes.grid(axis="y", color=GRID)
    bottom = grid[-1][0]
    if first is not None and last is not None:
        span = max((last - first).days, 14)
        bottom.set_xlim(first.toordinal() - span * 0.03, last.toordinal() + span * 0.03)
        show_months(bottom, first, last)
    edition = f", bands: {data.edition} grade" if data.edition else ""
    headline(figure, f"{data.title}{edition}")


def _panel(axes: Axes, panel: LabPanel) -> None:
    values = [p.value for p in panel.points]
    limits = [v for v in (panel.lln, panel.uln) if v is not None]
    if panel.logarithmic and all(v > 0 for v in values):
        axes.set_yscale("log")
    reach = values + [limit for limit in limits if not values or _near(limit, values)]
    low, high = (min(reach), max(reach)) if reach else (0.0, 1.0)
    if axes.get_yscale() == "log":
        axes.set_ylim(low / 1.3, high * 1.3)
    else:
        margin = (high - low or abs(high) or 1) * 0.16
        axes.set_ylim(max(low - margin, 0) if low >= 0 else low - margin, high + margin)
    bottom, top = axes.get_ylim()
    for band in panel.bands:
        below = bottom if band.low is None else max(band.low, bottom)
        above = top if band.high is None else min(band.high, top)
        if above <= below:
            continue
        colour = GRADES[band.grade]
        axes.axhspan(below, above, color=colour, linewidth=0, zorder=0)
        if (above - below) / (top - bottom) > 0.09 or axes.get_yscale() == "log":
            middle = (below + above) / 2
            beside(axes, f"G{band.grade}", (1, middle), (-4, 0), EDGE, color=on(colour))
    for limit, word in ((panel.lln, "LLN"), (panel.uln, "ULN")):
        if limit is not None and bottom < limit < top:
            axes.axhline(limit, color=REFERENCE, linewidth=1.2, linestyle=(0, (1, 1.5)), zorder=1)
            words, ground = f"{word} {number(limit)}", (0.05, 0.7)
            beside(axes, words, (0, limit), (4, 2), EDGE, ground, color=REFERENCE)
    days = [p.day.toordinal() for p in panel.points]
    axes.plot(days, values, color=INK, marker="o", markersize=5.5, linewidth=1.5, zorder=3)
    for point in panel.points:
        if point.sign:  # an arrow from the bound to where the value lies
            draw_mark(
                axes, point.day.toordinal(), point.value, "v^"[">" in point.sign], 9, zorder=4
            )
        if point.baseline:
            draw_mark(axes, point.day.toordinal(), point.value, "s", 8, zorder=4)
    extreme = worst(panel)
    if extreme is not None and len(panel.points) > 1:
        place = (extreme.day.toordinal(), extreme.value)
        draw_mark(axes, *place, "D", 8, markeredgewidth=1.6, zorder=5)
        words = f"{'nadir' if panel.falls else 'peak'} {extreme.words}"
        strong: dict[str, Any] = {"fontsize": 9.5, "fontweight": "bold"}
        beside(axes, words, place, (8, 0), ground=(0.1, 0.75), zorder=6, **strong)
    axes.set_ylabel(f"{panel.analyte}\n({panel.unit})" if panel.unit else panel.analyte, color=SOFT)
    axes.yaxis.label.set_color(INK)


def _near(limit: float, values: list[float]) -> bool:
    """Whether a limit can be shown without pressing the values into a line."""
    low, high = min(values), max(values)
    reach = max(high - low, abs(high) * 0.3)
    return low - reach <= limit <= high + reach


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a laboratory CSV or a patient file, with the grades of ``gepnet labs grade``.

    In a patient file the latest sample up to the first cycle is the baseline; for a CSV the file
    of events gives the cycles.
    """
    baseline_date = request.baseline_date
    rows: Sequence[LabRow]
    if source.suffix in PATIENT_FILES:
        record = read_record(source, base.vocabulary)
        name, rows = record.patient, recorded_values(record)
        cycles = [cycle.date.first for cycle in record.cycles]
        baseline_date = baseline_date or min(cycles, default=None)
    else:
        every = read_laboratory(source, base.vocabulary, accepting=Accepting.of(request.accept))
        name = only(source, (row.patient for row in every), request.patient)
        rows = [row for row in every if row.patient == name]
        happened = read_dated_events(request.events)
        cycles = [e.day for e in happened if e.patient == name and e.event == "cycle"]
    shown = _analytes(base, source, rows, request.analytes)
    graded = samples(rows, base.vocabulary, None if names_baselines(rows) else baseline_date)
    chosen = edition(base.knowledge.measures, request.ctcae or "5")
    return labs(labs_of(name, graded, shown, chosen, base.vocabulary, cycles))


def _analytes(
    base: KnowledgeBase, source: Path, rows: Sequence[LabRow], wanted: Sequence[str]
) -> Sequence[str]:

    there = list(dict.fromkeys(row.analyte for row in rows))
    wrong = [name for name in wanted if name not in there]
    if wrong or not there:
        expected = f"an analyte of {source.name} ({', '.join(there)})" if there else "values"
        raise InputError(asked("analyte", name, expected, there) for name in wrong or [""])

    first = ChartChoices.read(base.knowledge.measures).laboratory.first
    return wanted or [name for name in first if name in there] or there
