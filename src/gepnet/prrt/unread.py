"""What a record tells of the time since the last cycle and no rule of the review reads.

A review that says nothing of a new finding would pass for one that has looked at it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gepnet.facts import FactValue, needed_for
from gepnet.facts.beside import courses, notes, therapies_asked
from gepnet.facts.observe import observe
from gepnet.prrt.conditions import words
from gepnet.prrt.context import SAMPLED, CourseSoFar
from gepnet.record import Observation, Treatment
from gepnet.rules import Checklist
from gepnet.vocabulary import PartialDate, days_between, in_order

_OF_ALL_TIME = (None, "demographics")  # where and who somebody is begins on no day


@dataclass(frozen=True)
class Unread:
    """Something recorded that no rule looked at: when, in which event, and what it says.

    Without a date nobody knows whether it is of the time that a review looks back on.
    """

    date: PartialDate | None
    event: str
    kind: str
    says: str


def unread(
    course: CourseSoFar, profile: Checklist | None, graded: Collection[str]
) -> tuple[Unread, ...]:
    """Return what was recorded since the last cycle and is read by nothing, oldest first.

    Before cycle 1 it is what was recorded in the days that the knowledge calls recent. What has no
    date comes last.

    Args:
        course: the course up to the review.
        profile: the eligibility profile that the review asks, before cycle 1.
        graded: laboratory values whose grades the review shows.
    """
    read = _read(course, profile)
    found = [*_values(course, read | set(graded)), *_treatments(course, read), *_notes(course)]
    found.sort(key=lambda one: one.event)
    dated = [(one.date, one) for one in found if one.date is not None]
    undated = (one for one in found if one.date is None)
    return (*in_order(dated), *undated)


def _read(course: CourseSoFar, profile: Checklist | None) -> frozenset[str]:
    """Return every fact that the rules of this review rest on."""
    protocols = course.protocols
    rules = [rule for rule in protocols.rules if course.asks(rule.entry.phase)]
    items = [item for item in protocols.items if course.asks(item.entry.phase)]
    lines = profile.items if profile is not None and not course.cycles else ()
    names = [name for one in (*rules, *items, *lines) for name in one.facts]
    names += [name for item in items for name in item.entry.facts]
    # A safety rule reads what it names: what lies deeper, such as a new scan, may only silence one.
    safety = {name for rule in protocols.safety for name in rule.facts}
    return needed_for(names, protocols.criteria) | safety


def _values(course: CourseSoFar, read: Collection[str]) -> Iterator[Unread]:
    """Yield the values of each event that nothing reads, in one line."""
    vocabulary = course.protocols.criteria.vocabulary
    said = {one.id: one.values for one in course.record.events if isinstance(one, Observation)}
    events: dict[str, tuple[PartialDate | None, str, list[FactValue]]] = {}
    for one in observe(course.record, vocabulary):
        if one.fact not in said.get(one.event, (one.fact,)):
            continue  # an upper limit, or what follows from another value of the event
        if one.date is None:
            # No window has a sample without a date, whoever asks for its values.
            told = one.kind in SAMPLED or (one.fact not in read and one.kind not in _OF_ALL_TIME)
        else:
            told = one.fact not in read and _is_new(course, one.date)
        if not told:
            continue
        value = FactValue(one.fact, one.value, "recorded")
        events.setdefault(one.event, (one.date, one.kind or "", []))[2].append(value)
    for event, (date, kind, values) in events.items():
        yield Unread(date, event, kind, words(values, vocabulary))


def _treatments(course: CourseSoFar, read: Collection[str]) -> Iterator[Unread]:
    """Yield what began, ended or was last given of a therapy that nothing asks for."""
    vocabulary = course.protocols.criteria.vocabulary
    asked = therapies_asked(read, vocabulary)
    for event, one in courses(course.record):
        if asked(event.option):
            continue
        label = vocabulary.options[event.option].label
        for told, date in _dates(event):
            if _is_new(course, date):
                yield Unread(date, one.event, one.kind, f"{label} {told}")


def _dates(event: Treatment) -> Iterator[tuple[str, PartialDate]]:
    named = (("begun", event.start), ("stopped", event.stop), ("last given", event.last_dose))
    yield from ((told, date) for told, date in named if date is not None)


def _notes(course: CourseSoFar) -> Iterator[Unread]:
    """Yield what people wrote in their own words, which no rule can read."""
    for one in notes(course.record):
        if one.note and (one.date is None or _is_new(course, one.date)):
            yield Unread(one.date, one.event, one.kind, one.note)


def _is_new(course: CourseSoFar, date: PartialDate) -> bool:
    """Whether something may be of the time that the review looks back on."""
    if date.first > course.at.last:
        return False
    start = course.window.start
    if start is not None:
        return date.last > start
    return days_between(date, course.at)[0] <= course.protocols.amount("recent").value
