"""Patients of a file or folder to one report."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from gepnet import __version__
from gepnet.api.assessing import assess_record, read_patient
from gepnet.guidelines import KnowledgeBase
from gepnet.io import CaseRecord, published_records
from gepnet.knowledge import InputError, Problem, write_atomically
from gepnet.record import Record
from gepnet.report import CasePage, case_page
from gepnet.report.entries import list_documents, list_entries
from gepnet.vocabulary import Question


def published_case_pages(
    base: KnowledgeBase,
    question: Question,
    progress: Callable[[Sequence[CaseRecord]], Iterable[CaseRecord]] | None = None,
) -> list[CasePage]:
    """Assess every decision point of the packaged published cases, blind to what was decided.

    Args:
        base: the knowledge.
        question: its day of the knowledge.
        progress: wraps the sequence of cases, for a progress bar.
    """
    cases = published_records(base.vocabulary)
    pages = []
    for case in cases if progress is None else progress(cases):
        assessment = assess_record(case.record, base, question)
        source = (case.source_title, case.source_url)
        pages.append(case_page(case.record, assessment, base, case.decision_classes, *source))
    return pages


def patient_pages(
    files: Sequence[Path],
    base: KnowledgeBase,
    question: Question,
    asked: str | None = None,
    pathways: Sequence[str] = (),
) -> list[CasePage]:
    """Assess patient files.

    Args:
        files: one patient each.
        base: the knowledge.
        question: dates and region.
        asked: the clinical question, if a person sets it; see ``answer_view``.
        pathways: documents of whose algorithm the way of each patient is shown.

    Raises:
        InputError: with every problem of every file, if two files hold the same patient, or for a
            question or a document that is not known.
    """
    records: dict[str, Record] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            record = read_patient(file, base)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if record.patient in records:
            value = repr(record.patient)
            problems.append(Problem(str(file), None, "", "patient", value, "each patient once"))
        records.setdefault(record.patient, record)
    if problems:
        raise InputError(problems)
    return [
        case_page(
            record, assess_record(record, base, question), base, question=asked, pathways=pathways
        )
        for record in records.values()
    ]


def write_report(
    path: Path,
    pages: Sequence[CasePage],
    base: KnowledgeBase,
    knowledge_date: datetime.date,
    title: str,
    hindsight: bool = True,
) -> None:
    """Write the static report; the file is there in full or not at all.

    Args:
        path: the HTML file.
        pages: one for each patient.
        base: the knowledge that they were assessed with.
        knowledge_date: documents in force on this day.
        title: heading of the report.
        hindsight: say that knowledge of today was applied to patients of the past.

    Raises:
        InputError: if the file cannot be written.
    """
    from gepnet.report.html import render_report

    named = {name for page in pages for name in page.entries}
    entries = [entry for entry in list_entries(base) if entry["id"] in named]
    told = [*entries, *(one for page in pages for one in page.view["statements"])]
    about = {
        "version": __version__,
        "digest": base.knowledge.digest,
        "knowledge_date": knowledge_date.isoformat(),
        "documents": [d for d in list_documents(base, knowledge_date) if d["in_force"]],
        "hindsight": hindsight,
        "entries": entries,
        "sources": [base.sources[name] for name in sorted({one["source"] for one in told})],
    }
    text = render_report(title, pages, about)
    write_atomically(path, text)
