"""Facts about therapies: received, ongoing, progressed on, not tolerated, how long ago, how long.

A fact about a class looks at every course of its members. What no course and no event says is
left to the absence policy: only a record whose treatments are declared complete says "never".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from gepnet.facts.cycles import told_by_cycles
from gepnet.measures import MONTHS
from gepnet.record import Progression, Record, Treatment
from gepnet.record.model import MEASURED, UNMEASURED
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Fact,
    Interval,
    OptionTree,
    PartialDate,
    Value,
    months_between,
)

# What is known of a course only once it has been under way.
_OUTCOME = (
    "best_response",
    "benefit_months",
    "benefit_from_last_dose_months",
    "duration_months",
    "stop_reason",
    "cycles",
    "cumulative_activity_gbq",
)


@dataclass(frozen=True)
class Courses:
    """The courses of one option and its members up to a date, and the progression on them.

    ``possible`` are courses that may be meant or may not: given by the name of the class alone, or
    not known to have begun by the date; ``possibly_progressed`` is whether the disease progressed
    on a class without a word on which member.
    """

    given: Sequence[Treatment]
    possible: Sequence[Treatment]
    progressions: Sequence[Progression]
    possibly_progressed: bool
    complete: bool
    progression_complete: bool
    at: PartialDate
    counting: frozenset[str]

    @property
    def never(self) -> bool:
        """Whether the record says that no course was ever given."""
        return self.complete and not self.given and not self.possible and not self.progressions


@dataclass(frozen=True)
class Answer:
    """A value with the event and date that it rests on."""

    value: Value
    event: str | None = None
    date: PartialDate | None = None


NOTHING = Answer(None)


@dataclass(frozen=True)
class Told:
    """What a record tells by a day of courses and of progression, looked up by option.

    ``begun`` are the courses (``courses_begun``), ``seen`` are the reports of progression.
    """

    begun: Sequence[tuple[Treatment, bool]]
    seen: Sequence[Progression]

    def courses(self, options: Iterable[str]) -> list[tuple[Treatment, bool]]:
        """Return the courses of some options, in their order."""
        places = (place for name in options for place in self._begun_with.get(name, ()))
        return [self.begun[place] for place in sorted(places)]

    def progressions(self, options: Iterable[str]) -> list[Progression]:
        """Return the reports of progression on some options, in their order."""
        places = {place for name in options for place in self._seen_on.get(name, ())}
        return [self.seen[place] for place in sorted(places)]

    @cached_property
    def _begun_with(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, (course, _) in enumerate(self.begun):
            found.setdefault(course.option, []).append(place)
        return found

    @cached_property
    def _seen_on(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, event in enumerate(self.seen):
            for name in event.on:
                found.setdefault(name, []).append(place)
        return found

    @cached_property
    def first_days(self) -> dict[str, date]:
        """The day from which each option may have been given; without a date, from ever."""
        first: dict[str, date] = {}
        for course, _ in self.begun:
            day = course.start.first if course.start is not None else date.min
            first[course.option] = min(day, first.get(course.option, day))
        return first


def courses(
    record: Record,
    options: OptionTree,
    option: str,
    at: PartialDate,
    counting: frozenset[str],
    told: Told,
) -> Courses:
    """Return what the record says about ``option`` by ``at``."""
    members = frozenset(options.members(option))
    classes = frozenset(c for c in options.ancestors(option) if options[c].level == "class")
    begun, seen = told.courses(members | classes), told.progressions(members | classes)
    given = [c for c, certain in begun if certain and c.option in members]
    possible = [
        course
        for course, certain in begun
        if course.option in classes or (not certain and course.option in members)
    ]
    # Where every treatment is on record, a class is a word for the only member of it given by then.
    listed = declared(record, "treatments", at)
    first = told.first_days if listed else {}
    meant = {event.id: _meant(event, classes, first, options) for event in seen}
    on_class = any(
        counting & set(e.types) and any(one is None for one in meant[e.id].values()) for e in seen
    )
    return Courses(
        given,
        possible,
        [e for e in seen if members & {*e.on, *(one for one in meant[e.id].values() if one)}],
        on_class or any(_failed(course) for course in possible),
        listed,
        declared(record, "progression", at),
        at,
        counting,
    )


def _meant(
    event: Progression, classes: frozenset[str], first: Mapping[str, date], options: OptionTree
) -> dict[str, str | None]:
    """Return the classes that a progression names, each with the only member given before it."""
    found: dict[str, str | None] = {}
    for name in classes & set(event.on):
        given = {
            option
            for option, day in first.items()
            if options.covers(name, option) and (event.date is None or day <= event.date.last)
        }
        only = next(iter(given)) if len(given) == 1 else None
        found[name] = None if only == name else only
    return found


def courses_begun(
    record: Record, options: OptionTree, at: PartialDate
) -> list[tuple[Treatment, bool]]:
    """Return the courses begun by ``at``, oldest first, and whether that is certain of each.

    A course is as it was known on the date: what became of it later is left out. What a record
    tells without a date had happened by the date of the record. Cycles given one by one count as
    the course that they make up.
    """
    return told_by_cycles(_begun(record, at), record, options, at)


def _begun(record: Record, at: PartialDate) -> list[tuple[Treatment, bool]]:
    found = []
    for course in _oldest_first(record.treatments):
        if course.start is not None and course.start.first > at.last:
            continue
        told = course.stop or course.date or record.as_of
        if told is None or told.first <= at.last:
            found.append((course, True))
            continue
        unknown_yet: dict[str, Any] = dict.fromkeys(_OUTCOME)
        ongoing = True if course.stop is not None else course.ongoing or None
        early = course.model_copy(update={**unknown_yet, "stop": None, "ongoing": ongoing})
        found.append((early, course.start is not None and course.start.last <= at.last))
    return found


def _oldest_first(treatments: Sequence[Treatment]) -> list[Treatment]:
    """Sort by start; a course without a date stays behind the one before it in the file."""
    keys: list[date] = []
    for course in treatments:
        before = keys[-1] if keys else date.min
        keys.append(course.start.first if course.start is not None else before)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return [treatments[index] for index in order]


def declared(record: Record, domain: str, at: PartialDate) -> bool:
    """Whether a domain is declared complete up to ``at``, without a date as of the record's."""
    if domain not in record.complete:
        return False
    day = record.complete[domain] or record.as_of
    return day is None or day.first >= at.first


def received(c: Courses) -> Answer:
    """Whether any course was given."""
    if c.given:
        return Answer(True, c.given[0].id, c.given[0].start)
    if c.progressions:  # progression on a therapy says that it was given
        return Answer(True, c.progressions[0].id, c.progressions[0].date)
    return Answer(False) if c.never else NOTHING


def ongoing(c: Courses) -> Answer:
    """Whether a course is running as of the date."""
    if c.never:
        return Answer(False)
    for course in c.given:
        if _running(course, c.at) is True:
            return Answer(True, course.id, course.start)
    every = (*c.given, *c.possible)
    if c.complete and every and all(_running(course, c.at) is False for course in every):
        last = every[-1]
        return Answer(False, last.id, last.stop)
    return NOTHING


def _running(course: Treatment, at: PartialDate) -> bool | None:
    if course.stop is not None:
        return course.stop.first > at.last
    if course.ongoing is not None:
        return course.ongoing
    return False if course.stop_reason is not None else None


def progressed(c: Courses) -> Answer:
    """Whether the disease progressed on it, by imaging or as observed clinically."""
    for event in reversed(c.progressions):
        if c.counting & set(event.types):
            return Answer(True, event.id, event.date)
    for course in reversed(c.given):
        if _failed(course):
            return Answer(True, course.id, course.stop)
    if c.possibly_progressed:
        return NOTHING
    if c.never or (c.complete and c.progression_complete):
        return Answer(False)
    if not c.complete or c.possible:
        return NOTHING
    if c.given and all(_ended_otherwise(course) for course in c.given):
        return Answer(False, c.given[-1].id, c.given[-1].stop)
    if c.progressions and all(_rules_out(c, event) for event in c.progressions):
        last = c.progressions[-1]
        return Answer(False, last.id, last.date)
    return NOTHING


def _rules_out(c: Courses, event: Progression) -> bool:
    """Whether an event says that no sign which counts was found."""
    ruled_out = set(event.excluded)
    if UNMEASURED in ruled_out:
        ruled_out.update(MEASURED)
    return event.found_none or c.counting - {UNMEASURED} <= ruled_out


def _failed(course: Treatment) -> bool:
    """Whether a course tells by itself that the disease progressed on it."""
    return course.stop_reason == "progression" or course.best_response == "PD"


def _ended_otherwise(course: Treatment) -> bool:
    """Whether a course ended for a reason that excludes progression on it."""
    return course.stop_reason == "toxicity"


def intolerant(c: Courses) -> Answer:
    """Whether a course was stopped for toxicity."""
    for course in reversed(c.given):
        if course.stop_reason == "toxicity":
            return Answer(True, course.id, course.stop)
    if c.never:
        return Answer(False)
    known = [
        (course.stop_reason or "toxicity") != "toxicity" or _running(course, c.at)
        for course in (*c.given, *c.possible)
    ]
    if not known or not all(known) or not c.complete:
        return NOTHING
    return Answer(False, (*c.given, *c.possible)[-1].id)


def months_since(c: Courses) -> Answer:
    """Months since the end of the last course; zero while one is running."""
    if c.never:
        return Answer(NOT_APPLICABLE)
    running = ongoing(c)
    if running.value is True:
        return Answer(point(0), running.event, running.date)
    lasts = [(course.last_dose or course.stop, course) for course in c.given]
    stops = [(day, course) for day, course in lasts if day is not None]
    if not stops or len(stops) < len(c.given) or c.possible:
        return NOTHING
    stop, course = max(stops, key=lambda pair: pair[0].last)
    return Answer(Interval(*months_between(stop, c.at)), course.id, stop)


def of_last_course(attribute: str) -> Callable[[Courses], Answer]:
    """Return what tells an attribute of the last course that says it, such as its response."""

    def told(c: Courses) -> Answer:
        if c.never:
            return Answer(NOT_APPLICABLE)
        for course in reversed(c.given):
            value = getattr(course, attribute)
            if value is not None:
                return Answer(
                    value if isinstance(value, str) else point(value), course.id, course.stop
                )
        return NOTHING

    return told


def point(number: float | Decimal) -> Interval:
    """Return a number as it stands in a record as a value that is known exactly."""
    exact = Decimal(str(number))
    return Interval(exact, exact)


FAMILIES: dict[str, Callable[[Courses], Answer]] = {
    "received_{therapy}": received,
    "on_{therapy}": ongoing,
    "progressed_on_{therapy}": progressed,
    "intolerant_to_{therapy}": intolerant,
    "months_since_{therapy}": months_since,
    "benefit_months_{therapy}": of_last_course("benefit_months"),
    "best_response_{therapy}": of_last_course("best_response"),
    "stop_reason_{therapy}": of_last_course("stop_reason"),
}


def fitted(fact: Fact, answer: Answer) -> Answer:
    """Return an answer as a value of its fact; nothing where it is none.

    A span in months is an approximation and is taken to the step of its fact.
    """
    value = answer.value
    if isinstance(value, Interval):
        low, high = value.low, value.high
        if fact.entry.unit == MONTHS:
            low, high = fact.round(low), fact.round(high)
        if low != high and not fact.entry.interval:
            return NOTHING
        return Answer(Interval(low, high), answer.event, answer.date)
    if fact.type == "enum" and isinstance(value, str) and value not in fact.values:
        return NOTHING
    return answer
