"""Timeline of one patient: treatments as bars, findings as marks, progression across all lanes."""

from __future__ import annotations

import datetime
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from gepnet.charts.base import Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import TOP, arrow, beside, draw_mark, name_lanes
from gepnet.charts.sources import ChartRequest, record_in, unusable
from gepnet.charts.style import ALARM, GRID, INK, SOFT, line_look
from gepnet.facts.timeline import TimelineBar, TimelineData, TimelineMark, timeline_of
from gepnet.guidelines import KnowledgeBase


def timeline(data: TimelineData) -> Chart:
    """Return the timeline of ``data``."""
    rows = [
        ("treatment", b.start.isoformat(), _iso(b.stop), b.name, b.note, b.approximate)
        for b in data.bars
    ]
    for mark in (*data.cycles, *data.marks, *data.progressions):
        rows.append((mark.lane, mark.day.isoformat(), None, mark.text, "", mark.approximate))
    rows.sort(key=lambda row: (row[1], row[0], row[3]))
    columns = ("lane", "from", "to", "what", "note", "approximate date")
    lanes = len(data.bars) + len(_lanes(data)) + bool(data.cycles)
    table = TableTwin(columns, tuple(rows))
    size = (10.0, max(2.8, 1.5 + 0.46 * lanes))
    return chart_of("timeline", data, _sentence(data), table, size, _draw)


def _iso(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _lanes(data: TimelineData) -> list[str]:
    return list(dict.fromkeys(mark.lane for mark in data.marks))


def _sentence(data: TimelineData) -> str:
    parts = [f"Timeline of {data.patient_id} until {data.until.isoformat()}."]
    for bar in sorted(data.bars, key=lambda b: b.start):
        end = "ongoing" if bar.stop is None else f"to {bar.stop.isoformat()}"
        note = f" ({bar.note})" if bar.note else ""
        parts.append(f"{bar.name} from {bar.start.isoformat()} {end}{note}.")
    if data.cycles:
        parts.append(f"{counted(len(data.cycles), 'cycle')} of radioligand therapy.")
    for mark in data.progressions:
        parts.append(f"Progression {mark.day.isoformat()}: {mark.text}.")
    if data.undated:
        parts.append(f"Without a date, so not drawn: {', '.join(data.undated)}.")
    return " ".join(parts)


def _number(day: datetime.date) -> float:
    return float(day.toordinal())


def _draw(figure: Figure, data: TimelineData) -> None:

    axes = figure.add_subplot()
    days = [b.start for b in data.bars] + [m.day for m in (*data.marks, *data.cycles)]
    days += [m.day for m in data.progressions]
    first = min(days, default=data.until)
    span = max((data.until - first).days, 30)
    labels: list[str] = []
    for place, bar in enumerate(sorted(data.bars, key=lambda b: (b.start, b.name))):
        _bar(axes, bar, place, data.until, span)
        labels.append(bar.name)
    if data.cycles:
        for mark in data.cycles:
            axes.plot(_number(mark.day), len(labels), "v", ms=9, color=INK, zorder=4)
            beside(axes, mark.text, (_number(mark.day), len(labels)), (7, 0))
        labels.append(data.cycles[0].lane)
    for index, lane in enumerate(_lanes(data)):
        look = line_look(index)
        found = [m for m in data.marks if m.lane == lane]
        _marks(axes, found, len(labels), look.marker, look.colour, first, span)
        labels.append(lane)
    for mark in data.progressions:
        axes.axvline(_number(mark.day), color=ALARM, linewidth=1.5, linestyle=(0, (2, 2)), zorder=1)
    _progression_words(axes, data, span)
    name_lanes(axes, labels, 0.7, 0.6)
    axes.set_xlim(_number(first) - span * 0.02, _number(data.until) + span * 0.06)
    axes.axvline(_number(data.until), color=SOFT, linewidth=1)
    show_months(axes, first, data.until)
    axes.grid(axis="x", color=GRID)
    axes.set_title(f"{data.title} until {data.until.isoformat()}", pad=22)


def _bar(axes: Axes, bar: TimelineBar, place: int, until: datetime.date, span: int) -> None:
    stop = bar.stop or until
    width = max((stop - bar.start).days, span * 0.006)
    axes.barh(
        place,
        width,
        left=_number(bar.start),
        height=0.5,
        color="#9fc3e0" if bar.stop else "#d0e1f0",
        edgecolor=INK,
        linewidth=0.9,
        linestyle="--" if bar.approximate else "-",
        zorder=2,
    )
    if bar.stop is None:
        arrow(axes, _number(until), _number(until) + span * 0.045, place, linewidth=1.5)
    if bar.note:
        inside = width > span * 0.013 * len(bar.note)
        right = not inside and (_number(stop) - _number(until)) / span > -0.013 * len(bar.note)
        where = _number(bar.start) if inside or right else _number(stop)
        beside(axes, bar.note, (where, place), (-6 if right else 6, 0), zorder=5)


def _marks(
    axes: Axes,
    marks: list[TimelineMark],
    place: int,
    marker: str,
    colour: str,
    first: datetime.date,
    span: int,
) -> None:
    """Draw the marks of a lane; words that would run into the next mark are left to the table."""
    ordered = sorted(marks, key=lambda m: m.day)
    taken = 0.0
    for index, mark in enumerate(ordered):
        fill = "white" if mark.approximate else colour
        draw_mark(axes, _number(mark.day), place, marker, 8, fill, colour, zorder=4)
        room = (
            (ordered[index + 1].day - mark.day).days / span
            if index + 1 < len(ordered)
            else 1.06 - (mark.day - first).days / span
        )
        before = (
            (mark.day - ordered[index - 1].day).days / span
            if index
            else (mark.day - first).days / span
        )
        left = index + 1 == len(ordered) and not _fits(mark.text, room)
        if _fits(mark.text, before - taken if left else room):
            beside(axes, mark.text, (_number(mark.day), place), (-7 if left else 7, 0))
        taken = 0.0125 * len(mark.text) if _fits(mark.text, room) else 0.0


def _fits(text: str, room: float) -> bool:
    """Whether a text has room, given as a share of the picture's width."""
    return 0.0115 * (len(text) + 2) <= room


def _progression_words(axes: Axes, data: TimelineData, span: int) -> None:
    """Write what progressed above the lanes, at most two rows so that words stay apart."""
    ends = [float("-inf"), float("-inf")]
    for mark in sorted(data.progressions, key=lambda m: m.day):
        start = _number(mark.day)
        width = span * 0.0115 * (len(mark.text) + 2)
        right = start + width > _number(data.until) + span * 0.06
        low, high = (start - width, start) if right else (start, start + width)
        row = next((r for r in (0, 1) if ends[r] <= low), None)
        if row is None:
            continue
        ends[row] = high
        by = (-3 if right else 3, 2 + 11 * row)
        beside(axes, mark.text, (start, 1), by, TOP, color=ALARM, fontweight="bold")


def show_months(axes: Axes, first: datetime.date, last: datetime.date) -> None:
    """Print months below an axis of days, at most about ten."""
    days, words = month_ticks(first, last)
    axes.xaxis.set_major_locator(FixedLocator([day.toordinal() for day in days]))
    axes.set_xticklabels(words)


def month_ticks(first: datetime.date, last: datetime.date) -> tuple[list[datetime.date], list[str]]:
    """Return firsts of a month from ``first`` to ``last``, at most about ten."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60) if months / s <= 10), 120)
    days, words = [], []
    year, month = first.year, first.month
    while (day := datetime.date(year, month, 1)) <= last:
        if day >= first and (year * 12 + month - 1) % step == 0:
            days.append(day)
            words.append(str(year) if step >= 12 else f"{year}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days, words


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a patient file."""
    record, facts = record_in(base, source, request.at)
    data = timeline_of(record, facts.at.last, base.options, base.vocabulary)
    if not (data.bars or data.marks or data.cycles or data.progressions):
        raise unusable(source, "at least one dated event", "events", "")
    return timeline(data)
