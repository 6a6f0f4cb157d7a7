"""The plan of a PRRT course for a patient file or a start date, with its calendar and sheet."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.criteria import conjunction, interpret
from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import KnowledgeBase, region_lineage
from gepnet.knowledge import InputError, Problem
from gepnet.prrt.after.cumulative import to_mci
from gepnet.prrt.given import course_given
from gepnet.prrt.plan import CoursePlan, PlannedStep, Request, plan_course, settings_of
from gepnet.prrt.plan.words import place_of, step_title, window_text
from gepnet.record import Record
from gepnet.vocabulary import exact, parse_date

SSA_OPTION = "ssa_continuation"
MIDCOURSE_OPTION = "midcourse_imaging"


@dataclass(frozen=True)
class PlanQuestion:
    """What is asked of a plan, as a command line gives it; dates are ``YYYY-MM-DD``.

    Without a profile it is that of the patient's region, else the product's default.
    """

    profile: str | None = None
    start: str | None = None
    at: str | None = None
    not_before: str | None = None
    beside: tuple[str, ...] | None = None
    ticked: tuple[str, ...] = ()
    holidays: str | None = None
    slots: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    time: str | None = None
    timezone: str | None = None
    course: str | None = None


def plan_prrt(
    base: KnowledgeBase, question: PlanQuestion, record: Record | None = None
) -> CoursePlan:
    """Return the plan of a course: from a record, whose given cycles anchor the rest, or a date.

    The plan is made on ``at``, by default the record's own date, else today.

    Raises:
        InputError: with every fault of the question, or of the cycles of the record.
    """
    days = _Dates(question)
    at = days.one("at") or _as_of(record)
    start, not_before = days.one("start"), days.one("not_before")
    closed = frozenset(day for text in question.closed if (day := days.day("closed", text)))
    time = days.time()
    days.done()
    settings = settings_of(base.knowledge.measures)
    request = Request(
        profile=question.profile or profile_of(base, record),
        made_on=at,
        start=start,
        not_before=not_before,
        beside=question.beside,
        ticked=question.ticked,
        country=question.holidays,
        slots=question.slots,
        closed=closed,
        time=time,
        timezone=question.timezone,
    )
    if record is not None:
        request = _of_record(request, record, base, question.course)
    return plan_course(request, base.knowledge.plan_profiles, settings)


def profile_of(base: KnowledgeBase, record: Record | None = None) -> str:
    """Return the profile with a schedule for a patient's region, else the product's default."""
    able = [p for p in base.knowledge.plan_profiles if p.schedule is not None and p.region]
    for region in region_lineage(base, None if record is None else record.region):
        for profile in able:
            if profile.region == region:
                return profile.id
    return settings_of(base.knowledge.measures).default_profile


def _of_record(
    request: Request, record: Record, base: KnowledgeBase, course: str | None
) -> Request:
    given = course_given(record, request.made_on, course)
    if given.cycles and request.start is not None:
        expected = f"no start: the record has cycle 1 on {given.cycles[0].day}"
        value = str(request.start)
        raise InputError([Problem("command line", None, "", "start", value, expected)])
    facts = _facts(record, base, request.made_on)
    injected = facts["last_long_acting_ssa_date"].value
    sex = facts["sex"].value
    latest = {event.cycle: event for event in given.releases}
    released = {
        number: event.activity_gbq
        for number, event in latest.items()
        if event.activity_gbq is not None
    }
    return replace(
        request,
        patient=record.patient,
        given=given.cycles,
        course=given.name,
        sex=sex if isinstance(sex, str) else None,
        last_long_acting_ssa=parse_date(injected).last if isinstance(injected, str) else None,
        released_gbq=released,
        stopped=any(event.decision == "stop" for event in latest.values()),
        held=frozenset(
            number
            for number, event in latest.items()
            if event.decision == "hold" and number > len(given.cycles)
        ),
    )


def _facts(record: Record, base: KnowledgeBase, at: datetime.date) -> Facts:
    return facts_of_record(
        record, base.knowledge, base.criteria, exact(at), wanted=base.facts_named
    )


def _as_of(record: Record | None) -> datetime.date:
    if record is not None and record.as_of is not None:
        return record.as_of.last
    return datetime.date.today()


class _Dates:
    """The dates of a question, every fault of them told at once."""

    def __init__(self, question: PlanQuestion) -> None:
        self.question = question
        self.problems: list[Problem] = []

    def one(self, field: str) -> datetime.date | None:
        text = getattr(self.question, field)
        return None if text is None else self.day(field, text)

    def day(self, field: str, text: str) -> datetime.date | None:
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            self._fault(field, text, "a day such as 2026-02-02")
            return None

    def time(self) -> datetime.time | None:
        text = self.question.time
        if text is None:
            return None
        try:
            return datetime.datetime.strptime(text, "%H:%M").time()
        except ValueError:
            self._fault("time", text, "a local time such as 09:30")
            return None

    def _fault(self, field: str, text: str, expected: str) -> None:
        name = field.replace("_", "-")
        self.problems.append(Problem("command line", None, "", name, repr(text), expected))

    def done(self) -> None:
        if self.problems:
            raise InputError(self.problems)


def plan_view(
    plan: CoursePlan, base: KnowledgeBase, record: Record | None = None
) -> dict[str, Any]:
    """Return a plan as plain data, with what the documents say of the choices in it."""
    facts = None if record is None else _facts(record, base, plan.made_on)
    profile = plan.profile
    schedule = profile.schedule
    assert schedule is not None
    return {
        "patient": plan.patient,
        "course": plan.course,
        "made_on": plan.made_on.isoformat(),
        "profile": {
            "id": profile.id,
            "title": profile.title,
            "region": profile.region,
            "edition": profile.edition,
            "note": profile.note,
            "schedule": {
                name: {
                    "value": float(figure.value),
                    "source": figure.source,
                    "locator": figure.locator,
                    "verification": figure.verification,
                    "note": figure.note,
                }
                for name, figure in schedule
                if figure is not None
            },
        },
        "holidays": plan.holidays,
        "slots": list(plan.slots),
        "timezone": plan.timezone,
        "total_gbq": float(plan.total_gbq),
        "total_mci": float(to_mci(plan.total_gbq, base.knowledge.measures)),
        "cycles": [
            {
                "cycle": cycle.number,
                "date": None if cycle.day is None else cycle.day.isoformat(),
                "time": None if cycle.start is None else f"{cycle.start:%H:%M}",
                "activity_gbq": float(cycle.activity_gbq),
                "given": cycle.given,
                "held": cycle.number in plan.held,
                "target": None if cycle.target is None else cycle.target.isoformat(),
                "window": _window(cycle.window),
                "stretch_until": None if cycle.stretch is None else cycle.stretch.isoformat(),
                "moved_days": cycle.moved_days,
                "moved_for": list(cycle.moved_for),
            }
            for cycle in plan.cycles
        ],
        "steps": [_step(step) for step in plan.steps],
        "choices": [_step(step) for step in plan.choices],
        "also_said": [
            {
                "profile": owner.id,
                "step": step.id,
                "topic": step.topic,
                "label": _line(step.label),
                "source": step.source,
                "verification": step.verification,
            }
            for owner, step in plan.also_said
        ],
        "ssa_positions": _positions(base, facts, SSA_OPTION)
        + statements(base, settings_of(base.knowledge.measures).ssa_statements),
        "midcourse_positions": _positions(base, facts, MIDCOURSE_OPTION),
        "violations": [
            {
                "subject": fault.subject,
                "kind": fault.kind,
                "window": _window(fault.window),
                "date": None if fault.day is None else fault.day.isoformat(),
                "reason": fault.reason,
            }
            for fault in plan.violations
        ],
        "notices": _notices(plan, record),
    }


def _window(window: Any) -> dict[str, str | None] | None:
    if window is None:
        return None
    return {
        "first": None if window.first is None else window.first.isoformat(),
        "last": None if window.last is None else window.last.isoformat(),
    }


def _line(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def _step(planned: PlannedStep) -> dict[str, Any]:
    step = planned.step
    start = planned.start
    return {
        "key": planned.key,
        "id": f"{planned.profile.id}/{step.id}",
        "topic": step.topic,
        "cycle": planned.cycle,
        "date": None if start is None else start.date().isoformat(),
        "time": f"{start:%H:%M}" if start is not None and planned.timed else None,
        "minutes": planned.minutes,
        "kind": (step.holds if planned.deadline else "on"),
        "window": _window(planned.window),
        "window_text": window_text(planned.window),
        "title": step_title(planned),
        "amount": step.amount,
        "moved_days": planned.moved_days,
        "moved_for": list(planned.moved_for),
        "choice": step.choice,
        "profile": planned.profile.id,
        "source": step.source,
        "locator": step.locator,
        "place": place_of(step),
        "verification": step.verification,
        "note": _line(step.note),
    }


def _positions(base: KnowledgeBase, facts: Facts | None, option: str) -> list[dict[str, Any]]:
    """Return what each document says of an option, and whether it speaks of this patient."""
    found: list[dict[str, Any]] = []
    for document in base.documents:
        for recommendation in document.recommendations:
            held: dict[str, list[str]] = {}
            for position in recommendation.entry.options:
                if position.option == option:
                    held.setdefault(position.position, []).append(position.intent)
            if not held:
                continue
            truth = None
            if facts is not None:
                nodes = (document.scope, recommendation.when)
                truth = conjunction(interpret(node, facts.values) for node in nodes)
            entry = recommendation.entry
            for stance, intents in held.items():
                found.append(
                    {
                        "entry": recommendation.full_id,
                        "position": stance,
                        "intents": intents,
                        "concerns_patient": truth,
                        "note": _line(entry.note),
                        "source": entry.source,
                        "locator": entry.locator,
                        "verification": entry.verification,
                    }
                )
    return found


def statements(base: KnowledgeBase, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return statements of documents, named as ``document/statement``.

    Raises:
        InputError: if the knowledge has no such statement.
    """
    known = {
        f"{document.id}/{statement.id}": statement
        for document in base.documents
        for statement in document.file.statements
    }
    found: list[dict[str, Any]] = []
    for name in names:
        if name not in known:
            expected = "document/statement of the knowledge"
            raise InputError([Problem("measures/course_plan.yaml", None, "", "", name, expected)])
        statement = known[name]
        found.append(
            {
                "entry": name,
                "position": "statement",
                "intents": [],
                "concerns_patient": None,
                "note": _line(statement.text),
                "source": statement.source,
                "locator": statement.locator,
                "verification": statement.verification,
            }
        )
    return found


def _notices(plan: CoursePlan, record: Record | None) -> list[str]:
    """Return what a person has to know beside the dates."""
    found = ["A plan, not a release: a named person releases each cycle."]
    schedule = plan.profile.schedule
    assert schedule is not None
    if record is not None:
        given = course_given(record, plan.made_on, None if plan.course == "1" else plan.course)
        latest = {event.cycle: event for event in given.releases}
        for number, event in latest.items():
            if event.decision == "stop":
                found.append(f"The course was stopped by {event.author} on {event.date}.")
            elif event.decision == "hold" and number > len(given.cycles):
                found.append(
                    f"Cycle {number} was held by {event.author} on {event.date}: its date stands "
                    "only once it is released, its activity is the profile's and the review may "
                    "propose another; give the first possible day with --not-before."
                )
        if given.earlier:
            total = sum((cycle.activity_gbq for cycle in given.earlier), Decimal(0))
            found.append(
                f"{len(given.earlier)} cycles ({total} GBq) of earlier courses: a further course "
                "is outside the label (gepnet prrt retreatment)."
            )
    over = len(plan.cycles) - int(schedule.cycles.value)
    if over > 0:
        found.append(f"{over} cycles more than the profile plans.")
    return found


def write_plan(
    plan: CoursePlan, base: KnowledgeBase, ics: Path | None = None, sheet: Path | None = None
) -> None:
    """Write a plan as an iCalendar file and as the patient's sheet (PDF or HTML by its ending).

    Everything is made before anything is written.

    Raises:
        InputError: for another ending, or if a file cannot be written.
    """
    from gepnet.prrt.plan.calendar import to_icalendar
    from gepnet.prrt.plan.sheet import sheet_html, sheet_pdf

    files: list[tuple[Path, bytes]] = []
    if sheet is not None:
        ending = sheet.suffix.lower()
        if ending not in (".pdf", ".html"):
            expected = "a .pdf or .html file"
            raise InputError([Problem("command line", None, "", "sheet", str(sheet), expected)])
        files.append((sheet, sheet_pdf(plan) if ending == ".pdf" else sheet_html(plan).encode()))
    if ics is not None:
        files.append((ics, to_icalendar(plan, settings_of(base.knowledge.measures))))
    for path, data in files:
        _write(path, data)


def _write(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the whole new one."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        expected = f"a file that can be written ({error.strerror})"
        raise InputError([Problem(str(path), None, "", "", "", expected)]) from error
