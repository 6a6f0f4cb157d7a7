"""One patient on one page: what is added to the assessment so that a board reads it in a minute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gepnet.guidelines import OPEN, SPOKEN, Assessment, KnowledgeBase, Status, missing
from gepnet.record import Record
from gepnet.report.agreement import comparison_view, page_rows
from gepnet.report.answer import answer_view
from gepnet.report.answer_course import blood_strip, course_strip
from gepnet.report.answer_page import FirstScreen, drawers, first_screen
from gepnet.report.answer_pathways import pathway_views
from gepnet.report.assessment import View, assessment_view
from gepnet.report.changes import missing_view, requests
from gepnet.report.evidence import (
    Evidence,
    behind_cells,
    evidence,
    trial_facts,
)
from gepnet.report.headline import headline
from gepnet.report.matrix import Matrix, matrix_parts, quiet_documents, tests_on_record
from gepnet.tables import view_class


@view_class
class CasePage:
    """A patient's page: identity, assessment and what is known beside it."""

    id: str
    title: str
    view: View
    matrices: Sequence[Matrix]
    quiet: dict[str, list[str]]
    tests_on_record: Sequence[str]
    said: dict[str, View]
    prior: Sequence[str]
    losses: Sequence[str]
    counts: dict[str, int]
    evidence: Evidence
    answer: View
    screen: FirstScreen
    drawers: Sequence[View]
    places: dict[str, int]
    course: dict[str, object] | None
    blood: Sequence[dict[str, object]]
    pathways: Sequence[View]
    differing: Sequence[View]
    agreeing: Sequence[str]
    asks: Sequence[View]
    as_of: str | None
    source_url: str | None
    source_title: str | None
    decided: Sequence[str]

    def target(self, document: str, option: str, intent: str) -> str:
        """Return the id of what is behind a chip or cell."""
        return f"{self.id}.{self.places[f'{document}.{option}.{intent}']}"

    @property
    def entries(self) -> set[str]:
        """The recommendations that some part of the page leads to."""
        kinds = ("reasons", "dissent", "unverified", "lesser")
        cells = (one["cell"] for one in self.drawers)
        return {
            reason["recommendation"] for cell in cells for kind in kinds for reason in cell[kind]
        }


def case_page(
    record: Record,
    assessment: Assessment,
    base: KnowledgeBase,
    decided: Sequence[str] = (),
    source_title: str | None = None,
    source_url: str | None = None,
    question: str | None = None,
    pathways: Sequence[str] = (),
) -> CasePage:
    """Return the page of one patient.

    Args:
        record: of the patient.
        assessment: of the record.
        base: the knowledge that it was made with.
        decided: what the treating team decided.
        source_title: where the case was published.
        source_url: where that is found.
        question: set by a person; see ``answer_view``.
        pathways: documents of whose algorithm the way of the patient is shown.

    Raises:
        InputError: for a question or a document that is not known.
    """
    lacking = missing(base, assessment)
    answer = answer_view(assessment, base, question, lacking=lacking)
    view = assessment_view(assessment, base)
    matrices = matrix_parts(view)
    differing, agreeing = page_rows(comparison_view(assessment, base))
    facts = trial_facts(record, base, assessment.question)
    found = evidence(assessment, facts, base)
    behind = drawers(answer, view, matrices, assessment, base, behind_cells(found))
    return CasePage(
        id=record.patient,
        title=headline(assessment.facts, base),
        view=view,
        matrices=matrices,
        quiet=quiet_documents(view, matrices),
        tests_on_record=tests_on_record(view),
        said={item["id"]: item for item in view["statements"]},
        prior=prior_treatments(record, base),
        losses=record.losses,
        counts=status_counts(view),
        evidence=found,
        answer=answer,
        screen=first_screen(answer),
        drawers=behind.each,
        places=behind.place,
        course=course_strip(record, assessment, base),
        blood=blood_strip(assessment, base),
        pathways=pathway_views(pathways, answer["question"]["id"], assessment, base),
        differing=differing,
        agreeing=agreeing,
        asks=requests(missing_view(assessment, base, lacking)),
        as_of=None if record.as_of is None else str(record.as_of),
        source_url=source_url,
        source_title=source_title,
        decided=decided,
    )


def prior_treatments(record: Record, base: KnowledgeBase) -> list[str]:
    """Return the treatments so far, one line each."""
    lines = []
    for course in record.treatments:
        told: list[Any] = [course.best_response, course.stop_reason]
        details = ", ".join(str(part).replace("_", " ") for part in told if part)
        if course.ongoing:
            details = ", ".join(part for part in (details, "ongoing") if part)
        name = base.options[course.option].label
        when = "-".join(str(day) for day in (course.start, course.stop) if day)
        lines.append(" ".join(p for p in (name, f"({when})" if when else "", details) if p))
    return lines


def status_counts(view: View) -> dict[str, int]:
    """Return how many cells of the matrix have each status worth counting."""
    cells = [cell for row in view["rows"] for cell in row["cells"]]
    return {
        status.value: sum(c["status"] == status for c in cells)
        for status in Status
        if status in SPOKEN | OPEN
    }
