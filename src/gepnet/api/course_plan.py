"""The plan of a PRRT course for a patient file or a start date, with its calendar and sheet."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase, region_lineage
from gepnet.knowledge import Content, write_files
from gepnet.prrt.given import course_given
from gepnet.prrt.plan import CoursePlan, Settings, plan_course
from gepnet.prrt.plan.question import PlanQuestion, for_patient
from gepnet.prrt.plan.report import report
from gepnet.record import Record
from gepnet.tables import check_ending, plain
from gepnet.vocabulary import Question, exact


def plan_prrt(
    base: KnowledgeBase, question: PlanQuestion, record: Record | None = None
) -> CoursePlan:
    """Return the plan of a course: from a record, whose given cycles anchor the rest, or a date.

    The plan is made on ``at``, by default the record's own date, else today.

    Raises:
        InputError: with every fault of the question, or of the cycles of the record.
    """
    as_of = None if record is None else record.as_of
    today = datetime.date.today() if as_of is None else as_of.last
    request = question.request(profile_of(base, record), today)
    if record is not None:
        given = course_given(record, request.made_on, question.course)
        facts = facts_on(record, base, request.made_on)
        request = for_patient(request, record.patient, given, facts)
    return plan_course(
        request, base.knowledge.plan_profiles, Settings.read(base.knowledge.measures)
    )


def plan_view(
    plan: CoursePlan, base: KnowledgeBase, record: Record | None = None
) -> dict[str, Any]:
    """Return a plan as plain data, with what the documents say of the choices in it."""
    facts = given = None
    if record is not None:
        facts = facts_on(record, base, plan.made_on)
        given = course_given(record, plan.made_on, None if plan.course == "1" else plan.course)
    return dict(plain(report(plan, base, facts, given)))


def profile_of(base: KnowledgeBase, record: Record | None = None) -> str:
    """Return the profile with a schedule for a patient's region, else the product's default."""
    able = [p for p in base.knowledge.plan_profiles if p.schedule is not None and p.region]
    for region in region_lineage(base, None if record is None else record.region):
        for profile in able:
            if profile.region == region:
                return profile.id
    return Settings.read(base.knowledge.measures).default_profile


def facts_on(record: Record, base: KnowledgeBase, at: datetime.date) -> Facts:
    """Return the facts of a record on a day."""
    return facts_of(record, base, Question(at=exact(at)))


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
