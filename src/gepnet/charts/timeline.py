"""Timeline of one patient: treatments as bars, findings as marks, progression across all lanes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from gepnet.charts.base import Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import TOP, arrow, beside, draw_mark, name_lanes
from gepnet.charts.sources import ChartRequest, record_in, unusable
from gepnet.charts.style import ALARM, GRID, INK, SOFT, line_look
from gepnet.facts import show
from gepnet.guidelines import KnowledgeBase
from gepnet.record import (
    AdverseEvent,
    Note,
    Observation,
    Progression,
    Record,
    Treatment,
    in_words,
)
from gepnet.vocabulary import OptionTree, PartialDate, Vocabulary, unit_words

#: Kinds of event in the lanes, with the fact that says most of each, if recorded.
LANES = {
    "pathology": ("ki67_percent", "grade_reported", "differentiation"),
    "sstr_imaging": ("sstr_uptake_vs_liver", "sstr_result"),
    "fdg_imaging": ("fdg_vs_sstr_worst", "fdg_result"),
    "stage": ("stage", "resectability"),
    "laboratory": (),
    "response": ("response",),
    "adverse_event": (),
    "note": (),
}


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """A treatment from its first day to its last; ``stop`` None if it goes on.

    ``note`` is written behind the name, such as the best response or why it was stopped.
    ``approximate`` says that a date is known only to the month or year.
    """

    name: str
    start: datetime.date
    stop: datetime.date | None
    note: str = ""
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class TimelineMark:
    """Something seen or done on one day, in a named lane."""

    lane: str
    day: datetime.date
    text: str
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class TimelineData:
    """One patient's course as known on ``until``."""

    patient_id: str
    until: datetime.date
    bars: tuple[TimelineBar, ...] = ()
    cycles: tuple[TimelineMark, ...] = ()
    marks: tuple[TimelineMark, ...] = ()
    progressions: tuple[TimelineMark, ...] = ()
    undated: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is and of whom."""
        return f"Course of {self.patient_id}"


def timeline_of(
    record: Record, until: datetime.date, options: OptionTree, vocabulary: Vocabulary
) -> TimelineData:
    """Return the course of a patient as known on a day; what has no date is only named."""
    undated: list[str] = []
    bars = []
    for course in record.treatments:
        label = options[course.option].label
        if course.start is None:
            undated.append(label)
        elif course.start.first <= until:
            bars.append(_bar_of(course, course.start, label, until))
    marks: list[TimelineMark] = []
    progressions: list[TimelineMark] = []
    for event in record.events:
        if event.withdrawn:
            continue
        if isinstance(event, Observation) and event.kind in LANES:
            lane = event.kind.replace("_", " ").replace("sstr", "SSTR").replace("fdg", "FDG")
            if event.date is None:
                undated.append(event.kind.replace("_", " "))
            elif event.date.first <= until:
                marks.append(_mark(lane, event.date, _said(event, vocabulary)))
        elif isinstance(event, Note | AdverseEvent):
            said = in_words(event)
            if event.date is None:
                undated.append(f"{event.kind.replace('_', ' ')} ({said})")
            elif event.date.first <= until:
                marks.append(_mark(event.kind.replace("_", " "), event.date, said))
        elif isinstance(event, Progression) and event.types and event.date is not None:
            progressions.append(_mark("progression", event.date, _told(event, options)))
    progressions = [mark for mark in progressions if mark.day <= until]
    order = {name.replace("_", " ").casefold(): n for n, name in enumerate(LANES)}
    marks.sort(key=lambda mark: (order[mark.lane.casefold()], mark.day))
    cycles = tuple(
        _mark("PRRT cycles", cycle.date, str(cycle.cycle))
        for cycle in record.cycles
        if cycle.date.first <= until
    )
    shown = (tuple(bars), cycles, tuple(marks), tuple(progressions))
    return TimelineData(record.patient, until, *shown, tuple(undated))


def _mark(lane: str, date: PartialDate, text: str) -> TimelineMark:
    return TimelineMark(lane, date.first, text, date.first != date.last)


def _bar_of(course: Treatment, start: PartialDate, label: str, until: datetime.date) -> TimelineBar:
    stop = course.stop
    known = stop is not None and stop.first <= until
    rough = start.first != start.last or (stop is not None and stop.first != stop.last)
    parts: list[str] = [course.best_response or ""]
    if course.stop_reason and course.stop_reason != "completed":
        parts.append(f"stopped: {course.stop_reason}")
    note = ", ".join(part.replace("_", " ") for part in parts if part)
    last = stop.last if stop is not None and known else None
    return TimelineBar(label, start.first, last, note, rough)


def _said(event: Observation, vocabulary: Vocabulary) -> str:
    """Return the value that says most of an observation, with its unit."""
    for name in LANES[event.kind]:
        value = event.values.get(name)
        if value is not None:
            unit = unit_words(vocabulary[name].entry.unit)
            label = "Ki-67 " if name == "ki67_percent" else ""
            return f"{label}{show(value).replace('_', ' ')} {unit}".rstrip()
    return ""


def _told(event: Progression, options: OptionTree) -> str:
    words = ", ".join(
        kind.replace("radiological_recist", "RECIST").replace("_", " ") for kind in event.types
    )
    on = [options[name].label if name in options else name for name in event.on]
    return f"{words}, on {' and '.join(on)}" if on else words


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
