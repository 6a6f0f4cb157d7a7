"""Facts counted over all treatments of a record: lines, PRRT given, and which reports exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from gepnet.facts.cycles import cycles_given
from gepnet.facts.families import (
    FAMILIES,
    NOTHING,
    Answer,
    Courses,
    Told,
    courses,
    courses_begun,
    declared,
    fitted,
    point,
    progressed,
)
from gepnet.facts.files import ProgressionSigns, TherapyGroups
from gepnet.facts.observe import latest_report
from gepnet.record import (
    AnyEvent,
    Note,
    Progression,
    Record,
    Treatment,
    activity_of,
    covering_courses,
    group_cycles,
)
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Fact,
    Interval,
    PartialDate,
    Vocabulary,
    days_between,
    months_between,
)


@dataclass(frozen=True)
class Story:
    """A record up to a date, with the vocabulary that names its options."""

    record: Record
    vocabulary: Vocabulary
    measures: Mapping[str, Any]
    at: PartialDate

    @property
    def groups(self) -> TherapyGroups:
        """Groups of options that counting functions need."""
        return TherapyGroups.read(self.measures)

    def courses(self, option: str) -> Courses:
        """Return the courses of one option with the progression on them."""
        options = self.vocabulary.options
        return courses(self.record, options, option, self.at, self.counting, self.told)

    @cached_property
    def _by_kind(self) -> dict[str, list[AnyEvent]]:
        found: dict[str, list[AnyEvent]] = {}
        for event in self.record.events:
            if not event.withdrawn:
                found.setdefault(event.kind, []).append(event)
        return found

    def reports(self, kind: str) -> Sequence[AnyEvent]:
        """Return the standing events of a kind, in the order of the record."""
        return self._by_kind.get(kind, ())

    @cached_property
    def told(self) -> Told:
        """What is told by the date: gathered once, whatever therapies are asked about."""
        seen = [
            event
            for event in self.reports("progression")
            if isinstance(event, Progression)
            and (event.date is None or event.date.first <= self.at.last)
        ]
        return Told(self.begun, seen)

    @cached_property
    def counting(self) -> frozenset[str]:
        """The signs that count as progression on a therapy; a marker rise never does."""
        signs = ProgressionSigns.read(self.measures).signs
        return frozenset(sign.id for sign in signs if sign.counts)

    def given(self, *classes: str) -> list[Treatment]:
        """Return the courses of any member of ``classes`` begun by the date, oldest first."""
        members = {m for name in classes for m in self.vocabulary.options.members(name)}
        return [course for course, certain in self.told.courses(members) if certain]

    @cached_property
    def begun(self) -> list[tuple[Treatment, bool]]:
        """The courses begun by the date, as far as they were known by then."""
        return courses_begun(self.record, self.vocabulary.options, self.at)

    @property
    def complete(self) -> bool:
        """Whether every treatment up to the date is in the record and surely begun by then."""
        listed = declared(self.record, "treatments", self.at)
        return listed and all(certain for _, certain in self.begun)

    def systemic(self) -> list[Treatment]:
        """Return the courses that count as systemic antitumour therapy."""
        options = self.vocabulary.options
        return [
            course
            for course in self.given(*options)
            if options[course.option].systemic and not _for_symptoms(course)
        ]

    def latest_antitumour_start(self) -> date | None:
        """Return the day by which the latest antitumour treatment was begun at the earliest."""
        given = self.given(*self.groups.antitumour.options)
        starts = [c.start.first for c in given if c.start is not None and not _for_symptoms(c)]
        return max(starts, default=None)


def _for_symptoms(course: Treatment) -> bool:
    return course.values.get("ssa_for_symptoms_only") is True


def _lines(story: Story, without: frozenset[str] = frozenset(), as_one: str = "") -> Answer:
    """Count different systemic therapies begun so far, changes of dose aside."""
    if not story.complete:
        return NOTHING
    agents = (as_one if as_one and c.option in _ssa(story) else c.option for c in story.systemic())
    return Answer(point(len({name for name in agents if name not in without})))


def count_systemic_lines(story: Story) -> Answer:
    """Systemic lines begun so far, all somatostatin analogues together being one."""
    return _lines(story, as_one="somatostatin analogue")


def count_systemic_lines_excluding_ssa(story: Story) -> Answer:
    """Systemic lines begun so far without somatostatin analogues."""
    return _lines(story, without=_ssa(story))


def _ssa(story: Story) -> frozenset[str]:
    names = story.groups.somatostatin_analogues.options
    return frozenset(m for name in names for m in story.vocabulary.options.members(name))


def progressed_on_last_systemic(story: Story) -> Answer:
    """Whether the disease progressed on the systemic therapy that was begun last."""
    systemic = story.systemic()
    if not systemic:
        return Answer(False) if story.complete else NOTHING
    last = systemic[-1]
    if _unplaced_after(story.record, last):
        return NOTHING
    return progressed(story.courses(last.option))


def _unplaced_after(record: Record, last: Treatment) -> bool:
    """Whether a treatment that is kept as a note may have come after another one."""
    seen = False
    for event in record.events:
        seen = seen or event.id == last.id
        if type(event) is not Note or event.of != "treatment" or event.withdrawn:
            continue
        if event.date is None or last.start is None:
            if seen:
                return True
        elif event.date.last >= last.start.first:
            return True
    return False


def _prrt(story: Story) -> list[Treatment]:
    return story.given(*story.groups.radioligand_therapy.options)


def prrt_cycles(story: Story) -> Answer:
    """Number of PRRT cycles over all courses; unknown if one course does not say."""
    return _cycles(story, _prrt(story))


def lu177_dotatate_cycles(story: Story) -> Answer:
    """Number of PRRT cycles that were not of another medicine than lutetium dotatate."""
    others = {course.id for course in story.given(*story.groups.not_lutetium_dotatate.options)}
    given = _prrt(story)
    counted = [course for course in given if course.id not in others]
    return Answer(point(0), given[-1].id) if given and not counted else _cycles(story, counted)


def _cycles(story: Story, given: Sequence[Treatment]) -> Answer:
    if not given:
        return Answer(point(0)) if story.complete else NOTHING
    numbers = [course.cycles for course in given if course.cycles is not None]
    if len(numbers) < len(given):
        return NOTHING
    return Answer(point(sum(numbers)), given[-1].id, given[-1].last_dose or given[-1].stop)


def prrt_cumulative_activity(story: Story) -> Answer:
    """Sum of the activity in GBq over all PRRT cycles; unknown if one course does not say."""
    given = _prrt(story)
    if not given:
        return Answer(point(0)) if story.complete else NOTHING
    parts = [_activity(course) for course in given]
    if None in parts:
        return NOTHING
    total = sum(filter(None, parts), Decimal(0))
    return Answer(point(total), given[-1].id, given[-1].last_dose or given[-1].stop)


def _activity(course: Treatment) -> Decimal | None:
    if course.cumulative_activity_gbq is not None:
        return Decimal(str(course.cumulative_activity_gbq))
    if course.activity_gbq is not None and course.cycles is not None:
        return Decimal(str(course.activity_gbq)) * course.cycles
    return None


def prrt_activity_known(story: Story) -> tuple[Decimal, bool]:
    """Return the sum in GBq of what is known of PRRT, unrounded, and whether that is all of it.

    Of a course that does not say, the cycles that were surely given count.
    """
    given = _prrt(story)
    parts = [_activity(course) for course in given]
    total = sum(filter(None, parts), Decimal(0))
    silent = [course for course, part in zip(given, parts, strict=True) if part is None]
    sure = {cycle.id for cycle, certain in cycles_given(story.record, story.at) if certain}
    for group in group_cycles([cycle for cycle, _ in cycles_given(story.record, story.at)]):
        ids = {cycle.id for cycle in group}
        covering = covering_courses(group, silent, story.vocabulary.options)
        if covering or any(course.id in ids for course in silent):
            total += activity_of([c for c in group if c.id in sure])[0]
    return total, not silent and (bool(given) or story.complete)


def prrt_first_dose(story: Story) -> Answer:
    """Date of the first dose of the latest PRRT course."""
    return _latest(story, [(course.start, course) for course in _prrt(story)])


def prrt_last_dose(story: Story) -> Answer:
    """Date of the last PRRT dose."""
    return _latest(story, [(course.last_dose or course.stop, course) for course in _prrt(story)])


def _latest(story: Story, doses: list[tuple[PartialDate | None, Treatment]]) -> Answer:
    dated = [(day, course) for day, course in doses if day is not None]
    if not dated:
        return _no_prrt(story)
    day, course = max(dated, key=lambda pair: pair[0].last)
    return Answer(str(day), course.id, day)


def prrt_last_activity(story: Story) -> Answer:
    """Activity in GBq of the latest PRRT cycle; unknown where that cycle does not tell it."""
    given = _prrt(story)
    if not given:
        return _no_prrt(story)
    begun = cycles_given(story.record, story.at)
    certain = [cycle for cycle, sure in begun if sure]
    last = max(certain, key=lambda cycle: (cycle.date.last, cycle.cycle), default=None)
    if last is not None:
        # One that may have been given since may be the latest: of the same activity, or unknown.
        since = (cycle for cycle, sure in begun if not sure and cycle.date.last >= last.date.first)
        told = {cycle.activity_gbq for cycle in (last, *since)}
        known = last.activity_gbq
        return Answer(point(known), last.id, last.date) if known and told == {known} else NOTHING
    course = given[-1]
    if course.activity_gbq is None:
        return NOTHING
    return Answer(point(course.activity_gbq), course.id, course.stop)


def _no_prrt(story: Story) -> Answer:
    return Answer(NOT_APPLICABLE) if story.complete and not _prrt(story) else NOTHING


def prrt_benefit_from_first_dose(story: Story) -> Answer:
    """Months of benefit of the latest PRRT course, from its first dose."""
    return _benefit(story, "benefit_months", lambda course: course.start)


def prrt_benefit_from_last_dose(story: Story) -> Answer:
    """Months of benefit of the latest PRRT course, from its last dose."""
    last_dose = "benefit_from_last_dose_months"
    return _benefit(story, last_dose, lambda course: course.last_dose or course.stop)


def _benefit(story: Story, told: str, start: Callable[[Treatment], PartialDate | None]) -> Answer:
    given = _prrt(story)
    if not given:
        return _no_prrt(story)
    last = given[-1]
    months = getattr(last, told)
    if months is not None:
        return Answer(point(months), last.id, last.stop)
    return _until_progression(story, last, start(last))


def _until_progression(story: Story, course: Treatment, start: PartialDate | None) -> Answer:
    """Months from ``start`` to the progression on the course, where both are dated."""
    seen = progressed(story.courses(course.option))
    if start is None or seen.value is not True or seen.date is None:
        return NOTHING
    if seen.date.last < start.first:
        return NOTHING
    return Answer(Interval(*months_between(start, seen.date)), seen.event, seen.date)


def prrt_best_response(story: Story) -> Answer:
    """Best response to the latest PRRT course."""
    given = _prrt(story)
    if not given:
        return _no_prrt(story)
    response = given[-1].best_response
    return Answer(response, given[-1].id, given[-1].stop) if response else NOTHING


def event_recorded(story: Story, kind: str) -> Answer:
    """Whether an event of ``kind`` was recorded by the date."""
    found = latest_report(story.reports(kind), story.measures, story.at)
    return NOTHING if found is None else Answer(True, found.id, found.date)


def days_since_event(story: Story, kind: str) -> Answer:
    """Days since the latest dated event of ``kind``."""
    event = latest_report(story.reports(kind), story.measures, story.at)
    if event is None or event.date is None:
        return NOTHING
    days = Interval(*map(Decimal, days_between(event.date, story.at)))
    return Answer(days, event.id, event.date)


OVER_TREATMENTS: dict[str, Callable[[Story], Answer]] = {
    function.__name__: function
    for function in (
        count_systemic_lines,
        count_systemic_lines_excluding_ssa,
        progressed_on_last_systemic,
        prrt_cycles,
        lu177_dotatate_cycles,
        prrt_cumulative_activity,
        prrt_first_dose,
        prrt_last_dose,
        prrt_last_activity,
        prrt_benefit_from_first_dose,
        prrt_benefit_from_last_dose,
        prrt_best_response,
    )
}
OVER_EVENTS: dict[str, Callable[[Story, str], Answer]] = {
    function.__name__: function for function in (event_recorded, days_since_event)
}
#: Facts that only the review of a cycle sets, from the course so far (``gepnet.prrt.context``).
RELEASE_CONTEXT = "release_context"
RECORD_FUNCTIONS = frozenset({*OVER_TREATMENTS, *OVER_EVENTS, RELEASE_CONTEXT})


def treatment_facts(story: Story, facts: Sequence[Fact]) -> dict[str, Answer]:
    """Return those of some facts that the treatments and reports of a record settle."""
    found: dict[str, Answer] = {}
    known: dict[str, Courses] = {}
    # Facts about one therapy come before those over all of them.
    for fact in sorted(facts, key=lambda fact: fact.family is None):
        name = fact.entry.function if fact.family is None else None
        if fact.family in FAMILIES and fact.subject is not None:
            if fact.subject not in known:
                known[fact.subject] = story.courses(fact.subject)
            answer = FAMILIES[fact.family](known[fact.subject])
        elif name in OVER_TREATMENTS:
            answer = OVER_TREATMENTS[name](story)
        elif name in OVER_EVENTS:
            answer = OVER_EVENTS[name](story, fact.entry.inputs[0])
        else:
            continue
        answer = fitted(fact, answer)
        if answer.value is not None:
            found[fact.id] = answer
    return found
