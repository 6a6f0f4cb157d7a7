"""A course replayed from its events: states, reviews, and what went against a rule.

The same events give the same course, in whatever order a file has them. A release or a dose against
a rule that held on its day is named, with the person and the reason given; it is never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from gepnet.knowledge import InputError, refuse, unusable
from gepnet.prrt.context import course_so_far
from gepnet.prrt.eligibility import default_profile
from gepnet.prrt.protocol import Protocols
from gepnet.prrt.review import Review, review
from gepnet.prrt.states import FINAL, State, Step, follow
from gepnet.record import RELEASING, Cycle, Record, Release
from gepnet.tables import Shown, also_shown, taken
from gepnet.vocabulary import PartialDate, Question
from gepnet.vocabulary.values import plain

#: What went wrong with an event: kind, text, and the rules behind it.
_Told = tuple[str, str, tuple[str, ...]]


def _short(seen: Review | None) -> dict[str, Any] | None:
    """Return what a replay tells of a review: the proposal and what it rests on."""
    if seen is None:
        return None
    rules = [rule for rule in seen.fired if rule.effect != "warn"]
    because = [item.label for item in rules or (*seen.missing, *seen.ambiguous)]
    return {
        **taken(seen, "proposal activity_gbq digest"),
        "rules": [rule.id for rule in rules],
        "missing": [item.id for item in seen.missing],
        "ambiguous": [item.id for item in seen.ambiguous],
        "because": because,
    }


@dataclass(frozen=True)
class Finding:
    """Something in the course that went against a rule or against the order of things."""

    kind: str
    event: str
    cycle: int
    text: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One event of the course with the state that it led to and the review on its day."""

    event: Annotated[
        Cycle | Release,
        Shown(take="id kind date cycle author activity_gbq", flat=True),
    ]
    before: State
    after: State
    review: Annotated[Review | None, Shown(by=_short)]
    findings: Annotated[tuple[Finding, ...], Shown(hidden=True)]

    @property
    @also_shown
    def planned(self) -> PartialDate | None:
        """The day for which a release holds, where it is not its own."""
        return self.event.planned if isinstance(self.event, Release) else None

    @property
    @also_shown
    def decision(self) -> str | None:
        """What a release decided."""
        return self.event.decision if isinstance(self.event, Release) else None


@dataclass(frozen=True)
class Course:
    """One course: its events in order of time, its state, and the activity given.

    The activity is None where a cycle does not tell its own.
    """

    name: Annotated[str | None, Shown("course")]
    state: State
    next_cycle: int
    cumulative_gbq: Annotated[Decimal | None, Shown("cumulative_activity_gbq")]
    entries: Annotated[tuple[Entry, ...], Shown("events")]

    @property
    @also_shown
    def findings(self) -> tuple[Finding, ...]:
        """Everything that went against a rule, in order of time."""
        return tuple(finding for entry in self.entries for finding in entry.findings)


def replay(
    record: Record,
    protocols: Protocols,
    ctcae: str = "5",
    course: str | None = None,
    question: Question | None = None,
) -> tuple[Course, ...]:
    """Return the courses of a record, in order of their first event.

    Args:
        record: the patient.
        protocols: what reviews go by.
        ctcae: edition of the grades shown.
        course: only this one.
        question: its region, where that is not the record's.

    Raises:
        InputError: if there is no such course, or no course at all.
    """
    events: list[Cycle | Release] = [*record.cycles, *record.releases]
    events.sort(key=_when)
    names = list(dict.fromkeys(event.course for event in events))
    if course is not None:
        if course not in names:
            known = [name for name in names if name is not None]
            expected = f"a course of the record ({', '.join(known) or 'none has a name'})"
            raise refuse("course", repr(course), expected, known)
        names = [course]
    if not names:
        expected = "a cycle (prrt_cycle) or a release (prrt_release) in the record"
        raise unusable(record.patient, expected, field="events")
    return tuple(
        _replay([e for e in events if e.course == name], record, protocols, ctcae, name, question)
        for name in names
    )


def _when(event: Cycle | Release) -> tuple[Any, ...]:
    """Return the place in time; a decision of the day of a dose comes before the dose."""
    moment = event.date.moment
    stamp = 0.0 if moment is None else moment.timestamp()
    return event.date.first, isinstance(event, Cycle), stamp, event.cycle, event.id


def _replay(
    events: Sequence[Cycle | Release],
    record: Record,
    protocols: Protocols,
    ctcae: str,
    name: str | None,
    question: Question | None,
) -> Course:
    state, following = State.PLANNED, 1
    total: Decimal | None = Decimal(0)
    released: Release | None = None
    entries: list[Entry] = []
    for event in events:
        step = _step(event, protocols)
        after, foreseen = follow(state, step)
        told: list[_Told] = []
        if not foreseen:
            told.append(_unforeseen(event, state, step))
        elif event.cycle != following:
            text = f"cycle {event.cycle} is decided or given where cycle {following} comes next"
            told.append(("out of order", text, ()))
        seen = _review(event, record, protocols, ctcae, question)
        if isinstance(event, Release):
            told.extend(_against_review(event, seen, protocols))
            released = event
        else:
            told.extend(_given_otherwise(event, released, seen, protocols))
            own = event.activity_gbq
            total = None if own is None or total is None else total + own
            following, released = event.cycle + 1, None
        findings = (Finding(kind, event.id, event.cycle, text, rules) for kind, text, rules in told)
        entries.append(Entry(event, state, after, seen, tuple(findings)))
        state = after
    return Course(name, state, following, total, tuple(entries))


def _step(event: Cycle | Release, protocols: Protocols) -> Step:
    if isinstance(event, Cycle):
        last = event.cycle >= protocols.amount("planned-cycles").value
        return Step.GIVE_LAST if last else Step.GIVE
    if event.decision in ("hold", "stop"):
        return Step(event.decision)
    reduced = event.activity_gbq is not None and protocols.is_reduced(event.activity_gbq)
    return Step.RELEASE_REDUCED if reduced else Step.RELEASE


def _unforeseen(event: Cycle | Release, state: State, step: Step) -> _Told:
    if isinstance(event, Cycle) and state not in FINAL:
        return "given without a release", f"cycle {event.cycle} was given without a release", ()
    text = f"cycle {event.cycle}: {step.value}, although the course was {state.value}"
    return "after the end of the course", text, ()


def _review(
    event: Cycle | Release,
    record: Record,
    protocols: Protocols,
    ctcae: str,
    question: Question | None,
) -> Review | None:
    """Return the review of the day of an event; None where its course does not allow one."""
    try:
        planned = event.planned if isinstance(event, Release) else None
        day = planned or event.date
        course = course_so_far(
            record, protocols, event.cycle, day, event.course, event.date, question
        )
    except InputError:
        return None
    return review(course, default_profile(protocols, course.region), ctcae)


def _against_review(event: Release, seen: Review | None, protocols: Protocols) -> Iterator[_Told]:
    if event.decision not in RELEASING:
        return
    cycle = f"cycle {event.cycle}"
    if seen is None:
        yield "not reviewable", f"{cycle} was released where it cannot be reviewed", ()
        return
    assert event.activity_gbq is not None
    given = f"{plain(event.activity_gbq)} GBq"
    reduced = protocols.is_reduced(event.activity_gbq)
    if event.decision != "proceed" and reduced != (event.decision == "reduce"):
        yield "decision and activity differ", f"{cycle}: {event.decision} with {given}", ()
    reason = f"; reason: {event.override}" if event.override else "; no reason is given"
    who = f"{cycle} was released by {event.author} on {event.date}"
    if seen.proposal not in RELEASING:
        rules = tuple(one.id for one in seen.holding or seen.missing)
        text = f"{who} against {seen.proposal}: {_names(seen)}{reason}"
        yield "released against a rule", text, rules
    elif _more(event.activity_gbq, seen.activity_gbq, protocols):
        assert seen.activity_gbq is not None
        rules = tuple(rule.id for rule in seen.fired if rule.effect == "reduce")
        text = f"{who} with {given} where {plain(seen.activity_gbq)} GBq is proposed{reason}"
        yield "released above the proposal", text, rules
    if event.review is not None and event.review != seen.digest:
        text = f"the review it rests on ({event.review}) is not that of the record ({seen.digest})"
        yield "another review", text, ()


def _given_otherwise(
    event: Cycle, released: Release | None, seen: Review | None, protocols: Protocols
) -> Iterator[_Told]:
    was = f"cycle {event.cycle} was given"
    if released is not None and released.decision in RELEASING:
        if released.cycle != event.cycle:
            text = f"{was} on the release of cycle {released.cycle}"
            yield "given on another release", text, ()
        own = event.activity_gbq
        if own is not None and _more(own, released.activity_gbq, protocols):
            allowed = plain(released.activity_gbq or Decimal(0))
            text = f"{was} with {plain(own)} GBq, released were {allowed} GBq"
            yield "given above the release", text, ()
    elif released is not None:
        yield "given against a decision", f"{was} after the decision to {released.decision}", ()
    if seen is None:
        yield "not reviewable", f"{was} where it cannot be reviewed", ()
    elif seen.holding or seen.missing:
        kind = "given against a rule" if seen.holding else "given undecidable"
        why = f"against {seen.proposal}" if seen.holding else "with missing"
        text = f"{was} on {event.date} {why}: {_names(seen)}"
        yield kind, text, tuple(one.id for one in seen.holding or seen.missing)


def _names(seen: Review) -> str:
    return ", ".join(one.label for one in seen.holding or seen.missing)


def _more(given: Decimal | None, proposed: Decimal | None, protocols: Protocols) -> bool:
    """Whether an activity exceeds another by more than what counts as the same."""
    if given is None or proposed is None:
        return False
    tolerance = protocols.amount("activity-tolerance").value / 100
    return given > proposed * (1 + tolerance)
