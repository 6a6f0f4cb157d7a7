"""The plan of a PRRT course for a patient file or a start date, with its calendar and sheet."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase, documents_in_force, region_lineage
from gepnet.knowledge import Content, write_files
from gepnet.prrt.given import course_given
from gepnet.prrt.plan import CoursePlan, Settings, plan_course
from gepnet.prrt.plan.question import PlanQuestion, check_start, for_patient
from gepnet.prrt.plan.report import report
from gepnet.record import Record
from gepnet.tables import check_ending, plain
from gepnet.vocabulary import Question, exact


def plan_prrt(
    base: KnowledgeBase,
    wishes: PlanQuestion,
    record: Record | None = None,
    question: Question | None = None,
) -> CoursePlan:
    """Return the plan of a course: from a record, whose given cycles anchor the rest, or a date.

    The plan is made on the day of the question, by default the record's own date, else today.

    Raises:
        InputError: with every fault of the question, or of the cycles of the record.
    """
    question = question or Question()
    as_of = None if record is None else record.as_of
    today = datetime.date.today() if as_of is None else as_of.last
    region = question.region or (None if record is None else record.region)
    settings = Settings.read(base.knowledge.measures)
    request = wishes.request(profile_of(base, region), question.day() or today)
    if record is not None:
        given = course_given(record, request.made_on, wishes.course)
        facts = facts_on(record, base, request.made_on, question)
        request = for_patient(request, record.patient, given, facts)
    accepted = check_start(request, settings.usual_start, wishes.accept)
    plan = plan_course(request, base.knowledge.plan_profiles, settings)
    return replace(plan, accepted=tuple(accepted))


def plan_view(
    plan: CoursePlan,
    base: KnowledgeBase,
    record: Record | None = None,
    question: Question | None = None,
) -> dict[str, Any]:
    """Return a plan as plain data, with what the documents in force say of the choices in it."""
    question = question or Question()
    in_force, _ = documents_in_force(base.documents, question.knowledge_date)
    facts = given = None
    if record is not None:
        facts = facts_on(record, base, plan.made_on, question)
        given = course_given(record, plan.made_on, None if plan.course == "1" else plan.course)
    return dict(plain(report(plan, base, {document.id for document in in_force}, facts, given)))


def profile_of(base: KnowledgeBase, region: str | None = None) -> str:
    """Return the profile with a schedule for a region, else the product's default."""
    able = [p for p in base.knowledge.plan_profiles if p.schedule is not None and p.region]
    for one in region_lineage(base, region):
        for profile in able:
            if profile.region == one:
                return profile.id
    return Settings.read(base.knowledge.measures).default_profile


def facts_on(
    record: Record, base: KnowledgeBase, at: datetime.date, question: Question | None = None
) -> Facts:
    """Return the facts of a record on a day, whatever the date of the question."""
    return facts_of(record, base, replace(question or Question(), at=exact(at)))


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
        files[ics] = to_icalendar(plan, Settings.read(base.knowledge.measures))
    write_files(files)
