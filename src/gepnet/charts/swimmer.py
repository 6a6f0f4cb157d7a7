"""Swimmer plot: each patient's time on study as a bar, with responses, cycles and how it ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from gepnet.charts.base import (
    Cell,
    Chart,
    TableTwin,
    chart_of,
    counted,
    joined,
    months_between,
    number,
)
from gepnet.charts.drawing import (
    arrow,
    draw_mark,
    in_order,
    name_lanes,
    response_fill,
    response_patches,
)
from gepnet.charts.sources import ChartRequest, dated, results_in
from gepnet.charts.style import ALARM, GRID, INK, RESPONSES, SOFT, response_look
from gepnet.guidelines import KnowledgeBase
from gepnet.io.dated_events import DatedEvent, read_dated_events
from gepnet.knowledge import InputError, Problem
from gepnet.record.chronology import AFTER_DEATH, BEFORE_REFERENCE, Happening, disorders
from gepnet.response.recist import AnyResult
from gepnet.vocabulary import exact

CROSS = "$\u271d$"
#: How a lane may end, with the words of legend and sentence.
ENDS = {
    "ongoing": "in follow-up",
    "progression": "progression",
    "death": "death",
    "stopped": "follow-up ended",
}


@dataclass(frozen=True, slots=True)
class SwimmerMark:
    """One assessment: months from the reference date, and the response then."""

    months: float
    response: str


@dataclass(frozen=True, slots=True)
class SwimmerLane:
    """One patient from month 0 to ``months``; ``best_response`` fills the bar."""

    patient_id: str
    months: float
    end: str
    best_response: str
    marks: tuple[SwimmerMark, ...] = ()
    cycle_months: tuple[float, ...] = ()
    progression_months: float | None = None

    def __post_init__(self) -> None:
        """Refuse an end that has no sign.

        Raises:
            ValueError: for an unknown end.
        """
        if self.end not in ENDS:
            raise ValueError(f"{self.end!r} is no end of a lane; expected one of {list(ENDS)}")


@dataclass(frozen=True, slots=True)
class SwimmerData:
    """The lanes, what month 0 is, and what no mark can be drawn for: patient and reason."""

    lanes: tuple[SwimmerLane, ...]
    origin: str = "baseline"
    left_out: tuple[tuple[str, str], ...] = ()

    title: ClassVar[str] = "Time on study by patient"


def swimmer_of(
    results: Iterable[AnyResult], events: Iterable[DatedEvent] = (), confirmed: bool = False
) -> SwimmerData:
    """Return the time of each patient from the reference date, with what happened in it.

    A lane ends with death, else with the last thing that is known; it goes on where nothing says
    that the patient was lost. Every result has a reference or baseline date. What is dated after
    the death, or before month 0, is told and not drawn.
    """
    happened = defaultdict(list)
    for event in events:
        happened[event.patient].append(event)
    lanes, left_out = [], []
    for result in results:
        found = list(_happenings(result, happened[result.patient]))
        wrong = [one for one in disorders(found) if one.bound.id in _BEYOND]
        left_out += [(result.patient, str(one)) for one in wrong]
        beyond = {id(one.happening) for one in wrong if one.happening.sort != "reference"}
        lanes.append(_lane(result, [one for one in found if id(one) not in beyond], confirmed))
    return SwimmerData(tuple(lanes), "reference date", tuple(dict.fromkeys(left_out)))


_BEYOND = (AFTER_DEATH, BEFORE_REFERENCE)


def _happenings(result: AnyResult, happened: Sequence[DatedEvent]) -> Iterator[Happening]:
    """Yield month 0, the assessments, and what happened beside them."""
    start = result.reference or result.baseline
    assert start is not None
    yield Happening("reference", exact(start), "the reference date")
    for point in result.timepoints:
        yield Happening("assessment", exact(point.date), "the assessment", point.overall)
    deaths = {event.day for event in happened if event.event == "death"}
    for day in sorted(deaths | ({result.death} if result.death is not None else set())):
        yield Happening("death", exact(day), "the death")
    for event in happened:
        if event.event != "death":
            says = f"the {event.event.replace('_', ' ')}"
            yield Happening(event.event, exact(event.day), says)


def _lane(result: AnyResult, found: Sequence[Happening], confirmed: bool) -> SwimmerLane:
    start = found[0].date.first

    def months(sort: str) -> list[float]:
        return [months_between(start, one.date.first) for one in found if one.sort == sort]

    died, lost, end = months("death"), months("last_contact"), result.progression
    seen = [months_between(start, one.date.first) for one in found]
    return SwimmerLane(
        result.patient,
        max(0.0, min(died) if died else max(seen)),
        "death" if died else "stopped" if lost else "ongoing",
        result.best_overall_confirmed if confirmed else result.best_overall,
        tuple(
            SwimmerMark(months_between(start, one.date.first), str(one.place))
            for one in found
            if one.sort == "assessment"
        ),
        tuple(months("cycle")),
        None if end is None or end < start else months_between(start, end),
    )


def ordered(data: SwimmerData) -> tuple[SwimmerLane, ...]:
    """Return the lanes, the longest first."""
    return tuple(sorted(data.lanes, key=lambda lane: (-lane.months, lane.patient_id)))


def swimmer(data: SwimmerData) -> Chart:
    """Return the swimmer plot of ``data``."""
    rows: list[tuple[Cell, ...]] = []
    for lane in ordered(data):
        timed = [(m, "cycle", str(n)) for n, m in enumerate(lane.cycle_months, 1)]
        timed += [(mark.months, "assessment", mark.response) for mark in lane.marks]
        timed.append((lane.months, "end", ENDS[lane.end]))
        timed.sort(key=lambda item: item[0])
        rows.extend((lane.patient_id, lane.best_response, *item) for item in timed)
        mine = [told for patient, told in data.left_out if patient == lane.patient_id]
        rows.extend((lane.patient_id, lane.best_response, None, "not drawn", told) for told in mine)
    columns = ("patient", "best response", f"months from {data.origin}", "what", "value")
    table = TableTwin(columns, tuple(rows))
    size = (9.6, max(3.2, 2.0 + 0.36 * len(data.lanes)))
    return chart_of("swimmer", data, _sentence(data), table, size, _draw)


def _sentence(data: SwimmerData) -> str:
    lanes = data.lanes
    ends = Counter(lane.end for lane in lanes)
    longest = number(round(max((lane.months for lane in lanes), default=0.0), 1))
    progressed = sum(lane.progression_months is not None for lane in lanes)
    found = joined([f"{ends[name]} {word}" for name, word in ENDS.items() if ends[name]])
    cycles = sum(len(lane.cycle_months) for lane in lanes)
    return (
        f"Swimmer plot of {counted(len(lanes), 'patient')} from {data.origin}, longest "
        f"{longest} {'month' if longest == '1' else 'months'}; {progressed} with progression; "
        f"at the end of the bar: {found}. "
        f"{counted(cycles, 'treatment cycle')} marked.{_not_drawn(data)}"
    )


_MOST = 8  # told in the sentence; the table has all


def _not_drawn(data: SwimmerData) -> str:
    """Say what lies after a death or before month 0."""
    if not data.left_out:
        return ""
    named = "; ".join(f"{patient} {told}" for patient, told in data.left_out[:_MOST])
    more = "; ..." if len(data.left_out) > _MOST else ""
    return f" Out of order and not drawn: {named}{more}."


def _short(name: str) -> str:
    """Return a name that leaves room for the picture; the table has it in full."""
    if len(name) <= 3 * _END:
        return name
    return f"{name[: 2 * _END - 1]}\N{HORIZONTAL ELLIPSIS}{name[-_END:]}"


_END = 8  # letters of the end of a name, where it is cut


def _draw(figure: Figure, data: SwimmerData) -> None:
    axes = figure.add_subplot()
    lanes = ordered(data)
    longest = max((lane.months for lane in lanes), default=1.0) or 1.0
    for place, lane in enumerate(lanes):
        look = response_fill(lane.best_response)
        axes.barh(place, lane.months, height=0.62, linewidth=0.8, zorder=2, **look)
        for months in lane.cycle_months:
            draw_mark(axes, months, place - 0.42, "v", 7, INK, "white", clip_on=False, zorder=4)
        for mark in lane.marks:
            if mark.response == "PD" and lane.progression_months is not None:
                continue  # drawn once, below, where the progression is dated
            sign = response_look(mark.response)
            size = 9 if sign.marker == "*" else 7
            draw_mark(axes, mark.months, place, sign.marker, size, zorder=5)
        if lane.progression_months is not None:
            draw_mark(axes, lane.progression_months, place, "X", 10, ALARM, "white", zorder=6)
        _end(axes, lane, place, longest)
    name_lanes(axes, [_short(lane.patient_id) for lane in lanes], 0.6, 0.6)
    axes.set(xlim=(0, longest * 1.06), xlabel=f"Months from {data.origin}")
    axes.grid(axis="x", color=GRID)
    axes.set_title("Time on study, each bar one patient")
    _legend(figure, lanes)


def _end(axes: Axes, lane: SwimmerLane, place: int, longest: float) -> None:
    if lane.end == "ongoing":
        beyond = lane.months + longest * 0.035
        arrow(axes, lane.months, beyond, place, linewidth=1.6, mutation_scale=13)
    elif lane.end == "death":
        beyond = lane.months + longest * 0.012
        draw_mark(axes, beyond, place, CROSS, 11, INK, clip_on=False, zorder=6)
    elif lane.end == "stopped":
        axes.plot([lane.months] * 2, [place - 0.42, place + 0.42], color=SOFT, lw=3, zorder=5)


def _legend(figure: Figure, lanes: tuple[SwimmerLane, ...]) -> None:

    best = in_order(lane.best_response for lane in lanes)
    patches = response_patches({name: f"best: {name}" for name in best})
    handles: list[Patch | Line2D] = [*patches]

    def sign(marker: str, word: str, fill: str = "white", size: float = 8) -> Line2D:
        look = Line2D([], [], linestyle="", marker=marker, markersize=size, label=word)
        look.set(markerfacecolor=fill, markeredgecolor=INK)
        return look

    shown = in_order({mark.response for lane in lanes for mark in lane.marks} & RESPONSES.keys())
    handles += [sign(response_look(n).marker, f"{n} at assessment") for n in shown if n != "PD"]
    if any(lane.progression_months is not None for lane in lanes):
        handles.append(sign("X", "progression", ALARM, 9))
    if any(lane.cycle_months for lane in lanes):
        handles.append(sign("v", "treatment cycle", INK, 8))
    ends = {lane.end for lane in lanes}
    if "ongoing" in ends:
        handles.append(sign(">", ENDS["ongoing"], INK))
    if "death" in ends:
        handles.append(sign(CROSS, ENDS["death"], INK, 10))
    if "stopped" in ends:
        stop = Line2D([], [], linestyle="", marker="|", markersize=12, markeredgewidth=3)
        stop.set(color=SOFT, label=ENDS["stopped"])
        handles.append(stop)
    figure.legend(handles=handles, loc="outside right upper", labelspacing=0.7)


def from_file(base: KnowledgeBase, source: Path, request: ChartRequest) -> Chart:
    """Draw a CSV of lesions or of responses, or stored results with their dates."""
    events = read_dated_events(request.events)
    deaths = {event.patient: event.day for event in events if event.event == "death"}
    results = results_in(base, source, request.patients, deaths, request.accept)
    unknown = sorted({event.patient for event in events} - {r.patient for r in results})
    if unknown:
        expected = f"a patient of {source.name}"
        raise InputError(
            Problem(str(request.events), None, "", "patient_id", name, expected) for name in unknown
        )
    return swimmer(swimmer_of(dated(results, source), events, request.confirmed))
