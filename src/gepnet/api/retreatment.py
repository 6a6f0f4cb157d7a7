"""Another course of PRRT: what each text asks, side by side, and what the record says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.api.assessing import assess_record
from gepnet.api.course_plan import profile_of
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.prrt.after.cumulative import cumulated
from gepnet.record import Record
from gepnet.report.retreatment import retreatment
from gepnet.tables import plain
from gepnet.vocabulary import Question


def retreatment_view(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    doses: Path | None = None,
    accept: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what each text asks of another course and what the record says to it.

    Args:
        record: the patient.
        base: the knowledge.
        question: its date, region and day of the knowledge.
        doses: organ doses of earlier cycles as CSV.
        accept: doses outside their usual range that are right, each
            ``[PATIENT:[REGION:]]QUANTITY=VALUE by WHO: WHY``.

    Raises:
        InputError: for a bad file of doses.
    """
    assessment = assess_record(record, base, question)
    given = cumulated(record, assessment.facts, base.knowledge, base.vocabulary, doses, accept)
    return dict(
        plain(retreatment(assessment, base, _cycle_activity(base, assessment.region), given))
    )


def _cycle_activity(base: KnowledgeBase, region: str | None) -> Decimal:
    """The activity of one cycle, as the profile of the region states it."""
    chosen = profile_of(base, region)
    schedules = [p.schedule for p in base.knowledge.plan_profiles if p.id == chosen]
    if not schedules or schedules[0] is None:
        expected = "a profile that states a schedule"
        file = "measures/course_plan.yaml"
        raise InputError([Problem(file, None, "", "default_profile", chosen, expected)])
    return schedules[0].activity_gbq.value
