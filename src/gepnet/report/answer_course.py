"""Beside the answer: the course in three lanes, and blood values with their limits."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gepnet.criteria import Compare, facts_of, walk
from gepnet.facts.timeline import TimelineData, timeline_of
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.record import Record
from gepnet.report.facts import value_text
from gepnet.tables import plain, view_class
from gepnet.vocabulary import Interval, PartialDate, unit_words

_LANES = {
    "pathology": "tissue",
    "SSTR imaging": "imaging",
    "FDG imaging": "imaging",
    "response": "imaging",
}
_BLOOD = "laboratory"
_RECENT_DAYS = 120
#: Where the last weeks begin on the line of time, if there is a longer past.
_BREAK = 45.0
#: Width of a letter, in percent of the line of time.
_LETTER = 0.82


@view_class
class CourseItem:
    """Something on the line of time: ``left`` and ``width`` in percent, ``row`` within its lane.

    ``width`` is None for a mark; ``at_right`` says that the text ends at the mark.
    """

    text: str
    date: str
    left: float
    width: float | None
    row: int
    at_right: bool
    progression: bool


@view_class
class Lane:
    """One kind of thing."""

    id: str
    rows: int
    items: list[CourseItem]


@view_class
class CourseStrip:
    """The course on a line of time; ``broken`` where the last weeks are drawn wider."""

    lanes: list[Lane]
    axis: list[tuple[float, str]]
    broken: bool
    undated: list[str]


@view_class
class BloodValue:
    """A value with the limit of a checklist, on a bar from 0 to 100."""

    label: str
    value: str
    unit: str
    limit: str
    met: bool
    date: PartialDate | None
    bar: float | None
    mark: float | None


@view_class
class BloodStrip:
    """The values of a checklist with their days, and what it asks for that is not known."""

    title: str
    dates: list[PartialDate]
    values: list[BloodValue]
    missing: list[str]


def course_strip(
    record: Record, assessment: Assessment, base: KnowledgeBase
) -> dict[str, object] | None:
    """Return the course of a patient on a line of time; None where nothing of it has a date."""
    until = assessment.facts.at.last
    data = timeline_of(record, until, base.options, base.vocabulary)
    days = [bar.start for bar in data.bars]
    days += [mark.day for mark in (*data.marks, *data.cycles, *data.progressions)]
    if not days:
        return None
    place = _Scale(min(days), until)
    lanes = [
        Lane(name, *_rows(items))
        for name in ("tissue", "imaging", "treatment")
        if (items := list(_items(name, data, place)))
    ]
    if not lanes:
        return None
    return dict(plain(CourseStrip(lanes, place.axis(), place.broken, list(data.undated))))


class _Scale:
    """Places days between 0 and 100; the last weeks have half the width of a longer past."""

    def __init__(self, first: datetime.date, until: datetime.date) -> None:
        self.first, self.until = first, until
        self.recent = until - datetime.timedelta(days=_RECENT_DAYS)
        self.broken = (until - first).days > 3 * _RECENT_DAYS

    def __call__(self, day: datetime.date) -> float:
        if not self.broken:
            span = max((self.until - self.first).days, 1)
            return round(100 * (day - self.first).days / span, 1)
        if day < self.recent:
            return round(_BREAK * (day - self.first).days / (self.recent - self.first).days, 1)
        return round(_BREAK + (100 - _BREAK) * (day - self.recent).days / _RECENT_DAYS, 1)

    def axis(self) -> list[tuple[float, str]]:
        """Return years of the past, and months of the last weeks."""
        past = self.recent if self.broken else self.until
        years = range(self.first.year + 1, past.year + 1)
        step = max(1, len(years) // 4)
        found = [(self(datetime.date(y, 1, 1)), str(y)) for y in years[::step]]
        found = [one for one in found if not self.broken or one[0] < _BREAK - 8]
        found.insert(0, (0.0, f"{self.first:%b %Y}"))
        if len(found) > 1 and found[1][0] < 10:
            del found[1]
        if self.broken:
            found.append((_BREAK, f"{self.recent:%d %b %Y}"))
        found.append((100.0, f"{self.until:%d %b %Y}"))
        return found


def _items(lane: str, data: TimelineData, place: _Scale) -> Iterator[CourseItem]:
    if lane == "treatment":
        for bar in sorted(data.bars, key=lambda one: one.start):
            left, right = place(bar.start), place(min(bar.stop or data.until, data.until))
            text = f"{bar.name}: {bar.note}" if bar.note else bar.name
            date = f"{bar.start:%b %Y} \N{EN DASH} " + (
                "" if bar.stop is None else f"{bar.stop:%b %Y}"
            )
            yield CourseItem(text, date.strip(), left, max(right - left, 0.6), 0, False, False)
        for mark in data.cycles:
            text = f"cycle {mark.text}"
            yield _mark(text, mark.day, place, False)
        return
    marks = [mark for mark in data.marks if _LANES.get(mark.lane) == lane and mark.text]
    for mark in marks:
        text = mark.text if lane == "tissue" else f"{mark.lane}: {mark.text}"
        yield _mark(text, mark.day, place, False)
    for mark in data.progressions if lane == "imaging" else ():
        yield _mark(f"progression ({mark.text})", mark.day, place, True)


def _mark(text: str, day: datetime.date, place: _Scale, progression: bool) -> CourseItem:
    left = place(day)
    return CourseItem(text, f"{day.day} {day:%b %Y}", left, None, 0, left > 55, progression)


def _extent(item: CourseItem) -> tuple[float, float]:
    """Return from where to where an item and its text are drawn."""
    long = _LETTER * (len(item.text) + len(item.date) + 4)
    if item.at_right:
        return item.left - long, item.left + 1
    return item.left, max(item.left + (item.width or 0), item.left + long)


def _rows(items: Sequence[CourseItem]) -> tuple[int, list[CourseItem]]:
    """Return the items in rows in which no text is over another."""
    ends: list[list[tuple[float, float]]] = []
    placed = []
    for item in sorted(items, key=lambda one: (one.left, one.text)):
        here = _extent(item)
        free = (
            row
            for row, taken in enumerate(ends)
            if all(here[0] >= other[1] or here[1] <= other[0] for other in taken)
        )
        row = next(free, len(ends))
        ends += [[]] * (row == len(ends))
        ends[row] = [*ends[row], here]
        placed.append(replace(item, row=row))
    return len(ends), placed


def blood_strip(assessment: Assessment, base: KnowledgeBase) -> list[dict[str, object]]:
    """Return the numbers that each checklist on record asks for, each with its limit."""
    found: list[dict[str, object]] = []
    for checklist in assessment.checklists:
        values, missing = [], []
        for item, result in zip(checklist.checklist.items, checklist.results, strict=True):
            limits = [node for node in walk(item.when) if isinstance(node, Compare)]
            # A line that rests on several facts has no one limit.
            limits = limits if len(facts_of(item.when)) == 1 else []
            shown = [v for node in limits if (v := _blood(node, result.truth, assessment, base))]
            named = facts_of(item.when)
            in_blood = any(base.vocabulary[n].entry.event == _BLOOD for n in named)
            if shown and in_blood:
                values.append(shown[0])
            elif result.met == "missing":
                missing.append(item.entry.label)
        if values or missing:
            title = checklist.checklist.entry.title
            dates = list(dict.fromkeys(v.date for v in values if v.date is not None))
            found.append(plain(BloodStrip(title, dates, values, missing)))
    return found


def _blood(
    node: Compare, met: bool | None, assessment: Assessment, base: KnowledgeBase
) -> BloodValue | None:
    """Return a value of one fact with its limit; None if it is not known or not one number."""
    if len(node.terms) != 1 or node.terms[0].factor != 1:
        return None
    fact = assessment.facts[node.terms[0].fact]
    if not isinstance(fact.value, Interval) or fact.stale:
        return None
    definition = base.vocabulary[fact.fact].entry
    unit = unit_words(definition.unit)
    limit = float(node.constant)
    low = float(fact.value.low)
    most = max(limit * 2.5, low * 1.2, 1e-9)
    sign = {">=": "≥", "<=": "≤"}.get(node.operator, node.operator)
    number = value_text(fact, base).removesuffix(f" {unit}") if unit else value_text(fact, base)
    return BloodValue(
        definition.label,
        number,
        unit,
        f"{sign} {node.constant.normalize():f}",
        met is True,
        fact.date,
        round(100 * low / most, 1),
        round(100 * limit / most, 1),
    )
