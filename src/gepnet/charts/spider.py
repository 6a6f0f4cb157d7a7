"""Spider plot: how each lesion and their sum change from baseline over time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
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
from gepnet.charts.drawing import TOP, beside
from gepnet.charts.sources import ChartRequest, dated, only, patient_in, results_in
from gepnet.charts.style import ALARM, GRID, INK, SOFT, LineLook, line_look
from gepnet.guidelines import KnowledgeBase
from gepnet.response.recist import AnyResult, Patient, Result, Rules, assess, read_options
from gepnet.response.recist.model import Role
from gepnet.response.recist.sums import see, states

#: How a sum is drawn.
SUM = LineLook(INK, "o", "-")


@dataclass(frozen=True, slots=True)
class SpiderPoint:
    """One assessment of one lesion, months from baseline and percent change since then."""

    months: float
    change_percent: float
    response: str | None = None


@dataclass(frozen=True, slots=True)
class SpiderLine:
    """The course of one lesion, or of one patient in a plot of many."""

    name: str
    points: tuple[SpiderPoint, ...]
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class SpiderData:
    """Lines of one patient or of several, and what is marked on them.

    ``progression_months`` is when progression was found; ``reason`` says why, as the response
    assessment printed it. The limits are those of the criteria in use, in percent.
    """

    subject: str
    lines: tuple[SpiderLine, ...]
    response_limit_percent: float
    progression_limit_percent: float
    progression_months: float | None = None
    reason: str | None = None
    unmeasured: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is and of whom."""
        return f"Lesions over time: {self.subject}"

    @property
    def limits(self) -> tuple[float, float]:
        """The limits of response and of progression in percent."""
        return self.response_limit_percent, self.progression_limit_percent


def spider_of_patient(patient: Patient, result: Result, rules: Rules) -> SpiderData:
    """Return the targets of one patient and their sum over time, in percent of baseline."""
    start = patient.baseline
    assert start is not None
    lines, unmeasured = _lesion_lines(patient, rules, start)
    sums = SpiderLine("sum of targets", _sums(result, start), is_sum=True)
    end = result.progression
    months = None if end is None else months_between(start, end)
    reason = next((point.reason for point in result.timepoints if point.date == end), None)
    rise, fall = map(float, rules.response.changes)
    subject = f"patient {patient.id}"
    return SpiderData(subject, (*lines, sums), fall, rise, months, reason, unmeasured)


def spider_of_results(results: Sequence[AnyResult], rules: Rules) -> SpiderData:
    """Return the sum of each patient over time; every result has a baseline or reference date."""
    lines, without = [], []
    for result in results:
        start = result.baseline or result.reference
        assert start is not None
        points = _sums(result, start)
        if len(points) > 1:
            lines.append(SpiderLine(result.patient, points))
        else:
            without.append(result.patient)
    subject = "sums of each patient" if len(lines) != 1 else f"patient {lines[0].name}"
    rise, fall = map(float, rules.response.changes)
    return SpiderData(subject, tuple(lines), fall, rise, unmeasured=tuple(without))


def _sums(result: AnyResult, start: datetime.date) -> tuple[SpiderPoint, ...]:
    points = [
        SpiderPoint(months_between(start, point.date), float(point.change), point.overall)
        for point in result.timepoints
        if point.change is not None
    ]
    return SpiderPoint(0.0, 0.0), *points


def _lesion_lines(
    patient: Patient, rules: Rules, start: datetime.date
) -> tuple[list[SpiderLine], tuple[str, ...]]:
    """Return one line a target, fragments of a split lesion added up under its name."""
    seen = see(patient)
    sizes: dict[str, dict[datetime.date, int]] = {}
    organs = {row.lesion: row.organ for row in patient.lesions}
    for day in patient.dates:
        for lesion, _, value in states(seen, Role.TARGET, day, rules):
            if value.evaluated and value.counted:
                own = sizes.setdefault(seen.lineage.root(lesion), {})
                own[day] = own.get(day, 0) + value.size
    lines, without = [], []
    for lesion, own in sizes.items():
        baseline = own.get(start)
        if not baseline:
            without.append(lesion)
            continue
        points = [
            SpiderPoint(months_between(start, day), 100 * (size - baseline) / baseline)
            for day, size in sorted(own.items())
        ]
        lines.append(SpiderLine(f"{lesion} {organs[lesion]}", tuple(points)))
    return lines, tuple(without)


def spider(data: SpiderData) -> Chart:
    """Return the spider plot of ``data``."""
    rows: list[tuple[Cell, ...]] = [
        (line.name, point.months, point.change_percent, point.response)
        for line in data.lines
        for point in line.points
    ]
    columns = ("line", "months from baseline", "change from baseline (%)", "response")
    table = TableTwin(columns, tuple(rows))
    return chart_of("spider", data, _sentence(data), table, (8.2, 5.0), _draw)


def _sentence(data: SpiderData) -> str:
    shown = [line for line in data.lines if line.points]
    sums = [line for line in shown if line.is_sum]
    lesions = len(shown) - len(sums)
    parts = [f"Spider plot of {counted(lesions, 'lesion')} of {data.subject}."]
    for line in sums:
        least = min(line.points, key=lambda p: p.change_percent)
        last = line.points[-1]
        parts.append(
            f"{line.name}: lowest {signed(least.change_percent, limits=data.limits)} % at "
            f"{number(round(least.months, 1))} months, "
            f"last {signed(last.change_percent, limits=data.limits)} % at "
            f"{number(round(last.months, 1))} months."
        )
    if data.progression_months is None:
        parts.append("No progression found.")
    else:
        parts.append(f"Progression at {number(round(data.progression_months, 1))} months.")
    if data.reason:
        parts.append(f"{data.reason}.")
    if data.unmeasured:
        parts.append(f"Not drawn, as without a baseline: {', '.join(data.unmeasured)}.")
    return " ".join(parts)


def _draw(figure: Figure, data: SpiderData) -> None:
    axes = figure.add_subplot()
    last = max((p.months for line in data.lines for p in line.points), default=1.0) or 1.0
    values = [p.change_percent for line in data.lines for p in line.points] or [0.0]
    low = min(-1.6 * abs(data.response_limit_percent), min(values) - 10)
    high = max(1.6 * data.progression_limit_percent, max(values) + 12)
    axes.set(xlim=(0, last * 1.02), ylim=(max(low, -112), high))
    axes.axhline(0, color=SOFT, linewidth=1)
    for limit in data.limits:
        axes.axhline(limit, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    for line, look in _looks(data):
        months = [p.months for p in line.points]
        changes = [p.change_percent for p in line.points]
        shown: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.4}
        if line.is_sum:
            shown = {"linewidth": 3.2, "markersize": 8, "zorder": 4}
        shown |= {"linestyle": look.dash, "marker": look.marker, "color": look.colour}
        axes.plot(months, changes, **shown)
    if data.progression_months is not None:
        _progression(axes, data)
    _names(axes, data, last)
    axes.set(xlabel="Months from baseline", ylabel="Change from baseline (%)")
    axes.set_title(data.title, pad=20)
    axes.grid(axis="y", color=GRID)


def _looks(data: SpiderData) -> Iterator[tuple[SpiderLine, LineLook]]:
    """Yield each line with its look; a sum stands out and takes none from the lesions."""
    looks = map(line_look, count())
    for line in data.lines:
        yield line, SUM if line.is_sum else next(looks)


def _progression(axes: Axes, data: SpiderData) -> None:
    months = data.progression_months or 0.0
    axes.axvline(months, color=ALARM, linewidth=1.4, linestyle=(0, (2, 2)), zorder=1)
    words = f"progression, {number(round(months, 1))} months"
    side = "right" if months > axes.get_xlim()[1] / 2 else "left"
    look: dict[str, Any] = {"color": ALARM, "fontweight": "bold", "fontsize": 10}
    beside(axes, words, (months, 1), (0, 3), TOP, ha=side, va="bottom", **look)


def _names(axes: Axes, data: SpiderData, last: float) -> None:
    """Name each line at its end instead of in a legend, and each limit at the right edge."""
    low, high = axes.get_ylim()
    ends: list[tuple[float, float, str, str, str]] = []
    for line, look in _looks(data):
        if line.points:
            end = line.points[-1]
            weight = "bold" if line.is_sum else "normal"
            text = f"{line.name} {signed(end.change_percent, limits=data.limits)} %"
            ends.append((end.months, end.change_percent, text, look.colour, weight))
    for limit in data.limits:
        ends.append((last * 1.02, limit, f"{signed(limit)} % limit", SOFT, "normal"))
    wanted: Sequence[float] = [end[1] for end in ends]
    for (x, y, text, colour, weight), where in zip(
        ends, spread(wanted, (high - low) / 22, low, high), strict=True
    ):
        axes.annotate(
            text,
            (x, y),
            xycoords="data",
            xytext=(last * 1.05, where),
            textcoords="data",
            color=colour,
            fontsize=9.5,
            fontweight=weight,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GRID, "linewidth": 0.8, "shrinkB": 2},
        )


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a CSV of lesions of one patient, or the sums of all patients of stored results."""
    rules = Rules.read(base.knowledge.measures)
    if source.suffix == ".json":
        results = dated(results_in(base, source, None), source)
        if request.patient is not None:
            name = only(source, [result.patient for result in results], request.patient)
            results = [result for result in results if result.patient == name]
        return spider(spider_of_results(results, rules))
    patient = patient_in(base, source, request)
    result = assess(patient, rules, read_options(rules, None))
    return spider(spider_of_patient(patient, result, rules))
