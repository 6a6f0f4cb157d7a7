"""The course of one patient as known on a day: treatments, findings, cycles and progression."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from gepnet.facts.model import show
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
