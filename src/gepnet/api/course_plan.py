"""The plan of a PRRT course for a patient file or a start date, with its calendar and sheet."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import KnowledgeBase, region_lineage
from gepnet.knowledge import Content, InputError, Problem, write_files
from gepnet.prrt.given import course_given
from gepnet.prrt.plan import CoursePlan, Request, plan_course, settings_of
from gepnet.record import Record
from gepnet.tables import check_ending
from gepnet.vocabulary import Question, exact, parse_date


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
    facts = facts_on(record, base, request.made_on)
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


def facts_on(record: Record, base: KnowledgeBase, at: datetime.date) -> Facts:
    """Return the facts of a record on a day."""
    return facts_of_record(
        record, base.knowledge, base.criteria, Question(at=exact(at)), wanted=base.facts_named
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

    files: dict[Path, Content] = {}
    if sheet is not None:
        check_ending(sheet, ".pdf", ".html", field="sheet")
        is_pdf = sheet.suffix.casefold() == ".pdf"
        files[sheet] = sheet_pdf(plan) if is_pdf else sheet_html(plan)
    if ics is not None:
        files[ics] = to_icalendar(plan, settings_of(base.knowledge.measures))
    write_files(files)
