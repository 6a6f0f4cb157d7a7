"""Swimmer plot: each patient's time on study as a bar, with responses, cycles and how it ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
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
from gepnet.response.recist import AnyResult

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
    """The lanes and what month 0 is."""

    lanes: tuple[SwimmerLane, ...]
    origin: str = "baseline"

    title: ClassVar[str] = "Time on study by patient"


def swimmer_of(
    results: Iterable[AnyResult], events: Iterable[DatedEvent] = (), confirmed: bool = False
) -> SwimmerData:
    """Return the time of each patient from the reference date, with what happened in it.

    A lane ends with death, else with the last thing that is known; it goes on where nothing says
    that the patient was lost. Every result has a reference or baseline date.
    """
    happened = defaultdict(list)
    for event in events:
        happened[event.patient].append(event)
    lanes = (_lane(result, happened[result.patient], confirmed) for result in results)
    return SwimmerData(tuple(lanes), "reference date")


def _lane(result: AnyResult, happened: Sequence[DatedEvent], confirmed: bool) -> SwimmerLane:
    start = result.reference or result.baseline
    assert start is not None
    died = [event.day for event in happened if event.event == "death"]
    if result.death is not None:
        died.append(result.death)
    seen = [*(event.day for event in happened), *(point.date for point in result.timepoints)]
    lost = any(event.event == "last_contact" for event in happened)
    end = result.progression
    return SwimmerLane(
        result.patient,
        months_between(start, min(died) if died else max(seen, default=start)),
        "death" if died else "stopped" if lost else "ongoing",
        result.best_overall_confirmed if confirmed else result.best_overall,
        tuple(SwimmerMark(months_between(start, p.date), p.overall) for p in result.timepoints),
        tuple(months_between(start, e.day) for e in happened if e.event == "cycle"),
        None if end is None else months_between(start, end),
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
    columns = ("patient", "best response", f"months from {data.origin}", "what", "value")
    table = TableTwin(columns, tuple(rows))
    size = (9.6, max(3.2, 2.0 + 0.36 * len(data.lanes)))
    return chart_of("swimmer", data, _sentence(data), table, size, _draw)


def _sentence(data: SwimmerData) -> str:
    lanes = data.lanes
    ends = Counter(lane.end for lane in lanes)
    longest = max((lane.months for lane in lanes), default=0.0)
    progressed = sum(lane.progression_months is not None for lane in lanes)
    found = joined([f"{ends[name]} {word}" for name, word in ENDS.items() if ends[name]])
    cycles = sum(len(lane.cycle_months) for lane in lanes)
    return (
        f"Swimmer plot of {counted(len(lanes), 'patient')} from {data.origin}, longest "
        f"{number(round(longest, 1))} months; {progressed} with progression; at the end of the "
        f"bar: {found}. {counted(cycles, 'treatment cycle')} marked."
    )


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
            if mark.response == "PD":
                continue  # drawn once, below, where the progression is dated
            sign = response_look(mark.response)
            size = 9 if sign.marker == "*" else 7
            draw_mark(axes, mark.months, place, sign.marker, size, zorder=5)
        if lane.progression_months is not None:
            draw_mark(axes, lane.progression_months, place, "X", 10, ALARM, "white", zorder=6)
        _end(axes, lane, place, longest)
    name_lanes(axes, [lane.patient_id for lane in lanes], 0.6, 0.6)
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
    results = results_in(base, source, request.patients)
    unknown = sorted({event.patient for event in events} - {r.patient for r in results})
    if unknown:
        expected = f"a patient of {source.name}"
        raise InputError(
            Problem(str(request.events), None, "", "patient_id", name, expected) for name in unknown
        )
    return swimmer(swimmer_of(dated(results, source), events, request.confirmed))
